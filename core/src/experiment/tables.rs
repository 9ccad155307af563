//! Tables of a record as CSV: one score a row and method as the FAccT 2024 study writes them, and what was made of them.

use super::differences::Tested;
use super::record::Record;
use super::spec::Convention;
use super::summary::{Estimate, Summary};
use crate::statistics::summary::{deviation, median};
use crate::undefined::Told;
use std::fmt::Display;

/// A file of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Name with `/` between folders.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// All tables of a record.
#[must_use]
pub fn all(record: &Record, summary: &Summary) -> Vec<File> {
    let names = record.names();
    let scores = names.iter().enumerate();
    let scores = scores.map(|(method, name)| (format!("scores/{name}.csv"), scores_of(record, method)));
    let others = [
        ("scores.csv".to_owned(), long(record)),
        ("summary.csv".to_owned(), summaries(summary)),
        ("alphas.csv".to_owned(), alphas(summary)),
        ("correlations.csv".to_owned(), correlations(summary)),
        ("rankings.csv".to_owned(), rankings(summary)),
        ("differences.csv".to_owned(), differences(summary)),
        ("pairs.csv".to_owned(), pairs(summary)),
        ("between_metrics.csv".to_owned(), between_metrics(record, summary)),
        ("accuracy.csv".to_owned(), accuracy(summary)),
    ];
    let file = |(name, table): (String, Table)| File { name: format!("tables/{name}"), bytes: table.bytes() };
    scores.chain(others).map(file).collect()
}

/// A table that is being written.
struct Table(csv::Writer<Vec<u8>>);

impl Table {
    fn new<T: AsRef<str>>(header: impl IntoIterator<Item = T>) -> Table {
        let mut table = Table(csv::Writer::from_writer(vec![]));
        table.put(header);
        table
    }

    fn put<T: AsRef<str>>(&mut self, row: impl IntoIterator<Item = T>) {
        self.0.write_record(row.into_iter().map(|cell| cell.as_ref().to_owned())).expect("memory takes it");
    }

    fn bytes(self) -> Vec<u8> {
        self.0.into_inner().expect("memory takes it")
    }
}

/// A number as it is, or nothing.
fn cell(value: Option<impl Display>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// Row by row the name of a mosaic and its scores by one method. The study adds a row of medians and one of variances.
fn scores_of(record: &Record, method: usize) -> Table {
    let mut table = Table::new(["filename"].into_iter().chain(record.spec.metrics.iter().map(String::as_str)));
    let columns: Vec<Vec<Told>> =
        (0..record.spec.metrics.len()).map(|metric| record.scores(metric).swap_remove(method)).collect();
    for (at, unit) in record.units.iter().enumerate() {
        let name = unit.name.rsplit_once('.').map_or(unit.name.as_str(), |(stem, _)| stem).to_owned();
        table.put([name].into_iter().chain(columns.iter().map(|column| cell(column[at].number()))));
    }
    if record.spec.convention == Convention::Facct24 {
        let there = |column: &Vec<Told>| -> Vec<f64> { column.iter().filter_map(|score| score.number()).collect() };
        let median = |column: &Vec<Told>| cell(median(&there(column)).ok());
        let variance = |column: &Vec<Told>| cell(deviation(&there(column)).ok().map(|deviation| deviation * deviation));
        table.put(["Median:".to_owned()].into_iter().chain(columns.iter().map(median)));
        table.put(["Variance:".to_owned()].into_iter().chain(columns.iter().map(variance)));
    }
    table
}

/// One score a row, with the reason where there is none.
fn long(record: &Record) -> Table {
    let mut table = Table::new(["unit", "name", "target", "method", "metric", "score", "undefined"]);
    for (metric, id) in record.spec.metrics.iter().enumerate() {
        for (name, row) in record.names().iter().zip(record.scores(metric)) {
            for (unit, score) in record.units.iter().zip(row) {
                let why = match score {
                    Told::Number(_) => String::new(),
                    Told::Undefined(why) => why.to_string(),
                };
                let (at, target) = (unit.at.to_string(), unit.target.index.to_string());
                table.put([&at, &unit.name, &target, name, id, &cell(score.number()), &why]);
            }
        }
    }
    table
}

/// An estimate, its lower and its upper end.
fn ends(estimate: &Estimate) -> [String; 3] {
    let interval = estimate.interval;
    [cell(estimate.value.number()), cell(interval.map(|i| i.low)), cell(interval.map(|i| i.high))]
}

fn summaries(summary: &Summary) -> Table {
    let mut table = Table::new([
        "metric",
        "method",
        "count",
        "undefined",
        "mean",
        "mean_low",
        "mean_high",
        "median",
        "median_low",
        "median_high",
        "deviation",
    ]);
    for metric in &summary.metrics {
        for method in &metric.methods {
            let undefined: usize = method.undefined.values().sum();
            let head = [metric.metric.clone(), method.method.clone(), method.count.to_string(), undefined.to_string()];
            let numbers = ends(&method.mean).into_iter().chain(ends(&method.median));
            table.put(head.into_iter().chain(numbers).chain([cell(method.deviation.number())]));
        }
    }
    table
}

fn alphas(summary: &Summary) -> Table {
    let mut table = Table::new(["metric", "alpha", "low", "high", "groups"]);
    for metric in &summary.metrics {
        let head = [metric.metric.clone()].into_iter();
        table.put(head.chain(ends(&metric.alpha)).chain([summary.groups.to_string()]));
    }
    table
}

fn correlations(summary: &Summary) -> Table {
    let mut table = Table::new(["metric", "method", "with", "rho", "low", "high"]);
    for metric in &summary.metrics {
        for (one, row) in metric.methods.iter().zip(&metric.rho) {
            for (other, rho) in metric.methods.iter().zip(row) {
                let head = [metric.metric.clone(), one.method.clone(), other.method.clone()];
                table.put(head.into_iter().chain(ends(rho)));
            }
        }
    }
    table
}

fn rankings(summary: &Summary) -> Table {
    let mut table = Table::new(["metric", "by", "method", "rank", "low", "high"]);
    for metric in &summary.metrics {
        for method in &metric.methods {
            for (by, standing) in [("mean", method.by_mean), ("median", method.by_median)] {
                let Some(standing) = standing else { continue };
                let interval = standing.interval;
                let head = [metric.metric.clone(), by.to_owned(), method.method.clone(), standing.rank.to_string()];
                table.put(head.into_iter().chain([cell(interval.map(|i| i.low)), cell(interval.map(|i| i.high))]));
            }
        }
    }
    table
}

/// Friedman's test, once a metric, with each method's mean rank.
fn differences(summary: &Summary) -> Table {
    let mut table =
        Table::new(["metric", "method", "mean_rank", "units", "dropped", "statistic", "p", "critical_difference"]);
    for metric in &summary.metrics {
        let Some(Tested { methods, friedman, critical, .. }) = metric.differences.tested() else { continue };
        for (method, rank) in methods.iter().zip(&friedman.ranks) {
            let head = [metric.metric.clone(), method.clone(), rank.to_string()].into_iter();
            let units = [friedman.used.to_string(), friedman.dropped.to_string()];
            let test = [friedman.statistic, friedman.p, *critical].map(|number| number.to_string());
            table.put(head.chain(units).chain(test));
        }
    }
    table
}

/// Nemenyi's test of every two methods.
fn pairs(summary: &Summary) -> Table {
    let mut table = Table::new(["metric", "method", "with", "p"]);
    for metric in &summary.metrics {
        let Some(Tested { methods, nemenyi, .. }) = metric.differences.tested() else { continue };
        for (one, row) in methods.iter().zip(nemenyi) {
            for (other, p) in methods.iter().zip(row) {
                table.put([&metric.metric, one, other, &p.to_string()]);
            }
        }
    }
    table
}

/// Rho between metrics, method by method.
fn between_metrics(record: &Record, summary: &Summary) -> Table {
    let metrics = &record.spec.metrics;
    let mut table = Table::new(["method", "metric", "with", "rho"]);
    for one in &summary.between_metrics {
        for (metric, row) in metrics.iter().zip(&one.rho) {
            for (other, rho) in metrics.iter().zip(row) {
                table.put([&one.method, metric, other, &cell(rho.number())]);
            }
        }
    }
    table
}

fn accuracy(summary: &Summary) -> Table {
    let mut table = Table::new(["class", "units", "top1", "top5"]);
    for row in &summary.accuracy {
        table.put([&row.class, &row.units.to_string(), &cell(row.top1.number()), &cell(row.top5.number())]);
    }
    table
}
