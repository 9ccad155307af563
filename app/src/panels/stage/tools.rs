//! The bar over the stage: what is open, whole or crop, opacity, blink, zoom.

use crate::state::desk::Desk;
use crate::state::order;
use crate::state::results::Drawn;
use crate::state::view::{MOST, View};
use crate::widgets::choice::Choice;
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use crate::widgets::slider::Slider;
use leptos::prelude::*;
use std::sync::Arc;

/// The bar.
#[component]
pub fn Tools(desk: Desk, map: Memo<Option<Arc<Drawn>>>) -> impl IntoView {
    let view = desk.view;
    let whole = Memo::new(move |_| view.with(|view| view.whole));
    let opacity = Memo::new(move |_| view.with(|view| view.opacity));
    let set_opacity = move |opacity| {
        view.update(|view| {
            view.opacity = opacity;
            view.overlay = true;
        });
    };
    let set_whole = move |whole| {
        view.update(|view| {
            view.whole = whole;
            view.zoom = 1.0;
            view.centre = (0.5, 0.5);
        });
    };
    view! {
        <div class="bar">
            <h1 id="open">{move || title(desk, map.get())}</h1>
            <span class="grow"></span>
            <Choice class="whole" legend="Show" name="whole" options=vec![(true, "Whole photo"), (false, "Crop")] value=whole set=set_whole />
            <label class="row overlay">
                <span class="s">"Overlay"</span>
                <Slider label="Overlay opacity" value=opacity set=set_opacity />
                <output class="n s">{move || number::whole_percent(f64::from(opacity.get()) / 100.0)}</output>
            </label>
            <Blink view />
            <Zoom view />
        </div>
    }
}

fn title(desk: Desk, map: Option<Arc<Drawn>>) -> impl IntoView {
    match map {
        Some(drawn) => {
            let from = &drawn.map.facts.provenance;
            let class = |class| desk.network.with(|network| network.class(class));
            let against = from.against.map(|other| format!(" rather than {}", class(other))).unwrap_or_default();
            view! { {order::name(&drawn)}<span class="of">{format!(" for {}{against}", class(from.target))}</span> }
                .into_any()
        }
        None => {
            let name = desk.photo().map_or_else(|| "Explain a photo".to_owned(), |photo| photo.name);
            view! { {name} }.into_any()
        }
    }
}

/// Shows the photo alone for as long as it is held.
#[component]
fn Blink(view: RwSignal<View>) -> impl IntoView {
    let set = move |blink| view.update(|view| view.blink = blink);
    let pressed = move || view.with(|view| view.blink).to_string();
    view! {
        <button
            class="b bare only-wide"
            type="button"
            title="Hold: the photo alone"
            aria-pressed=pressed
            on:pointerdown=move |_| set(true)
            on:pointerup=move |_| set(false)
            on:pointerleave=move |_| set(false)
            on:pointercancel=move |_| set(false)
            on:keydown=move |event| if matches!(event.key().as_str(), "Enter" | " ") { set(true) }
            on:keyup=move |_| set(false)
            on:blur=move |_| set(false)
        >
            <Draw icon=Icon::Eye />
            "Blink "
            <kbd>"space"</kbd>
        </button>
    }
}

#[component]
fn Zoom(view: RwSignal<View>) -> impl IntoView {
    let zoom = Memo::new(move |_| view.with(|view| view.zoom));
    let by = move |factor| view.update(|view| view.zoom_by(factor, (0.5, 0.5)));
    view! {
        <span class="zoom">
            <button class="b bare sq" type="button" aria-label="Smaller" disabled={move || zoom.get() <= 1.0} on:click=move |_| by(1.0 / 1.5)>
                <Draw icon=Icon::Minus />
            </button>
            <output class="n s">{move || number::whole_percent(zoom.get())}</output>
            <button class="b bare sq" type="button" aria-label="Larger" disabled={move || zoom.get() >= MOST} on:click=move |_| by(1.5)>
                <Draw icon=Icon::Plus />
            </button>
        </span>
    }
}
