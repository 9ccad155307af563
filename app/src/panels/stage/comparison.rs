//! The bar that says which of two maps lies on the stage: either, or their difference.

use crate::state::comparison::{Comparison, Shown};
use crate::state::desk::Desk;
use crate::state::order;
use crate::state::results::Drawn;
use crate::state::view::View;
use crate::widgets::icon::{Draw, Icon};
use leptos::prelude::*;
use std::sync::Arc;

/// The bar; there only while two maps are compared.
#[component]
pub fn Bar(desk: Desk) -> impl IntoView {
    let two =
        Memo::new(move |_| desk.view.with(|view| view.comparison).and_then(|_| Some((desk.map()?, desk.other()?))));
    let content = move || {
        let (open, other) = two.get()?;
        let names = [name(&open, &other), name(&other, &open)];
        Some(view! { <Choose desk names /> })
    };
    view! { {content} }
}

/// A map's name, with what is set of it where the other has the same.
fn name(drawn: &Arc<Drawn>, other: &Arc<Drawn>) -> String {
    let own = order::name(drawn);
    let settings = super::settings(drawn).filter(|_| own == order::name(other));
    settings.map_or(own.clone(), |settings| format!("{own} ({settings})"))
}

#[component]
fn Choose(desk: Desk, names: [String; 2]) -> impl IntoView {
    let view = desk.view;
    let shown = Memo::new(move |_| view.with(|view| view.shown().map(|two| two.shown)));
    let set = move |shown| view.update(|view| view.comparison = view.comparison.map(|two| Comparison { shown, ..two }));
    let [one, other] = names;
    let options = [(Shown::One, one), (Shown::Difference, "Difference".to_owned()), (Shown::Other, other)];
    let buttons = options.map(|(option, label)| {
        view! {
            <label>
                <input type="radio" name="compared" prop:checked=move || shown.get() == Some(option) on:change=move |_| set(option) />
                <span class="cut">{label}</span>
            </label>
        }
    });
    view! {
        <div class="compared">
            <fieldset class="seg">
                <legend class="vh">"Which of the two maps lies on the stage"</legend>
                {buttons.collect_view()}
            </fieldset>
            <Swap view />
            <button class="b bare sq" type="button" aria-label="End the comparison" on:click=move |_| view.update(|view| view.comparison = None)>
                <Draw icon=Icon::Close />
            </button>
        </div>
    }
}

/// Shows the other of the two for as long as it is held.
#[component]
fn Swap(view: RwSignal<View>) -> impl IntoView {
    let set = move |swap| view.update(|view| view.swap = swap);
    view! {
        <button
            class="b bare swap"
            type="button"
            title="Hold: the other of the two"
            aria-pressed=move || view.with(|view| view.swap).to_string()
            on:pointerdown=move |_| set(true)
            on:pointerup=move |_| set(false)
            on:pointerleave=move |_| set(false)
            on:pointercancel=move |_| set(false)
            on:blur=move |_| set(false)
        >
            <Draw icon=Icon::Eye />
            <span class="word">"Blink"</span>
            <kbd class="from-800">"b"</kbd>
        </button>
    }
}
