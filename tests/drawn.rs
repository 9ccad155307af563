//! Reading drawings back: where their texts and circles are.

use tessera_core::figure::drawing::{Drawing, Place};
use tessera_core::figure::lettering::width;

/// A text of a drawing.
pub struct Said {
    /// What it says.
    pub text: String,
    /// Left, top, right and bottom of the room it takes.
    pub room: [f64; 4],
}

/// The value of an attribute.
#[must_use]
pub fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

/// The number that an attribute is.
///
/// # Panics
/// If it is none.
#[must_use]
pub fn number(tag: &str, name: &str) -> f64 {
    attribute(tag, name).unwrap_or_else(|| panic!("{name} in {tag}")).parse().unwrap()
}

/// The texts of a drawing that are not turned.
///
/// # Panics
/// If it is not as the drawings are written.
#[must_use]
pub fn said(svg: &str) -> Vec<Said> {
    let texts = svg.split("<text").skip(1).map(|rest| rest.split_once("</text>").unwrap().0.split_once('>').unwrap());
    let upright = texts.filter(|(tag, _)| attribute(tag, "transform").is_none());
    let room = |(tag, text): (&str, &str)| {
        let text = text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        let size = number(tag, "font-size");
        // Wider fonts than this one are allowed for where room is made, so here its own width counts.
        let wide = width(&text, size) / 1.1;
        let left = match attribute(tag, "text-anchor") {
            None => number(tag, "x"),
            Some("middle") => number(tag, "x") - wide / 2.0,
            _ => number(tag, "x") - wide,
        };
        let base = number(tag, "y");
        Said { text, room: [left, base - 0.75 * size, left + wide, base + 0.2 * size] }
    };
    upright.map(room).collect()
}

/// Fails where a text lies on another or leaves the drawing, or the document holds what a page or file may not.
///
/// # Panics
/// If so.
pub fn check_layout(what: &str, drawing: &Drawing) {
    let svg = &drawing.svg;
    let said = said(svg);
    for (i, a) in said.iter().enumerate() {
        let [left, top, right, bottom] = a.room;
        let inside = left >= -0.1 && top >= 0.0 && right <= drawing.width + 0.1 && bottom <= drawing.height;
        assert!(inside, "{what}: {:?} leaves the drawing: {:?}", a.text, a.room);
        for b in &said[..i] {
            let apart = right <= b.room[0] || b.room[2] <= left || bottom <= b.room[1] || b.room[3] <= top;
            assert!(apart, "{what}: {:?} lies on {:?}", a.text, b.text);
        }
    }
    for never in ["NaN", "inf\"", "style", "<script", "http://", "https://", " id=\"", "url("] {
        let svg = svg.replace("http://www.w3.org/2000/svg", "");
        assert!(!svg.contains(never), "{what} holds {never}");
    }
    assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
    for mark in &drawing.marks {
        let (x, y) = match mark.place {
            Place::Circle { x, y, .. } => (x, y),
            Place::Rectangle { x, y, width, height } => (x + width, y + height),
        };
        assert!(x <= drawing.width + 0.1 && y <= drawing.height + 0.1, "{what}: {mark:?} is outside");
    }
}

/// Where a number of the scale stands, from two of its ticks: those that say `low` and `high`.
///
/// # Panics
/// If there are no such ticks.
#[must_use]
pub fn place(drawing: &Drawing, [low, high]: [&str; 2], value: f64) -> f64 {
    let at = |says: &str| {
        // The scale's numbers are the last that are centred.
        let tick = said(&drawing.svg).into_iter().rev().find(|said| said.text == says).unwrap();
        (says.parse::<f64>().unwrap(), (tick.room[0] + tick.room[2]) / 2.0)
    };
    let ((low, left), (high, right)) = (at(low), at(high));
    left + (value - low) / (high - low) * (right - left)
}

/// Centres of the circles of a radius.
///
/// # Panics
/// If it is not as the drawings are written.
#[must_use]
pub fn circles(drawing: &Drawing, radius: &str) -> Vec<(f64, f64)> {
    let tags = drawing.svg.split("<circle").skip(1).map(|rest| rest.split_once("/>").unwrap().0);
    let of = tags.filter(|tag| attribute(tag, "r") == Some(radius));
    of.map(|tag| (number(tag, "cx"), number(tag, "cy"))).collect()
}
