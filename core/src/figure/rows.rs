//! Rows on one scale: where names, the scale and words to the right lie. Where there is little room, a name stands above
//! its row and the scale takes the whole width.

use super::axis::Axis;
use super::frame::Sheet;
use super::lettering::{fitted, width};
use super::svg::{Anchor, Letter, SMALL, TEXT, fill, stroke};

/// Below this width names stand above.
const NARROW: f64 = 480.0;
/// What a name above its row takes.
const ABOVE: f64 = 20.0;
/// Bold letters are wider by so much.
pub(super) const BOLD: f64 = 1.06;

/// Where everything lies.
pub(super) struct Rows {
    /// Left and right end of the scale.
    pub plot: (f64, f64),
    /// Right edges of the columns of words.
    words: Vec<f64>,
    left: f64,
    /// Room for a name.
    names: f64,
    stacked: bool,
    top: f64,
    body: f64,
    count: usize,
}

/// What the scale shows beside its numbers.
#[derive(Default)]
pub(super) struct Ground {
    /// A number that is marked by a line, and its name.
    pub line: Option<(f64, String)>,
    /// A number from which on the ground is shaded, and what that is called.
    pub shade: Option<(f64, String)>,
    /// What stands above the columns of words.
    pub heads: Vec<String>,
}

impl Rows {
    /// Rows of a height for these names, with columns of words so wide to the right, below what the sheet holds.
    pub fn of<'a>(
        sheet: &Sheet<'_>,
        names: impl ExactSizeIterator<Item = &'a str>,
        columns: &[f64],
        body: f64,
    ) -> Self {
        let (left, right, room, count) = (sheet.left(), sheet.right(), sheet.room(), names.len());
        let widest = names.map(|name| BOLD * width(name, TEXT)).fold(0.0, f64::max);
        let (mut edge, mut words) = (right, vec![]);
        for column in columns.iter().rev() {
            words.insert(0, edge);
            edge -= column + 12.0;
        }
        let stacked = room < NARROW;
        let names = if stacked { edge - left } else { widest.min(0.38 * room) };
        // Half a dot, or half a number below the scale, is left at its ends.
        let plot = if stacked { (left + 8.0, right - 8.0) } else { (left + names + 18.0, edge - 4.0) };
        let top = sheet.y + if stacked && columns.is_empty() { 0.0 } else { 18.0 };
        Self { plot, words, left, names, stacked, top, body, count }
    }

    /// About how many numbers there is room for on the scale.
    pub fn about(&self) -> usize {
        ((self.plot.1 - self.plot.0) / 60.0) as usize
    }

    /// Where a number lies.
    pub fn x(&self, axis: &Axis, value: f64) -> f64 {
        self.plot.0 + axis.share(value) * (self.plot.1 - self.plot.0)
    }

    /// Upper edge of a row, its name included, and its height.
    pub fn row(&self, row: usize) -> (f64, f64) {
        let height = self.body + if self.stacked { ABOVE } else { 0.0 };
        (self.top + height * row as f64, height)
    }

    /// Upper edge of what is drawn in a row.
    pub fn body(&self, row: usize) -> f64 {
        self.row(row).0 + if self.stacked { ABOVE } else { 0.0 }
    }

    /// Base line of a row's name, which stands above it, or so far below its upper edge.
    pub fn baseline(&self, row: usize, below: f64) -> f64 {
        self.row(row).0 + if self.stacked { 15.0 } else { below }
    }

    /// A row's name, and in small letters what else is said of it.
    pub fn name(&self, sheet: &mut Sheet<'_>, (name, more): (&str, &str), y: f64, letter: Letter<'_>) {
        let small = Letter::new(SMALL, sheet.frame.theme.ink_3);
        let beside = if more.is_empty() { 0.0 } else { width(more, SMALL) + 8.0 };
        let room = if self.stacked { self.names - beside } else { self.names };
        let shown = fitted(name, TEXT * BOLD, room);
        let (at, beside) = if self.stacked {
            (y, (self.left + BOLD * width(&shown, TEXT) + 8.0, y))
        } else {
            (if more.is_empty() { y } else { y - 6.0 }, (self.left, y + 8.0))
        };
        sheet.canvas.text(&shown, (self.left, at), letter);
        sheet.canvas.text(&fitted(more, SMALL, self.names), beside, small);
    }

    /// The words to the right of a row, the first one as prominent as its name.
    pub fn words(&self, sheet: &mut Sheet<'_>, words: &[String], y: f64, letter: Letter<'_>) {
        let small = Letter::new(SMALL, sheet.frame.theme.ink_2);
        for (place, (word, &right)) in words.iter().zip(&self.words).enumerate() {
            let letter = if place == 0 { letter } else { small };
            sheet.canvas.text(word, (right, y), letter.at(Anchor::End));
        }
    }

    /// Grid, numbers of the scale, and what is marked on it; afterwards the sheet goes on below.
    pub fn ground(&self, sheet: &mut Sheet<'_>, axis: &Axis, ground: &Ground) {
        let theme = sheet.frame.theme;
        let small = Letter::new(SMALL, theme.ink_3);
        let bottom = self.row(self.count).0;
        if let Some((from, _)) = ground.shade {
            let x = self.x(axis, from);
            for (top, bottom) in self.bands() {
                sheet.canvas.rect((x, top), (self.plot.1 - x, bottom - top), &fill(theme.accent_wash));
            }
        }
        for (value, text) in axis.ticks() {
            self.upright(sheet, self.x(axis, value), theme.line);
            sheet.canvas.text(&text, (self.x(axis, value), bottom + 15.0), small.at(Anchor::Middle));
        }
        if let Some((value, _)) = ground.line {
            self.upright(sheet, self.x(axis, value), theme.line_strong);
        }
        let said = [&ground.shade, &ground.line].into_iter().flatten().filter(|(_, says)| !says.is_empty());
        let below = if self.stacked && said.clone().next().is_some() { 14.0 } else { 0.0 };
        for (value, says) in said {
            let x = self.x(axis, *value);
            let anchor = if x + width(says, SMALL) > self.plot.1 { Anchor::End } else { Anchor::Start };
            let y = if self.stacked { bottom + 29.0 } else { self.top - 6.0 };
            sheet.canvas.text(says, (x, y), small.at(anchor));
        }
        for (head, &right) in ground.heads.iter().zip(&self.words) {
            sheet.canvas.text(head, (right, self.top - 5.0), small.at(Anchor::End));
        }
        sheet.y = bottom + 22.0 + below;
    }

    /// A line of the grid.
    fn upright(&self, sheet: &mut Sheet<'_>, x: f64, colour: &str) {
        for (top, bottom) in self.bands() {
            sheet.canvas.line((x, top), (x, bottom), &stroke(colour, 1.0));
        }
    }

    /// From where to where the grid is drawn: not across names.
    fn bands(&self) -> Vec<(f64, f64)> {
        if self.stacked {
            (0..self.count).map(|row| (self.body(row), self.body(row) + self.body)).collect()
        } else {
            vec![(self.top, self.row(self.count).0)]
        }
    }
}
