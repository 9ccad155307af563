//! How numbers are written: thin no-break space before units, a true minus sign.

/// Thin space at which no line breaks.
const THIN: char = '\u{202f}';

/// A share as percent with two decimals: 0.5162 is "51.62 %".
#[must_use]
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    if value > 0.0 && value < 0.005 { format!("<0.01{THIN}%") } else { format!("{value:.2}{THIN}%") }
}

/// A share as whole percent: 0.97 is "97 %".
#[must_use]
pub fn whole_percent(share: f64) -> String {
    format!("{:.0}{THIN}%", share * 100.0)
}

/// A duration: "8 ms", "0.14 s", "12.3 s".
#[must_use]
pub fn seconds(seconds: f64) -> String {
    match seconds {
        s if s < 0.0995 => format!("{:.0}{THIN}ms", s * 1000.0),
        s if s < 9.995 => format!("{s:.2}{THIN}s"),
        s => format!("{s:.1}{THIN}s"),
    }
}

/// A number of passes; parts of a network count as shares: "2 passes", "1.3 passes".
#[must_use]
pub fn passes(passes: f64) -> String {
    let whole = passes.round();
    match whole as usize {
        1 if (passes - 1.0).abs() < 0.05 => "1 pass".into(),
        n if n >= 10 || (passes - whole).abs() < 0.05 => format!("{} passes", count(n)),
        _ => format!("{passes:.1} passes"),
    }
}

/// A share as percent with as many decimals as it needs: "0.3 %", "12 %".
#[must_use]
pub fn rough_percent(share: f64) -> String {
    let value = share.abs() * 100.0;
    let sign = if share < 0.0 { "\u{2212}" } else { "" };
    if value < 9.95 { format!("{sign}{value:.1}{THIN}%") } else { format!("{sign}{value:.0}{THIN}%") }
}

/// A running clock: "0:08".
#[must_use]
pub fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    format!("{}:{:02}", whole / 60, whole % 60)
}

/// Millions of bytes with one decimal, without the unit.
#[must_use]
pub fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}

/// A file's size with its unit: "36 kB", "18.8 MB".
#[must_use]
pub fn file(bytes: u64) -> String {
    if bytes < 100_000 { format!("{:.0}{THIN}kB", bytes as f64 / 1e3) } else { format!("{}{THIN}MB", megabytes(bytes)) }
}

/// A value of a map: three figures, a true minus sign, powers of ten where they are shorter.
#[must_use]
pub fn value(value: f64) -> String {
    let size = value.abs();
    let text = match size {
        0.0 => "0".to_owned(),
        s if !(1e-3..1e5).contains(&s) => exponent(size),
        s => {
            let decimals = (2 - s.log10().floor() as i32).clamp(0, 5) as usize;
            format!("{size:.decimals$}")
        }
    };
    if value < 0.0 { format!("\u{2212}{text}") } else { text }
}

/// A small or great size with two figures: 0.00012 is "1.2 × 10⁻⁴".
fn exponent(size: f64) -> String {
    let text = format!("{size:.1e}");
    let (figures, power) = text.split_once('e').unwrap_or((&text, "0"));
    let raise = |c: char| c.to_digit(10).and_then(|digit| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(digit as usize)).unwrap_or('⁻');
    let raised: String = power.chars().map(raise).collect();
    format!("{figures}{THIN}×{THIN}10{raised}")
}

/// Width and height, which stay on one line.
#[must_use]
pub fn size(width: usize, height: usize) -> String {
    format!("{width}\u{a0}×\u{a0}{height}")
}

/// A count with thin spaces between thousands: "1 000".
#[must_use]
pub fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(THIN);
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        assert_eq!(percent(0.5162), "51.62\u{202f}%");
        assert_eq!(percent(0.000_001), "<0.01\u{202f}%");
        assert_eq!(percent(0.0), "0.00\u{202f}%");
        assert_eq!(whole_percent(0.974), "97\u{202f}%");
    }

    #[test]
    fn passes_are_whole_or_nearly() {
        assert_eq!(passes(1.003), "1 pass");
        assert_eq!(passes(2.0), "2 passes");
        assert_eq!(passes(1.31), "1.3 passes");
        assert_eq!(passes(4000.4), "4\u{202f}000 passes");
        assert_eq!(rough_percent(0.0212), "2.1\u{202f}%");
        assert_eq!(rough_percent(-0.124), "\u{2212}12\u{202f}%");
    }

    #[test]
    fn durations() {
        assert_eq!(seconds(0.008), "8\u{202f}ms");
        assert_eq!(seconds(0.144), "0.14\u{202f}s");
        assert_eq!(seconds(12.34), "12.3\u{202f}s");
        assert_eq!(clock(68.9), "1:08");
    }

    #[test]
    fn values() {
        assert_eq!(value(0.8412), "0.841");
        assert_eq!(value(-12.34), "\u{2212}12.3");
        assert_eq!(value(0.0), "0");
        assert_eq!(value(1234.5), "1234");
        assert_eq!(value(0.00012), "1.2\u{202f}×\u{202f}10⁻⁴");
    }

    #[test]
    fn files() {
        assert_eq!(file(36_496), "36\u{202f}kB");
        assert_eq!(file(18_798_968), "18.8\u{202f}MB");
    }

    #[test]
    fn counts() {
        assert_eq!(count(1000), "1\u{202f}000");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
    }
}
