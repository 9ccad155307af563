//! How much room text takes, so that none lies on another: an estimate, for core knows no fonts.
//!
//! Widths of Helvetica's letters, in thousandths of the size (Adobe Font Metrics of the 14 core fonts), and a tenth more
//! for the wider fonts that a machine may have instead.

/// The letters from U+0020 on.
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, // to /
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, // to ?
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, // to O
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, // to _
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, // to o
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// Of letters that are not in the table.
const OTHER: u16 = 600;
/// Of letters as wide as high, from the first of CJK on.
const WIDE: u16 = 1000;

/// The most that a text of that size is wide.
#[must_use]
pub fn width(text: &str, size: f64) -> f64 {
    let letter = |c: char| match c {
        ' '..='~' => WIDTHS[c as usize - ' ' as usize],
        '\u{2026}' | '\u{2e80}'.. => WIDE,
        _ => OTHER,
    };
    text.chars().map(|c| f64::from(letter(c))).sum::<f64>() / 1000.0 * size * 1.1
}

/// The text, or its beginning with an ellipsis, so that it is no wider than `room`.
#[must_use]
pub fn fitted(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut shown: String = text.to_owned();
    while shown.pop().is_some() {
        let cut = format!("{}\u{2026}", shown.trim_end());
        if width(&cut, size) <= room {
            return cut;
        }
    }
    String::new()
}

/// The text in lines no wider than `room`, broken between words.
#[must_use]
pub fn lines(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = vec![];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line, size) + width(" ", size) + width(word, size) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(fitted(word, size, room)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_ends_in_an_ellipsis_or_goes_on_below() {
        assert!((width("mm", 10.0) - 18.3).abs() < 0.1);
        assert_eq!(fitted("Grad-CAM", 12.0, 200.0), "Grad-CAM");
        let cut = fitted("Integrated Gradients, black baseline", 12.0, 100.0);
        assert!(cut.starts_with("Integrated") && cut.ends_with('\u{2026}') && width(&cut, 12.0) <= 100.0, "{cut}");
        assert_eq!(fitted("x", 12.0, 1.0), "");
        let broken = lines("one two three four", 10.0, 50.0);
        assert_eq!(broken.join(" "), "one two three four");
        assert!(broken.len() > 1 && broken.iter().all(|line| width(line, 10.0) <= 50.0), "{broken:?}");
    }
}
