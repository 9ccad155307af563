//! The network's answer as a drawing: a bar a class, best first, for reports.

use crate::experiment::record::Ranked;
use plotters::prelude::*;

const ROW: i32 = 32;
const WIDTH: i32 = 480;
const MARGIN: i32 = 16;
const INK: RGBColor = RGBColor(32, 38, 38);
const TRACK: RGBColor = RGBColor(221, 224, 224);
const BAR: RGBColor = RGBColor(0, 110, 110);

/// The classes as an SVG document: name, index, percentage and a bar whose full length is 100 %.
///
/// # Errors
/// If the drawing library refuses, which it has no reason to when it draws into memory.
pub fn answer(classes: &[Ranked]) -> Result<String, String> {
    let mut svg = String::new();
    draw(classes, &mut svg).map_err(|error| format!("The answer could not be drawn ({error})."))?;
    Ok(svg)
}

fn draw(classes: &[Ranked], svg: &mut String) -> Result<(), Box<dyn std::error::Error>> {
    let height = ROW * classes.len() as i32 + 2 * MARGIN;
    let area = SVGBackend::with_string(svg, (WIDTH as u32, height as u32)).into_drawing_area();
    area.fill(&WHITE)?;
    let font = ("sans-serif", 13).into_font().color(&INK);
    for (row, class) in classes.iter().enumerate() {
        let top = MARGIN + ROW * row as i32;
        let name = format!("{} {}", class.name, class.index);
        // U+202F, the narrow space that keeps a number and its unit on one line.
        let percent = format!("{:.2}\u{202f}%", class.probability * 100.0);
        area.draw(&Text::new(name, (MARGIN, top), font.clone()))?;
        area.draw(&Text::new(percent, (WIDTH - MARGIN - 56, top), font.clone()))?;
        area.draw(&bar(top, 1.0, TRACK))?;
        area.draw(&bar(top, class.probability, BAR))?;
    }
    area.present()?;
    Ok(())
}

fn bar(top: i32, share: f64, colour: RGBColor) -> Rectangle<(i32, i32)> {
    let length = (f64::from(WIDTH - 2 * MARGIN) * share).round() as i32;
    Rectangle::new([(MARGIN, top + 18), (MARGIN + length, top + 22)], colour.filled())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_probabilities() {
        let class = |name: &str, probability| Ranked { index: 7, name: name.into(), probability, logit: 0.0 };
        let svg = answer(&[class("cat & dog", 0.5), class("cup", 0.25)]).unwrap();
        assert!(svg.contains("cat &amp; dog 7") && svg.contains("25.00"), "{svg}");
        assert!(svg.contains("width=\"224\"") && svg.contains("width=\"112\""), "{svg}");
    }
}
