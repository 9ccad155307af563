//! Who is first: ranks with ties, which end is the better one, and how sure a rank is.

use super::bootstrap::{self, Interval, Plan, Units};
use super::summary::mean;
use crate::undefined::{Undefined, finite};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Which end of a score is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Best {
    /// The greatest score has rank 1.
    Highest,
    /// The least score has rank 1.
    Lowest,
}

impl Best {
    /// Scores with the sign that lets the best come first.
    fn first<'a>(self, scores: impl IntoIterator<Item = &'a f64>) -> Vec<f64> {
        let sign = if self == Self::Highest { -1.0 } else { 1.0 };
        scores.into_iter().map(|score| sign * score).collect()
    }
}

/// What becomes of equal scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ties {
    /// They share the mean of their ranks.
    Average,
    /// The one that stands first in the list has the better rank.
    Order,
}

/// Ranks from 1 for the least value; equal values share the mean of their ranks.
#[must_use]
pub fn average_ranks(values: &[f64]) -> Vec<f64> {
    let order = ascending(values);
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for run in order.chunk_by(|&i, &j| values[i] == values[j]) {
        for &i in run {
            ranks[i] = before as f64 + (run.len() + 1) as f64 / 2.0;
        }
        before += run.len();
    }
    ranks
}

/// Ranks from 1 for the best score; a missing score has none, and the others are ranked as if it were not there.
///
/// # Panics
/// If a score is no number.
#[must_use]
pub fn ranks(scores: &[Option<f64>], best: Best, ties: Ties) -> Vec<Option<f64>> {
    let present: Vec<usize> = (0..scores.len()).filter(|&i| scores[i].is_some()).collect();
    let values = best.first(scores.iter().flatten());
    assert!(values.iter().all(|value| !value.is_nan()), "scores are numbers");
    let found = match ties {
        Ties::Average => average_ranks(&values),
        Ties::Order => order_ranks(&values),
    };
    let mut ranks = vec![None; scores.len()];
    present.into_iter().zip(found).for_each(|(i, rank)| ranks[i] = Some(rank));
    ranks
}

/// Ranks from 1 for the least value; of equal values the first comes first.
fn order_ranks(values: &[f64]) -> Vec<f64> {
    let order = ascending(values);
    let mut ranks = vec![0.0; values.len()];
    order.into_iter().enumerate().for_each(|(place, i)| ranks[i] = (place + 1) as f64);
    ranks
}

/// Indices of the values, the least first; equal values stay in their order.
fn ascending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    // Not `total_cmp`, to which zeros of different sign are different.
    order.sort_by(|&i, &j| values[i].partial_cmp(&values[j]).unwrap_or(Ordering::Equal));
    order
}

/// A place in a ranking, and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The mean score.
    pub mean: f64,
    /// Its rank.
    pub rank: f64,
    /// The rank over resamples.
    pub interval: Interval,
}

/// Ranks rows (methods) by their mean score over the columns (observations), with an interval from resampling the units
/// that the columns belong to. All rows see the same resamples; one on which any row has no score is dropped.
///
/// # Shapes
/// `[rows, columns]`
///
/// # Errors
/// [`Undefined::TooFew`] where a row has no score at all, or some row has none on every resample;
/// [`Undefined::NotFinite`].
pub fn places(scores: &[Vec<Option<f64>>], units: &Units, best: Best, plan: &Plan) -> Result<Vec<Place>, Undefined> {
    let columns: Vec<usize> = (0..scores.first().map_or(0, Vec::len)).collect();
    let means = means(scores, &columns)?;
    let ranked = |means: &[f64]| average_ranks(&best.first(means));
    let drawn = bootstrap::resamples(units, plan, |drawn| self::means(scores, drawn).map(|means| ranked(&means)));
    let place = |(row, rank): (usize, f64)| {
        let ranks: Vec<_> = drawn.iter().map(|ranks| ranks.as_ref().map(|ranks| ranks[row]).map_err(|e| *e)).collect();
        Ok(Place { mean: means[row], rank, interval: bootstrap::interval(&ranks, plan)? })
    };
    ranked(&means).into_iter().enumerate().map(place).collect()
}

/// The mean of each row over some columns.
fn means(scores: &[Vec<Option<f64>>], columns: &[usize]) -> Result<Vec<f64>, Undefined> {
    let of = |row: &Vec<Option<f64>>| {
        let there: Vec<f64> = columns.iter().filter_map(|&column| row[column]).collect();
        mean(&there).and_then(finite)
    };
    scores.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    #[test]
    fn equal_scores_share_or_queue() {
        let scores = [Some(0.5), None, Some(0.9), Some(0.5), Some(-0.0), Some(0.0)];
        let shared = ranks(&scores, Best::Highest, Ties::Average);
        assert_eq!(shared, [Some(2.5), None, Some(1.0), Some(2.5), Some(4.5), Some(4.5)]);
        let queued = ranks(&scores, Best::Lowest, Ties::Order);
        assert_eq!(queued, [Some(3.0), None, Some(5.0), Some(4.0), Some(1.0), Some(2.0)]);
    }

    fn plan() -> Plan {
        Plan { stream: Stream::new(1, "ranking"), resamples: 500, confidence: 0.95 }
    }

    #[test]
    fn clear_ranks_are_sure_and_ties_are_not() {
        let row = |shift: f64| (0..20).map(|i| Some(shift + f64::from(i % 5))).collect::<Vec<_>>();
        let scores = vec![row(0.0), row(9.0), (0..20).map(|i| Some(f64::from((i + 2) % 5))).collect()];
        let found = places(&scores, &Units::single(20), Best::Highest, &plan()).unwrap();
        assert_eq!(found.iter().map(|place| place.rank).collect::<Vec<_>>(), [2.5, 1.0, 2.5]);
        assert_eq!((found[1].interval.low, found[1].interval.high), (1.0, 1.0));
        assert_eq!((found[0].interval.low, found[0].interval.high), (2.0, 3.0));
    }

    #[test]
    fn a_row_without_scores_has_no_rank() {
        let scores = vec![vec![Some(1.0), Some(2.0)], vec![None, None]];
        assert_eq!(places(&scores, &Units::single(2), Best::Lowest, &plan()), Err(Undefined::TooFew));
        let scores = vec![vec![Some(1.0), Some(2.0)], vec![Some(3.0), None]];
        let found = places(&scores, &Units::single(2), Best::Lowest, &plan()).unwrap();
        // A quarter of the resamples holds the second column alone.
        assert!((100..150).contains(&found[0].interval.dropped), "{found:?}");
    }
}
