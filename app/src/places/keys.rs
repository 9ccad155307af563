//! The keys that work anywhere on the page.

use crate::panels::{gallery, help, methods, save};
use crate::state::desk::Desk;
use gloo::events::{EventListener, EventListenerOptions};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// Listens for them as long as the page lives.
pub fn listen(desk: Desk) {
    let Some(window) = web_sys::window() else { return };
    let on = |name: &'static str, run: fn(Desk, &KeyboardEvent)| {
        let options = EventListenerOptions::enable_prevent_default();
        let listener = EventListener::new_with_options(&window, name, options, move |event| {
            if let Some(event) = event.dyn_ref::<KeyboardEvent>() {
                run(desk, event);
            }
        });
        listener.forget();
    };
    on("keydown", down);
    on("keyup", |desk, event| {
        if event.key() == " " && desk.view.with_untracked(|view| view.blink) {
            desk.view.update(|view| view.blink = false);
        }
        if event.key() == "b" && desk.view.with_untracked(|view| view.swap) {
            desk.view.update(|view| view.swap = false);
        }
    });
}

fn down(desk: Desk, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() {
        if event.key() == "s" {
            event.prevent_default();
            save::save(desk);
        }
        return;
    }
    if event.alt_key() || event.default_prevented() || takes_text(event) {
        return;
    }
    let view = desk.view;
    match event.key().as_str() {
        "o" => view.update(|view| view.overlay = !view.overlay),
        " " if !takes_space(event) => {
            event.prevent_default();
            if !view.with_untracked(|view| view.blink) {
                view.update(|view| view.blink = true);
            }
        }
        "b" if view.with_untracked(|view| view.comparison.is_some() && !view.swap) => {
            view.update(|view| view.swap = true)
        }
        "m" => toggle(methods::ID),
        "+" | "=" => view.update(|view| view.zoom_by(1.5, (0.5, 0.5))),
        "-" => view.update(|view| view.zoom_by(1.0 / 1.5, (0.5, 0.5))),
        "0" => view.update(|view| view.reset()),
        "ArrowLeft" if on_the_page(event) => gallery::walk(desk, -1),
        "ArrowRight" if on_the_page(event) => gallery::walk(desk, 1),
        "Escape" if !closes_something() => desk.stop_all(),
        "?" => toggle(help::ID),
        _ => {}
    }
}

fn target(event: &KeyboardEvent) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

fn takes_text(event: &KeyboardEvent) -> bool {
    target(event).is_some_and(|element| {
        element.matches("input:not([type=range]):not([type=radio]), select, textarea").unwrap_or(false)
    })
}

fn takes_space(event: &KeyboardEvent) -> bool {
    target(event).is_some_and(|element| element.matches("button, input, a, summary").unwrap_or(false))
}

/// Whether nothing that has arrow keys of its own has the focus.
fn on_the_page(event: &KeyboardEvent) -> bool {
    target(event).is_none_or(|element| element.matches("body, html, main").unwrap_or(false))
}

/// Whether Escape closes a panel, which the browser does by itself.
fn closes_something() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.and_then(|document| document.query_selector(":popover-open").ok().flatten()).is_some()
}

fn toggle(id: &str) {
    let document = web_sys::window().and_then(|window| window.document());
    let panel = document.and_then(|document| document.get_element_by_id(id));
    if let Some(panel) = panel.and_then(|panel| panel.dyn_into::<HtmlElement>().ok()) {
        // A browser without popovers shows no list of keys; the keys work all the same.
        let _ = panel.toggle_popover();
    }
}
