//! Runs side by side: the same scores of the same methods, and whether all put the methods in one order.

use super::record::Record;
use super::summary::{MethodSummary, MetricSummary, Summary};
use crate::map::signature::distance;
use crate::statistics::alpha::{Level, alpha};
use crate::undefined::{Score, Told, Undefined};
use serde::Serialize;
use std::collections::BTreeMap;

/// What two runs have in common.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// The metrics that both have, in the first run's order.
    pub metrics: Vec<MetricAcross>,
    /// The maps of runs of one photo: by how many steps of their signatures they differ at most; none where one has no
    /// map.
    pub maps: Vec<(String, Option<u8>)>,
}

/// One metric in several runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetricAcross {
    /// Its id.
    pub metric: String,
    /// The methods that all runs have, in the first one's order.
    pub methods: Vec<MethodAcross>,
    /// Krippendorff's alpha of the rankings by the mean, ordinal: 1 if all put the methods in one order.
    pub alpha: Told,
}

/// One method by one metric in several runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MethodAcross {
    /// Its name in the records.
    pub method: String,
    /// Mean score in each run.
    pub means: Vec<Told>,
    /// Rank by the mean in each run, among all methods of that run; none without scores.
    pub ranks: Vec<Option<f64>>,
}

impl MethodAcross {
    /// How much greater the second mean is than the first, where both exist.
    #[must_use]
    pub fn difference(&self) -> Option<f64> {
        Some(self.means.get(1)?.number()? - self.means.first()?.number()?)
    }
}

impl Comparison {
    /// Of two runs and what they say.
    #[must_use]
    pub fn of(one: (&Record, &Summary), other: (&Record, &Summary)) -> Comparison {
        Comparison { metrics: across(&[one.1, other.1]), maps: maps(one.0, other.0) }
    }
}

/// The metrics that all runs have, in the first one's order.
#[must_use]
pub fn across(runs: &[&Summary]) -> Vec<MetricAcross> {
    let metrics = runs.first().map_or(&[][..], |first| &first.metrics);
    let metric = |metric: &MetricSummary| {
        let same = |run: &&Summary| run.metrics.iter().position(|other| other.metric == metric.metric);
        let lists = runs.iter().map(|run| Some(&run.metrics[same(run)?].methods[..]));
        Some(MetricAcross::of(&metric.metric, &lists.collect::<Option<Vec<_>>>()?))
    };
    metrics.iter().filter_map(metric).collect()
}

impl MetricAcross {
    fn of(metric: &str, runs: &[&[MethodSummary]]) -> MetricAcross {
        let method = |all: Vec<&MethodSummary>| MethodAcross {
            method: all[0].method.clone(),
            means: all.iter().map(|one| one.mean.value).collect(),
            ranks: all.iter().map(|one| rank(one)).collect(),
        };
        let methods = common(runs).into_iter().map(method).collect();
        MetricAcross { metric: metric.to_owned(), methods, alpha: agreement(runs).into() }
    }
}

/// How far raters agree on the order of the methods that all of them have, by their ranks by the mean: Krippendorff's
/// alpha, ordinal. Raters are what gave each list: runs on other photos or networks, or metrics. A rater to whom no method
/// has a rank says nothing.
///
/// # Errors
/// [`Undefined::TooFew`] below two raters or two methods, and where alpha is undefined.
pub fn agreement(raters: &[&[MethodSummary]]) -> Score {
    let common = common(raters);
    if raters.len() < 2 || common.len() < 2 {
        return Err(Undefined::TooFew);
    }
    let ranks = |rater: usize| common.iter().map(|method| rank(method[rater])).collect();
    alpha(&(0..raters.len()).map(ranks).collect::<Vec<Vec<Option<f64>>>>(), Level::Ordinal)
}

/// The methods that all lists have, in the first one's order, each as every list says.
fn common<'a>(lists: &[&'a [MethodSummary]]) -> Vec<Vec<&'a MethodSummary>> {
    let everywhere = |one: &MethodSummary| {
        lists.iter().map(|list| list.iter().find(|other| other.method == one.method)).collect::<Option<Vec<_>>>()
    };
    lists.first().map_or(&[][..], |first| first).iter().filter_map(everywhere).collect()
}

fn rank(method: &MethodSummary) -> Option<f64> {
    method.by_mean.map(|standing| standing.rank)
}

/// The maps of two runs of one photo each.
fn maps(one: &Record, other: &Record) -> Vec<(String, Option<u8>)> {
    let ([first], [second]) = (&one.units[..], &other.units[..]) else { return vec![] };
    let known: BTreeMap<String, &str> = other
        .names()
        .into_iter()
        .zip(&second.outcomes)
        .filter_map(|(name, outcome)| Some((name, outcome.made()?.signature.as_str())))
        .collect();
    let far = |(name, outcome): (String, &super::record::Outcome)| {
        let far = outcome.made().zip(known.get(&name)).and_then(|(made, same)| distance(&made.signature, same));
        (name, far)
    };
    one.names().into_iter().zip(&first.outcomes).map(far).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::differences::Differences;
    use crate::experiment::summary::Estimate;
    use crate::statistics::ranking::Standing;

    fn metric(id: &str, methods: &[(&str, f64, f64)]) -> MetricSummary {
        let estimate = |value: f64| Estimate { value: Told::Number(value), interval: None };
        let method = |&(method, mean, rank): &(&str, f64, f64)| MethodSummary {
            method: method.into(),
            count: 2,
            undefined: BTreeMap::new(),
            mean: estimate(mean),
            median: estimate(mean),
            deviation: Told::Number(0.0),
            by_mean: Some(Standing { rank, interval: None }),
            by_median: None,
        };
        let methods = methods.iter().map(method).collect();
        MetricSummary {
            metric: id.into(),
            methods,
            alpha: estimate(0.0),
            rho: vec![],
            differences: Differences::default(),
        }
    }

    #[test]
    fn what_both_have_stands_side_by_side() {
        let one = [("gradcam", 0.5, 1.0), ("lrp", 0.25, 2.0), ("sobel", 0.125, 3.0)];
        let other = [("lrp", 0.5, 1.0), ("gradcam", 0.25, 2.0)];
        let pair =
            MetricAcross::of("precision", &[&metric("precision", &one).methods, &metric("precision", &other).methods]);
        assert_eq!(pair.methods.iter().map(|one| one.method.as_str()).collect::<Vec<_>>(), ["gradcam", "lrp"]);
        assert_eq!(pair.methods[0].difference(), Some(-0.25));
        assert_eq!(pair.methods[1].ranks, [Some(2.0), Some(1.0)]);
        // By hand: of four values two are 1 and two are 2; both units disagree, 3/2 of what chance expects.
        assert!((pair.alpha.number().unwrap() + 0.5).abs() < 1e-12, "{:?}", pair.alpha);
    }

    #[test]
    fn one_order_is_an_alpha_of_one_and_one_method_has_none() {
        let same = metric("f1-score", &[("gradcam", 0.5, 1.0), ("lrp", 0.25, 2.0)]).methods;
        assert_eq!(MetricAcross::of("f1-score", &[&same, &same]).alpha, Told::Number(1.0));
        assert_eq!(MetricAcross::of("f1-score", &[&same[..1], &same]).alpha, Told::Undefined(Undefined::TooFew));
    }
}
