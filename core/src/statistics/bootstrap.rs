//! How sure a number is: intervals from resampling the units it rests on, with replacement.
//!
//! Percentile interval: quantiles of the statistic over the resamples. BCa interval: the same with shares corrected for
//! bias z₀ and acceleration a, α' = Φ(z₀ + (z₀ + z_α) / (1 - a (z₀ + z_α))); z₀ from the share of resamples below the
//! estimate (those equal to it count half), a = Σ d³ / (6 (Σ d²)^1.5) with d the jackknife's values, their mean less
//! each. Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapters 13 and 14.
//!
//! Unit `i` of resample `r` is number `r · units + i` of the stream, so two statistics on the same units and stream see
//! the same resamples: differences between methods are paired.

use crate::math::{normal_below, normal_quantile};
use crate::random::Stream;
use crate::undefined::{Score, Undefined, finite};
use serde::{Deserialize, Serialize};

/// How to resample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Where chance comes from.
    pub stream: Stream,
    /// Number of resamples; 2000 and more for an interval of 95 %.
    pub resamples: usize,
    /// Share of the resamples between the ends, such as 0.95.
    pub confidence: f64,
}

/// An interval, and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Resamples on which the statistic exists.
    pub used: usize,
    /// Resamples on which it does not.
    pub dropped: usize,
}

/// Observations grouped by the unit that is drawn: all observations of a photo come together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Units(Vec<Vec<usize>>);

impl Units {
    /// Every one of `n` observations by itself.
    #[must_use]
    pub fn single(n: usize) -> Self {
        Self((0..n).map(|i| vec![i]).collect())
    }

    /// Observations with the same source belong together.
    #[must_use]
    pub fn by_source<T: Ord>(sources: &[T]) -> Self {
        let mut units = std::collections::BTreeMap::<&T, Vec<usize>>::new();
        for (observation, source) in sources.iter().enumerate() {
            units.entry(source).or_default().push(observation);
        }
        Self(units.into_values().collect())
    }

    /// The observations of one resample; one that is drawn twice stands there twice.
    fn resample(&self, stream: &Stream, number: usize) -> Vec<usize> {
        let count = self.0.len();
        let unit = |i: usize| &self.0[stream.below(number as u64 * count as u64 + i as u64, count)];
        (0..count).flat_map(unit).copied().collect()
    }

    /// All observations but those of one unit.
    fn without(&self, left_out: usize) -> Vec<usize> {
        let kept = self.0.iter().enumerate().filter(|(unit, _)| *unit != left_out);
        kept.flat_map(|(_, observations)| observations).copied().collect()
    }
}

/// Calls `statistic` with the observations of each resample.
pub fn resamples<T>(units: &Units, plan: &Plan, mut statistic: impl FnMut(&[usize]) -> T) -> Vec<T> {
    (0..plan.resamples).map(|number| statistic(&units.resample(&plan.stream, number))).collect()
}

/// The percentile interval of a statistic, which is given the indices of observations.
///
/// # Errors
/// [`Undefined::TooFew`] where the statistic exists on no resample.
///
/// # Panics
/// If the plan's confidence is not between 0 and 1.
pub fn percentile(units: &Units, plan: &Plan, statistic: impl FnMut(&[usize]) -> Score) -> Result<Interval, Undefined> {
    interval(&resamples(units, plan, statistic), plan)
}

/// The percentile interval of what a statistic gave on the resamples.
///
/// # Errors
/// [`Undefined::TooFew`] where it exists on none.
///
/// # Panics
/// If the plan's confidence is not between 0 and 1.
pub fn interval(values: &[Score], plan: &Plan) -> Result<Interval, Undefined> {
    let tail = tail(plan);
    between(values, [tail, 1.0 - tail])
}

/// The BCa interval of a statistic, which is given the indices of observations.
///
/// # Errors
/// That of the statistic on all observations or on all but one unit's, [`Undefined::OneSided`] where no bias can be
/// told, [`Undefined::Constant`] where leaving out a unit never matters, and as [`percentile`].
///
/// # Panics
/// If the plan's confidence is not between 0 and 1.
pub fn bca(units: &Units, plan: &Plan, mut statistic: impl FnMut(&[usize]) -> Score) -> Result<Interval, Undefined> {
    let all: Vec<usize> = units.0.iter().flatten().copied().collect();
    let estimate = statistic(&all)?;
    let values = resamples(units, plan, &mut statistic);
    let left_out: Vec<f64> =
        (0..units.0.len()).map(|unit| statistic(&units.without(unit))).collect::<Result<_, _>>()?;
    let bias = normal_quantile(share_below(&values, estimate)?);
    if bias.is_infinite() {
        return Err(Undefined::OneSided);
    }
    let acceleration = acceleration(&left_out)?;
    let corrected = |z: f64| normal_below(bias + (bias + z) / (1.0 - acceleration * (bias + z)));
    let z = normal_quantile(tail(plan));
    between(&values, [corrected(z), corrected(-z)])
}

/// The value below which that share of a sorted list lies; between two values along a straight line.
///
/// # Panics
/// If the list is empty or the share not between 0 and 1.
#[must_use]
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    assert!((0.0..=1.0).contains(&share), "a share, not {share}");
    let place = share * (sorted.len() - 1) as f64;
    let below = place as usize;
    let above = (below + 1).min(sorted.len() - 1);
    // Two products, for a difference could overflow.
    let part = place - below as f64;
    if part == 0.0 { sorted[below] } else { sorted[below] * (1.0 - part) + sorted[above] * part }
}

/// What lies beyond one end of the interval.
fn tail(plan: &Plan) -> f64 {
    assert!(plan.confidence > 0.0 && plan.confidence < 1.0, "a share, not {}", plan.confidence);
    (1.0 - plan.confidence) / 2.0
}

fn between(values: &[Score], shares: [f64; 2]) -> Result<Interval, Undefined> {
    let mut sorted: Vec<f64> = values.iter().filter_map(|value| value.and_then(finite).ok()).collect();
    if sorted.is_empty() {
        return Err(Undefined::TooFew);
    }
    sorted.sort_unstable_by(f64::total_cmp);
    let [low, high] = shares.map(|share| quantile(&sorted, share));
    Ok(Interval { low, high, used: sorted.len(), dropped: values.len() - sorted.len() })
}

fn share_below(values: &[Score], estimate: f64) -> Score {
    let (mut below, mut all) = (0.0, 0.0);
    for value in values.iter().filter_map(|value| value.and_then(finite).ok()) {
        all += 1.0;
        below += if value < estimate {
            1.0
        } else if value == estimate {
            0.5
        } else {
            0.0
        };
    }
    if all == 0.0 { Err(Undefined::TooFew) } else { Ok(below / all) }
}

fn acceleration(left_out: &[f64]) -> Score {
    let mean = left_out.iter().sum::<f64>() / left_out.len() as f64;
    let squares: f64 = left_out.iter().map(|value| (mean - value) * (mean - value)).sum();
    let cubes: f64 = left_out.iter().map(|value| (mean - value) * (mean - value) * (mean - value)).sum();
    // Asked of the values themselves: their mean may differ from all of them by a rounding.
    if left_out.iter().all(|&value| value == left_out[0]) {
        return Err(Undefined::Constant);
    }
    finite(cubes / (6.0 * squares * squares.sqrt()))
}

#[cfg(test)]
mod tests {
    use super::super::summary::mean;
    use super::*;

    const VALUES: [f64; 8] = [1.0, 2.0, 2.5, 3.0, 4.0, 4.5, 9.0, 11.0];

    fn plan() -> Plan {
        Plan { stream: Stream::new(7, "bootstrap"), resamples: 2000, confidence: 0.95 }
    }

    fn mean_of(drawn: &[usize]) -> Score {
        mean(&drawn.iter().map(|&i| VALUES[i]).collect::<Vec<_>>())
    }

    #[test]
    fn a_resample_takes_whole_units() {
        let units = Units::by_source(&["cat", "dog", "cat", "emu"]);
        assert_eq!(units, Units(vec![vec![0, 2], vec![1], vec![3]]));
        let halves =
            |drawn: &[usize]| drawn.iter().filter(|&&i| i == 0).count() == drawn.iter().filter(|&&i| i == 2).count();
        assert!(resamples(&units, &plan(), halves).into_iter().all(|same| same));
    }

    #[test]
    fn intervals_hold_the_estimate() {
        let units = Units::single(VALUES.len());
        let (plain, corrected) = (percentile(&units, &plan(), mean_of), bca(&units, &plan(), mean_of));
        let (plain, corrected) = (plain.unwrap(), corrected.unwrap());
        assert!(plain.low < 4.625 && 4.625 < plain.high, "{plain:?}");
        // The values reach further up than down, and so must the corrected interval.
        assert!(corrected.low > plain.low && corrected.high > plain.high, "{corrected:?} {plain:?}");
    }

    #[test]
    fn what_does_not_exist_is_dropped_and_counted() {
        let units = Units::single(VALUES.len());
        let sometimes = |drawn: &[usize]| if drawn.contains(&0) { mean_of(drawn) } else { Err(Undefined::Constant) };
        let interval = percentile(&units, &plan(), sometimes).unwrap();
        // A value is absent from (7/8)^8 of the resamples.
        assert_eq!(interval.used + interval.dropped, 2000);
        assert!((interval.dropped as f64 / 2000.0 - 0.344).abs() < 0.03, "{interval:?}");
        let never = |_: &[usize]| Err(Undefined::Constant);
        assert_eq!(percentile(&units, &plan(), never), Err(Undefined::TooFew));
        assert_eq!(bca(&units, &plan(), |_| Ok(1.0)), Err(Undefined::Constant));
    }
}
