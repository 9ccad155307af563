//! Whether methods differ at all over mosaics, and which two do: Friedman's test on ranks, and Nemenyi's after it.
//!
//! Each mosaic ranks the methods; with k methods, n mosaics and R̄ the mean ranks, χ² = 12 n / (k (k + 1)) Σ (R̄ - (k+1)/2)²
//! over 1 - Σ (t³ - t) / (n (k³ - k)), t the lengths of ties, with k - 1 degrees of freedom (Friedman 1937, Journal of
//! the American Statistical Association 32). Two methods differ if their mean ranks are more than the critical
//! difference q √(k (k + 1) / (6 n)) / √2 apart, q of the studentized range (Nemenyi 1963; Demšar 2006, Journal of Machine
//! Learning Research 7). Both take mosaics for independent of each other: where they share photos, the intervals of
//! [`ranking`](super::ranking), which resample photos, are the better guide.

use super::ranking::{Best, Ties, ranks};
use crate::math::{chi_squared_above, studentized_range_above, studentized_range_quantile};
use crate::undefined::{Undefined, finite};
use serde::{Deserialize, Serialize};
use std::f64::consts::SQRT_2;

/// What the test says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Friedman {
    /// The mean rank of each method, 1 for the best.
    pub ranks: Vec<f64>,
    /// Mosaics on which every method has a score.
    pub used: usize,
    /// The others, which are left out.
    pub dropped: usize,
    /// χ², corrected for ties.
    pub statistic: f64,
    /// The chance of a χ² as large where no method differs.
    pub p: f64,
}

/// The test on the scores of methods (rows) on mosaics (columns).
///
/// # Shapes
/// `[rows, columns]`
///
/// # Errors
/// [`Undefined::TooFew`] below two methods or two mosaics, [`Undefined::Constant`] where every mosaic ranks all alike,
/// [`Undefined::NotFinite`].
///
/// # Panics
/// If the rows differ in length.
pub fn friedman<R: AsRef<[Option<f64>]>>(rows: &[R], best: Best) -> Result<Friedman, Undefined> {
    let columns = rows.first().map_or(0, |row| row.as_ref().len());
    assert!(rows.iter().all(|row| row.as_ref().len() == columns), "a place for every mosaic");
    for &value in rows.iter().flat_map(|row| row.as_ref()).flatten() {
        finite(value)?;
    }
    let column = |at: usize| rows.iter().map(|row| row.as_ref()[at]).collect::<Vec<_>>();
    let whole = (0..columns).map(column).filter(|scores| scores.iter().all(Option::is_some));
    let ranked: Vec<Vec<f64>> =
        whole.map(|scores| ranks(&scores, best, Ties::Average).into_iter().flatten().collect()).collect();
    let (methods, mosaics) = (rows.len() as f64, ranked.len() as f64);
    if rows.len() < 2 || ranked.len() < 2 {
        return Err(Undefined::TooFew);
    }
    let mean = |method: usize| ranked.iter().map(|ranks| ranks[method]).sum::<f64>() / mosaics;
    let means: Vec<f64> = (0..rows.len()).map(mean).collect();
    let ties: f64 = ranked.iter().map(|ranks| ties(ranks)).sum();
    let untied = 1.0 - ties / (mosaics * (methods * methods * methods - methods));
    if untied <= 0.0 {
        return Err(Undefined::Constant);
    }
    let middle = (methods + 1.0) / 2.0;
    let squares: f64 = means.iter().map(|mean| (mean - middle) * (mean - middle)).sum();
    let statistic = 12.0 * mosaics / (methods * (methods + 1.0)) * squares / untied;
    let p = chi_squared_above(statistic, rows.len() - 1);
    Ok(Friedman { ranks: means, used: ranked.len(), dropped: columns - ranked.len(), statistic, p })
}

impl Friedman {
    /// Mean ranks farther apart than this differ, at a level such as 0.05.
    ///
    /// # Panics
    /// If the level is not between 0 and 1.
    #[must_use]
    pub fn critical_difference(&self, level: f64) -> f64 {
        studentized_range_quantile(level, self.ranks.len()) / SQRT_2 * self.deviation()
    }

    /// For every two methods, the chance of mean ranks as far apart where none differs.
    ///
    /// # Shapes
    /// `[methods, methods]`
    #[must_use]
    pub fn nemenyi(&self) -> Vec<Vec<f64>> {
        let between = |a: f64, b: f64| {
            let q = (a - b).abs() / self.deviation() * SQRT_2;
            studentized_range_above(q, self.ranks.len())
        };
        self.ranks.iter().map(|&a| self.ranks.iter().map(|&b| between(a, b)).collect()).collect()
    }

    /// The standard deviation of a difference of two mean ranks.
    fn deviation(&self) -> f64 {
        let methods = self.ranks.len() as f64;
        (methods * (methods + 1.0) / (6.0 * self.used as f64)).sqrt()
    }
}

/// Σ (t³ - t) over the runs of equal ranks.
fn ties(ranks: &[f64]) -> f64 {
    let mut sorted = ranks.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let cube = |length: usize| (length * length * length - length) as f64;
    sorted.chunk_by(|a, b| a == b).map(|run| cube(run.len())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: [f64; 4]) -> Vec<Option<f64>> {
        values.map(Some).to_vec()
    }

    #[test]
    fn clear_orders_differ_and_gaps_are_left_out() {
        let mut rows = vec![row([3.0, 3.5, 4.0, 9.0]), row([2.0, 2.5, 1.0, 8.0]), row([1.0, 0.5, 0.0, 7.0])];
        let found = friedman(&rows, Best::Highest).unwrap();
        // Four mosaics in one order: the mean ranks are 1, 2 and 3 and the statistic is the greatest there is, n (k - 1).
        assert_eq!((&found.ranks[..], found.used, found.dropped), (&[1.0, 2.0, 3.0][..], 4, 0));
        assert!((found.statistic - 8.0).abs() < 1e-12 && (found.p - (-4.0_f64).exp()).abs() < 1e-15);
        assert_eq!(friedman(&rows, Best::Lowest).unwrap().ranks, [3.0, 2.0, 1.0]);
        rows[1][2] = None;
        let found = friedman(&rows, Best::Highest).unwrap();
        assert_eq!((found.used, found.dropped), (3, 1));
        assert!(found.nemenyi()[0][2] < found.nemenyi()[0][1] && (found.nemenyi()[1][1] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_to_tell_apart_is_undefined() {
        assert_eq!(friedman(&[row([1.0; 4])], Best::Highest), Err(Undefined::TooFew));
        assert_eq!(friedman(&[row([1.0; 4]), row([1.0; 4])], Best::Highest), Err(Undefined::Constant));
        assert_eq!(
            friedman(&[vec![None, Some(1.0)], row([1.0; 4])[..2].to_vec()], Best::Lowest),
            Err(Undefined::TooFew)
        );
        assert_eq!(friedman(&[row([f64::NAN; 4]), row([1.0; 4])], Best::Highest), Err(Undefined::NotFinite));
    }
}
