//! A number that may not exist, and why it does not: said with its reason, never NaN and never a silent zero.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A number, or why there is none. The number is finite.
pub type Score = Result<f64, Undefined>;

/// Why a number does not exist. Displays as one sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undefined {
    /// There are fewer values than the number needs.
    TooFew,
    /// All values are equal, and the number speaks of differences.
    Constant,
    /// It is a share of nothing.
    ZeroDenominator,
    /// A value that it needs is missing.
    Missing,
    /// A value is infinite or no number, or the sum of the values is beyond what numbers can hold.
    NotFinite,
    /// A value is below zero where only magnitudes make sense.
    Negative,
    /// The map is of a kind that is never below zero, and the number speaks of what is.
    PositiveOnly,
    /// Nearly all values are zero, and what would be left of the others is nothing.
    Emptied,
    /// The resampled values all lie on one side of the estimate.
    OneSided,
}

impl Undefined {
    /// The reason as a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::TooFew => "There are too few values.",
            Self::Constant => "All values are equal.",
            Self::ZeroDenominator => "It would be a share of nothing: the denominator is zero.",
            Self::Missing => "A value that it needs is missing.",
            Self::NotFinite => "A value is infinite, no number, or too large to add up.",
            Self::Negative => "A value is below zero, where only magnitudes make sense.",
            Self::PositiveOnly => "The method gives nothing below zero, and the number speaks of that.",
            Self::Emptied => "Nearly all values are zero, and nothing of the others would be left.",
            Self::OneSided => "All resampled values lie on one side of the estimate.",
        }
    }
}

impl fmt::Display for Undefined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl std::error::Error for Undefined {}

/// A [`Score`] as it is written down: a number, or the word of the reason why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Told {
    /// The number.
    Number(f64),
    /// Why there is none.
    Undefined(Undefined),
}

impl Told {
    /// The same as a score.
    ///
    /// # Errors
    /// Why there is none.
    pub fn score(self) -> Score {
        match self {
            Told::Number(number) => Ok(number),
            Told::Undefined(why) => Err(why),
        }
    }

    /// The number, if there is one.
    #[must_use]
    pub fn number(self) -> Option<f64> {
        match self {
            Told::Number(number) => Some(number),
            Told::Undefined(_) => None,
        }
    }
}

/// What nobody said is missing.
impl Default for Told {
    fn default() -> Told {
        Told::Undefined(Undefined::Missing)
    }
}

impl From<Score> for Told {
    fn from(score: Score) -> Told {
        score.map_or_else(Told::Undefined, Told::Number)
    }
}

/// `value` if it is a number that can be worked with.
///
/// # Errors
/// [`Undefined::NotFinite`].
pub fn finite(value: f64) -> Score {
    if value.is_finite() { Ok(value) } else { Err(Undefined::NotFinite) }
}

/// `numerator / denominator`.
///
/// # Errors
/// [`Undefined::ZeroDenominator`] and [`Undefined::NotFinite`].
pub fn ratio(numerator: f64, denominator: f64) -> Score {
    if denominator == 0.0 { Err(Undefined::ZeroDenominator) } else { finite(numerator / denominator) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_finite_or_undefined() {
        assert_eq!(ratio(1.0, 2.0), Ok(0.5));
        assert_eq!(ratio(0.0, 0.0), Err(Undefined::ZeroDenominator));
        assert_eq!(ratio(f64::NAN, 1.0), Err(Undefined::NotFinite));
        assert_eq!(ratio(1e300, 1e-300), Err(Undefined::NotFinite));
        assert_eq!(Undefined::Constant.to_string(), "All values are equal.");
    }
}
