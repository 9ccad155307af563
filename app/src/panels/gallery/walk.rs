//! From card to card with the arrow keys.

use crate::state::desk::Desk;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Arrow keys go from card to card, opening each.
pub fn arrows(event: &KeyboardEvent, desk: Desk) {
    let step = match event.key().as_str() {
        "ArrowLeft" => -1,
        "ArrowRight" => 1,
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    walk(desk, step);
}

/// Opens the map that many cards further on.
pub fn walk(desk: Desk, step: isize) {
    let maps = untrack(move || desk.maps());
    let open = untrack(move || desk.map()).and_then(|open| maps.iter().position(|drawn| *drawn == open));
    let last = maps.len().saturating_sub(1);
    let Some(next) = maps.get(open.map_or(0, |at| at.saturating_add_signed(step).min(last))) else { return };
    desk.open_map(&next.key);
    // The cards are drawn anew first.
    gloo::timers::callback::Timeout::new(0, || {
        let document = web_sys::window().and_then(|window| window.document());
        let open = document.and_then(|document| document.query_selector(".card[aria-current] .thumb").ok().flatten());
        if let Some(open) = open.and_then(|open| open.dyn_into::<HtmlElement>().ok()) {
            // A browser that refuses the focus has opened the map all the same.
            let _ = open.focus();
        }
    })
    .forget();
}
