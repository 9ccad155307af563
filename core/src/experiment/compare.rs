//! Runs side by side: the same scores of the same methods, and whether all put the methods in one order.

use super::record::Record;
use super::summary::{MethodSummary, Summary};
use crate::map::signature::distance;
use crate::statistics::alpha::{Level, alpha};
use crate::undefined::{Score, Told, Undefined};
use std::collections::BTreeMap;

/// What two runs have in common.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// The metrics that both have, in the first run's order.
    pub metrics: Vec<MetricPair>,
    /// The maps of runs of one photo: by how many steps of their signatures they differ at most; none where one has no
    /// map.
    pub maps: Vec<(String, Option<u8>)>,
}

/// One metric in both runs.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricPair {
    /// Its id.
    pub metric: String,
    /// The methods that both have, in the first run's order.
    pub methods: Vec<MethodPair>,
    /// Krippendorff's alpha of the two rankings by the mean, ordinal: 1 if both put the methods in one order.
    pub alpha: Told,
}

/// One method by one metric in both runs.
#[derive(Clone, Debug, PartialEq)]
pub struct MethodPair {
    /// Its name in the records.
    pub method: String,
    /// Mean score in each run.
    pub means: [Told; 2],
    /// Rank by the mean in each run, among all methods of that run; none without scores.
    pub ranks: [Option<f64>; 2],
}

impl MethodPair {
    /// How much greater the second mean is, where both exist.
    #[must_use]
    pub fn difference(&self) -> Option<f64> {
        Some(self.means[1].number()? - self.means[0].number()?)
    }
}

impl Comparison {
    /// Of two runs and what they say.
    #[must_use]
    pub fn of(one: (&Record, &Summary), other: (&Record, &Summary)) -> Comparison {
        let second: BTreeMap<&str, &[MethodSummary]> =
            other.1.metrics.iter().map(|metric| (metric.metric.as_str(), &metric.methods[..])).collect();
        let pair = |metric: &super::summary::MetricSummary| {
            let methods = second.get(metric.metric.as_str())?;
            Some(MetricPair::of(&metric.metric, &metric.methods, methods))
        };
        Comparison { metrics: one.1.metrics.iter().filter_map(pair).collect(), maps: maps(one.0, other.0) }
    }
}

impl MetricPair {
    fn of(metric: &str, one: &[MethodSummary], other: &[MethodSummary]) -> MetricPair {
        let rank = |method: &MethodSummary| method.by_mean.map(|standing| standing.rank);
        let pair = |method: &MethodSummary| {
            let same = other.iter().find(|second| second.method == method.method)?;
            let (means, ranks) = ([method.mean.value, same.mean.value], [rank(method), rank(same)]);
            Some(MethodPair { method: method.method.clone(), means, ranks })
        };
        let methods: Vec<MethodPair> = one.iter().filter_map(pair).collect();
        MetricPair { metric: metric.to_owned(), methods, alpha: agreement(&[one, other]).into() }
    }
}

/// How far raters agree on the order of the methods that all of them have, by their ranks by the mean: Krippendorff's
/// alpha, ordinal. Raters are what gave each list: runs on other photos or networks, or metrics. A rater to whom no method
/// has a rank says nothing.
///
/// # Errors
/// [`Undefined::TooFew`] below two raters or two methods, and where alpha is undefined.
pub fn agreement(raters: &[&[MethodSummary]]) -> Score {
    let first = raters.first().copied().unwrap_or_default();
    let find = |rater: &[MethodSummary], name: &str| rater.iter().find(|one| one.method == name).map(|one| one.by_mean);
    let common: Vec<&str> = first.iter().map(|one| one.method.as_str()).collect();
    let common: Vec<&str> =
        common.into_iter().filter(|name| raters.iter().all(|rater| find(rater, name).is_some())).collect();
    if raters.len() < 2 || common.len() < 2 {
        return Err(Undefined::TooFew);
    }
    let rank = |rater: &[MethodSummary], name: &str| Some(find(rater, name)??.rank);
    let ranks: Vec<Vec<Option<f64>>> =
        raters.iter().map(|rater| common.iter().map(|name| rank(rater, name)).collect()).collect();
    alpha(&ranks, Level::Ordinal)
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
    use crate::experiment::summary::{Estimate, MetricSummary};
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
            MetricPair::of("precision", &metric("precision", &one).methods, &metric("precision", &other).methods);
        assert_eq!(pair.methods.iter().map(|one| one.method.as_str()).collect::<Vec<_>>(), ["gradcam", "lrp"]);
        assert_eq!(pair.methods[0].difference(), Some(-0.25));
        assert_eq!(pair.methods[1].ranks, [Some(2.0), Some(1.0)]);
        // By hand: of four values two are 1 and two are 2; both units disagree, 3/2 of what chance expects.
        assert!((pair.alpha.number().unwrap() + 0.5).abs() < 1e-12, "{:?}", pair.alpha);
    }

    #[test]
    fn one_order_is_an_alpha_of_one_and_one_method_has_none() {
        let same = metric("f1-score", &[("gradcam", 0.5, 1.0), ("lrp", 0.25, 2.0)]).methods;
        assert_eq!(MetricPair::of("f1-score", &same, &same).alpha, Told::Number(1.0));
        assert_eq!(MetricPair::of("f1-score", &same[..1], &same).alpha, Told::Undefined(Undefined::TooFew));
    }
}
