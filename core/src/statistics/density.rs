//! How scores are spread, as a smooth curve: a sum of Gaussians, one over each value.
//!
//! density(x) = Σ φ((x - xᵢ) / h) / (n h), with bandwidth h = factor · s and s the sample's standard deviation. Factor
//! after Scott 1992, Multivariate Density Estimation: n^(-1/5); after Silverman 1986, Density Estimation:
//! (3 n / 4)^(-1/5).

use super::summary;
use crate::math::normal_density;
use crate::undefined::{Undefined, finite};
use serde::{Deserialize, Serialize};

/// How wide the Gaussians are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Bandwidth {
    /// n^(-1/5) deviations.
    Scott,
    /// (3 n / 4)^(-1/5) deviations.
    Silverman,
}

/// A smooth curve over values.
#[derive(Clone, Debug, PartialEq)]
pub struct Density {
    values: Vec<f64>,
    bandwidth: f64,
}

impl Density {
    /// Over these values.
    ///
    /// # Errors
    /// [`Undefined::TooFew`] below two values, [`Undefined::Constant`] where all are equal, [`Undefined::NotFinite`].
    pub fn new(values: &[f64], rule: Bandwidth) -> Result<Self, Undefined> {
        if values.len() < 2 {
            return Err(Undefined::TooFew);
        }
        for &value in values {
            finite(value)?;
        }
        if values.iter().all(|&value| value == values[0]) {
            return Err(Undefined::Constant);
        }
        let bandwidth = rule.factor(values.len()) * summary::deviation(values)?;
        // Squares of tiny differences vanish.
        if bandwidth == 0.0 { Err(Undefined::Constant) } else { Ok(Self { values: values.to_vec(), bandwidth }) }
    }

    /// The standard deviation of each Gaussian.
    #[must_use]
    pub fn bandwidth(&self) -> f64 {
        self.bandwidth
    }

    /// The curve's height.
    #[must_use]
    pub fn at(&self, x: f64) -> f64 {
        let sum: f64 = self.values.iter().map(|value| normal_density((x - value) / self.bandwidth)).sum();
        sum / (self.values.len() as f64 * self.bandwidth)
    }

    /// Places at equal distances from the least value to the greatest, both included, and the curve's height there: the
    /// outline of a violin, which so never leaves the range of its data.
    ///
    /// # Panics
    /// If there are fewer than two points.
    #[must_use]
    pub fn grid(&self, points: usize) -> Vec<(f64, f64)> {
        assert!(points > 1, "a line has two ends");
        let (low, high) = self
            .values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)));
        let last = points - 1;
        let place = |i: usize| if i == last { high } else { low + (high - low) / last as f64 * i as f64 };
        (0..points).map(place).map(|x| (x, self.at(x))).collect()
    }
}

impl Bandwidth {
    fn factor(self, count: usize) -> f64 {
        let count = count as f64;
        let effective = match self {
            Self::Scott => count,
            Self::Silverman => count * 3.0 / 4.0,
        };
        libm::pow(effective, -0.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_one() {
        let density = Density::new(&[0.0, 1.0, 2.0, 4.0, 7.0], Bandwidth::Scott).unwrap();
        let area: f64 = (-2000..3000).map(|i| density.at(f64::from(i) / 100.0) / 100.0).sum();
        assert!((area - 1.0).abs() < 1e-9, "{area}");
    }

    #[test]
    fn a_point_has_no_spread() {
        assert_eq!(Density::new(&[1.0], Bandwidth::Scott), Err(Undefined::TooFew));
        assert_eq!(Density::new(&[0.1; 3], Bandwidth::Scott), Err(Undefined::Constant));
        assert_eq!(Density::new(&[0.1, f64::NAN], Bandwidth::Scott), Err(Undefined::NotFinite));
    }
}
