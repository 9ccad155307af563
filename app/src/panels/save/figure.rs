//! Drawing the figure: what the network saw with the map over it, the scale at its right, the caption below.

use crate::state::photos::{Photo, Prepared};
use crate::state::results::Drawn;
use crate::widgets::canvas::{Pixels, context, put};
use crate::widgets::number;
use tessera_core::figure::ticks::ticks;
use tessera_core::map::colour::{Scale, hex};
use tessera_core::map::range::Range;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Longest side of the picture in the figure, its margins, and the height of a line of text, in pixels.
const SIDE: f64 = 896.0;
const MARGIN: f64 = 40.0;
const LEGEND: f64 = 132.0;
const LINE: f64 = 30.0;

/// What the figure shows.
pub struct Figure<'a> {
    /// Rows and columns of what the network saw.
    pub input: (usize, usize),
    /// Its pixels.
    pub rgb: &'a [u8],
    /// The map's pixels.
    pub map: Vec<u8>,
    /// How opaque the map is.
    pub strength: f64,
    /// Its colours and the values at their ends; none of a picture without a scale.
    pub scale: Option<(Scale, Range)>,
    /// The lines below.
    pub caption: String,
}

/// What stands below the figure: enough to make it again.
pub fn caption(
    drawn: &Drawn,
    photo: &Photo,
    prepared: &Prepared,
    probability: Option<f32>,
    provenance: &str,
) -> String {
    let peak = drawn.map.flat().iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let probability = probability.map(|p| format!(" Probability of the class {}.", number::percent(f64::from(p))));
    format!(
        "{}{}.{} Greatest value {}. Photo {}, SHA-256 {}. Drawn by Tessera {}.",
        crate::state::order::name(drawn),
        provenance,
        probability.unwrap_or_default(),
        number::value(f64::from(peak)),
        photo.name,
        &prepared.facts.sha256,
        env!("CARGO_PKG_VERSION"),
    )
}

impl Figure<'_> {
    /// The figure on a canvas of its own.
    pub fn draw(&self) -> Option<HtmlCanvasElement> {
        let (rows, columns) = (self.input.0 as f64, self.input.1 as f64);
        let scale = SIDE / rows.max(columns);
        let (width, height) = (columns * scale, rows * scale);
        let canvas = blank()?;
        canvas.set_width((width + 2.0 * MARGIN + LEGEND) as u32);
        let draw = context(&canvas)?;
        draw.set_font("22px sans-serif");
        let lines = wrap(&draw, &self.caption, width + LEGEND)?;
        canvas.set_height((height + 2.0 * MARGIN + 24.0 + LINE * lines.len() as f64) as u32);
        draw.set_fill_style_str("#ffffff");
        draw.fill_rect(0.0, 0.0, f64::from(canvas.width()), f64::from(canvas.height()));
        self.picture(&draw, width, height)?;
        self.legend(&draw, MARGIN + width + 24.0, height)?;
        draw.set_font("22px sans-serif");
        draw.set_fill_style_str("#222222");
        for (i, line) in lines.iter().enumerate() {
            draw.fill_text(line, MARGIN, MARGIN + height + 40.0 + LINE * i as f64).ok()?;
        }
        Some(canvas)
    }

    fn picture(&self, draw: &CanvasRenderingContext2d, width: f64, height: f64) -> Option<()> {
        let rgba = self.rgb.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
        let layers = [(rgba, 1.0), (self.map.clone(), self.strength)];
        for (rgba, strength) in layers {
            let layer = blank()?;
            put(&layer, &Pixels { height: self.input.0, width: self.input.1, rgba })?;
            draw.set_global_alpha(strength);
            draw.draw_image_with_html_canvas_element_and_dw_and_dh(&layer, MARGIN, MARGIN, width, height).ok()?;
        }
        draw.set_global_alpha(1.0);
        Some(())
    }

    fn legend(&self, draw: &CanvasRenderingContext2d, left: f64, height: f64) -> Option<()> {
        let Some((scale, range)) = self.scale else { return Some(()) };
        let bar = draw.create_linear_gradient(0.0, MARGIN + height, 0.0, MARGIN);
        let stops = scale.stops();
        for (i, &stop) in stops.iter().enumerate() {
            bar.add_color_stop(i as f32 / (stops.len() - 1) as f32, &hex(stop)).ok()?;
        }
        draw.set_fill_style_canvas_gradient(&bar);
        draw.fill_rect(left, MARGIN, 20.0, height);
        draw.set_font("20px sans-serif");
        draw.set_fill_style_str("#222222");
        for tick in ticks(range, 6) {
            let y = MARGIN + height * (1.0 - f64::from(tick.share));
            draw.fill_rect(left + 20.0, y.min(MARGIN + height - 2.0), 6.0, 2.0);
            draw.fill_text(&tick.text, left + 32.0, (y + 7.0).clamp(MARGIN + 16.0, MARGIN + height)).ok()?;
        }
        Some(())
    }
}

fn blank() -> Option<HtmlCanvasElement> {
    web_sys::window()?.document()?.create_element("canvas").ok()?.dyn_into().ok()
}

/// A text as lines of at most that width.
fn wrap(draw: &CanvasRenderingContext2d, text: &str, width: f64) -> Option<Vec<String>> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last_mut()?;
        let longer = if last.is_empty() { word.to_owned() } else { format!("{last} {word}") };
        if draw.measure_text(&longer).ok()?.width() <= width || last.is_empty() {
            *last = longer;
        } else {
            lines.push(word.to_owned());
        }
    }
    Some(lines)
}
