//! The legend of a map: a bar with the scale's colours, ticks in real numbers, and beside it how the values are spread.
//!
//! Written as SVG text rather than through plotters: it needs a gradient and colours that follow the page's theme
//! (`var(--ink-2)`), and plotters draws neither. Each such colour carries a plain one for where no theme is known, such as a
//! saved file. No style attributes, which the page's security policy forbids.

use super::ticks::{Tick, ticks};
use crate::map::colour::{Scale, hex};
use crate::map::range::Range;
use std::fmt::Write;

/// What a legend shows.
#[derive(Clone, Copy, Debug)]
pub struct Legend<'a> {
    /// Name of the gradient inside the drawing; no two legends of a page may share one. Letters, digits and hyphens.
    pub id: &'a str,
    /// The colours.
    pub scale: Scale,
    /// The values at its ends.
    pub range: Range,
    /// The map's values, for their spread; may be empty.
    pub values: &'a [f32],
}

/// A length along the bar and where the bar begins.
struct Bar {
    start: f32,
    length: f32,
}

const UPRIGHT: Bar = Bar { start: 8.0, length: 484.0 };
const LYING: Bar = Bar { start: 4.0, length: 372.0 };

/// Steps of the drawn spread.
const BINS: usize = 48;

const TEXT: &str = r#"font-size="11" font-family="sans-serif" fill="var(--ink-2, #4a5152)""#;
const LINE: &str = r#"stroke="var(--line-strong, #868b8b)""#;

impl Legend<'_> {
    /// The upright legend, 76 x 500, greatest value on top, with the spread of the values to its left.
    ///
    /// It holds a hidden group of class `marker`; see [`marker_upright`].
    #[must_use]
    pub fn upright(&self) -> String {
        let mut svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="legend v" viewBox="0 0 76 500" preserveAspectRatio="xMinYMid meet" role="img" aria-label="{}">"#,
            self.label()
        );
        svg += &self.gradient(r#"x1="0" y1="1" x2="0" y2="0""#);
        svg += &self.spread();
        let _ = write!(svg, r#"<rect x="28" y="8" width="12" height="484" rx="1" fill="url(#{})"/>"#, self.id);
        for Tick { share, text } in self.ticks(8) {
            let y = height(share);
            let _ =
                write!(svg, r#"<path d="M42 {y:.1}h4" {LINE}/><text x="50" y="{:.1}" {TEXT}>{text}</text>"#, y + 4.0);
        }
        svg + &marker("M26 0h16", "M24 0h20") + "</svg>"
    }

    /// The lying legend, 380 x 32, greatest value on the right, without the spread.
    #[must_use]
    pub fn lying(&self) -> String {
        let mut svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="legend h" viewBox="0 0 380 32" role="img" aria-label="{}">"#,
            self.label()
        );
        svg += &self.gradient("");
        let _ = write!(svg, r#"<rect x="4" y="3" width="372" height="10" rx="1" fill="url(#{})"/>"#, self.id);
        for Tick { share, text } in self.ticks(6) {
            let x = LYING.start + share * LYING.length;
            // The outer numbers stay inside the drawing.
            let anchor = if share <= 0.0 {
                "start"
            } else if share >= 1.0 {
                "end"
            } else {
                "middle"
            };
            let _ = write!(
                svg,
                r#"<path d="M{x:.1} 14v4" {LINE}/><text x="{x:.1}" y="29" text-anchor="{anchor}" {TEXT}>{text}</text>"#
            );
        }
        svg + &marker("M0 0v16", "M0 0v16") + "</svg>"
    }

    fn ticks(&self, about: usize) -> Vec<Tick> {
        ticks(self.range, about)
    }

    fn label(&self) -> String {
        let ends = self.ticks(2);
        let text = |tick: Option<&Tick>| tick.map_or_else(String::new, |tick| tick.text.clone());
        format!("Colour scale from {} to {}", text(ends.first()), text(ends.last()))
    }

    fn gradient(&self, direction: &str) -> String {
        let stops = self.scale.stops();
        let mut svg = format!(r#"<defs><linearGradient id="{}" {direction}>"#, self.id);
        for (i, &stop) in stops.iter().enumerate() {
            let offset = i as f32 / (stops.len() - 1) as f32;
            let _ = write!(svg, r#"<stop offset="{offset:.3}" stop-color="{}"/>"#, hex(stop));
        }
        svg + "</linearGradient></defs>"
    }

    /// How many values lie where, as an area left of the bar. Its width is the square root of the count, so that the many
    /// values near zero leave the few large ones visible.
    fn spread(&self) -> String {
        let counts = counts(self.values, self.range);
        let most = counts.iter().copied().max().unwrap_or(0);
        if most == 0 {
            return String::new();
        }
        let edge = |count: usize| 24.0 - 20.0 * (count as f32 / most as f32).sqrt();
        let mut path = format!("M24 {:.1}H{:.1}", height(0.0), edge(counts[0]));
        for (i, &count) in counts.iter().enumerate() {
            let _ = write!(path, "L{:.1} {:.1}", edge(count), height((i as f32 + 0.5) / BINS as f32));
        }
        let _ = write!(path, "V{:.1}H24Z", height(1.0));
        format!(r#"<path class="spread" d="{path}" fill="var(--ink-3, #616868)" opacity=".45"/>"#)
    }
}

/// Where the upright legend's marker belongs for a value: the `transform` of its group of class `marker`, whose
/// `visibility` is `hidden` until the page takes it away.
#[must_use]
pub fn marker_upright(range: Range, value: f32) -> String {
    format!("translate(0 {:.1})", height(range.share(value)))
}

/// Where the lying legend's marker belongs for a value; as [`marker_upright`].
#[must_use]
pub fn marker_lying(range: Range, value: f32) -> String {
    format!("translate({:.1} 0)", LYING.start + range.share(value) * LYING.length)
}

/// Distance from the top of the upright drawing.
fn height(share: f32) -> f32 {
    UPRIGHT.start + (1.0 - share) * UPRIGHT.length
}

/// A line that holds on any colour: white below, accent above.
fn marker(below: &str, above: &str) -> String {
    format!(
        r##"<g class="marker" visibility="hidden"><path d="{below}" stroke="#fff" stroke-width="3"/><path d="{above}" stroke="var(--accent-ink, #00696b)" stroke-width="1.5"/></g>"##
    )
}

/// Number of finite values in each of the bar's equal parts, lowest first.
fn counts(values: &[f32], range: Range) -> [usize; BINS] {
    let mut counts = [0; BINS];
    for value in values.iter().filter(|value| value.is_finite()) {
        counts[((range.share(*value) * BINS as f32) as usize).min(BINS - 1)] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptor::Sign;
    use crate::map::range::Clip;

    fn legend(values: &[f32], sign: Sign) -> Legend<'_> {
        Legend { id: "g", scale: Scale::of(sign), range: Range::of(values, sign, Clip::None), values }
    }

    #[test]
    fn both_carry_the_scales_colours_and_the_real_ends() {
        let values = [0.0, 0.2, 0.3, 1.02];
        let legend = legend(&values, Sign::Positive);
        for svg in [legend.upright(), legend.lying()] {
            for stop in Scale::Magma.stops() {
                assert!(svg.contains(&hex(*stop)));
            }
            assert!(svg.contains(">1.02</text>") && svg.contains(">0.4</text>") && svg.contains(">0</text>"), "{svg}");
            assert!(!svg.contains("style="), "the page's policy forbids style attributes");
            assert!(svg.contains(r#"aria-label="Colour scale from 0 to 1.02""#));
            assert_eq!(svg.matches('<').count(), svg.matches('>').count());
        }
        assert!(legend.upright().contains(r#"class="spread""#));
    }

    #[test]
    fn minus_is_a_minus() {
        let values = [-0.5, 0.1];
        let svg = legend(&values, Sign::Signed).upright();
        assert!(svg.contains(">\u{2212}0.5</text>") && !svg.contains(">-0.5"), "{svg}");
    }

    #[test]
    fn markers_stand_where_the_colour_is() {
        let range = Range::of(&[2.0], Sign::Positive, Clip::None);
        assert_eq!(marker_upright(range, 2.0), "translate(0 8.0)");
        assert_eq!(marker_upright(range, 0.0), "translate(0 492.0)");
        assert_eq!(marker_lying(range, 1.0), "translate(190.0 0)");
        assert_eq!(marker_lying(range, f32::NAN), "translate(4.0 0)");
    }

    #[test]
    fn the_spread_counts_every_finite_value_once() {
        let values = [0.0, 0.0, 0.5, 1.0, f32::NAN];
        let found = counts(&values, Range::of(&values, Sign::Positive, Clip::None));
        assert_eq!((found[0], found[BINS / 2], found[BINS - 1]), (2, 1, 1));
        assert_eq!(found.iter().sum::<usize>(), 4);
        assert!(!legend(&[], Sign::Signed).upright().contains("spread"));
    }
}
