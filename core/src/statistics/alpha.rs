//! Krippendorff's alpha: how far coders agree on units, beyond chance; any number of coders, values may be missing.
//!
//! alpha = 1 - Dₒ / Dₑ: the disagreement within units over that between all values, both as mean squared distances δ²
//! of pairs. Krippendorff 2019, Content Analysis, 4th edition, chapter 12. A unit with fewer than two values says
//! nothing and is left out. With the values' counts n in what is left:
//!
//! - nominal: δ² = 1 for different values;
//! - ordinal: δ = values from the middle of one category to the middle of the other, which is the interval distance of
//!   the categories' mean ranks;
//! - interval: δ = k - l;
//! - ratio: δ = (k - l) / (k + l).
//!
//! Where δ is a difference of numbers x, Σ δ² over ordered pairs is 2 n Σ (x - x̄)²: no pair is ever looked at.

use super::bootstrap::{self, Interval, Plan, Units};
use crate::undefined::{Score, Undefined, finite};
use serde::{Deserialize, Serialize};

/// What differences between values mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Same or different.
    Nominal,
    /// Before or after.
    Ordinal,
    /// So much more.
    Interval,
    /// So many times more; values are zero or above.
    Ratio,
}

/// Which of the two was drawn from many, and is resampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Over {
    /// What is judged: usual (Zapf, Castell, Morawietz and Karch 2016, BMC Medical Research Methodology 16:93).
    Units,
    /// Who judges: where these are the sample, as mosaics that rank methods are.
    Coders,
}

/// Values sorted into categories once, so that alpha of many choices of coders (a bootstrap) is only counting.
pub struct Reliability {
    /// The values that occur, ascending.
    domain: Vec<f64>,
    /// Index in `domain`, coder after coder.
    coders: Vec<Vec<Option<usize>>>,
    units: usize,
}

/// Alpha of all coders.
///
/// # Shapes
/// `[coders, units]`
///
/// # Errors
/// [`Undefined::TooFew`] where no unit has two values, [`Undefined::Constant`] where all that count are equal,
/// [`Undefined::NotFinite`], and [`Undefined::Negative`] for the ratio of values below zero.
///
/// # Panics
/// If the rows differ in length.
pub fn alpha<R: AsRef<[Option<f64>]>>(coders: &[R], level: Level) -> Score {
    Reliability::new(coders)?.alpha(0..coders.len(), level)
}

impl Reliability {
    /// Sorts the values of `[coders, units]` into categories.
    ///
    /// # Errors
    /// [`Undefined::NotFinite`].
    ///
    /// # Panics
    /// If the rows differ in length.
    pub fn new<R: AsRef<[Option<f64>]>>(coders: &[R]) -> Result<Self, Undefined> {
        // Adding zero takes the sign off a zero, so that both are one category.
        let values = || coders.iter().flat_map(|row| row.as_ref()).flatten().map(|value| value + 0.0);
        if values().any(|value| !value.is_finite()) {
            return Err(Undefined::NotFinite);
        }
        let mut domain: Vec<f64> = values().collect();
        domain.sort_unstable_by(f64::total_cmp);
        domain.dedup();
        let units = coders.first().map_or(0, |row| row.as_ref().len());
        let category = |value: &Option<f64>| value.map(|value| domain.partition_point(|&known| known < value));
        let indices = |row: &R| {
            assert_eq!(row.as_ref().len(), units, "every coder has a place for every unit");
            row.as_ref().iter().map(category).collect()
        };
        Ok(Self { coders: coders.iter().map(indices).collect(), units, domain })
    }

    /// Alpha of some coders, by their index; one may be named more than once.
    ///
    /// # Errors
    /// As [`alpha`].
    ///
    /// # Panics
    /// If there is no such coder.
    pub fn alpha(&self, coders: impl IntoIterator<Item = usize>, level: Level) -> Score {
        of(&self.counts(coders), &self.domain, level)
    }

    /// The percentile interval of alpha of all coders, from resampling what the coders or units are drawn from. A coder
    /// drawn twice agrees with itself, so few coders look better than they are: with few, resample units.
    ///
    /// # Errors
    /// [`Undefined::TooFew`] where alpha exists on no resample.
    ///
    /// # Panics
    /// If the plan's confidence is not between 0 and 1.
    pub fn interval(&self, level: Level, over: Over, plan: &Plan) -> Result<Interval, Undefined> {
        if over == Over::Coders {
            let coders = Units::single(self.coders.len());
            return bootstrap::percentile(&coders, plan, |drawn| self.alpha(drawn.iter().copied(), level));
        }
        let units = self.counts(0..self.coders.len());
        let of = |drawn: &[usize]| of(drawn.iter().map(|&unit| &units[unit]), &self.domain, level);
        bootstrap::percentile(&Units::single(units.len()), plan, of)
    }

    /// How often each unit has each value.
    fn counts(&self, coders: impl IntoIterator<Item = usize>) -> Vec<Counts> {
        let mut units = vec![Counts::new(); self.units];
        for coder in coders {
            for (unit, category) in units.iter_mut().zip(&self.coders[coder]) {
                unit.extend(category.map(|category| (category, 1)));
            }
        }
        units.into_iter().map(counted).collect()
    }
}

/// Categories, ascending, and how often each occurs.
type Counts = Vec<(usize, u64)>;

/// Alpha of units, given the values that are their categories. A unit may come more than once.
fn of<'a>(units: impl IntoIterator<Item = &'a Counts>, domain: &[f64], level: Level) -> Score {
    let units: Vec<&Counts> = units.into_iter().filter(|unit| size(unit) > 1).collect();
    let all = counted(units.iter().flat_map(|unit| unit.iter().copied()).collect());
    let total = size(&all);
    if total == 0 {
        return Err(Undefined::TooFew);
    }
    let places = places(domain, &all, level)?;
    let expected = disagreement(&all, &places, level) / (total - 1) as f64;
    if expected == 0.0 {
        return Err(Undefined::Constant);
    }
    let within = |unit: &&Counts| disagreement(unit, &places, level) / (size(unit) - 1) as f64;
    finite(1.0 - units.iter().map(within).sum::<f64>() / expected)
}

/// Where each category lies on the scale that the level measures on.
fn places(domain: &[f64], all: &Counts, level: Level) -> Result<Vec<f64>, Undefined> {
    let mut places = domain.to_vec();
    if level == Level::Ratio && all.iter().any(|&(category, _)| places[category] < 0.0) {
        return Err(Undefined::Negative);
    }
    if level == Level::Ordinal {
        let mut before = 0;
        for &(category, count) in all {
            places[category] = before as f64 + count as f64 / 2.0;
            before += count;
        }
    }
    Ok(places)
}

/// Adds up the counts of equal categories.
fn counted(mut counts: Counts) -> Counts {
    counts.sort_unstable();
    counts.chunk_by(|a, b| a.0 == b.0).map(|run| (run[0].0, run.iter().map(|(_, count)| count).sum())).collect()
}

fn size(counts: &Counts) -> u64 {
    counts.iter().map(|(_, count)| count).sum()
}

/// Σ δ² over all ordered pairs of values.
fn disagreement(counts: &Counts, places: &[f64], level: Level) -> f64 {
    let all: Vec<(f64, f64)> = counts.iter().map(|&(category, n)| (n as f64, places[category])).collect();
    let total = size(counts) as f64;
    let ratio = |x: f64, y: f64| if x == y { 0.0 } else { (x - y) / (x + y) };
    match level {
        Level::Nominal => all.iter().map(|(n, _)| n * (total - n)).sum(),
        Level::Ordinal | Level::Interval => {
            let mean: f64 = all.iter().map(|(n, x)| n / total * x).sum();
            2.0 * total * all.iter().map(|(n, x)| n * (x - mean) * (x - mean)).sum::<f64>()
        }
        Level::Ratio => {
            let beside =
                |&(n, x): &(f64, f64)| n * all.iter().map(|&(m, y)| m * ratio(x, y) * ratio(x, y)).sum::<f64>();
            all.iter().map(beside).sum()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    const LEVELS: [Level; 4] = [Level::Nominal, Level::Ordinal, Level::Interval, Level::Ratio];

    fn row(text: &str) -> Vec<Option<f64>> {
        text.split(' ').map(|value| value.parse().ok()).collect()
    }

    #[test]
    fn krippendorffs_own_example() {
        let coders = [
            row("1 2 3 3 2 1 4 1 2 . . ."),
            row("1 2 3 3 2 2 4 1 2 5 . 3"),
            row(". 3 3 3 2 3 4 2 2 5 1 ."),
            row("1 2 3 3 2 4 4 1 2 5 1 ."),
        ];
        for (level, published) in LEVELS.into_iter().zip([0.743, 0.815, 0.849, 0.797]) {
            let found = alpha(&coders, level).unwrap();
            assert!((found - published).abs() < 5e-4, "{level:?}: {found}");
        }
    }

    #[test]
    fn nothing_to_agree_on_is_undefined() {
        for level in LEVELS {
            assert_eq!(alpha::<Vec<_>>(&[], level), Err(Undefined::TooFew));
            assert_eq!(alpha(&[row("1 2 3"), row(". . .")], level), Err(Undefined::TooFew));
            assert_eq!(alpha(&[row("2 2 7"), row("2 2 .")], level), Err(Undefined::Constant));
            assert_eq!(alpha(&[[Some(f64::NAN)], [Some(1.0)]], level), Err(Undefined::NotFinite));
        }
        assert_eq!(alpha(&[row("-1 2"), row("1 2")], Level::Ratio), Err(Undefined::Negative));
        assert_eq!(alpha(&[row("0 2"), row("-0 2")], Level::Ratio), Ok(1.0));
    }

    #[test]
    fn intervals_come_from_what_is_resampled() {
        let rows = [row("1 2 3 4 5 6 7 8"), row("1 2 3 4 5 6 8 7"), row("2 1 3 4 5 . 8 7")];
        let reliability = Reliability::new(&rows).unwrap();
        let plan = Plan { stream: Stream::new(3, "alpha"), resamples: 400, confidence: 0.9 };
        let column = |unit: usize| rows.iter().map(|row| row[unit]).collect::<Vec<_>>();
        let by_hand = |drawn: &[usize]| {
            let units: Vec<_> = drawn.iter().map(|&unit| column(unit)).collect();
            let coder = |coder: usize| units.iter().map(|unit| unit[coder]).collect::<Vec<_>>();
            alpha(&[0, 1, 2].map(coder), Level::Interval)
        };
        let units = reliability.interval(Level::Interval, Over::Units, &plan).unwrap();
        let expected = bootstrap::percentile(&Units::single(8), &plan, by_hand).unwrap();
        assert!((units.low - expected.low).abs() < 1e-12 && (units.high - expected.high).abs() < 1e-12);
        let coders = reliability.interval(Level::Interval, Over::Coders, &plan).unwrap();
        assert_eq!((coders.high, coders.used), (1.0, 400), "one coder thrice agrees with itself");
    }

    #[test]
    fn a_chosen_coder_counts_as_often_as_named() {
        let rows = [row("1 2 3 4"), row("1 2 4 3"), row("2 1 3 .")];
        let chosen = [rows[2].clone(), rows[0].clone(), rows[2].clone()];
        for level in LEVELS {
            let found = Reliability::new(&rows).unwrap().alpha([2, 0, 2], level).unwrap();
            assert!((found - alpha(&chosen, level).unwrap()).abs() < 1e-15);
        }
    }
}
