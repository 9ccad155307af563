//! The range of values that a colour scale spans, and what there is to say of a map that has none.

use crate::descriptor::Sign;

/// What happens to a few very large values.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Clip {
    /// They set the range.
    #[default]
    None,
    /// The range ends at this percentile of |value| (0 to 100, interpolated as numpy does); larger ones get the end's colour.
    Percentile(f32),
}

impl Clip {
    /// What is usual for gradients, where single pixels stand out.
    pub const USUAL: Self = Self::Percentile(99.7);
}

/// The values at the two ends of a colour scale, always finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Value of the lowest colour: 0, or below it by as much as `high` is above.
    pub low: f32,
    /// Value of the highest colour. Equal to `low` where a map is zero everywhere.
    pub high: f32,
    /// Whether it reaches below zero.
    pub sign: Sign,
    /// What kind of map it is the range of.
    pub kind: Kind,
}

/// What kind of map a range is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Values differ.
    Ordinary,
    /// All values are zero.
    Zero,
    /// All values are the same, and not zero.
    Constant,
    /// Some values are infinite or no numbers.
    Broken {
        /// How many.
        values: usize,
    },
}

impl Kind {
    /// What a person should know of such a map; none for an ordinary one.
    #[must_use]
    pub fn sentence(self) -> Option<String> {
        match self {
            Self::Ordinary => None,
            Self::Zero => Some("This map is zero everywhere.".to_owned()),
            Self::Constant => Some("This map has the same value everywhere.".to_owned()),
            Self::Broken { values: 1 } => {
                Some("One value of this map is not a finite number and is left out.".to_owned())
            }
            Self::Broken { values } => {
                Some(format!("{values} values of this map are not finite numbers and are left out."))
            }
        }
    }
}

impl Range {
    /// The range of a map: 0 to the greatest value, or from `-m` to `m` with the greatest |value| `m`, of those that are
    /// finite. A clip that would leave nothing (most values are zero) is not applied.
    #[must_use]
    pub fn of(values: &[f32], sign: Sign, clip: Clip) -> Self {
        let mut sizes: Vec<f32> =
            values.iter().filter(|value| value.is_finite()).map(|&value| size(value, sign)).collect();
        let kind = kind(values, sizes.len());
        let greatest = sizes.iter().fold(0.0, |greatest: f32, &value| greatest.max(value));
        let limit = match clip {
            Clip::None => greatest,
            Clip::Percentile(percent) => match percentile(&mut sizes, percent.into()) {
                limit if limit > 0.0 => limit,
                _ => greatest,
            },
        };
        Self::up_to(limit, sign, kind)
    }

    fn up_to(limit: f32, sign: Sign, kind: Kind) -> Self {
        let low = if sign == Sign::Signed { -limit } else { 0.0 };
        Self { low, high: limit, sign, kind }
    }

    /// One range for two maps of the same sign; `kind` stays that of the first.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high), ..self }
    }

    /// Where a value stands between `low` (0) and `high` (1); beyond is held at the ends. What is no number, and all of an
    /// empty range, is where zero is.
    #[must_use]
    pub fn share(self, value: f32) -> f32 {
        let zero = if self.sign == Sign::Signed { 0.5 } else { 0.0 };
        if value.is_nan() || self.high <= self.low {
            return zero;
        }
        // Halves, because the difference of the two ends may be beyond f32.
        let (value, low, high) = (value.max(self.low).min(self.high) / 2.0, self.low / 2.0, self.high / 2.0);
        (value - low) / (high - low)
    }

    /// |value| over the range's limit, 0 to 1; what is no number has none.
    #[must_use]
    pub fn strength(self, value: f32) -> f32 {
        if value.is_nan() || self.high <= 0.0 { 0.0 } else { value.max(self.low).min(self.high).abs() / self.high }
    }
}

/// How far a value reaches on the scale.
fn size(value: f32, sign: Sign) -> f32 {
    if sign == Sign::Signed { value.abs() } else { value.max(0.0) }
}

fn kind(values: &[f32], finite: usize) -> Kind {
    let first = values.first().copied().unwrap_or(0.0);
    if finite < values.len() {
        Kind::Broken { values: values.len() - finite }
    } else if values.iter().any(|&value| value != first) {
        Kind::Ordinary
    } else if first == 0.0 {
        Kind::Zero
    } else {
        Kind::Constant
    }
}

/// The percentile of values (0 to 100), between neighbours interpolated; 0 of none. Leaves them in another order.
#[must_use]
pub fn percentile(values: &mut [f32], percent: f64) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let last = values.len() - 1;
    let rank = percent.clamp(0.0, 100.0) / 100.0 * last as f64;
    let below = (rank as usize).min(last);
    let (_, &mut low, above) = values.select_nth_unstable_by(below, f32::total_cmp);
    let high = above.iter().copied().min_by(f32::total_cmp).unwrap_or(low);
    (f64::from(low) + (f64::from(high) - f64::from(low)) * (rank - below as f64)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_follow_the_sign() {
        let values = [-3.0, 0.5, 2.0];
        let positive = Range::of(&values, Sign::Positive, Clip::None);
        assert_eq!((positive.low, positive.high, positive.kind), (0.0, 2.0, Kind::Ordinary));
        let signed = Range::of(&values, Sign::Signed, Clip::None);
        assert_eq!((signed.low, signed.high), (-3.0, 3.0));
        assert_eq!((signed.share(0.0), signed.share(3.0), signed.strength(-1.5)), (0.5, 1.0, 0.5));
    }

    #[test]
    fn percentiles_are_numpys() {
        // numpy.percentile(numpy.arange(11), 99.7) is 9.97, of [0, 10, 20, 100] the 50th is 15.
        let mut values: Vec<f32> = (0..=10).map(|i| i as f32).collect();
        assert!((percentile(&mut values, 99.7) - 9.97).abs() < 1e-5);
        assert_eq!(percentile(&mut [100.0, 0.0, 20.0, 10.0], 50.0), 15.0);
        let clipped = Range::of(&values, Sign::Positive, Clip::Percentile(50.0));
        assert_eq!((clipped.high, clipped.share(9.0), clipped.strength(9.0)), (5.0, 1.0, 1.0));
        let mut sparse = vec![0.0; 1000];
        sparse[3] = 7.0;
        assert_eq!(Range::of(&sparse, Sign::Positive, Clip::USUAL).high, 7.0);
    }

    #[test]
    fn maps_without_a_range_are_said_to_be_so() {
        let zero = Range::of(&[0.0; 4], Sign::Signed, Clip::None);
        assert_eq!((zero.low, zero.high, zero.kind), (0.0, 0.0, Kind::Zero));
        assert_eq!((zero.share(0.0), zero.strength(0.0)), (0.5, 0.0));
        assert_eq!(Range::of(&[0.3; 4], Sign::Positive, Clip::None).kind, Kind::Constant);
        let broken = Range::of(&[f32::NAN, f32::INFINITY, 2.0], Sign::Positive, Clip::USUAL);
        assert_eq!((broken.high, broken.kind), (2.0, Kind::Broken { values: 2 }));
        assert!(broken.kind.sentence().unwrap().starts_with("2 values"));
        let nothing = Range::of(&[], Sign::Signed, Clip::USUAL);
        assert_eq!((nothing.high, nothing.kind), (0.0, Kind::Zero));
        let huge = Range::of(&[-f32::MAX, f32::MAX], Sign::Signed, Clip::None);
        assert_eq!((huge.share(0.0), huge.share(f32::MAX)), (0.5, 1.0));
    }
}
