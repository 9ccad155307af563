//! How far raters agree, a row a question: Krippendorff's alpha with its interval.

use super::dots::{self, Row};
use super::drawing::Drawing;
use super::frame::{Frame, Sheet, Sign};
use super::ranking::fixed;
use super::rows::Ground;
use crate::undefined::Score;

/// From here on conclusions may be drawn, tentatively below 0.8 (Krippendorff 2019, Content Analysis, 4th edition,
/// chapter 12).
pub const TENTATIVE: f64 = 0.667;

/// From this width on intervals are written too.
const WIDE: f64 = 480.0;

/// One alpha.
#[derive(Clone, Copy, Debug)]
pub struct Agreement<'a> {
    /// What is agreed on: a metric, a set of photos, a network.
    pub name: &'a str,
    /// Alpha.
    pub alpha: Score,
    /// Where it may lie.
    pub interval: Option<[f64; 2]>,
}

/// Draws alphas in the order given; marks are [`Row`](super::drawing::Unit::Row)s with their index.
#[must_use]
pub fn alphas(all: &[Agreement<'_>], frame: &Frame<'_>) -> Drawing {
    let mut sheet = Sheet::new(frame);
    let any = sheet.room() >= WIDE && all.iter().any(|one| one.interval.is_some());
    let rows: Vec<Row> = all.iter().enumerate().map(|(unit, one)| row(unit, one, any)).collect();
    let ground = Ground {
        line: Some((0.0, String::new())),
        shade: Some((TENTATIVE, format!("from {TENTATIVE}"))),
        heads: ["\u{3b1}", "interval"].iter().take(1 + usize::from(any)).map(|&head| head.to_owned()).collect(),
    };
    dots::draw(&mut sheet, &rows, &ground, &[0.0, 1.0]);
    sheet.finish(&label(all))
}

fn row(unit: usize, one: &Agreement<'_>, intervals: bool) -> Row {
    let alpha = one.alpha.map_or_else(|_| String::new(), fixed);
    let interval = one.interval.map_or_else(String::new, |[low, high]| format!("{} to {}", fixed(low), fixed(high)));
    let words = if intervals { vec![alpha, interval] } else { vec![alpha] };
    Row { unit, name: one.name.to_owned(), value: one.alpha, interval: one.interval, words, sign: Sign::Plain }
}

fn label(all: &[Agreement<'_>]) -> String {
    let each = all.iter().map(|one| match one.alpha {
        Ok(alpha) => format!("{} {}", one.name, fixed(alpha)),
        Err(_) => format!("{} undefined", one.name),
    });
    format!("Krippendorff's alpha: {}", each.collect::<Vec<_>>().join(", "))
}
