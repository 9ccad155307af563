//! Pearson's correlation r: how near two lists are to a straight line.
//!
//! r = Σ (a - ā)(b - b̄) / √(Σ (a - ā)² Σ (b - b̄)²). In two passes: means first, then deviations, scaled by their
//! greatest so that their squares neither vanish nor overflow.

use super::pairs;
use crate::undefined::{Score, Undefined, finite};

/// The correlation of `a` and `b`, from -1 to 1.
///
/// # Errors
/// Where fewer than two pairs, a constant list or a value that is not finite make it [`Undefined`].
///
/// # Panics
/// If the lengths differ.
pub fn pearson(a: &[f64], b: &[f64]) -> Score {
    pairs::check(a, b)?;
    let (a, b) = (deviations(a)?, deviations(b)?);
    let sum = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    let r = sum(&a, &b) / (sum(&a, &a) * sum(&b, &b)).sqrt();
    finite(r).map(|r| r.clamp(-1.0, 1.0))
}

/// What is left of each value without the mean, over the greatest of them.
fn deviations(list: &[f64]) -> Result<Vec<f64>, Undefined> {
    let mean = finite(list.iter().sum::<f64>() / list.len() as f64)?;
    let greatest = list.iter().fold(0.0_f64, |greatest, value| greatest.max((value - mean).abs()));
    Ok(list.iter().map(|value| (value - mean) / greatest).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one() {
        assert_eq!(pearson(&[1.0, 2.0, 4.0], &[3.0, 5.0, 9.0]), Ok(1.0));
        assert_eq!(pearson(&[1e200, 3e200], &[1e-200, -1e-200]), Ok(-1.0));
    }

    #[test]
    fn no_number_where_there_is_none() {
        assert_eq!(pearson(&[1.0], &[1.0]), Err(Undefined::TooFew));
        assert_eq!(pearson(&[0.1; 3], &[1.0, 2.0, 3.0]), Err(Undefined::Constant));
        assert_eq!(pearson(&[f64::NAN, 1.0], &[1.0, 2.0]), Err(Undefined::NotFinite));
        assert_eq!(pearson(&[1e308, 1.5e308], &[1.0, 2.0]), Err(Undefined::NotFinite));
    }

    #[test]
    fn a_large_mean_does_not_hide_small_differences() {
        let a: Vec<f64> = (0..50_176).map(|i| 1e8 + f64::from(i % 7)).collect();
        let b: Vec<f64> = (0..50_176).map(|i| f64::from(i % 7)).collect();
        assert!((pearson(&a, &b).unwrap() - 1.0).abs() < 1e-12);
    }
}
