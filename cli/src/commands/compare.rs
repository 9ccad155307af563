//! `tessera compare`: whether runs on other photos, with other networks or seeds put the methods in one order.

use crate::file::read_record;
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;
use tessera_core::experiment::compare::{MethodAcross, MetricAcross, across};
use tessera_core::experiment::summary::Summary;
use tessera_core::undefined::Told;

/// Hold finished runs against each other: every method's mean in each, and whether all put the methods in one order
///
/// For each metric that all runs have: Krippendorff's alpha of the rankings by the mean (ordinal; runs are the raters), 1
/// if all agree. With --json one document: `runs` (path, network, units, and `metrics_agree`, the same between the metrics
/// of each run) and `metrics` (id, `alpha`, and for each method that all have `means` and `ranks`, one a run; what is
/// undefined is its reason as a word).
#[derive(Args)]
pub struct Compare {
    /// The runs: folders, their record.json, or ZIP files
    #[arg(required = true, num_args = 2.., value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// A run, and what it says.
struct Run {
    path: String,
    network: String,
    summary: Summary,
}

impl Compare {
    /// Compares them.
    ///
    /// # Errors
    /// One sentence: what, why, what to do.
    pub fn run(self) -> Result<(), String> {
        let read = |path: &PathBuf| {
            let record = read_record(path)?;
            let (path, summary) = (path.display().to_string(), Summary::of(&record, 0));
            Ok(Run { path, network: record.spec.network.id, summary })
        };
        let runs = self.runs.iter().map(read).collect::<Result<Vec<_>, String>>()?;
        let metrics = across(&runs.iter().map(|run| &run.summary).collect::<Vec<_>>());
        if metrics.is_empty() {
            return Err("These runs have no metric in common: compare runs that measure the same.".into());
        }
        if self.json {
            println!("{:#}", document(&runs, &metrics));
        } else {
            print(&runs, &metrics);
        }
        Ok(())
    }
}

fn document(runs: &[Run], metrics: &[MetricAcross]) -> Value {
    let run = |Run { path, network, summary }: &Run| json!({ "run": path, "network": network, "units": summary.units, "metrics_agree": summary.metrics_agree });
    json!({ "runs": runs.iter().map(run).collect::<Vec<_>>(), "metrics": metrics })
}

fn print(runs: &[Run], metrics: &[MetricAcross]) {
    for (at, Run { path, network, summary }) in runs.iter().enumerate() {
        println!("run {}  {path}: {network}, {} units", at + 1, summary.units);
    }
    for MetricAcross { metric, methods, alpha } in metrics {
        println!("\n{metric}: alpha of the {} rankings {}", runs.len(), told(*alpha));
        for MethodAcross { method, means, ranks } in methods {
            let cell = |(mean, rank): (&Told, &Option<f64>)| {
                let place = rank.map_or_else(String::new, |rank| format!(" ({rank})"));
                format!("{:>16}", told(*mean) + &place)
            };
            println!("  {method:<28}{}", means.iter().zip(ranks).map(cell).collect::<String>());
        }
    }
}

fn told(value: Told) -> String {
    value.number().map_or_else(|| "undefined".into(), |number| format!("{number:.3}"))
}
