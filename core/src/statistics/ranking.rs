//! Who is first: ranks with ties, which end is the better one, and how sure a rank is.

use super::bootstrap::{self, Interval, Plan, Units};
use crate::undefined::{Score, Undefined, finite};
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
pub struct Standing {
    /// From 1 for the best.
    pub rank: f64,
    /// The rank over resamples; none where none was asked for or can be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}

/// What makes a ranking of rows (methods) over columns (observations).
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// What is ranked of the scores that a row has: their mean or median.
    pub centre: fn(&[f64]) -> Score,
    /// Which end of it is the better one.
    pub best: Best,
    /// What becomes of equal ones.
    pub ties: Ties,
}

impl Rule {
    /// The ranks of rows by these columns; a row without a score has none.
    ///
    /// # Shapes
    /// `[rows, columns]`
    #[must_use]
    pub fn ranks(&self, scores: &[Vec<Option<f64>>], columns: &[usize]) -> Vec<Option<f64>> {
        let centre = |row: &Vec<Option<f64>>| {
            let there: Vec<f64> = columns.iter().filter_map(|&column| row[column]).collect();
            (self.centre)(&there).and_then(finite).ok()
        };
        ranks(&scores.iter().map(centre).collect::<Vec<_>>(), self.best, self.ties)
    }

    /// The places of rows over all columns, with intervals from resampling the units that the columns belong to. All rows
    /// see the same resamples; one on which a row loses its place is dropped.
    ///
    /// # Shapes
    /// `[rows, columns]`
    #[must_use]
    pub fn standings(&self, scores: &[Vec<Option<f64>>], units: &Units, plan: &Plan) -> Vec<Option<Standing>> {
        let columns: Vec<usize> = (0..scores.first().map_or(0, Vec::len)).collect();
        let found = self.ranks(scores, &columns);
        let drawn = bootstrap::resamples(units, plan, |drawn| self.ranks(scores, drawn));
        let whole =
            |ranks: &Vec<Option<f64>>| ranks.iter().zip(&found).all(|(now, all)| now.is_some() == all.is_some());
        let interval = |row: usize| {
            let rank = |ranks: &Vec<Option<f64>>| ranks[row].filter(|_| whole(ranks)).ok_or(Undefined::Missing);
            bootstrap::interval(&drawn.iter().map(rank).collect::<Vec<_>>(), plan).ok()
        };
        let standing = |(row, rank): (usize, &Option<f64>)| rank.map(|rank| Standing { rank, interval: interval(row) });
        found.iter().enumerate().map(standing).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;
    use crate::statistics::summary::mean;

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

    const BY_MEAN: Rule = Rule { centre: mean, best: Best::Highest, ties: Ties::Average };

    #[test]
    fn clear_ranks_are_sure_and_ties_are_not() {
        let row = |shift: f64| (0..20).map(|i| Some(shift + f64::from(i % 5))).collect::<Vec<_>>();
        let scores = vec![row(0.0), row(9.0), (0..20).map(|i| Some(f64::from((i + 2) % 5))).collect()];
        let found: Vec<Standing> =
            BY_MEAN.standings(&scores, &Units::single(20), &plan()).into_iter().flatten().collect();
        assert_eq!(found.iter().map(|place| place.rank).collect::<Vec<_>>(), [2.5, 1.0, 2.5]);
        let ends = |at: usize| found[at].interval.map(|interval| (interval.low, interval.high));
        assert_eq!((ends(1), ends(0)), (Some((1.0, 1.0)), Some((2.0, 3.0))));
        let none = Plan { resamples: 0, ..plan() };
        assert!(
            BY_MEAN.standings(&scores, &Units::single(20), &none).iter().all(|one| one.unwrap().interval.is_none())
        );
    }

    #[test]
    fn a_row_without_scores_has_no_rank() {
        let rule = Rule { best: Best::Lowest, ..BY_MEAN };
        let scores = vec![vec![Some(1.0), Some(2.0)], vec![None, None]];
        let found = rule.standings(&scores, &Units::single(2), &plan());
        assert_eq!((found[0].unwrap().rank, found[1]), (1.0, None));
        let scores = vec![vec![Some(1.0), Some(2.0)], vec![Some(3.0), None]];
        let found = rule.standings(&scores, &Units::single(2), &plan());
        // A quarter of the resamples holds the second column alone.
        assert!((100..150).contains(&found[0].unwrap().interval.unwrap().dropped), "{found:?}");
    }
}
