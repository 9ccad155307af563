//! Kendall's tau-b: of all pairs of places, how many more are in the same order in both lists than in opposite order.
//!
//! tau-b = (P - Q) / √((N - Tₐ)(N - T_b)), with N pairs, P in the same and Q in opposite order, Tₐ and T_b tied in a
//! and in b. Kendall 1945, Biometrika 33. Counted in O(n log n) after Knight 1966, Journal of the American Statistical
//! Association 61: sorted by a, the inversions of b are Q.

use super::pairs;
use crate::undefined::Score;
use std::cmp::Ordering;

/// The rank correlation of `a` and `b`, from -1 to 1. Lists with gaps go through [`pairs`] first.
///
/// # Errors
/// Where fewer than two pairs, a constant list or a value that is not finite make it
/// [`Undefined`](crate::undefined::Undefined).
///
/// # Panics
/// If the lengths differ.
pub fn tau(a: &[f64], b: &[f64]) -> Score {
    pairs::check(a, b)?;
    let mut both: Vec<(f64, f64)> = a.iter().copied().zip(b.iter().copied()).collect();
    both.sort_unstable_by(|x, y| order(x.0, y.0).then(order(x.1, y.1)));
    let tied_a = tied(&both, |x, y| x.0 == y.0);
    let tied_both = tied(&both, |x, y| x == y);
    let mut b: Vec<f64> = both.into_iter().map(|pair| pair.1).collect();
    let opposite = inversions(&mut b);
    let tied_b = tied(&b, |x, y| x == y);
    let all = of(b.len());
    // Pairs that are tied nowhere are P + Q.
    let untied = all + tied_both - tied_a - tied_b;
    let difference = untied as f64 - 2.0 * opposite as f64;
    Ok((difference / ((all - tied_a) as f64).sqrt() / ((all - tied_b) as f64).sqrt()).clamp(-1.0, 1.0))
}

/// Order of finite values; zero has no sign.
fn order(x: f64, y: f64) -> Ordering {
    x.partial_cmp(&y).unwrap_or(Ordering::Equal)
}

/// Number of pairs among `n`.
fn of(n: usize) -> u64 {
    let n = n as u64;
    n * n.saturating_sub(1) / 2
}

/// Number of equal pairs in a sorted list.
fn tied<T>(sorted: &[T], equal: impl Fn(&T, &T) -> bool) -> u64 {
    sorted.chunk_by(equal).map(|run| of(run.len())).sum()
}

/// Sorts a list by merging and counts the pairs whose first was the greater.
fn inversions(list: &mut [f64]) -> u64 {
    let mut merged = list.to_vec();
    let mut count = 0;
    let mut width = 1;
    while width < list.len() {
        for (from, to) in list.chunks(2 * width).zip(merged.chunks_mut(2 * width)) {
            let (left, right) = from.split_at(width.min(from.len()));
            count += merge(left, right, to);
        }
        list.copy_from_slice(&merged);
        width *= 2;
    }
    count
}

/// Merges two sorted lists and counts the pairs with the greater one on the left.
fn merge(left: &[f64], right: &[f64], merged: &mut [f64]) -> u64 {
    let (mut l, mut r, mut count) = (0, 0, 0);
    for place in merged {
        if r == right.len() || l < left.len() && left[l] <= right[r] {
            *place = left[l];
            l += 1;
        } else {
            *place = right[r];
            r += 1;
            count += (left.len() - l) as u64;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_count_for_neither_side() {
        // Of 10 pairs 7 agree and 1 does not; one is tied in each list: 6 / √(9 · 9).
        let found = tau(&[1.0, 2.0, 2.0, 3.0, 5.0], &[2.0, 1.0, 4.0, 4.0, 6.0]).unwrap();
        assert!((found - 6.0 / 9.0).abs() < 1e-15, "{found}");
        assert_eq!(tau(&[-0.0, 0.0, 1.0], &[1.0, 2.0, 3.0]), tau(&[0.0, 0.0, 1.0], &[1.0, 2.0, 3.0]));
    }

    #[test]
    fn counting_pairs_one_by_one_gives_the_same() {
        let list = |factor: usize, levels: usize| -> Vec<f64> {
            (0..97).map(|i| ((i * factor + i * i) % levels) as f64).collect()
        };
        let (a, b) = (list(37, 23), list(53, 31));
        let (mut sum, mut in_a, mut in_b) = (0.0, 0.0, 0.0);
        for i in 0..97 {
            for j in 0..i {
                let sign = |list: &[f64]| if list[i] == list[j] { 0.0 } else { (list[i] - list[j]).signum() };
                sum += sign(&a) * sign(&b);
                in_a += sign(&a).abs();
                in_b += sign(&b).abs();
            }
        }
        assert!((tau(&a, &b).unwrap() - sum / f64::sqrt(in_a * in_b)).abs() < 1e-15);
    }
}
