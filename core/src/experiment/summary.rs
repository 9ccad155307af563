//! What a record says: how good each method is, how sure that is, and how far mosaics, methods and metrics agree.
//!
//! Intervals come from resampling source photos, not mosaics: mosaics that share a photo of their target class are
//! drawn together or not at all (statistics::bootstrap). Photos beside the target's are drawn evenly from all other
//! classes and tie nothing together here.

use super::compare::agreement;
use super::differences::Differences;
use super::record::{Record, Unit};
use super::spec::Convention;
use crate::descriptor::Sign;
use crate::map::steps::sign_after;
use crate::metric::Metric;
use crate::mosaic::facct24::set_order;
use crate::random::Stream;
use crate::statistics::alpha::{Level, Reliability};
use crate::statistics::bootstrap::{Interval, Plan, Units, percentile};
use crate::statistics::pairs::{complete, gapless};
use crate::statistics::ranking::{Best, Rule, Standing, Ties, ranks};
use crate::statistics::rho::rho;
use crate::statistics::summary::{Summary as Spread, mean, median};
use crate::undefined::{Score, Told, Undefined};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a record says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Photos or mosaics that were run.
    pub units: usize,
    /// Photos or mosaics that could not be run.
    pub failed: usize,
    /// Groups of mosaics that share no photo of their target class.
    pub groups: usize,
    /// How often the network's answer names the classes that are shown.
    pub accuracy: Vec<Accuracy>,
    /// One metric after another.
    pub metrics: Vec<MetricSummary>,
    /// Rho between metrics, one method after another.
    pub between_metrics: Vec<BetweenMetrics>,
    /// How far metrics agree on the order of methods by their means: Krippendorff's alpha of the ranks, ordinal.
    #[serde(default)]
    pub metrics_agree: Told,
}

/// How often the answer names a class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    /// Which class: the target's, or the first, second ... other.
    pub class: String,
    /// Units that show such a class.
    pub units: usize,
    /// Share of them whose best class it is.
    pub top1: Told,
    /// Share of them among whose best five it is.
    pub top5: Told,
}

/// What one metric says of the methods.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricSummary {
    /// Its id.
    pub metric: String,
    /// The methods, in the Spec's order.
    pub methods: Vec<MethodSummary>,
    /// How far mosaics agree on the order of methods: Krippendorff's alpha of their ranks, ordinal.
    pub alpha: Estimate,
    /// Spearman's rho between methods over mosaics.
    ///
    /// # Shapes
    /// `[methods, methods]`
    pub rho: Vec<Vec<Estimate>>,
    /// Whether methods differ at all, and which two do.
    #[serde(default)]
    pub differences: Differences,
}

/// What one metric says of one method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MethodSummary {
    /// Its name in the record.
    pub method: String,
    /// Scores that exist.
    pub count: usize,
    /// Scores that do not, by reason.
    pub undefined: BTreeMap<Undefined, usize>,
    /// Mean over the units.
    pub mean: Estimate,
    /// Median over the units.
    pub median: Estimate,
    /// Standard deviation over the units.
    pub deviation: Told,
    /// Its place by the mean; a method without scores has none.
    pub by_mean: Option<Standing>,
    /// Its place by the median.
    pub by_median: Option<Standing>,
}

/// A number and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The number.
    pub value: Told,
    /// Its interval over resamples; none where none was asked for or can be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}

impl Estimate {
    /// The ends of its interval.
    #[must_use]
    pub fn ends(&self) -> Option<[f64; 2]> {
        self.interval.map(|interval| [interval.low, interval.high])
    }
}

/// How far metrics agree about one method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BetweenMetrics {
    /// Its name in the record.
    pub method: String,
    /// Spearman's rho between metrics over mosaics, in the Spec's order of metrics.
    pub rho: Vec<Vec<Told>>,
}

/// Resamples for intervals of 95 %.
pub const RESAMPLES: usize = 2000;

impl Summary {
    /// Of a record; `resamples` of 0 leaves intervals out, which takes no time.
    #[must_use]
    pub fn of(record: &Record, resamples: usize) -> Summary {
        let study = record.spec.convention == Convention::Facct24;
        let (units, groups) = groups(&record.units);
        let plan = Plan { stream: Stream::new(record.spec.seed, "summary"), resamples, confidence: 0.95 };
        let metrics = || record.spec.metrics.iter().enumerate().filter_map(|(at, id)| Some((at, Metric::find(id)?)));
        let table = |(at, metric): (usize, Metric)| Table::of(record, at, metric, study);
        let metrics: Vec<MetricSummary> = metrics().map(table).map(|table| table.summary(&units, &plan)).collect();
        Summary {
            units: record.units.len(),
            failed: record.failed.len(),
            groups,
            accuracy: accuracy(record, study),
            between_metrics: between_metrics(record),
            metrics_agree: agreement(&metrics.iter().map(|one| &one.methods[..]).collect::<Vec<_>>()).into(),
            metrics,
        }
    }
}

/// The scores of all methods on all units by one metric.
struct Table {
    metric: Metric,
    study: bool,
    names: Vec<String>,
    rows: Vec<Vec<Told>>,
}

impl Table {
    fn of(record: &Record, at: usize, metric: Metric, study: bool) -> Table {
        let mut rows = record.scores(at);
        if study && metric.signed() {
            // The study keeps methods that give nothing below zero out of all but precision.
            let signed = signs(record);
            for (row, _) in rows.iter_mut().zip(signed).filter(|(_, signed)| !signed) {
                row.fill(Told::Undefined(Undefined::PositiveOnly));
            }
        }
        Table { metric, study, names: record.names(), rows }
    }

    fn summary(&self, units: &Units, plan: &Plan) -> MetricSummary {
        let there: Vec<Vec<Option<f64>>> =
            self.rows.iter().map(|row| row.iter().map(|score| score.number()).collect()).collect();
        let ranked: Vec<usize> = (0..there.len()).filter(|&row| there[row].iter().any(Option::is_some)).collect();
        // What the study's ranking takes for the mean is that of the first two mosaics.
        let first = if self.study { 2 } else { usize::MAX };
        let by_mean = self.standings(&there, (units, plan), (first, mean));
        let by_median = self.standings(&there, (units, plan), (usize::MAX, median));
        let method = |(row, name): (usize, &String)| {
            let scores: Vec<Score> = self.rows[row].iter().map(|score| score.score()).collect();
            let spread = Spread::of(&scores);
            // Where no score exists, their reason says more than that there are none.
            let why = spread.undefined.keys().next().copied().filter(|_| spread.count == 0);
            let told = |score: Score| why.map_or(score, Err);
            MethodSummary {
                method: name.clone(),
                count: spread.count,
                undefined: spread.undefined.clone(),
                mean: estimate(told(spread.mean), units, plan, |drawn| mean(&values(&there[row], drawn))),
                median: estimate(told(spread.median()), units, plan, |drawn| median(&values(&there[row], drawn))),
                deviation: spread.deviation.into(),
                by_mean: by_mean[row],
                by_median: by_median[row],
            }
        };
        MetricSummary {
            metric: self.metric.id().into(),
            methods: self.names.iter().enumerate().map(method).collect(),
            alpha: self.alpha(&there, &ranked, units, plan),
            rho: self.rho(&there, units, plan),
            differences: Differences::of(&self.names, &there, self.best()),
        }
    }

    fn best(&self) -> Best {
        if self.study { Best::Highest } else { self.metric.best() }
    }

    /// The places of the methods by what `centre` makes of each one's scores on the first so many units. The study says no
    /// interval, and a mean of two units has none.
    fn standings(
        &self,
        rows: &[Vec<Option<f64>>],
        (units, plan): (&Units, &Plan),
        (first, centre): (usize, fn(&[f64]) -> Score),
    ) -> Vec<Option<Standing>> {
        let ties = if self.study { Ties::Order } else { Ties::Average };
        let rule = Rule { centre, best: self.best(), ties };
        if !self.study {
            return rule.standings(rows, units, plan);
        }
        let columns: Vec<usize> = (0..rows.first().map_or(0, Vec::len)).take(first).collect();
        let standing = |rank: Option<f64>| rank.map(|rank| Standing { rank, interval: None });
        rule.ranks(rows, &columns).into_iter().map(standing).collect()
    }

    /// Coders are units, what they code are methods, and the codes are ranks.
    fn alpha(&self, rows: &[Vec<Option<f64>>], ranked: &[usize], units: &Units, plan: &Plan) -> Estimate {
        let columns = rows.first().map_or(0, Vec::len);
        let column = |at: usize| -> Vec<Option<f64>> { ranked.iter().map(|&row| rows[row][at]).collect() };
        let coders: Vec<Vec<Option<f64>>> =
            (0..columns).map(|at| ranks(&column(at), self.best(), Ties::Average)).collect();
        if self.study && coders.iter().flatten().any(Option::is_none) {
            // The study's script ends here with an error.
            return Estimate { value: Told::Undefined(Undefined::Missing), interval: None };
        }
        match Reliability::new(&coders) {
            Ok(reliability) => {
                let of = |drawn: &[usize]| reliability.alpha(drawn.iter().copied(), Level::Ordinal);
                estimate(of(&(0..columns).collect::<Vec<_>>()), units, plan, of)
            }
            Err(why) => Estimate { value: Told::Undefined(why), interval: None },
        }
    }

    fn rho(&self, rows: &[Vec<Option<f64>>], units: &Units, plan: &Plan) -> Vec<Vec<Estimate>> {
        let all: Vec<usize> = (0..rows.first().map_or(0, Vec::len)).collect();
        let pair = |one: usize, other: usize| {
            let of = |drawn: &[usize]| {
                let pick = |row: usize| drawn.iter().map(|&unit| rows[row][unit]).collect::<Vec<_>>();
                correlation(&pick(one), &pick(other), self.study)
            };
            if one == other {
                Estimate { value: of(&all).into(), interval: None }
            } else {
                estimate(of(&all), units, plan, of)
            }
        };
        let mut matrix: Vec<Vec<Estimate>> =
            (0..rows.len()).map(|one| (0..=one).map(|other| pair(one, other)).collect()).collect();
        for one in 0..matrix.len() {
            for other in one + 1..matrix.len() {
                let mirrored = matrix[other][one];
                matrix[one].push(mirrored);
            }
        }
        matrix
    }
}

/// Rho of what both have; in the study one gap leaves nothing.
fn correlation(one: &[Option<f64>], other: &[Option<f64>], study: bool) -> Score {
    let (one, other) = if study { gapless(one, other)? } else { complete(one, other) };
    rho(&one, &other)
}

/// The scores that exist among some units.
fn values(row: &[Option<f64>], units: &[usize]) -> Vec<f64> {
    units.iter().filter_map(|&unit| row[unit]).collect()
}

fn estimate(value: Score, units: &Units, plan: &Plan, statistic: impl FnMut(&[usize]) -> Score) -> Estimate {
    let interval = || percentile(units, plan, statistic).ok();
    Estimate { value: value.into(), interval: if value.is_ok() && plan.resamples > 0 { interval() } else { None } }
}

/// Whether what is scored of each method can be below zero, as far as its maps and the steps after them say.
fn signs(record: &Record) -> Vec<bool> {
    let signed = |method: usize| {
        let made = record.units.iter().find_map(|unit| unit.outcomes[method].made());
        let steps = record.spec.steps.get(method).map_or(&[][..], Vec::as_slice);
        made.is_none_or(|made| sign_after(steps, &made.map).unwrap_or(made.map.sign) == Sign::Signed)
    };
    (0..record.spec.methods.len()).map(signed).collect()
}

/// Units that share a photo of their target class, directly or by others, and how many such groups there are.
fn groups(units: &[Unit]) -> (Units, usize) {
    let mut group: Vec<usize> = (0..units.len()).collect();
    let mut first = BTreeMap::<&str, usize>::new();
    for (at, unit) in units.iter().enumerate() {
        for photo in unit.cells.iter().filter(|photo| photo.class == unit.target.index) {
            let known = *first.entry(&photo.file).or_insert(at);
            let (one, other) = (root(&group, known), root(&group, at));
            group[one.max(other)] = one.min(other);
        }
    }
    let roots: Vec<usize> = (0..units.len()).map(|at| root(&group, at)).collect();
    let mut distinct = roots.clone();
    distinct.sort_unstable();
    distinct.dedup();
    (Units::by_source(&roots), distinct.len())
}

fn root(group: &[usize], mut at: usize) -> usize {
    while group[at] != at {
        at = group[at];
    }
    at
}

/// The target class, then the others that each mosaic shows: in the order of cells, or of a set of Python as in the
/// study.
fn accuracy(record: &Record, study: bool) -> Vec<Accuracy> {
    let others = |unit: &Unit| -> Vec<usize> {
        let classes: Vec<usize> = unit.cells.iter().map(|photo| photo.class).collect();
        let mut seen = if study { set_order(&classes) } else { classes };
        let mut known = vec![unit.target.index];
        seen.retain(|class| {
            !known.contains(class) && {
                known.push(*class);
                true
            }
        });
        seen
    };
    let of = |place: usize| {
        let shown =
            |unit: &Unit| if place == 0 { Some(unit.target.index) } else { others(unit).get(place - 1).copied() };
        let classes: Vec<(&Unit, usize)> = record.units.iter().filter_map(|unit| Some((unit, shown(unit)?))).collect();
        let among = |best: usize| {
            let right = |(unit, class): &&(&Unit, usize)| unit.top.iter().take(best).any(|top| top.index == *class);
            crate::undefined::ratio(classes.iter().filter(right).count() as f64, classes.len() as f64).into()
        };
        let class = if place == 0 { "target".to_owned() } else { format!("other {place}") };
        Accuracy { class, units: classes.len(), top1: among(1), top5: among(5) }
    };
    let most = record.units.iter().map(|unit| others(unit).len()).max().unwrap_or(0);
    (0..=most).map(of).collect()
}

fn between_metrics(record: &Record) -> Vec<BetweenMetrics> {
    let tables: Vec<Vec<Vec<Told>>> = (0..record.spec.metrics.len()).map(|metric| record.scores(metric)).collect();
    let method = |(at, method): (usize, String)| {
        let row = |table: &Vec<Vec<Told>>| table[at].iter().map(|score| score.number()).collect::<Vec<_>>();
        let rows: Vec<Vec<Option<f64>>> = tables.iter().map(row).collect();
        let pair = |one: &Vec<Option<f64>>, other: &Vec<Option<f64>>| correlation(one, other, false).into();
        let rho = rows.iter().map(|one| rows.iter().map(|other| pair(one, other)).collect()).collect();
        BetweenMetrics { method, rho }
    };
    record.names().into_iter().enumerate().map(method).collect()
}
