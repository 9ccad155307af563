//! How scores are spread over mosaics, a row a method: the density as a hill, below it every score as a point, between
//! them the middle half, the median and the mean.
//!
//! Lying, so that names are read without turning the head and the scale is that of the ranking beside it; the hill and
//! the points each say what the other hides (Allen et al. 2021, Raincloud plots, doi 10.12688/wellcomeopenres.15191.2).

use super::axis::Axis;
use super::drawing::{Drawing, Mark, Place, Unit};
use super::frame::{Frame, Sheet, Sign};
use super::rows::{Ground, Rows};
use super::svg::{Letter, TEXT, outlined, stroke, tenth};
use super::theme::Theme;
use crate::statistics::density::{Bandwidth, Density};
use crate::statistics::summary::Summary;
use crate::undefined::Score;
use std::fmt::Write;

/// The scores of one method, a mosaic each.
#[derive(Clone, Copy, Debug)]
pub struct Spread<'a> {
    /// Name as a person reads it.
    pub name: &'a str,
    /// Its scores.
    pub scores: &'a [Score],
    /// Whether it is the thing asked about.
    pub leader: bool,
    /// Whether it is a control.
    pub control: bool,
}

/// Height of a row, of its hill, and of the band of its points.
const ROW: f64 = 52.0;
const HILL: f64 = 26.0;
const BAND: f64 = 11.0;

/// Points of an outline.
const OUTLINE: usize = 80;

/// Most points that are drawn of a method.
const MOST: usize = 2000;

/// Draws the methods in the order given, with a line at `chance`. Marks are scores, with the index of the method and of
/// the mosaic, and rows.
#[must_use]
pub fn violins(methods: &[Spread<'_>], chance: Option<f64>, score: &str, frame: &Frame<'_>) -> Drawing {
    let mut sheet = Sheet::new(frame);
    let place = Rows::of(&sheet, methods.iter().map(|method| method.name), &[], ROW);
    let numbers = methods.iter().flat_map(|method| method.scores).filter_map(|score| score.ok());
    let axis = Axis::over(numbers.chain(chance), place.about());
    let line = chance.map(|chance| (chance, "chance".to_owned()));
    place.ground(&mut sheet, &axis, &Ground { line, ..Ground::default() });
    for (row, method) in methods.iter().enumerate() {
        draw_row(&mut sheet, &place, &axis, (row, method));
    }
    sheet.keys(&[
        (Sign::Median, "median"),
        (Sign::Mean, "mean"),
        (Sign::Quartiles, "middle half"),
        (Sign::Point, "one mosaic"),
    ]);
    let count = methods.iter().map(|method| method.scores.len()).max().unwrap_or(0);
    sheet.finish(&format!("Distribution of {score} over {count} mosaics, one row a method"))
}

fn draw_row(sheet: &mut Sheet<'_>, place: &Rows, axis: &Axis, (row, method): (usize, &Spread<'_>)) {
    let theme = sheet.frame.theme;
    let base = place.body(row) + HILL + 6.0;
    let summary = Summary::of(method.scores);
    let missing: usize = summary.undefined.values().sum();
    let more = if missing > 0 { format!("{missing} undefined") } else { String::new() };
    let ink = if method.control { theme.ink_3 } else { theme.ink };
    let letter = Letter::new(TEXT, ink).bold(method.leader);
    place.name(sheet, (method.name, &more), place.baseline(row, HILL + 8.0), letter);
    let (top, height) = place.row(row);
    let all = Place::Rectangle { x: sheet.left(), y: top, width: sheet.room(), height };
    sheet.marks.push(Mark { place: all, unit: Unit::Row(row) });
    let (colour, x) = (method.colour(theme), |value: f64| place.x(axis, value));
    hill(sheet, method, colour, &x, base);
    points(sheet, (row, method), colour, &x, base);
    middle(sheet, &summary, colour, &x, base);
}

/// The density over its own greatest value; a line where all scores are one.
fn hill(sheet: &mut Sheet<'_>, method: &Spread<'_>, colour: &str, x: &impl Fn(f64) -> f64, base: f64) {
    let values: Vec<f64> = method.scores.iter().filter_map(|score| score.ok()).collect();
    let paint = format!(r#"{} fill-opacity="0.22""#, outlined(colour, colour, 1.0));
    let Ok(density) = Density::new(&values, Bandwidth::Scott) else {
        if let Some(&value) = values.first() {
            sheet.canvas.line((x(value), base), (x(value), base - HILL), &stroke(colour, 1.5));
        }
        return;
    };
    let grid = density.grid(OUTLINE);
    let most = grid.iter().map(|point| point.1).fold(0.0, f64::max);
    let mut data = format!("M{} {}", tenth(x(grid[0].0)), tenth(base));
    for (value, height) in &grid {
        let _ = write!(data, "L{} {}", tenth(x(*value)), tenth(base - HILL * height / most));
    }
    let _ = write!(data, "V{}Z", tenth(base));
    sheet.canvas.path(&data, &paint);
}

/// Every score as a point below the hill. Points lie at heights that repeat no pattern, the same in every drawing.
fn points(
    sheet: &mut Sheet<'_>,
    (row, method): (usize, &Spread<'_>),
    colour: &str,
    x: &impl Fn(f64) -> f64,
    base: f64,
) {
    let there = method.scores.iter().enumerate().filter_map(|(column, score)| Some((column, score.ok()?)));
    let mut data = String::new();
    for (column, value) in there.take(MOST) {
        let (x, y) = (x(value), base + 6.0 + (BAND - 4.0) * halves(column));
        // A line of no length with round ends is a point, in a fifth of a circle's letters.
        let _ = write!(data, "M{} {}h0", tenth(x), tenth(y));
        let place = Place::Circle { x, y, radius: 1.8 };
        sheet.marks.push(Mark { place, unit: Unit::Score { row, column } });
    }
    if !data.is_empty() {
        let look = r#"stroke-linecap="round" stroke-opacity="0.55""#;
        sheet.canvas.path(&data, &format!("{} {look}", stroke(colour, 3.6)));
    }
}

/// The middle half, the median and the mean.
fn middle(sheet: &mut Sheet<'_>, summary: &Summary, colour: &str, x: &impl Fn(f64) -> f64, base: f64) {
    let theme = sheet.frame.theme;
    if let Ok([_, lower, median, upper, _]) = summary.quartiles {
        sheet.canvas.line((x(lower), base), (x(upper), base), &stroke(colour, 4.0));
        Sign::Median.draw(&mut sheet.canvas, (x(median), base), theme);
        if let Ok(mean) = summary.mean {
            Sign::Mean.draw(&mut sheet.canvas, (x(mean), base), theme);
        }
    }
}

impl Spread<'_> {
    fn colour(&self, theme: &Theme) -> &'static str {
        match (self.control, self.leader) {
            (true, _) => theme.line_strong,
            (_, true) => theme.accent,
            _ => theme.ink_2,
        }
    }
}

/// The digits of a number in base two mirrored at the point: 0, 1/2, 1/4, 3/4, 1/8 and on (van der Corput 1935).
fn halves(number: usize) -> f64 {
    f64::from((number as u32).reverse_bits()) / 2_f64.powi(32)
}
