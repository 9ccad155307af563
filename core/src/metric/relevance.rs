//! Where relevance falls on a mosaic, in the terms of classification (Fresz, Lörcher and Huber 2024, FAccT, doi
//! 10.1145/3630106.3658537; precision alone is Focus: Arias-Duart et al. 2022, arXiv 2109.15035).
//!
//! Relevance for the class counts as a claim that the class is there, relevance against it as a claim that it is not.
//! TP is the sum of what is above zero on cells of the target class, FN of what is below zero there, FP and TN likewise
//! on the other cells; all are magnitudes, sums of relevance and not numbers of pixels. A map that knows no class
//! spreads evenly, both signs alike, and where half the cells are the target's most rates then are one half.

use crate::descriptor::Sign;
use crate::mosaic::Cells;
use crate::statistics::ranking::Best;
use crate::undefined::{Score, Undefined, finite, ratio};
use serde::{Deserialize, Serialize};

/// How much relevance fell where it should and where it should not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Masses {
    /// Above zero on target cells.
    pub true_positive: f64,
    /// Below zero on target cells, as a magnitude.
    pub false_negative: f64,
    /// Above zero on other cells.
    pub false_positive: f64,
    /// Below zero on other cells, as a magnitude.
    pub true_negative: f64,
}

impl Masses {
    /// Of a map.
    ///
    /// # Shapes
    /// `[height, width]`, those of the cells: see [`Cells::scaled`].
    ///
    /// # Errors
    /// [`Undefined::NotFinite`].
    ///
    /// # Panics
    /// If the map has another size than the cells.
    pub fn of(map: &[f32], cells: &Cells) -> Result<Self, Undefined> {
        let finite = on_cells(map, cells).all(|(value, _)| value.is_finite());
        if finite { Ok(Self::ignoring_nan(map, cells)) } else { Err(Undefined::NotFinite) }
    }

    /// Of a map, with what is no number left out: as the study of FAccT 2024 has it.
    ///
    /// # Panics
    /// If the map has another size than the cells.
    #[must_use]
    pub fn ignoring_nan(map: &[f32], cells: &Cells) -> Self {
        let mut masses = Self::default();
        for (value, target) in on_cells(map, cells) {
            let mass = match (target, value > 0.0) {
                (true, true) => &mut masses.true_positive,
                (true, false) => &mut masses.false_negative,
                (false, true) => &mut masses.false_positive,
                (false, false) => &mut masses.true_negative,
            };
            // The greater of NaN and a number is the number.
            *mass += f64::from(value.abs()).max(0.0);
        }
        masses
    }
}

/// The values that lie on cells, and whether on the target's.
fn on_cells<'a>(map: &'a [f32], cells: &Cells) -> impl Iterator<Item = (f32, bool)> + 'a {
    assert_eq!(map.len(), cells.height * cells.width, "a map of {} by {}", cells.height, cells.width);
    map.iter().copied().zip(cells.mask()).filter_map(|(value, place)| place.map(|target| (value, target)))
}

/// A number that is made of the four masses.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Name in commands and files.
    pub id: &'static str,
    /// Name as a person reads it.
    pub title: &'static str,
    /// What it says.
    pub sentence: &'static str,
    /// Which end is the better one.
    pub best: Best,
    /// Whether it speaks of relevance below zero: of a map that has none by its nature it would be a constant, or
    /// another rate under a new name.
    pub signed: bool,
    formula: fn(&Masses) -> Score,
}

impl Rate {
    /// The number.
    ///
    /// # Errors
    /// [`Undefined::ZeroDenominator`], and [`Undefined::PositiveOnly`] where the map cannot be below zero and the rate
    /// speaks of that.
    pub fn of(&self, masses: &Masses, sign: Sign) -> Score {
        if self.signed && sign == Sign::Positive {
            return Err(Undefined::PositiveOnly);
        }
        (self.formula)(masses)
    }
}

/// All rates; the first seven are those of FAccT 2024, in its order.
pub const RATES: &[Rate] = &[
    Rate {
        id: "precision",
        title: "Precision (Focus)",
        sentence: "Of the relevance for the class, the share that lies on it.",
        best: Best::Highest,
        signed: false,
        formula: |m| ratio(m.true_positive, m.true_positive + m.false_positive),
    },
    Rate {
        id: "sensitivity",
        title: "Sensitivity",
        sentence: "Of the relevance on the class, the share that speaks for it.",
        best: Best::Highest,
        signed: true,
        formula: |m| ratio(m.true_positive, m.true_positive + m.false_negative),
    },
    Rate {
        id: "false-negative-rate",
        title: "False-negative rate",
        sentence: "Of the relevance on the class, the share that speaks against it.",
        best: Best::Lowest,
        signed: true,
        formula: |m| ratio(m.false_negative, m.true_positive + m.false_negative),
    },
    Rate {
        id: "false-positive-rate",
        title: "False-positive rate",
        sentence: "Of the relevance elsewhere, the share that speaks for the class.",
        best: Best::Lowest,
        signed: true,
        formula: |m| ratio(m.false_positive, m.true_negative + m.false_positive),
    },
    Rate {
        id: "specificity",
        title: "Specificity",
        sentence: "Of the relevance elsewhere, the share that speaks against the class.",
        best: Best::Highest,
        signed: true,
        formula: specificity,
    },
    Rate {
        id: "accuracy",
        title: "Accuracy",
        sentence: "Of all relevance, the share that is right: for the class on it, against it elsewhere.",
        best: Best::Highest,
        signed: true,
        formula: |m| ratio(m.true_positive + m.true_negative, total(m)),
    },
    Rate {
        id: "f1-score",
        title: "F1 score",
        sentence: "The harmonic mean of precision and sensitivity.",
        best: Best::Highest,
        signed: true,
        formula: |m| ratio(2.0 * m.true_positive, 2.0 * m.true_positive + m.false_positive + m.false_negative),
    },
    Rate {
        id: "negative-predictive-value",
        title: "Negative predictive value",
        sentence: "Of the relevance against the class, the share that lies elsewhere.",
        best: Best::Highest,
        signed: true,
        formula: |m| ratio(m.true_negative, m.true_negative + m.false_negative),
    },
    Rate {
        id: "false-discovery-rate",
        title: "False-discovery rate",
        sentence: "Of the relevance for the class, the share that lies elsewhere.",
        best: Best::Lowest,
        signed: false,
        formula: |m| ratio(m.false_positive, m.true_positive + m.false_positive),
    },
    Rate {
        id: "balanced-accuracy",
        title: "Balanced accuracy",
        sentence: "The mean of sensitivity and specificity.",
        best: Best::Highest,
        signed: true,
        formula: |m| Ok((ratio(m.true_positive, m.true_positive + m.false_negative)? + specificity(m)?) / 2.0),
    },
    Rate {
        id: "matthews-correlation",
        title: "Matthews correlation",
        sentence: "The correlation of what relevance says with where it lies, from -1 to 1; 0 is chance.",
        best: Best::Highest,
        signed: true,
        formula: matthews,
    },
    Rate {
        id: "jaccard",
        title: "Jaccard index",
        sentence: "Right relevance for the class over all that lies on it or speaks for it.",
        best: Best::Highest,
        signed: true,
        formula: |m| ratio(m.true_positive, m.true_positive + m.false_negative + m.false_positive),
    },
];

fn total(m: &Masses) -> f64 {
    m.true_positive + m.false_negative + m.false_positive + m.true_negative
}

fn specificity(m: &Masses) -> Score {
    ratio(m.true_negative, m.true_negative + m.false_positive)
}

/// As the product of two geometric means less that of two others, each of which is a rate: products of four masses
/// could leave the range of numbers.
fn matthews(m: &Masses) -> Score {
    let (claims, denials) = (m.true_positive + m.false_positive, m.true_negative + m.false_negative);
    let (on, off) = (m.true_positive + m.false_negative, m.true_negative + m.false_positive);
    let right = ratio(m.true_positive, claims)? * ratio(m.true_positive, on)?;
    let rejected = ratio(m.true_negative, denials)? * ratio(m.true_negative, off)?;
    let wrong = ratio(m.false_positive, claims)? * ratio(m.false_positive, off)?;
    let missed = ratio(m.false_negative, denials)? * ratio(m.false_negative, on)?;
    finite((right * rejected).sqrt() - (wrong * missed).sqrt())
}

/// The area under the curve of precision over sensitivity, with places counted instead of relevance summed: how well a
/// threshold on the map would tell the target's places from the others. As the sum over all thresholds of precision
/// times the gain in sensitivity (average precision), so that no line is drawn between points that no threshold
/// reaches.
///
/// # Shapes
/// `[height, width]`, those of the cells.
///
/// # Errors
/// [`Undefined::NotFinite`], and [`Undefined::ZeroDenominator`] where no place is the target's.
///
/// # Panics
/// If the map has another size than the cells.
pub fn average_precision(map: &[f32], cells: &Cells) -> Score {
    let mut places: Vec<(f32, bool)> = on_cells(map, cells).collect();
    if places.iter().any(|(value, _)| !value.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    let all = places.iter().filter(|(_, target)| *target).count() as f64;
    // Zeros of both signs are one threshold.
    places.sort_unstable_by(|a, b| (b.0 + 0.0).total_cmp(&(a.0 + 0.0)));
    let (mut seen, mut found, mut area) = (0.0, 0.0, 0.0);
    for threshold in places.chunk_by(|a, b| a.0 == b.0) {
        let gained = threshold.iter().filter(|(_, target)| *target).count() as f64;
        seen += threshold.len() as f64;
        found += gained;
        area += gained * found / seen;
    }
    ratio(area, all)
}

/// The study's seven columns, with its own rules for what is undefined: precision is 0, F1 is 0 where precision and
/// sensitivity are, and the others, with F1 of an undefined sensitivity, are missing. No regard is paid to maps that
/// cannot be below zero.
#[must_use]
pub fn facct24(masses: &Masses) -> [Option<f64>; 7] {
    let mut columns = [None; 7];
    for (column, rate) in columns.iter_mut().zip(RATES) {
        *column = (rate.formula)(masses).ok();
    }
    let precision = *columns[0].get_or_insert(0.0);
    columns[6] = columns[1].map(|sensitivity| match precision + sensitivity {
        0.0 => 0.0,
        sum => 2.0 * precision * sensitivity / sum,
    });
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mosaic::Layout;

    fn cells() -> Cells {
        Layout { rows: 1, columns: 2, cell: 2, gap: 0 }.cells(&[true, false])
    }

    fn scores(map: &[f32; 8], sign: Sign) -> Vec<Score> {
        let masses = Masses::of(map, &cells()).unwrap();
        RATES.iter().map(|rate| rate.of(&masses, sign)).collect()
    }

    #[test]
    fn a_map_by_hand() {
        // On the target +3 and -1, elsewhere +1 and -2.
        let map = [2.0, 1.0, 1.0, -2.0, -1.0, 0.0, 0.0, 0.0];
        let masses = Masses::of(&map, &cells()).unwrap();
        let expected = Masses { true_positive: 3.0, false_negative: 1.0, false_positive: 1.0, true_negative: 2.0 };
        assert_eq!(masses, expected);
        let found = scores(&map, Sign::Signed);
        let expected = [3.0 / 4.0, 3.0 / 4.0, 1.0 / 4.0, 1.0 / 3.0, 2.0 / 3.0, 5.0 / 7.0, 3.0 / 4.0];
        assert!(found.iter().zip(expected).all(|(found, expected)| (found.unwrap() - expected).abs() < 1e-15));
        // (3 · 2 - 1 · 1) / √(4 · 4 · 3 · 3)
        assert!((found[10].unwrap() - 5.0 / 12.0).abs() < 1e-15);
    }

    #[test]
    fn a_map_of_one_sign_has_no_word_on_the_other() {
        let found = scores(&[1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0], Sign::Positive);
        for (rate, found) in RATES.iter().zip(found) {
            assert_eq!(found == Err(Undefined::PositiveOnly), rate.signed, "{}", rate.id);
        }
    }

    #[test]
    fn nothing_is_a_share_of_nothing() {
        let found = scores(&[0.0; 8], Sign::Signed);
        assert!(found.iter().all(|score| *score == Err(Undefined::ZeroDenominator)));
        assert_eq!(Masses::of(&[f32::NAN; 8], &cells()), Err(Undefined::NotFinite));
        assert_eq!(facct24(&Masses::default()), [Some(0.0), None, None, None, None, None, None]);
        assert_eq!(average_precision(&[f32::INFINITY; 8], &cells()), Err(Undefined::NotFinite));
    }

    #[test]
    fn a_map_that_knows_nothing_is_at_chance() {
        for rate in RATES.iter().filter(|rate| !["matthews-correlation", "jaccard"].contains(&rate.id)) {
            let masses = Masses { true_positive: 3.0, false_negative: 3.0, false_positive: 3.0, true_negative: 3.0 };
            assert_eq!(rate.of(&masses, Sign::Signed), Ok(0.5), "{}", rate.id);
        }
        assert_eq!(average_precision(&[7.0; 8], &cells()), Ok(0.5));
    }
}
