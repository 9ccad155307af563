//! `tessera compare`: whether runs on other photos, with other networks or seeds put the methods in one order.

use crate::file::read_record;
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;
use tessera_core::experiment::compare::agreement;
use tessera_core::experiment::summary::{MethodSummary, Summary};
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
        let metrics = common(&runs);
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

/// One metric in all runs: its id, and what each run says of the methods.
type Row<'a> = (&'a str, Vec<&'a [MethodSummary]>);

/// The metrics that all runs have, in the first one's order.
fn common(runs: &[Run]) -> Vec<Row<'_>> {
    let find = |run: &'_ Run, id: &str| run.summary.metrics.iter().position(|metric| metric.metric == id);
    let row = |id: &'_ String| -> Option<Vec<usize>> { runs.iter().map(|run| find(run, id)).collect() };
    let metrics = runs[0].summary.metrics.iter().filter_map(|metric| {
        let places = row(&metric.metric)?;
        let methods = runs.iter().zip(places).map(|(run, at)| &run.summary.metrics[at].methods[..]);
        Some((metric.metric.as_str(), methods.collect()))
    });
    metrics.collect()
}

/// The methods that all runs have, each as every run says.
fn methods<'a>(all: &[&'a [MethodSummary]]) -> Vec<Vec<&'a MethodSummary>> {
    let everywhere = |one: &MethodSummary| -> Option<Vec<&'a MethodSummary>> {
        all.iter().map(|run| run.iter().find(|other| other.method == one.method)).collect()
    };
    all[0].iter().filter_map(everywhere).collect()
}

fn rank(method: &MethodSummary) -> Option<f64> {
    method.by_mean.map(|standing| standing.rank)
}

fn document(runs: &[Run], metrics: &[Row<'_>]) -> Value {
    let run = |run: &Run| {
        let Run { path, network, summary } = run;
        json!({ "run": path, "network": network, "units": summary.units, "metrics_agree": summary.metrics_agree })
    };
    let method = |one: Vec<&MethodSummary>| {
        let means: Vec<Told> = one.iter().map(|one| one.mean.value).collect();
        let ranks: Vec<Option<f64>> = one.iter().map(|one| rank(one)).collect();
        json!({ "method": one[0].method, "means": means, "ranks": ranks })
    };
    let metric = |(id, all): &Row<'_>| {
        let methods: Vec<Value> = methods(all).into_iter().map(method).collect();
        json!({ "metric": id, "alpha": Told::from(agreement(all)), "methods": methods })
    };
    json!({ "runs": runs.iter().map(run).collect::<Vec<_>>(), "metrics": metrics.iter().map(metric).collect::<Vec<_>>() })
}

fn print(runs: &[Run], metrics: &[Row<'_>]) {
    for (at, Run { path, network, summary }) in runs.iter().enumerate() {
        println!("run {}  {path}: {network}, {} units", at + 1, summary.units);
    }
    for (id, all) in metrics {
        println!("\n{id}: alpha of the {} rankings {}", runs.len(), told(agreement(all).into(), 3));
        for one in methods(all) {
            let cell = |one: &&MethodSummary| {
                let place = rank(one).map_or_else(String::new, |rank| format!(" ({rank})"));
                format!("{:>16}", told(one.mean.value, 3) + &place)
            };
            println!("  {:<28}{}", one[0].method, one.iter().map(cell).collect::<String>());
        }
    }
}

fn told(value: Told, digits: usize) -> String {
    match value {
        Told::Number(number) => format!("{number:.digits$}"),
        Told::Undefined(_) => "undefined".into(),
    }
}
