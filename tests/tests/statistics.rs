//! Statistics against krippendorff, scipy and numpy on random values with ties and gaps
//! (tests/golden/statistics/make.py).
//!
//! Both sides calculate in double precision from the same formulas and differ in the order of sums: 1e-12 of numbers
//! near 1. The BCa interval sits on a quantile of resamples whose place comes from two normal shares: 1e-10.

use serde_json::Value;
use tessera_core::math::{normal_below, normal_quantile};
use tessera_core::random::Stream;
use tessera_core::statistics::alpha::{Level, Over, Reliability, alpha};
use tessera_core::statistics::bootstrap::{Plan, Units, bca, percentile};
use tessera_core::statistics::density::{Bandwidth, Density};
use tessera_core::statistics::friedman::friedman;
use tessera_core::statistics::ranking::{Best, Ties, average_ranks, ranks};
use tessera_core::statistics::summary::{Summary, deviation, mean};
use tessera_core::statistics::{pairs, pearson::pearson, rho::rho, tau::tau};
use tessera_core::undefined::Score;
use tessera_tests::{bytes, root};

fn expected(part: &str) -> Value {
    let all: Value = serde_json::from_slice(&bytes(root().join("tests/golden/statistics/expected.json"))).unwrap();
    all[part].clone()
}

fn cases(part: &str) -> Vec<Value> {
    expected(part).as_array().unwrap().clone()
}

fn gapped(list: &Value) -> Vec<Option<f64>> {
    list.as_array().unwrap().iter().map(Value::as_f64).collect()
}

fn numbers(list: &Value) -> Vec<f64> {
    gapped(list).into_iter().map(Option::unwrap).collect()
}

/// The greatest difference between two lists, over the reference where that is beyond 1.
fn apart(found: &[f64], reference: &[f64]) -> f64 {
    assert_eq!(found.len(), reference.len());
    let distance = |(found, reference): (&f64, &f64)| (found - reference).abs() / reference.abs().max(1.0);
    found.iter().zip(reference).map(distance).fold(0.0, f64::max)
}

/// Fails where a distance is beyond the tolerance, and says how near it all was.
fn check(what: &str, tolerance: f64, distances: impl IntoIterator<Item = f64>) {
    let distances: Vec<f64> = distances.into_iter().collect();
    let most = distances.iter().copied().fold(0.0, f64::max);
    println!("{what}: {} numbers or lists, at most {most:.1e} apart", distances.len());
    assert!(!distances.is_empty() && most <= tolerance, "{what}: {most:.1e} apart");
}

#[test]
fn alpha_is_that_of_krippendorff() {
    for (level, name) in [
        (Level::Nominal, "nominal"),
        (Level::Ordinal, "ordinal"),
        (Level::Interval, "interval"),
        (Level::Ratio, "ratio"),
    ] {
        let distances = cases("alpha").into_iter().filter_map(|case| {
            let coders: Vec<_> = case["coders"].as_array().unwrap().iter().map(gapped).collect();
            let reference = case[name].as_f64()?;
            Some((alpha(&coders, level).unwrap() - reference).abs())
        });
        check(name, 1e-12, distances);
    }
}

#[test]
fn intervals_of_alpha_are_those_of_krippendorffs_resamples() {
    let distances = cases("alpha_interval").into_iter().flat_map(|case| {
        let coders: Vec<_> = case["coders"].as_array().unwrap().iter().map(gapped).collect();
        let reliability = Reliability::new(&coders).unwrap();
        let level = serde_json::from_value(case["level"].clone()).unwrap();
        let stream = Stream::new(case["seed"].as_u64().unwrap(), "alpha");
        let plan = Plan { stream, resamples: case["resamples"].as_u64().unwrap() as usize, confidence: 0.95 };
        [("units", Over::Units), ("coders", Over::Coders)].map(|(name, over)| {
            let found = reliability.interval(level, over, &plan).unwrap();
            assert_eq!(found.used as u64, case["over"][name]["used"].as_u64().unwrap(), "{name}");
            apart(&[found.low, found.high], &numbers(&case["over"][name]["interval"]))
        })
    });
    check("intervals of alpha", 1e-12, distances);
}

/// How far methods keep their order over mosaics, as Fresz, Lörcher and Huber (FAccT 2024) ask: per mosaic the methods
/// are ranked, mosaics are coders, methods are units. Numbers by krippendorff 0.6.1, which the study pins, to nine
/// places.
#[test]
fn reliability_of_rankings_is_that_of_the_study() {
    let mut scores = [
        [0.13, 0.5, 0.6, 0.03, 0.15, 0.5, 0.07, 0.13, 0.95],
        [0.28, 0.46, 0.57, 0.22, 0.19, 0.5, 0.29, 0.29, 0.82],
        [0.82, 0.55, 0.98, 0.47, 0.55, 0.5, 0.35, 0.59, 0.24],
        [0.8, 0.87, 0.13, 0.47, 0.28, 0.08, 0.9, 0.43, 0.15],
    ]
    .map(|row| row.map(Some));
    let ordinal = |scores: [[Option<f64>; 9]; 4]| {
        let mosaic = |i: usize| ranks(&scores.map(|row| row[i]), Best::Highest, Ties::Average);
        alpha(&(0..9).map(mosaic).collect::<Vec<_>>(), Level::Ordinal).unwrap()
    };
    assert!((ordinal(scores) - 0.220_511_169).abs() < 1e-9);
    scores[3][2] = None;
    assert!((ordinal(scores) - 0.252_981_708).abs() < 1e-9);
}

#[test]
fn correlations_are_those_of_scipy() {
    type Correlation = fn(&[f64], &[f64]) -> Score;
    for (name, correlation) in [("pearson", pearson as Correlation), ("rho", rho), ("tau", tau)] {
        let distances = cases("pairs").into_iter().map(|case| {
            let (a, b) = pairs::complete(&gapped(&case["a"]), &gapped(&case["b"]));
            (correlation(&a, &b).unwrap() - case[name].as_f64().unwrap()).abs()
        });
        check(name, 1e-12, distances);
    }
    for case in cases("pairs") {
        let (a, _) = pairs::complete(&gapped(&case["a"]), &gapped(&case["b"]));
        assert_eq!(average_ranks(&a), numbers(&case["ranks"]));
    }
}

#[test]
fn densities_are_those_of_scipy() {
    for (name, rule) in [("scott", Bandwidth::Scott), ("silverman", Bandwidth::Silverman)] {
        let distances = cases("density").into_iter().flat_map(|case| {
            let density = Density::new(&numbers(&case["values"]), rule).unwrap();
            let (places, heights): (Vec<f64>, Vec<f64>) = density.grid(100).into_iter().unzip();
            [apart(&places, &numbers(&case["grid"])), apart(&heights, &numbers(&case[name]))]
        });
        check(name, 1e-12, distances);
    }
}

#[test]
fn tests_on_ranks_are_those_of_scipy() {
    let mut distances = (Vec::new(), Vec::new());
    for case in cases("friedman") {
        let rows: Vec<Vec<Option<f64>>> = case["rows"].as_array().unwrap().iter().map(gapped).collect();
        let found = friedman(&rows, Best::Highest).unwrap();
        let reference = [&case["statistic"], &case["p"]].map(|value| value.as_f64().unwrap());
        distances.0.push(apart(&[found.statistic, found.p], &reference));
        distances.0.push(apart(&found.ranks, &numbers(&case["ranks"])));
        for (found, reference) in found.nemenyi().iter().zip(case["nemenyi"].as_array().unwrap()) {
            distances.1.push(apart(found, &numbers(reference)));
        }
        distances.1.push(apart(&[found.critical_difference(0.05)], &[case["difference"].as_f64().unwrap()]));
    }
    check("Friedman", 1e-12, distances.0);
    check("Nemenyi", 1e-12, distances.1);
}

#[test]
fn summaries_are_those_of_numpy() {
    let distances = cases("summary").into_iter().map(|case| {
        let scores: Vec<Score> = numbers(&case["values"]).into_iter().map(Ok).collect();
        let found = Summary::of(&scores);
        let quartiles = apart(&found.quartiles.unwrap(), &numbers(&case["quartiles"]));
        let others = [found.mean.unwrap(), found.deviation.unwrap()];
        quartiles.max(apart(&others, &[case["mean"].as_f64().unwrap(), case["deviation"].as_f64().unwrap()]))
    });
    check("summary", 1e-12, distances);
}

#[test]
fn intervals_are_those_of_scipy() {
    let mut distances = (Vec::new(), Vec::new());
    for case in cases("bootstrap") {
        let values = numbers(&case["values"]);
        let statistic = |drawn: &[usize]| {
            let drawn: Vec<f64> = drawn.iter().map(|&i| values[i]).collect();
            match case["statistic"].as_str().unwrap() {
                "mean" => mean(&drawn),
                "deviation" => deviation(&drawn),
                _ => Summary::of(&drawn.into_iter().map(Ok).collect::<Vec<_>>()).median(),
            }
        };
        let plan = Plan {
            stream: Stream::new(case["seed"].as_u64().unwrap(), "bootstrap"),
            resamples: case["resamples"].as_u64().unwrap() as usize,
            confidence: case["confidence"].as_f64().unwrap(),
        };
        let units = Units::single(values.len());
        let (plain, corrected) = (percentile(&units, &plan, statistic), bca(&units, &plan, statistic));
        let (plain, corrected) = (plain.unwrap(), corrected.unwrap());
        distances.0.push(apart(&[plain.low, plain.high], &numbers(&case["percentile"])));
        distances.1.push(apart(&[corrected.low, corrected.high], &numbers(&case["BCa"])));
    }
    check("percentile", 1e-12, distances.0);
    check("BCa", 1e-10, distances.1);
}

#[test]
fn normal_shares_are_those_of_scipy() {
    let expected = expected("normal");
    let shares = numbers(&expected["shares"]);
    let quantiles: Vec<f64> = shares.iter().map(|&share| normal_quantile(share)).collect();
    check("normal quantiles", 1e-13, [apart(&quantiles, &numbers(&expected["quantiles"]))]);
    let back: Vec<f64> = numbers(&expected["quantiles"]).into_iter().map(normal_below).collect();
    check("normal shares", 1e-15, [apart(&back, &numbers(&expected["back"]))]);
}
