//! Rows with a dot where a number lies, a line where it may lie, and words to the right: what rankings and tables of
//! agreement have in common.

use super::axis::Axis;
use super::drawing::{Mark, Place, Unit};
use super::frame::{Sheet, Sign};
use super::lettering::{fitted, width};
use super::rows::{BOLD, Ground, Rows};
use super::svg::{Letter, SMALL, TEXT, fill, stroke, tenth};
use crate::undefined::Score;

/// Height of a row.
const ROW: f64 = 28.0;

/// A row.
pub(super) struct Row {
    /// Index of what it stands for.
    pub unit: usize,
    pub name: String,
    pub value: Score,
    /// Where the number may lie.
    pub interval: Option<[f64; 2]>,
    /// Words to the right, one a head.
    pub words: Vec<String>,
    pub sign: Sign,
}

/// Draws rows below what the sheet holds, on a scale that holds their numbers and those of `also`.
pub(super) fn draw(sheet: &mut Sheet<'_>, rows: &[Row], ground: &Ground, also: &[f64]) {
    let widest = |column: usize, head: &str| {
        let words = rows.iter().map(|row| BOLD * width(&row.words[column], TEXT));
        words.fold(width(head, SMALL), f64::max)
    };
    let columns: Vec<f64> = ground.heads.iter().enumerate().map(|(column, head)| widest(column, head)).collect();
    let place = Rows::of(sheet, rows.iter().map(|row| row.name.as_str()), &columns, ROW);
    let numbers = rows.iter().flat_map(|row| row.interval.into_iter().flatten().chain(row.value.ok()));
    let axis = Axis::over(numbers.chain(also.iter().copied()), place.about());
    place.ground(sheet, &axis, ground);
    for (at, row) in rows.iter().enumerate() {
        draw_row(sheet, &place, &axis, (at, row));
    }
}

fn draw_row(sheet: &mut Sheet<'_>, place: &Rows, axis: &Axis, (at, row): (usize, &Row)) {
    let theme = sheet.frame.theme;
    let (mark, ink) = match row.sign {
        Sign::Leader => (theme.accent, theme.ink),
        Sign::Control => (theme.ink_3, theme.ink_3),
        _ => (theme.ink_2, theme.ink),
    };
    let letter = Letter::new(TEXT, ink).bold(row.sign == Sign::Leader);
    let (y, baseline) = (place.body(at) + ROW / 2.0, place.baseline(at, ROW / 2.0 + 4.0));
    place.name(sheet, (&row.name, ""), baseline, letter);
    place.words(sheet, &row.words, baseline, letter);
    if let Some([low, high]) = row.interval.map(|ends| ends.map(|end| place.x(axis, end))) {
        sheet.canvas.line((low, y), (high, y), &stroke(mark, 2.0));
        let cap = |x: f64| format!("M{} {}v8", tenth(x), tenth(y - 4.0));
        sheet.canvas.path(&(cap(low) + &cap(high)), &stroke(mark, 1.0));
    }
    match row.value {
        Ok(value) => row.sign.draw(&mut sheet.canvas, (place.x(axis, value), y), theme),
        Err(why) => {
            let says = fitted(&format!("undefined: {why}"), SMALL, place.plot.1 - place.plot.0 - 8.0);
            let ground = (width(&says, SMALL) + 4.0, 16.0);
            sheet.canvas.rect((place.plot.0, y - 8.0), ground, &fill(theme.paper));
            sheet.canvas.text(&says, (place.plot.0 + 2.0, y + 4.0), Letter::new(SMALL, theme.ink_3));
        }
    }
    let (top, height) = place.row(at);
    let place = Place::Rectangle { x: sheet.left(), y: top, width: sheet.room(), height };
    sheet.marks.push(Mark { place, unit: Unit::Row(row.unit) });
}
