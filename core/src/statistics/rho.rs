//! Spearman's rho: Pearson's correlation of the ranks, tied values sharing the mean of their ranks.
//!
//! The shortcut 1 - 6 Σ d² / (n³ - n) is wrong with ties and is not used. Spearman 1904, American Journal of Psychology
//! 15; ties as in Kendall and Gibbons 1990, Rank Correlation Methods, chapter 3.

use super::{pairs, pearson::pearson, ranking::average_ranks};
use crate::undefined::Score;

/// The rank correlation of `a` and `b`, from -1 to 1. Lists with gaps go through [`pairs`] first.
///
/// # Errors
/// Where fewer than two pairs, a constant list or a value that is not finite make it
/// [`Undefined`](crate::undefined::Undefined).
///
/// # Panics
/// If the lengths differ.
pub fn rho(a: &[f64], b: &[f64]) -> Score {
    pairs::check(a, b)?;
    pearson(&average_ranks(a), &average_ranks(b))
}

/// The rank correlation of every two rows with gaps, over the columns where both have a value; of a row with itself 1,
/// where it varies.
///
/// # Shapes
/// `[rows, columns]` to `[rows, rows]`
///
/// # Panics
/// If the rows differ in length.
#[must_use]
pub fn matrix<R: AsRef<[Option<f64>]>>(rows: &[R]) -> Vec<Vec<Score>> {
    let of = |a: &R, b: &R| {
        let (a, b) = pairs::complete(a.as_ref(), b.as_ref());
        rho(&a, &b)
    };
    rows.iter().map(|a| rows.iter().map(|b| of(a, b)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::undefined::Undefined;

    #[test]
    fn two_rows_and_gaps_have_a_matrix() {
        let rows = [[Some(1.0), Some(2.0), None, Some(4.0)], [Some(9.0), Some(7.0), Some(5.0), Some(6.0)]];
        assert_eq!(matrix(&rows), [[Ok(1.0), Ok(-1.0)], [Ok(-1.0), Ok(1.0)]]);
        let flat = [[Some(1.0), Some(1.0)], [None, Some(2.0)]];
        assert_eq!(matrix(&flat)[0], [Err(Undefined::Constant), Err(Undefined::TooFew)]);
    }

    #[test]
    fn ties_share_their_ranks() {
        // Ranks 1 2.5 2.5 4 5 and 2 1 3.5 3.5 5: deviations multiply to 7.25, squares add up to 9.5 each.
        let found = rho(&[1.0, 2.0, 2.0, 3.0, 5.0], &[2.0, 1.0, 4.0, 4.0, 6.0]).unwrap();
        assert!((found - 7.25 / 9.5).abs() < 1e-15, "{found}");
    }
}
