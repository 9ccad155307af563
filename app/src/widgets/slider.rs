//! A slider whose filled part shows its value.

use leptos::prelude::*;

/// A slider from 0 to 100.
#[component]
pub fn Slider(
    /// What it sets, in words.
    label: &'static str,
    /// Its value.
    #[prop(into)]
    value: Signal<u32>,
    /// Hears the new value.
    set: impl Fn(u32) + Copy + 'static,
) -> impl IntoView {
    view! {
        <input
            type="range"
            min="0"
            max="100"
            aria-label=label
            prop:value=move || value.get().to_string()
            style:--v=move || format!("{}%", value.get())
            on:input:target=move |event| set(event.target().value().parse().unwrap_or(0))
        />
    }
}
