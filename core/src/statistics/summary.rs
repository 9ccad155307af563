//! A list of scores in a few numbers: mean, median, quartiles, deviation, and how many scores do not exist, and why.

use super::bootstrap::quantile;
use crate::undefined::{Score, Undefined, finite};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is said of a list of scores. Those that do not exist are counted, and the rest is said of the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// How many scores exist.
    pub count: usize,
    /// How many do not exist, by reason.
    pub undefined: BTreeMap<Undefined, usize>,
    /// Their mean.
    pub mean: Score,
    /// Their standard deviation, of a sample: the divisor is one less than the count.
    pub deviation: Score,
    /// Least value, lower quartile, median, upper quartile, greatest value; between two values along a straight line.
    pub quartiles: Result<[f64; 5], Undefined>,
}

impl Summary {
    /// Of a list of scores.
    #[must_use]
    pub fn of(scores: &[Score]) -> Self {
        let mut undefined = BTreeMap::new();
        let mut values = Vec::with_capacity(scores.len());
        for score in scores {
            match score.and_then(finite) {
                Ok(value) => values.push(value),
                Err(reason) => *undefined.entry(reason).or_default() += 1,
            }
        }
        values.sort_unstable_by(f64::total_cmp);
        let quartiles = match values[..] {
            [] => Err(Undefined::TooFew),
            _ => Ok([0.0, 0.25, 0.5, 0.75, 1.0].map(|share| quantile(&values, share))),
        };
        Self { count: values.len(), undefined, mean: mean(&values), deviation: deviation(&values), quartiles }
    }

    /// The median.
    ///
    /// # Errors
    /// [`Undefined::TooFew`] where no score exists.
    pub fn median(&self) -> Score {
        self.quartiles.map(|quartiles| quartiles[2])
    }
}

/// The mean.
///
/// # Errors
/// [`Undefined::TooFew`] of no values, [`Undefined::NotFinite`].
pub fn mean(values: &[f64]) -> Score {
    if values.is_empty() {
        return Err(Undefined::TooFew);
    }
    finite(values.iter().sum::<f64>() / values.len() as f64)
}

/// The median.
///
/// # Errors
/// [`Undefined::TooFew`] of no values.
pub fn median(values: &[f64]) -> Score {
    Summary::of(&values.iter().map(|value| Ok(*value)).collect::<Vec<_>>()).median()
}

/// The standard deviation of a sample.
///
/// # Errors
/// [`Undefined::TooFew`] below two values, [`Undefined::NotFinite`].
pub fn deviation(values: &[f64]) -> Score {
    if values.len() < 2 {
        return Err(Undefined::TooFew);
    }
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    finite((squares / (values.len() - 1) as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_exist_is_counted() {
        let scores = [Ok(4.0), Err(Undefined::Constant), Ok(1.0), Err(Undefined::Constant), Ok(2.0), Ok(f64::NAN)];
        let summary = Summary::of(&scores);
        assert_eq!(summary.count, 3);
        assert_eq!(summary.undefined, [(Undefined::Constant, 2), (Undefined::NotFinite, 1)].into());
        assert_eq!(summary.mean, Ok(7.0 / 3.0));
        assert_eq!(summary.quartiles, Ok([1.0, 1.5, 2.0, 3.0, 4.0]));
        assert_eq!(summary.median(), Ok(2.0));
    }

    #[test]
    fn of_few_values_little_is_said() {
        let none = Summary::of(&[]);
        assert_eq!((none.mean, none.median()), (Err(Undefined::TooFew), Err(Undefined::TooFew)));
        let one = Summary::of(&[Ok(3.0)]);
        assert_eq!((one.mean, one.deviation, one.median()), (Ok(3.0), Err(Undefined::TooFew), Ok(3.0)));
    }
}
