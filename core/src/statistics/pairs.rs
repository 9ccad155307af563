//! Two lists with gaps to two lists without: what to do where a value is missing is decided here and nowhere else.

use crate::undefined::Undefined;

/// The pairs of which both values are there.
///
/// # Panics
/// If the lengths differ.
#[must_use]
pub fn complete(a: &[Option<f64>], b: &[Option<f64>]) -> (Vec<f64>, Vec<f64>) {
    assert_eq!(a.len(), b.len(), "two lists of pairs");
    a.iter().zip(b).filter_map(|(&a, &b)| a.zip(b)).unzip()
}

/// All pairs: a single gap makes the whole undefined, as NaN does in the studies that calculate with it.
///
/// # Errors
/// [`Undefined::Missing`].
///
/// # Panics
/// If the lengths differ.
pub fn gapless(a: &[Option<f64>], b: &[Option<f64>]) -> Result<(Vec<f64>, Vec<f64>), Undefined> {
    let pairs = complete(a, b);
    if pairs.0.len() == a.len() { Ok(pairs) } else { Err(Undefined::Missing) }
}

/// Whether two lists can be correlated at all.
///
/// # Errors
/// [`Undefined::TooFew`] below two pairs, [`Undefined::NotFinite`], and [`Undefined::Constant`] for equal values.
///
/// # Panics
/// If the lengths differ.
pub(super) fn check(a: &[f64], b: &[f64]) -> Result<(), Undefined> {
    assert_eq!(a.len(), b.len(), "two lists of pairs");
    if a.len() < 2 {
        return Err(Undefined::TooFew);
    }
    if a.iter().chain(b).any(|value| !value.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    let constant = |list: &[f64]| list.iter().all(|&value| value == list[0]);
    if constant(a) || constant(b) { Err(Undefined::Constant) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_dropped_or_refused() {
        let (a, b) = ([Some(1.0), None, Some(3.0)], [Some(4.0), Some(5.0), None]);
        assert_eq!(complete(&a, &b), (vec![1.0], vec![4.0]));
        assert_eq!(gapless(&a, &b), Err(Undefined::Missing));
        assert_eq!(gapless(&a[..1], &b[..1]), Ok((vec![1.0], vec![4.0])));
    }
}
