//! A canvas that is painted again whenever what it shows changes.

use gloo::events::EventListener;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// Pixels: red, green, blue and opacity of each, row after row.
#[derive(Clone, Debug, PartialEq)]
pub struct Pixels {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// `height * width * 4` bytes.
    pub rgba: Vec<u8>,
}

/// The drawing side of a canvas.
#[must_use]
pub fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}

/// Puts pixels on a canvas, which takes their size.
pub fn put(canvas: &HtmlCanvasElement, pixels: &Pixels) -> Option<()> {
    canvas.set_width(pixels.width as u32);
    canvas.set_height(pixels.height as u32);
    let (width, height) = (pixels.width as u32, pixels.height as u32);
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels.rgba), width, height).ok()?;
    context(canvas)?.put_image_data(&image, 0.0, 0.0).ok()
}

/// A canvas that `paint` fills, and fills again when a signal it read has changed.
#[component]
pub fn Canvas(
    /// Fills the canvas.
    paint: impl Fn(&HtmlCanvasElement) + 'static,
    /// What it shows, in words; empty where the words stand elsewhere.
    #[prop(into, optional)]
    label: Signal<String>,
) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let emptied = RwSignal::new(());
    Effect::new(move |_| {
        emptied.track();
        if let Some(canvas) = canvas.get() {
            paint(&canvas);
        }
    });
    // A browser whose graphics processor was lost gives the canvas back empty.
    let restored = StoredValue::new_local(None);
    Effect::new(move |_| {
        let listen =
            |canvas: HtmlCanvasElement| EventListener::new(&canvas, "contextrestored", move |_| emptied.set(()));
        restored.set_value(canvas.get().map(listen));
    });
    let hidden = move || label.with(String::is_empty).then_some("true");
    let role = move || label.with(|label| !label.is_empty()).then_some("img");
    let words = move || Some(label.get()).filter(|label| !label.is_empty());
    view! { <canvas node_ref=canvas role=role aria-label=words aria-hidden=hidden></canvas> }
}
