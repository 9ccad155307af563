//! Letting parts of a page be drawn one after the other, so that its thread is never held up for long.

use leptos::prelude::*;

/// How many of so many parts may be drawn by now: one at once, the others a moment after each other.
#[must_use]
pub fn staged(parts: usize) -> RwSignal<usize> {
    let drawn = RwSignal::new(1);
    draw_more(drawn, parts);
    drawn
}

fn draw_more(drawn: RwSignal<usize>, parts: usize) {
    gloo::timers::callback::Timeout::new(4, move || {
        // What was taken away meanwhile has no parts.
        let more = drawn.try_update(|drawn| {
            *drawn += 1;
            *drawn < parts
        });
        if more == Some(true) {
            draw_more(drawn, parts);
        }
    })
    .forget();
}
