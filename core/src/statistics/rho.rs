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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_their_ranks() {
        // Ranks 1 2.5 2.5 4 5 and 2 1 3.5 3.5 5: deviations multiply to 7.25, squares add up to 9.5 each.
        let found = rho(&[1.0, 2.0, 2.0, 3.0, 5.0], &[2.0, 1.0, 4.0, 4.0, 6.0]).unwrap();
        assert!((found - 7.25 / 9.5).abs() < 1e-15, "{found}");
    }
}
