//! How scores are spread over mosaics, as the study of FAccT 2024 drew it (Fresz, Lörcher and Huber, doi
//! 10.1145/3630106.3658537): standing violins of half width 0.25, blue, with a bar from least to greatest, means as red
//! discs and medians as red crosses, the scale from -0.05 to 1.05, names below at 45 degrees.

use super::drawing::{Drawing, Mark, Place, Unit};
use super::frame::{Frame, Sheet};
use super::lettering::{fitted, width};
use super::svg::{Anchor, Canvas, Letter, SMALL, TEXT, fill, stroke, tenth};
use super::ticks::number;
use super::violin::Spread;
use crate::statistics::density::{Bandwidth, Density};
use crate::statistics::summary::Summary;
use std::fmt::Write;

/// matplotlib's first colour.
const BLUE: &str = "#1f77b4";
const RED: &str = "#ff0000";

/// Ends of the scale.
const ENDS: (f64, f64) = (-0.05, 1.05);
/// Half widths of a violin and of the ends of its bar, in distances between violins.
const HALF: f64 = 0.25;
const END: f64 = 0.125;
/// Points of an outline, as matplotlib's.
const OUTLINE: usize = 100;
/// Height of the plot over its width, as that of the study's figures.
const SHAPE: f64 = 0.72;

/// Where numbers and violins lie.
struct Plot {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    step: f64,
}

/// Draws the methods in the order given. Marks are rows.
#[must_use]
pub fn study_violins(methods: &[Spread<'_>], score: &str, frame: &Frame<'_>) -> Drawing {
    let mut sheet = Sheet::new(frame);
    let plot = Plot::of(&sheet, methods.len());
    ground(&mut sheet, &plot, score);
    let longest = 0.42 * sheet.room();
    let mut lowest: f64 = 0.0;
    for (row, method) in methods.iter().enumerate() {
        violin(&mut sheet.canvas, &plot, plot.x(row), method);
        let name = fitted(method.name, TEXT, longest.min((plot.x(row) - sheet.left()) / 0.71));
        let letter = Letter::new(TEXT, sheet.frame.theme.ink).at(Anchor::End);
        sheet.canvas.turned(&name, (plot.x(row) + 4.0, plot.bottom + 16.0), letter, -45.0);
        lowest = lowest.max(0.71 * width(&name, TEXT));
        let half = plot.step / 2.0;
        let (x, end) = ((plot.x(row) - half).max(plot.left), (plot.x(row) + half).min(plot.right));
        let place = Place::Rectangle { x, y: plot.top, width: end - x, height: plot.bottom - plot.top };
        sheet.marks.push(Mark { place, unit: Unit::Row(row) });
    }
    sheet.y = plot.bottom + 24.0 + lowest;
    sheet.finish(&format!("Distribution of {score}, one violin a method, as in FAccT 2024"))
}

impl Plot {
    /// Violins at 1, 2 and on; a twentieth of their extent is left at both sides, as matplotlib does.
    fn of(sheet: &Sheet<'_>, count: usize) -> Self {
        let (left, right, top) = (sheet.left() + 48.0, sheet.right() - 1.0, sheet.y + 22.0);
        let extent = count.max(1) as f64 - 1.0 + 2.0 * HALF;
        let step = (right - left) / (1.1 * extent);
        Self { left, right, top, bottom: top + (SHAPE * (right - left)).clamp(180.0, 360.0), step }
    }

    fn x(&self, row: usize) -> f64 {
        let extent = (self.right - self.left) / self.step / 1.1;
        self.left + self.step * (row as f64 + HALF + 0.05 * extent)
    }

    fn y(&self, value: f64) -> f64 {
        let share = (value.clamp(ENDS.0, ENDS.1) - ENDS.0) / (ENDS.1 - ENDS.0);
        self.bottom - share * (self.bottom - self.top)
    }
}

fn ground(sheet: &mut Sheet<'_>, plot: &Plot, score: &str) {
    let theme = sheet.frame.theme;
    let (canvas, small) = (&mut sheet.canvas, Letter::new(SMALL, theme.ink));
    for tick in 0..=5 {
        let value = f64::from(tick) / 5.0;
        canvas.line((plot.left - 4.0, plot.y(value)), (plot.left, plot.y(value)), &stroke(theme.ink, 1.0));
        canvas.text(&number(value, 1), (plot.left - 7.0, plot.y(value) + 4.0), small.at(Anchor::End));
    }
    let title = Letter::new(TEXT, theme.ink).at(Anchor::Middle);
    canvas.turned(score, (plot.left - 34.0, (plot.top + plot.bottom) / 2.0), title, -90.0);
    let size = (plot.right - plot.left, plot.bottom - plot.top);
    canvas.rect((plot.left, plot.top), size, &stroke(theme.ink, 1.0));
    mean(canvas, (plot.left + 8.0, plot.top - 10.0));
    canvas.text("Mean", (plot.left + 16.0, plot.top - 6.0), small);
    median(canvas, (plot.left + 64.0, plot.top - 10.0));
    canvas.text("Median", (plot.left + 72.0, plot.top - 6.0), small);
}

fn violin(canvas: &mut Canvas, plot: &Plot, x: f64, method: &Spread<'_>) {
    let summary = Summary::of(method.scores);
    let Ok([least, _, middle, _, greatest]) = summary.quartiles else {
        return canvas.text("n/a", (x, plot.bottom - 6.0), Letter::new(SMALL, BLUE).at(Anchor::Middle));
    };
    canvas.path(&outline(plot, x, method, least), &format!(r#"{} fill-opacity="0.3""#, fill(BLUE)));
    let end = END * plot.step;
    let bar = |value: f64| format!("M{} {}h{}", tenth(x - end), tenth(plot.y(value)), tenth(2.0 * end));
    let spine = format!("M{} {}V{}", tenth(x), tenth(plot.y(least)), tenth(plot.y(greatest)));
    canvas.path(&format!("{spine}{}{}", bar(least), bar(greatest)), &stroke(BLUE, 1.5));
    if let Ok(value) = summary.mean {
        mean(canvas, (x, plot.y(value)));
    }
    median(canvas, (x, plot.y(middle)));
}

/// The density on both sides, over its greatest value; a line where all scores are one.
fn outline(plot: &Plot, x: f64, method: &Spread<'_>, least: f64) -> String {
    let values: Vec<f64> = method.scores.iter().filter_map(|score| score.ok()).collect();
    let half = HALF * plot.step;
    let Ok(density) = Density::new(&values, Bandwidth::Scott) else {
        return format!(
            "M{} {}h{}v1h-{}Z",
            tenth(x - half),
            tenth(plot.y(least)),
            tenth(2.0 * half),
            tenth(2.0 * half)
        );
    };
    let grid = density.grid(OUTLINE);
    let most = grid.iter().map(|point| point.1).fold(0.0, f64::max);
    let right = grid.iter().map(|&(value, height)| (x + half * height / most, value));
    let left = grid.iter().rev().map(|&(value, height)| (x - half * height / most, value));
    let mut data = String::new();
    for (i, (x, value)) in right.chain(left).enumerate() {
        let _ = write!(data, "{}{} {}", if i == 0 { 'M' } else { 'L' }, tenth(x), tenth(plot.y(value)));
    }
    data + "Z"
}

fn mean(canvas: &mut Canvas, at: (f64, f64)) {
    canvas.circle(at, 3.0, &fill(RED));
}

fn median(canvas: &mut Canvas, (x, y): (f64, f64)) {
    let data = format!("M{} {}h8M{} {}v8", tenth(x - 4.0), tenth(y), tenth(x), tenth(y - 4.0));
    canvas.path(&data, &stroke(RED, 1.5));
}
