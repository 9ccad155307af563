//! A drawing in the making, as SVG text: shapes and letters with coordinates to a tenth.
//!
//! Not through plotters, whose coordinates are whole (a violin's outline would be stairs) and which knows neither
//! pictures nor colours by name. No style attributes, scripts or references, which the page's security policy forbids.

use super::theme::Theme;
use std::fmt::Write;

/// Size of text in pixels; ticks and units are smaller.
pub const TEXT: f64 = 12.0;
/// Size of ticks and units.
pub const SMALL: f64 = 11.0;
/// Size of a drawing's own heading.
pub const HEAD: f64 = 15.0;

/// The page's fonts (public/tokens.css).
const FONT: &str = "'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', 'Helvetica Neue', system-ui, sans-serif";

/// Which end of a text is where it is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// How text looks.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    /// Pixels.
    pub size: f64,
    /// Colour.
    pub colour: &'a str,
    /// Which end is given.
    pub anchor: Anchor,
    /// Whether it stands out.
    pub bold: bool,
}

impl<'a> Letter<'a> {
    /// Plain text that begins where it is put.
    #[must_use]
    pub fn new(size: f64, colour: &'a str) -> Self {
        Self { size, colour, anchor: Anchor::Start, bold: false }
    }

    /// The same with another end.
    #[must_use]
    pub fn at(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// The same, standing out or not.
    #[must_use]
    pub fn bold(self, bold: bool) -> Self {
        Self { bold, ..self }
    }
}

/// The shapes drawn so far, the last one on top.
#[derive(Clone, Debug, Default)]
pub struct Canvas {
    body: String,
}

impl Canvas {
    /// Text; `y` is its base line.
    pub fn text(&mut self, text: &str, (x, y): (f64, f64), letter: Letter<'_>) {
        self.turned(text, (x, y), letter, 0.0);
    }

    /// Text turned about where it is put, in degrees, clockwise.
    pub fn turned(&mut self, text: &str, (x, y): (f64, f64), letter: Letter<'_>, degrees: f64) {
        if text.is_empty() {
            return;
        }
        let anchor = match letter.anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let bold = if letter.bold { r#" font-weight="600""# } else { "" };
        let (x, y, size, colour) = (tenth(x), tenth(y), tenth(letter.size), letter.colour);
        let turn =
            if degrees == 0.0 { String::new() } else { format!(r#" transform="rotate({} {x} {y})""#, tenth(degrees)) };
        let _ = write!(
            self.body,
            r#"<text x="{x}" y="{y}"{anchor} font-size="{size}"{bold} fill="{colour}"{turn}>{}</text>"#,
            escaped(text)
        );
    }

    /// A path, given as SVG's path data.
    pub fn path(&mut self, data: &str, paint: &str) {
        let _ = write!(self.body, r#"<path d="{data}" {paint}/>"#);
    }

    /// A straight line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), paint: &str) {
        self.path(&format!("M{} {}L{} {}", tenth(from.0), tenth(from.1), tenth(to.0), tenth(to.1)), paint);
    }

    /// A rectangle from its upper left corner.
    pub fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), paint: &str) {
        let [x, y, width, height] = [x, y, width, height].map(tenth);
        let _ = write!(self.body, r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" {paint}/>"#);
    }

    /// A circle about its centre.
    pub fn circle(&mut self, (x, y): (f64, f64), radius: f64, paint: &str) {
        let [x, y, radius] = [x, y, radius].map(tenth);
        let _ = write!(self.body, r#"<circle cx="{x}" cy="{y}" r="{radius}" {paint}/>"#);
    }

    /// A picture that fills a rectangle; `source` is a data or blob URL.
    pub fn picture(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), source: &str) {
        let [x, y, width, height] = [x, y, width, height].map(tenth);
        let _ = write!(
            self.body,
            r#"<image x="{x}" y="{y}" width="{width}" height="{height}" preserveAspectRatio="none" href="{}"/>"#,
            escaped(source)
        );
    }

    /// Diagonal lines over a rectangle: something that does not exist.
    pub fn hatch(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), colour: &str) {
        let mut data = String::new();
        let mut offset = 6.0;
        while offset < width + height {
            // From the upper or right side down to the left or lower one.
            let (from, to) = (offset.min(width), offset.min(height));
            let [x1, y1] = [x + from, y + offset - from].map(tenth);
            let [x2, y2] = [x + offset - to, y + to].map(tenth);
            let _ = write!(data, "M{x1} {y1}L{x2} {y2}");
            offset += 6.0;
        }
        self.path(&data, &stroke(colour, 1.0));
    }

    /// The document.
    ///
    /// `label` is what is read out in place of the drawing.
    #[must_use]
    pub fn finish(self, (width, height): (f64, f64), label: &str, theme: &Theme) -> String {
        let [width, height] = [width, height].map(tenth);
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="figure" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-label="{}" font-family="{FONT}"><rect width="{width}" height="{height}" fill="{}"/>{}</svg>"#,
            escaped(label),
            theme.paper,
            self.body
        )
    }
}

/// Attributes of a filled shape.
#[must_use]
pub fn fill(colour: &str) -> String {
    format!(r#"fill="{colour}""#)
}

/// Attributes of a line.
#[must_use]
pub fn stroke(colour: &str, width: f64) -> String {
    format!(r#"fill="none" stroke="{colour}" stroke-width="{}""#, tenth(width))
}

/// Attributes of a filled shape with an outline.
#[must_use]
pub fn outlined(inside: &str, line: &str, width: f64) -> String {
    format!(r#"fill="{inside}" stroke="{line}" stroke-width="{}""#, tenth(width))
}

/// A coordinate to a tenth.
#[must_use]
pub fn tenth(value: f64) -> String {
    let text = format!("{value:.1}");
    let short = text.strip_suffix(".0").unwrap_or(&text);
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

/// Text as it may stand in SVG.
fn escaped(text: &str) -> String {
    let escape = |c: char| match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        // What XML has no place for.
        c if c.is_control() => " ".to_owned(),
        c => c.to_string(),
    };
    text.chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::super::theme::LIGHT;
    use super::*;

    #[test]
    fn text_is_text_whatever_stands_in_it() {
        let mut canvas = Canvas::default();
        canvas.text("<script>\"&\u{0}", (1.04, 2.0), Letter::new(12.0, "red").at(Anchor::End).bold(true));
        let svg = canvas.finish((10.0, 20.0), "a \"b\"", &LIGHT);
        assert!(svg.contains(r#"<text x="1" y="2" text-anchor="end" font-size="12" font-weight="600" fill="red">&lt;script&gt;&quot;&amp; </text>"#), "{svg}");
        assert!(svg.contains(r#"aria-label="a &quot;b&quot;""#) && svg.ends_with("</svg>"));
    }

    #[test]
    fn a_hatch_stays_inside() {
        let mut canvas = Canvas::default();
        canvas.hatch((10.0, 20.0), (9.0, 4.0), "#000");
        assert!(canvas.body.contains("M16 20L12 24M19 23L18 24"), "{}", canvas.body);
    }

    #[test]
    fn coordinates_are_short() {
        assert_eq!([1.0, -0.04, 2.25, 100.96].map(tenth), ["1", "0", "2.2", "101"]);
    }
}
