//! Round numbers along a range of values.

use crate::map::range::Range;

/// A mark on a scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where it stands, 0 (the range's low end) to 1.
    pub share: f32,
    /// Its number, with U+2212 for minus.
    pub text: String,
}

/// Marks at both ends of a range with their exact values, and at round numbers between: in all about `about`.
///
/// A range without length has one mark.
#[must_use]
pub fn ticks(range: Range, about: usize) -> Vec<Tick> {
    let (low, high) = (f64::from(range.low), f64::from(range.high));
    if high <= low {
        return vec![Tick { share: range.share(range.low), text: number(low, 2) }];
    }
    let step = step((high - low) / about.max(2) as f64);
    let margin = 0.6 * step;
    let digits = digits(step);
    let mut marks = vec![Tick { share: 0.0, text: end(low) }];
    let first = (low / step).ceil() as i64;
    let inner = (first..).map(|i| i as f64 * step).take_while(|value| *value < high);
    for value in inner.filter(|value| value - low > margin && high - value > margin) {
        marks.push(Tick { share: ((value - low) / (high - low)) as f32, text: number(value, digits) });
    }
    marks.push(Tick { share: 1.0, text: end(high) });
    marks
}

/// The least of 1, 2, 5, 10 times a power of ten that is no smaller than `least` (above 0).
pub(super) fn step(least: f64) -> f64 {
    let power = power_of_ten(least);
    [1.0, 2.0, 5.0, 10.0]
        .map(|factor| factor * power)
        .into_iter()
        .find(|step| *step >= least * 0.999)
        .unwrap_or(10.0 * power)
}

/// The greatest power of ten not above `value` (above 0), without logarithms, whose last bits differ between platforms.
fn power_of_ten(value: f64) -> f64 {
    (-60..=60).rev().map(|i| 10_f64.powi(i)).find(|power| *power <= value).unwrap_or(1e-60)
}

/// Decimals that a multiple of `step` needs.
pub(super) fn digits(step: f64) -> usize {
    (0..60).find(|&n| step * 10_f64.powi(n) >= 0.999).unwrap_or(0) as usize
}

/// An end of the range: three significant digits, more only before the point.
fn end(value: f64) -> String {
    let size = value.abs();
    let whole = [10.0, 100.0].iter().filter(|bound| size >= **bound).count();
    let decimals = if size > 0.0 { digits(power_of_ten(size)) + 2 - whole } else { 0 };
    number(value, decimals)
}

/// A number with so many decimals, zeros at the end cut off, and U+2212 for minus; very small and very large ones as 1.2e−5.
#[must_use]
pub fn number(value: f64, digits: usize) -> String {
    let size = value.abs();
    let text = if size > 0.0 && !(1e-3..1e5).contains(&size) {
        let text = format!("{size:.2e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        format!("{}e{}", shortened(mantissa), exponent.replace('-', "\u{2212}"))
    } else {
        shortened(&format!("{size:.digits$}")).to_owned()
    };
    if value < 0.0 && text != "0" { format!("\u{2212}{text}") } else { text }
}

fn shortened(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptor::Sign;
    use crate::map::range::Clip;

    fn texts(values: &[f32], sign: Sign) -> String {
        let marks = ticks(Range::of(values, sign, Clip::None), 6);
        assert!(marks.windows(2).all(|pair| pair[0].share < pair[1].share), "{marks:?}");
        marks.into_iter().map(|mark| mark.text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ends_are_exact_and_the_rest_is_round() {
        assert_eq!(texts(&[1.02], Sign::Positive), "0 0.2 0.4 0.6 0.8 1.02");
        assert_eq!(texts(&[1.0], Sign::Positive), "0 0.2 0.4 0.6 0.8 1");
        assert_eq!(texts(&[0.0371], Sign::Positive), "0 0.01 0.02 0.03 0.0371");
        assert_eq!(texts(&[17.3], Sign::Positive), "0 5 10 17.3");
        assert_eq!(texts(&[1234.0], Sign::Positive), "0 500 1234");
        assert_eq!(texts(&[-0.31], Sign::Signed), "\u{2212}0.31 0 0.31");
    }

    #[test]
    fn extremes_stay_readable() {
        assert_eq!(texts(&[3.2e-5], Sign::Positive), "0 1e\u{2212}5 2e\u{2212}5 3.2e\u{2212}5");
        assert_eq!(texts(&[0.0], Sign::Signed), "0");
        assert!(texts(&[f32::MAX], Sign::Signed).ends_with("3.4e38"));
        assert!(texts(&[f32::MIN_POSITIVE], Sign::Positive).starts_with('0'));
    }

    #[test]
    fn zero_has_no_sign() {
        assert_eq!(number(-0.0, 2), "0");
        assert_eq!(number(-0.001_2, 2), "0");
        assert_eq!(number(-2.50, 2), "\u{2212}2.5");
    }
}
