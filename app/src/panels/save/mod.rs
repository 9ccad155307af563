//! Saving the figure: what is on the stage, with its legend and its caption, as a PNG.

mod figure;

use crate::panels::stage::provenance;
use crate::state::desk::Desk;
use crate::widgets::icon::{Draw, Icon};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Blob, HtmlCanvasElement};

/// The button.
#[component]
pub fn Save(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let none = Memo::new(move |_| desk.map().is_none());
    view! {
        <section class="part">
            <div class="row">
                <button class="b main grow" type="button" id="save" disabled=none title="Save the figure (Ctrl S)" on:click=move |_| save(desk)>
                    <Draw icon=Icon::Save />
                    "Save figure"
                </button>
            </div>
            <small>"A PNG of the photo, the map, its scale and a caption that says how to make it again."</small>
        </section>
    }
}

/// Draws the figure and gives it to the browser to keep.
pub fn save(desk: Desk) {
    untrack(move || {
        let (Some(drawn), Some(photo), Some(prepared)) = (desk.on_stage(), desk.photo(), desk.prepared()) else {
            return;
        };
        let display = desk.display.get();
        let range = display.range(&drawn, &desk.maps());
        let network = desk.network.get();
        let probability =
            desk.answer().and_then(|answer| answer.probabilities.get(drawn.map.facts.provenance.target).copied());
        let figure = figure::Figure {
            input: prepared.input,
            rgb: &prepared.rgb,
            map: display.paint(&drawn, range),
            strength: f64::from(desk.view.with(|view| view.opacity)) / 100.0,
            scale: display.own_picture(&drawn).is_none().then(|| (display.scale(drawn.sign), range)),
            caption: figure::caption(&drawn, &photo, &prepared, probability, &provenance(&drawn, &network)),
        };
        let name = format!("tessera-{}-{}.png", stem(&photo.name), drawn.map.facts.provenance.method);
        match figure.draw() {
            Some(canvas) => hand_over(&canvas, name),
            None => desk.notice("The figure", "The browser could not draw it. Try again."),
        }
        desk.say("Figure saved.");
    });
}

/// A file's name without its ending, in characters that every system takes.
fn stem(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect()
}

/// Lets the browser save a canvas as PNG under a name.
fn hand_over(canvas: &HtmlCanvasElement, name: String) {
    let keep = Closure::once_into_js(move |blob: Option<Blob>| {
        // Without a picture there is nothing to keep, and nothing else is lost.
        let _ = blob.and_then(|blob| crate::widgets::save::blob(&blob, &name));
    });
    // Where the browser refuses, nothing is saved and nothing is lost.
    let _ = canvas.to_blob(keep.unchecked_ref());
}
