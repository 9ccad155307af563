//! What surrounds every drawing: its width and colours, a heading above, the key of its marks and notes below.

use super::drawing::{Drawing, Mark};
use super::lettering::{fitted, lines, width};
use super::svg::{Canvas, HEAD, Letter, SMALL, TEXT, fill, outlined, stroke};
use super::theme::Theme;
use crate::map::colour::{Scale, hex};

/// Where and how to draw.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Width in pixels of the screen, 280 at least: letters keep their size.
    pub width: f64,
    /// Paper around the drawing; a page has its own.
    pub margin: f64,
    /// Colours.
    pub theme: &'a Theme,
    /// Heading, for a file that stands by itself; may be empty.
    pub heading: &'a str,
    /// What is shown, in a sentence or two; may be empty.
    pub caption: &'a str,
}

/// Width of a part of a drawn scale, about.
const PART: f64 = 2.5;

/// A sign and what it says.
pub(super) type Key<'a> = (Sign, &'a str);

/// The signs that drawings explain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// The thing asked about.
    Leader,
    /// Any other.
    Plain,
    /// What the others are compared with.
    Control,
    /// The middle of a distribution.
    Median,
    /// The mean of a distribution.
    Mean,
    /// From the lower quartile to the upper.
    Quartiles,
    /// One score.
    Point,
    /// What does not exist.
    Undefined,
}

/// A drawing in the making, between the frame's margins.
pub(super) struct Sheet<'a> {
    pub canvas: Canvas,
    pub frame: Frame<'a>,
    /// How far down it is drawn.
    pub y: f64,
    pub marks: Vec<Mark>,
}

impl<'a> Sheet<'a> {
    /// With the heading and what is shown.
    pub fn new(frame: &Frame<'a>) -> Self {
        let frame = Frame { width: frame.width.clamp(280.0, 4000.0), ..*frame };
        let mut sheet = Self { canvas: Canvas::default(), frame, y: frame.margin, marks: vec![] };
        for line in lines(frame.heading, HEAD, sheet.room()) {
            sheet.canvas.text(&line, (frame.margin, sheet.y + 14.0), Letter::new(HEAD, frame.theme.ink).bold(true));
            sheet.y += 20.0;
        }
        sheet.note(frame.caption, frame.theme.ink_2);
        if sheet.y > frame.margin {
            sheet.y += 8.0;
        }
        sheet
    }

    /// Left edge of what is drawn.
    pub fn left(&self) -> f64 {
        self.frame.margin
    }

    /// Right edge of what is drawn.
    pub fn right(&self) -> f64 {
        self.frame.width - self.frame.margin
    }

    /// Pixels between the edges.
    pub fn room(&self) -> f64 {
        self.right() - self.left()
    }

    /// Text in as many lines as it takes.
    pub fn note(&mut self, text: &str, colour: &str) {
        for line in lines(text, TEXT, self.room()) {
            self.canvas.text(&line, (self.frame.margin, self.y + 12.0), Letter::new(TEXT, colour));
            self.y += 16.0;
        }
    }

    /// What the signs mean, side by side as far as there is room.
    pub fn keys(&mut self, keys: &[Key<'_>]) {
        let theme = self.frame.theme;
        let mut x = self.left();
        for (place, (sign, says)) in keys.iter().enumerate() {
            let says = fitted(says, SMALL, self.room() - 20.0);
            let needed = 18.0 + width(&says, SMALL);
            if place > 0 && x + needed > self.right() {
                x = self.left();
                self.y += 16.0;
            }
            sign.draw(&mut self.canvas, (x + 6.0, self.y + 8.0), theme);
            self.canvas.text(&says, (x + 17.0, self.y + 12.0), Letter::new(SMALL, theme.ink_2));
            x += needed + 14.0;
        }
        if !keys.is_empty() {
            self.y += 18.0;
        }
    }

    /// The colours of a scale from its lowest value to its highest, lying.
    pub fn ramp(&mut self, scale: Scale, (x, y): (f64, f64), (width, height): (f64, f64)) {
        let steps = ((width / PART) as usize).max(2);
        let part = width / steps as f64;
        for step in 0..steps {
            let colour = hex(scale.colour(step as f32 / (steps - 1) as f32));
            // A little overlap, so that no paper shows between two parts.
            let overlap = if step + 1 < steps { 0.5 } else { 0.0 };
            self.canvas.rect((x + part * step as f64, y), (part + overlap, height), &fill(&colour));
        }
    }

    /// The drawing, ended below what was drawn last.
    pub fn finish(self, label: &str) -> Drawing {
        let (width, height) = (self.frame.width, self.y + self.frame.margin);
        Drawing { svg: self.canvas.finish((width, height), label, self.frame.theme), width, height, marks: self.marks }
    }
}

impl Sign {
    /// Draws it about a point.
    pub fn draw(self, canvas: &mut Canvas, (x, y): (f64, f64), theme: &Theme) {
        match self {
            Self::Leader => canvas.circle((x, y), 4.5, &fill(theme.accent)),
            Self::Plain => canvas.circle((x, y), 4.5, &fill(theme.ink_2)),
            Self::Control => canvas.circle((x, y), 3.8, &outlined(theme.paper, theme.ink_3, 1.5)),
            Self::Median => canvas.circle((x, y), 3.2, &outlined(theme.paper, theme.ink, 1.5)),
            Self::Mean => canvas.line((x, y - 8.0), (x, y + 5.0), &stroke(theme.ink, 2.0)),
            Self::Quartiles => canvas.line((x - 6.0, y), (x + 6.0, y), &stroke(theme.ink_2, 4.0)),
            Self::Point => canvas.circle((x, y), 1.8, &fill(theme.ink_3)),
            Self::Undefined => {
                canvas.rect((x - 6.0, y - 6.0), (12.0, 12.0), &outlined(theme.sunken, theme.line, 1.0));
                canvas.hatch((x - 6.0, y - 6.0), (12.0, 12.0), theme.line_strong);
            }
        }
    }
}
