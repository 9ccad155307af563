//! The sheet of a mosaic as a file of its own: its pictures are taken from the page as they lie there.

use crate::state::desk::Desk;
use crate::widgets::canvas::context;
use leptos::prelude::*;
use tessera_core::descriptor::Sign;
use tessera_core::experiment::record::Outcome;
use tessera_core::figure::board::titles;
use tessera_core::figure::drawing::Drawing;
use tessera_core::figure::frame::Frame;
use tessera_core::figure::sheet::{Card, Framed, sheet};
use tessera_core::figure::theme::LIGHT;
use tessera_core::metric::Metric;
use tessera_core::undefined::{Score, Told};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlCanvasElement};

/// Width of the file.
const WIDTH: f64 = 1000.0;

/// Opacity of a map over its mosaic, as on the page.
const OVER: f64 = 0.92;

/// Name of the file, without its ending.
pub fn name(at: usize) -> String {
    format!("mosaic-{:02}", at + 1)
}

/// The sheet that is open, as a drawing.
pub fn drawing(desk: Desk, at: usize) -> Option<Drawing> {
    let unit = untrack(move || desk.sheet())?.unit?;
    let (drawn, names, metrics) = desk.studio.course.with_untracked(|course| {
        let course = course.as_ref()?;
        let metrics: Vec<Metric> = course.spec().metrics.iter().filter_map(|id| Metric::find(id)).collect();
        Some((course.drawn.clone(), titles(&course.spec().methods), metrics))
    })?;
    let pictures = pictures()?;
    let (mosaic, maps) = pictures.split_first()?;
    let none = "It has no map here.".to_owned();
    let scores: Vec<Vec<(&str, Score)>> = unit
        .outcomes
        .iter()
        .map(|outcome| {
            let made = outcome.made().map(|made| made.scores.clone()).unwrap_or_default();
            metrics.iter().map(|metric| metric.title()).zip(made.into_iter().map(Told::score)).collect()
        })
        .collect();
    let sentence = |at: usize| match unit.outcomes.get(at) {
        Some(Outcome::Missing(sentence)) => sentence.clone(),
        _ => none.clone(),
    };
    let sentences: Vec<String> = (0..names.len()).map(sentence).collect();
    let card = |at: usize| {
        let made = unit.outcomes.get(at)?.made();
        let picture = match (made, maps.get(at)) {
            (Some(_), Some(url)) => Ok(url.as_str()),
            _ => Err(sentences[at].as_str()),
        };
        let sign = made.map_or(Sign::Positive, |made| made.map.sign);
        Some(Card { name: &names[at], picture, sign, scores: &scores[at] })
    };
    let cards: Vec<Card<'_>> = (0..names.len()).filter_map(card).collect();
    let cells = drawn.spec.layout.cells(&drawn.mosaics.get(at)?.targets());
    let target = unit.target.name.clone();
    let framed = Framed { picture: mosaic, cells: &cells, target: &target, ends: "each map's own greatest value" };
    let heading = format!("Mosaic {}", unit.name);
    let best = unit.top.first().map(|class| format!("; the network sees {} first", class.name)).unwrap_or_default();
    let network = desk.network.with_untracked(|network| network.title());
    let caption = format!("Target {target}{best}. {network}, seed {}.", unit.seed);
    let frame = Frame { width: WIDTH, margin: 20.0, theme: &LIGHT, heading: &heading, caption: &caption };
    Some(sheet(&framed, &cards, &frame))
}

/// The pictures of the sheet as data: the mosaic, then a map over it a method.
fn pictures() -> Option<Vec<String>> {
    let page = web_sys::window()?.document()?;
    let cards = page.query_selector_all("#sheet .card").ok()?;
    (0..cards.length()).filter_map(|at| cards.get(at)?.dyn_into::<Element>().ok()).map(|card| picture(&card)).collect()
}

fn picture(card: &Element) -> Option<String> {
    let layers = card.query_selector_all("canvas").ok()?;
    let layer = |at: u32| layers.get(at)?.dyn_into::<HtmlCanvasElement>().ok();
    let whole: HtmlCanvasElement = web_sys::window()?.document()?.create_element("canvas").ok()?.dyn_into().ok()?;
    let below = layer(0)?;
    let (width, height) = (below.width(), below.height());
    whole.set_width(width);
    whole.set_height(height);
    let draw = context(&whole)?;
    draw.draw_image_with_html_canvas_element(&below, 0.0, 0.0).ok()?;
    if let Some(map) = layer(1) {
        draw.set_global_alpha(OVER);
        let (width, height) = (f64::from(width), f64::from(height));
        draw.draw_image_with_html_canvas_element_and_dw_and_dh(&map, 0.0, 0.0, width, height).ok()?;
    }
    whole.to_data_url().ok()
}
