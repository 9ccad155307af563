//! A drawing on the page: drawn as wide as there is room, answers a pointer, and is saved as SVG, PNG or CSV.

use crate::state::desk::Desk;
use crate::widgets::save;
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::figure::drawing::{Drawing, Unit};
use tessera_core::figure::frame::Frame;
use tessera_core::figure::theme::{LIGHT, PAGE};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Blob, BlobPropertyBag, CanvasRenderingContext2d, HtmlCanvasElement, HtmlImageElement, MouseEvent, Url};

/// How near a pointer has to come to a point, in pixels.
const REACH: f64 = 8.0;

/// Milliseconds between the drawings of two figures.
const TURN: u32 = 30;

/// Width of a saved drawing.
const SAVED: f64 = 720.0;

/// Pixels of a saved picture for each unit of its drawing.
const FINE: f64 = 2.0;

/// Draws for a frame; none as long as there is nothing to draw.
pub type Draws = StoredValue<Box<dyn Fn(&Frame<'_>) -> Option<Drawing> + Send + Sync>>;

/// What a mark stands for.
pub type Answers<R> = StoredValue<Box<dyn Fn(Unit) -> Option<R> + Send + Sync>>;

/// What a drawing is of, and what it answers.
#[derive(Clone, Copy)]
pub struct Plot {
    /// Name in files.
    pub id: &'static str,
    /// The question that it answers.
    pub title: &'static str,
    /// What is drawn, in a sentence or two.
    pub words: Signal<String>,
    /// Its turn among the figures: they are drawn one after the other, so that the page's thread is never held up.
    pub turn: u32,
    /// Which score it is of; a change draws it anew.
    pub chosen: Memo<usize>,
    /// Draws it.
    pub draw: Draws,
    /// Says in words what a mark stands for.
    pub says: Answers<String>,
    /// The mosaic that a mark stands for.
    pub opens: Answers<usize>,
    /// Name of its table among those of the run.
    pub table: &'static str,
}

/// The drawing with its heading and what can be done with it.
#[component]
pub fn Figure(desk: Desk, plot: Plot, heading: Children) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let width = RwSignal::new(0.0);
    let measure = move || {
        if let Some(frame) = frame.get_untracked() {
            width.set(f64::from(frame.client_width()));
        }
    };
    Effect::new(move |_| {
        if frame.get().is_some() {
            measure();
        }
    });
    let resized = window_event_listener(leptos::ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    let drawing = RwSignal::new(None::<Arc<Drawing>>);
    Effect::new(move |_| {
        desk.studio.summed.track();
        plot.chosen.track();
        let width = width.get();
        let draw = move || {
            let frame = Frame { width, margin: 0.0, theme: &PAGE, heading: "", caption: "" };
            let drawn = plot.draw.try_with_value(|draw| untrack(|| draw(&frame))).flatten();
            // A figure that was taken away meanwhile needs no drawing.
            let _ = drawing.try_set(drawn.map(Arc::new));
        };
        if width > 0.0 {
            gloo::timers::callback::Timeout::new(plot.turn * TURN, draw).forget();
        }
    });
    let tip = RwSignal::new(None::<(f64, f64, String)>);
    let mark = move |event: &MouseEvent| {
        let (drawing, element) = (drawing.get_untracked()?, frame.get_untracked()?);
        let shown = element.get_bounding_client_rect();
        let (x, y) = (f64::from(event.client_x()) - shown.left(), f64::from(event.client_y()) - shown.top());
        let scale = drawing.width / shown.width().max(1.0);
        Some((drawing.at(x * scale, y * scale, REACH)?.unit, x, y))
    };
    let hover = move |event: MouseEvent| {
        let words = mark(&event).and_then(|(unit, x, y)| Some((x, y, plot.says.with_value(|says| says(unit))?)));
        tip.set(words);
    };
    let click = move |event: MouseEvent| {
        if let Some(at) = mark(&event).and_then(|(unit, ..)| plot.opens.with_value(|opens| opens(unit))) {
            super::results::show(desk, at);
        }
    };
    view! {
        <figure class="fig" id=format!("fig-{}", plot.id)>
            <header>
                <h2>{plot.title}</h2>
                <span class="save" role="group" aria-label=format!("Save {}", plot.id)>
                    <button type="button" on:click=move |_| { if let Some(drawing) = file(plot) { save_svg(&drawing, plot.id) } }>"SVG"</button>
                    <button type="button" on:click=move |_| { file(plot).and_then(|drawing| save_png(drawing, plot.id.into())); }>"PNG"</button>
                    <button type="button" on:click=move |_| { save_table(desk, plot.table); }>"CSV"</button>
                </span>
                <p>{heading()}</p>
            </header>
            <div class="plot" node_ref=frame on:mousemove=hover on:mouseleave=move |_| tip.set(None) on:click=click>
                <div class="drawn" inner_html=move || drawing.get().map(|drawing| drawing.svg.clone()).unwrap_or_default()></div>
                {move || tip.get().map(|(x, y, words)| view! {
                    <span class="tip s n" class:left={x > width.get_untracked() * 0.6} style:left=format!("{x:.0}px") style:top=format!("{y:.0}px")>{words}</span>
                })}
            </div>
        </figure>
    }
}

/// The drawing as a file of its own: on white, with its heading and what is drawn.
fn file(plot: Plot) -> Option<Drawing> {
    let words = plot.words.get_untracked();
    let frame = Frame { width: SAVED, margin: 20.0, theme: &LIGHT, heading: plot.title, caption: &words };
    plot.draw.with_value(|draw| untrack(|| draw(&frame)))
}

/// Saves a drawing.
pub fn save_svg(drawing: &Drawing, id: &str) {
    // Where the browser refuses, nothing is saved and nothing is lost.
    let _ = save::text(&format!("tessera-{id}.svg"), "image/svg+xml", &drawing.svg);
}

/// Has the browser paint a drawing and keep it as a picture.
pub fn save_png(drawing: Drawing, id: String) -> Option<()> {
    let options = BlobPropertyBag::new();
    options.set_type("image/svg+xml");
    let parts = js_sys::Array::of1(&drawing.svg.as_str().into());
    let svg = Blob::new_with_str_sequence_and_options(&parts, &options).ok()?;
    let url = Url::create_object_url_with_blob(&svg).ok()?;
    let image = HtmlImageElement::new().ok()?;
    let (picture, address) = (image.clone(), url.clone());
    let painted = Closure::once_into_js(move || {
        // An address that is not there any more is what was wanted.
        let _ = paint(&picture, &drawing, &id);
        let _ = Url::revoke_object_url(&address);
    });
    image.set_onload(Some(painted.unchecked_ref()));
    image.set_src(&url);
    Some(())
}

fn paint(image: &HtmlImageElement, drawing: &Drawing, id: &str) -> Option<()> {
    let canvas: HtmlCanvasElement = web_sys::window()?.document()?.create_element("canvas").ok()?.dyn_into().ok()?;
    let (width, height) = (drawing.width * FINE, drawing.height * FINE);
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    context.draw_image_with_html_image_element_and_dw_and_dh(image, 0.0, 0.0, width, height).ok()?;
    let name = format!("tessera-{id}.png");
    let keep = Closure::once_into_js(move |blob: Option<Blob>| {
        // Without a picture there is nothing to keep, and nothing else is lost.
        let _ = blob.and_then(|blob| save::blob(&blob, &name));
    });
    canvas.to_blob(keep.unchecked_ref()).ok()
}

/// Saves a table of the run.
pub fn save_table(desk: Desk, table: &str) -> Option<()> {
    let (name, file) = desk.run_table(table)?;
    save::blob(&file, &format!("tessera-{name}"))
}

/// Saves all that came out of the run.
pub fn save_record(desk: Desk) -> Option<()> {
    save::blob(&desk.record_file()?, "tessera-record.json")
}
