//! One mosaic on one sheet: the picture with the target's cells framed, each method's map over it, and its scores.
//!
//! Maps of one kind (those that reach below zero, those that do not) share one colour scale; each map's own greatest
//! value is its end, as in the summary sheets of FAccT 2024 (Fresz, Lörcher and Huber, doi 10.1145/3630106.3658537).

use super::drawing::{Drawing, Mark, Place, Unit};
use super::frame::{Frame, Sheet};
use super::lettering::{fitted, lines, width};
use super::ranking::fixed;
use super::rows::BOLD;
use super::svg::{Anchor, Letter, SMALL, TEXT, fill, outlined, stroke};
use crate::descriptor::Sign;
use crate::map::colour::Scale;
use crate::mosaic::Cells;
use crate::undefined::{Score, Undefined};
use std::collections::BTreeSet;

/// Least width of a card, the space between two, and the height of a line of text.
const LEAST: f64 = 148.0;
const GAP: f64 = 16.0;
const LINE: f64 = 16.0;

/// A mosaic.
#[derive(Clone, Copy, Debug)]
pub struct Framed<'a> {
    /// Where the picture is to be had: a data or blob URL.
    pub picture: &'a str,
    /// Its cells.
    pub cells: &'a Cells,
    /// Name of the target class.
    pub target: &'a str,
    /// What the ends of the colour scales are.
    pub ends: &'a str,
}

/// A method's map of the mosaic.
#[derive(Clone, Copy, Debug)]
pub struct Card<'a> {
    /// Name as a person reads it.
    pub name: &'a str,
    /// Where the map over the mosaic is to be had, or why there is none.
    pub picture: Result<&'a str, &'a str>,
    /// What kind of map it is.
    pub sign: Sign,
    /// Its scores, by name.
    pub scores: &'a [(&'a str, Score)],
}

/// Where cards lie.
struct Cards {
    columns: usize,
    width: f64,
    /// Height of a picture.
    picture: f64,
    /// Lines of the longest name.
    names: usize,
    /// Height of a card.
    height: f64,
    top: f64,
}

/// Draws the sheet; marks are the [`Mosaic`](Unit::Mosaic) and [`Row`](Unit::Row)s with the index of the card.
#[must_use]
pub fn sheet(mosaic: &Framed<'_>, cards: &[Card<'_>], frame: &Frame<'_>) -> Drawing {
    let mut sheet = Sheet::new(frame);
    let place = Cards::of(&sheet, mosaic.cells, cards);
    let ink = sheet.frame.theme.ink;
    let at = place.corner(&sheet, 0);
    sheet.canvas.picture(at, (place.width, place.picture), mosaic.picture);
    place.shade(&mut sheet, mosaic.cells, at);
    place.outline(&mut sheet, mosaic.cells, at, 2.0);
    let title = Letter::new(TEXT, ink).bold(true);
    let target = fitted(mosaic.target, TEXT * BOLD, place.width);
    sheet.canvas.text(&target, (at.0, at.1 + place.picture + 22.0), title);
    let small = Letter::new(SMALL, sheet.frame.theme.ink_3);
    sheet.canvas.text("target cells framed", (at.0, at.1 + place.picture + 22.0 + LINE), small);
    place.mark(&mut sheet, at, Unit::Mosaic);
    for (index, card) in cards.iter().enumerate() {
        let at = place.corner(&sheet, index + 1);
        place.card(&mut sheet, card, mosaic.cells, at);
        place.mark(&mut sheet, at, Unit::Row(index));
    }
    sheet.y = place.top + (place.height + GAP) * (cards.len() + 1).div_ceil(place.columns) as f64;
    legends(&mut sheet, cards);
    sheet.note(mosaic.ends, sheet.frame.theme.ink_3);
    explain(&mut sheet, cards);
    sheet.finish(&format!("Mosaic of {} and {} maps of it with their scores", mosaic.target, cards.len()))
}

impl Cards {
    fn of(sheet: &Sheet<'_>, cells: &Cells, cards: &[Card<'_>]) -> Self {
        let columns = (((sheet.room() + GAP) / (LEAST + GAP)) as usize).clamp(1, cards.len() + 1);
        // Few cards do not become huge.
        let width = ((sheet.room() + GAP) / columns as f64 - GAP).min(2.0 * LEAST);
        let picture = width * cells.height as f64 / cells.width as f64;
        let said = cards.iter().map(|card| match card.picture {
            Ok(_) => card.scores.len(),
            Err(why) => card.scores.len() + lines(why, SMALL, width).len(),
        });
        let names = cards.iter().map(|card| title(card.name, width).len()).fold(1, usize::max);
        let text = 10.0 + LINE * (names + said.fold(1, usize::max)) as f64;
        Self { columns, width, picture, names, height: picture + text, top: sheet.y }
    }

    fn corner(&self, sheet: &Sheet<'_>, index: usize) -> (f64, f64) {
        let (row, column) = (index / self.columns, index % self.columns);
        (sheet.left() + (self.width + GAP) * column as f64, self.top + (self.height + GAP) * row as f64)
    }

    fn mark(&self, sheet: &mut Sheet<'_>, (x, y): (f64, f64), unit: Unit) {
        let place = Place::Rectangle { x, y, width: self.width, height: self.height };
        sheet.marks.push(Mark { place, unit });
    }

    /// Corner and size of each cell on a picture, and whether it shows the target.
    fn cells<'a>(
        &'a self,
        cells: &'a Cells,
        (x, y): (f64, f64),
    ) -> impl Iterator<Item = ((f64, f64), (f64, f64), bool)> + 'a {
        let (across, down) = (self.width / cells.width as f64, self.picture / cells.height as f64);
        cells.bounds.iter().zip(&cells.target).map(move |(cell, &target)| {
            let corner = (x + across * cell.left as f64, y + down * cell.top as f64);
            let size = (across * (cell.right - cell.left) as f64, down * (cell.bottom - cell.top) as f64);
            (corner, size, target)
        })
    }

    /// Dims what is not the target's.
    fn shade(&self, sheet: &mut Sheet<'_>, cells: &Cells, at: (f64, f64)) {
        for (corner, size, _) in self.cells(cells, at).filter(|(.., target)| !target) {
            sheet.canvas.rect(corner, size, &format!(r#"{} fill-opacity="0.5""#, fill("#000000")));
        }
    }

    /// Frames the target's cells, white on black, which holds on anything.
    fn outline(&self, sheet: &mut Sheet<'_>, cells: &Cells, at: (f64, f64), strength: f64) {
        for ((x, y), (width, height), _) in self.cells(cells, at).filter(|(.., target)| *target) {
            let inset = |by: f64| ((x + by, y + by), (width - 2.0 * by, height - 2.0 * by));
            let (outer, inner) = (inset(strength / 2.0), inset(strength * 1.5));
            sheet.canvas.rect(outer.0, outer.1, &format!(r#"{} stroke-opacity="0.6""#, stroke("#000000", strength)));
            sheet.canvas.rect(inner.0, inner.1, &stroke("#ffffff", strength));
        }
    }

    fn card(&self, sheet: &mut Sheet<'_>, card: &Card<'_>, cells: &Cells, (x, y): (f64, f64)) {
        let theme = sheet.frame.theme;
        let size = (self.width, self.picture);
        match card.picture {
            Ok(source) => {
                sheet.canvas.picture((x, y), size, source);
                self.outline(sheet, cells, (x, y), 0.7);
                sheet.ramp(Scale::of(card.sign), (x, y + self.picture + 3.0), (self.width, 3.0));
            }
            Err(_) => {
                sheet.canvas.rect((x, y), size, &outlined(theme.sunken, theme.line, 1.0));
                sheet.canvas.hatch((x, y), size, theme.line);
            }
        }
        let mut line = y + self.picture + 22.0;
        for (place, name) in title(card.name, self.width).iter().enumerate() {
            let at = (x, line + LINE * place as f64);
            sheet.canvas.text(name, at, Letter::new(TEXT, theme.ink).bold(true));
        }
        line += LINE * (self.names - 1) as f64;
        let small = Letter::new(SMALL, theme.ink_3);
        for (name, score) in card.scores {
            line += LINE;
            let value = score.map_or_else(|_| "n/a".to_owned(), fixed);
            let room = self.width - width(&value, TEXT) - 8.0;
            let ink = if score.is_ok() { theme.ink } else { theme.ink_3 };
            sheet.canvas.text(&fitted(name, SMALL, room), (x, line), small);
            sheet.canvas.text(&value, (x + self.width, line), Letter::new(TEXT, ink).at(Anchor::End));
        }
        for said in card.picture.err().map(|why| lines(why, SMALL, self.width)).unwrap_or_default() {
            line += LINE;
            sheet.canvas.text(&said, (x, line), small);
        }
    }
}

/// A name in two lines at most.
fn title(name: &str, room: f64) -> Vec<String> {
    let mut broken = lines(name, TEXT * BOLD, room);
    if broken.len() > 2 {
        let rest = broken.split_off(1).join(" ");
        broken.push(fitted(&rest, TEXT * BOLD, room));
    }
    broken
}

/// What colours mean, once for each kind of map on the sheet.
fn legends(sheet: &mut Sheet<'_>, cards: &[Card<'_>]) {
    let small = Letter::new(SMALL, sheet.frame.theme.ink_3);
    let kinds = [
        (Sign::Signed, ["\u{2212}1", "0", "1"].as_slice(), "against and for the class"),
        (Sign::Positive, ["0", "1"].as_slice(), "how much a place counts"),
    ];
    let mut x = sheet.left();
    for (sign, ticks, says) in kinds {
        if !cards.iter().any(|card| card.sign == sign && card.picture.is_ok()) {
            continue;
        }
        let length = 160.0_f64.max(width(says, SMALL));
        if x + length > sheet.right() {
            x = sheet.left();
            sheet.y += 48.0;
        }
        let y = sheet.y;
        sheet.canvas.text(says, (x, y + 10.0), small);
        sheet.ramp(Scale::of(sign), (x, y + 15.0), (length, 8.0));
        for (place, tick) in ticks.iter().enumerate() {
            let share = place as f64 / (ticks.len() - 1) as f64;
            let anchor = if place == 0 {
                Anchor::Start
            } else if share == 1.0 {
                Anchor::End
            } else {
                Anchor::Middle
            };
            sheet.canvas.text(tick, (x + length * share, y + 36.0), small.at(anchor));
        }
        x += length + 32.0;
    }
    sheet.y += 44.0;
}

/// Why scores are not there.
fn explain(sheet: &mut Sheet<'_>, cards: &[Card<'_>]) {
    let reasons: BTreeSet<Undefined> =
        cards.iter().flat_map(|card| card.scores).filter_map(|(_, score)| score.err()).collect();
    let ink = sheet.frame.theme.ink_3;
    for why in reasons {
        sheet.note(&format!("n/a: {why}"), ink);
    }
}
