//! A scale of numbers between two round ones.

use super::ticks::{digits, number, step};

/// From one round number to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// Its first number.
    pub low: f64,
    /// Its last number.
    pub high: f64,
    step: f64,
}

impl Axis {
    /// The shortest axis over some numbers that begins and ends on one of about so many ticks; a little about a single
    /// number, 0 to 1 over none.
    #[must_use]
    pub fn over(values: impl IntoIterator<Item = f64>, about: usize) -> Self {
        let values = values.into_iter().filter(|value| value.is_finite());
        let ends = values.fold(None, |ends: Option<(f64, f64)>, value| {
            Some(ends.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
        });
        let (low, high) = match ends {
            None => (0.0, 1.0),
            Some((low, high)) if high - low <= 1e-9 * high.abs().max(low.abs()) => {
                let room = if low == 0.0 { 1.0 } else { 0.1 * low.abs() };
                (low - room, high + room)
            }
            Some(ends) => ends,
        };
        let step = step((high - low) / about.max(1) as f64);
        // What is a step but for its last digits is that step.
        let (first, last) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
        Self { low: first * step, high: last * step, step }
    }

    /// The round numbers on it, its ends included.
    pub fn ticks(&self) -> impl Iterator<Item = (f64, String)> + '_ {
        let (first, last) = ((self.low / self.step).round() as i64, (self.high / self.step).round() as i64);
        let digits = digits(self.step);
        (first..=last).map(move |i| (i as f64 * self.step, number(i as f64 * self.step, digits)))
    }

    /// Where a number stands, 0 to 1; beyond is held at the ends.
    #[must_use]
    pub fn share(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[f64], about: usize) -> String {
        Axis::over(values.iter().copied(), about).ticks().map(|(_, text)| text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ends_are_round_and_hold_the_numbers() {
        assert_eq!(texts(&[0.5, 0.87], 4), "0.5 0.6 0.7 0.8 0.9");
        assert_eq!(texts(&[0.0, 1.0], 5), "0 0.2 0.4 0.6 0.8 1");
        assert_eq!(texts(&[-0.12, 1.0], 4), "\u{2212}0.5 0 0.5 1");
        assert_eq!(texts(&[3.0, 12_400.0], 3), "0 5000 10000 15000");
        assert_eq!(texts(&[0.1 + 0.2, 0.6], 3), "0.3 0.4 0.5 0.6");
    }

    #[test]
    fn one_number_or_none_has_an_axis_too() {
        assert_eq!(texts(&[0.5], 4), "0.45 0.5 0.55");
        assert_eq!(texts(&[0.0, 0.0], 2), "\u{2212}1 0 1");
        assert_eq!(texts(&[f64::NAN], 2), "0 0.5 1");
        let axis = Axis::over([0.0, 1.0], 2);
        assert_eq!([axis.share(0.25), axis.share(9.0), axis.share(-9.0)], [0.25, 1.0, 0.0]);
    }
}
