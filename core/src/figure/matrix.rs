//! How every two methods (or metrics) go together: correlations as colours and numbers, what does not exist hatched.

use super::drawing::{Drawing, Mark, Place, Unit};
use super::frame::{Frame, Sheet, Sign};
use super::lettering::{fitted, width};
use super::svg::{Anchor, Letter, SMALL, TEXT, fill, stroke};
use crate::map::colour::{Scale, hex};
use crate::undefined::{Score, Undefined};
use std::collections::BTreeMap;

/// Widest and highest cell.
const WIDEST: f64 = 64.0;
const HIGHEST: f64 = 32.0;

/// Where the cells lie.
struct Grid {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    /// Whether names stand above columns; else their numbers do.
    named: bool,
}

/// Draws correlations between rows of a table, from -1 to 1; marks are [`Pair`](Unit::Pair)s of rows.
///
/// # Shapes
/// `values` is `[names, names]`.
///
/// # Panics
/// If there are fewer rows or columns of values than names.
#[must_use]
pub fn matrix(names: &[&str], values: &[Vec<Score>], what: &str, frame: &Frame<'_>) -> Drawing {
    let mut sheet = Sheet::new(frame);
    let grid = Grid::of(&mut sheet, names);
    let ink = sheet.frame.theme.ink;
    for (row, name) in names.iter().enumerate() {
        let label = if grid.named { (*name).to_owned() } else { format!("{} {name}", row + 1) };
        let label = fitted(&label, TEXT, grid.left - sheet.left() - 8.0);
        let y = grid.top + grid.height * (row as f64 + 0.5) + 4.0;
        sheet.canvas.text(&label, (grid.left - 8.0, y), Letter::new(TEXT, ink).at(Anchor::End));
        grid.head(&mut sheet, row, name);
        for (column, &score) in values[row][..names.len()].iter().enumerate() {
            grid.cell(&mut sheet, (row, column), score);
        }
    }
    sheet.y = grid.top + grid.height * names.len() as f64 + 14.0;
    scale(&mut sheet, &grid, names.len());
    explain(&mut sheet, names, values);
    sheet.finish(&format!("{what} between {} rows: {}", names.len(), names.join(", ")))
}

impl Grid {
    /// Cells as wide as there is room, and no wider than is good to look at.
    fn of(sheet: &mut Sheet<'_>, names: &[&str]) -> Self {
        let count = names.len().max(1) as f64;
        let widest = names.iter().map(|name| width(name, TEXT)).fold(0.0, f64::max);
        let side = |names: f64| ((sheet.room() - names - 8.0) / count).min(WIDEST);
        let names_left = widest.min(0.38 * sheet.room());
        let named = side(names_left) >= names.iter().map(|name| width(name, SMALL)).fold(0.0, f64::max) + 4.0;
        let digits = if named { 0.0 } else { width("10 ", TEXT) };
        let names_left = (widest + digits).min(0.38 * sheet.room());
        let width = side(names_left);
        let top = sheet.y + 18.0;
        Self { left: sheet.left() + names_left + 8.0, top, width, height: width.min(HIGHEST), named }
    }

    fn corner(&self, (row, column): (usize, usize)) -> (f64, f64) {
        (self.left + self.width * column as f64, self.top + self.height * row as f64)
    }

    /// What stands above a column.
    fn head(&self, sheet: &mut Sheet<'_>, column: usize, name: &str) {
        let text = if self.named { name.to_owned() } else { (column + 1).to_string() };
        let x = self.left + self.width * (column as f64 + 0.5);
        let letter = Letter::new(SMALL, sheet.frame.theme.ink_3).at(Anchor::Middle);
        sheet.canvas.text(&text, (x, self.top - 6.0), letter);
    }

    fn cell(&self, sheet: &mut Sheet<'_>, at: (usize, usize), score: Score) {
        let theme = sheet.frame.theme;
        let ((x, y), size) = (self.corner(at), (self.width - 1.0, self.height - 1.0));
        let place = Place::Rectangle { x, y, width: size.0, height: size.1 };
        sheet.marks.push(Mark { place, unit: Unit::Pair(at.0, at.1) });
        let Ok(value) = score else {
            sheet.canvas.rect((x, y), size, &fill(theme.sunken));
            return sheet.canvas.hatch((x, y), size, theme.line_strong);
        };
        // With itself it says nothing.
        if at.0 == at.1 {
            return sheet.canvas.rect((x, y), size, &fill(theme.sunken));
        }
        let colour = colour(value);
        sheet.canvas.rect((x, y), size, &fill(&hex(colour)));
        let (text, size) = self.number(value);
        let letter = Letter::new(size, legible(colour)).at(Anchor::Middle);
        sheet.canvas.text(&text, (x + self.width / 2.0 - 0.5, y + self.height / 2.0 + 0.33 * size), letter);
    }

    /// Two decimals, in narrow cells without the zero before the point or smaller, in the narrowest one or none.
    fn number(&self, value: f64) -> (String, f64) {
        let shown = |decimals: usize| {
            let text = format!("{value:.decimals$}").replace('-', "\u{2212}");
            if text.trim_start_matches('\u{2212}').parse() == Ok(0.0) { text.replace('\u{2212}', "") } else { text }
        };
        let short = |decimals: usize| shown(decimals).replacen("0.", ".", 1);
        let choices = [(shown(2), SMALL), (short(2), SMALL), (short(2), 9.0), (short(1), 9.0)];
        let fits = |(text, size): &(String, f64)| width(text, *size) <= self.width - 3.0;
        choices.into_iter().find(fits).unwrap_or_default()
    }
}

/// The scale's colour of a number from -1 to 1.
fn colour(value: f64) -> [u8; 3] {
    Scale::BlueWhiteRed.colour((value / 2.0 + 0.5) as f32)
}

/// Black or white, whichever stands out more on a colour (relative luminance and contrast of WCAG 2.2).
fn legible(colour: [u8; 3]) -> &'static str {
    let [red, green, blue] = colour.map(|level| {
        let share = f64::from(level) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { libm::pow((share + 0.055) / 1.055, 2.4) }
    });
    let luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 { "#ffffff" } else { "#000000" }
}

/// The colours from -1 to 1, below the cells.
fn scale(sheet: &mut Sheet<'_>, grid: &Grid, count: usize) {
    let theme = sheet.frame.theme;
    let length = (grid.width * count as f64 - 1.0).clamp(120.0, 320.0).min(sheet.right() - grid.left);
    let (left, top) = (grid.left, sheet.y);
    sheet.ramp(Scale::BlueWhiteRed, (left, top), (length, 8.0));
    for (tick, text) in ["\u{2212}1", "\u{2212}0.5", "0", "0.5", "1"].iter().enumerate() {
        let x = left + length * tick as f64 / 4.0;
        sheet.canvas.line((x, top + 8.0), (x, top + 12.0), &stroke(theme.line_strong, 1.0));
        let anchor = [Anchor::Start, Anchor::Middle, Anchor::Middle, Anchor::Middle, Anchor::End][tick];
        sheet.canvas.text(text, (x, top + 23.0), Letter::new(SMALL, theme.ink_3).at(anchor));
    }
    sheet.y += 34.0;
}

/// What is hatched, and why.
fn explain(sheet: &mut Sheet<'_>, names: &[&str], values: &[Vec<Score>]) {
    let mut reasons = BTreeMap::<Undefined, usize>::new();
    for (row, scores) in values.iter().enumerate().take(names.len()) {
        for why in scores[..=row].iter().filter_map(|score| score.err()) {
            *reasons.entry(why).or_default() += 1;
        }
    }
    if reasons.is_empty() {
        return;
    }
    sheet.keys(&[(Sign::Undefined, "undefined")]);
    let ink = sheet.frame.theme.ink_3;
    for (why, count) in reasons {
        let pairs = if count == 1 { "pair" } else { "pairs" };
        sheet.note(&format!("{count} {pairs}: {why}"), ink);
    }
}
