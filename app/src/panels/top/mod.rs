//! The bar on top: the mark, the places, the device and network in use, theme and help.

use crate::panels::{device, help, models, runs};
use crate::state::desk::Desk;
use crate::widgets::icon::{Draw, Icon};
use leptos::prelude::*;

/// Name under which the browser keeps the theme.
const KEY: &str = "tessera.theme";

/// The bar.
#[component]
pub fn Top(
    /// The desk.
    desk: Desk,
    /// Addresses and titles of the places.
    places: Vec<(&'static str, &'static str)>,
    /// Address of the place that is shown.
    #[prop(into)]
    place: Signal<&'static str>,
) -> impl IntoView {
    let tabs = places.into_iter().map(move |(id, title)| {
        let current = move || (place.get() == id).then_some("page");
        view! { <a href=format!("#/{id}") aria-current=current>{title}</a> }
    });
    view! {
        <header class="top">
            <a class="mark" href="#/explain"><Mark />"Tessera"</a>
            <nav class="tabs" aria-label="Places">{tabs.collect_view()}</nav>
            <div class="tools">
                <device::Chip desk />
                <models::Chip desk />
                <runs::ShareButton desk />
                <Theme />
                <button class="b bare sq from-800" type="button" aria-label="Keys and help" title="Keys and help (?)" popovertarget=help::ID>
                    <Draw icon=Icon::Help />
                </button>
            </div>
        </header>
    }
}

/// The mark: a field of tiles, one of them looked at.
#[component]
fn Mark() -> impl IntoView {
    let tile = |(x, y, strength): (&'static str, &'static str, &'static str)| {
        view! { <rect x=x y=y width="5" height="5" rx="1" opacity=strength /> }
    };
    let tiles = [
        ("1", "1", ".28"),
        ("7.5", "1", ".55"),
        ("14", "1", ".28"),
        ("1", "7.5", ".55"),
        ("14", "7.5", ".4"),
        ("1", "14", ".28"),
        ("7.5", "14", ".4"),
        ("14", "14", ".18"),
    ];
    view! {
        <svg viewBox="0 0 20 20" aria-hidden="true">
            <g fill="currentColor">{tiles.map(tile).collect_view()}</g>
            <rect class="eye" x="7.5" y="7.5" width="5" height="5" rx="1" />
        </svg>
    }
}

/// As the system, light, dark: one button goes round.
#[component]
fn Theme() -> impl IntoView {
    let theme = RwSignal::new(remembered());
    let root = || web_sys::window()?.document()?.document_element();
    Effect::new(move |_| {
        let theme = theme.get();
        if let Some(root) = root() {
            // What can not be kept or set leaves the system's theme, which is right too.
            let _ = match theme {
                "system" => root.remove_attribute("data-theme"),
                theme => root.set_attribute("data-theme", theme),
            };
        }
        if let Some(Ok(Some(store))) = web_sys::window().map(|window| window.local_storage()) {
            let _ = store.set_item(KEY, theme);
        }
    });
    let next = move |_| {
        theme.update(|theme| {
            *theme = match *theme {
                "system" => "light",
                "light" => "dark",
                _ => "system",
            };
        });
    };
    let label = move || match theme.get() {
        "light" => "Theme: light",
        "dark" => "Theme: dark",
        _ => "Theme: as the system",
    };
    view! {
        <button class="b bare sq" type="button" aria-label=label title=label on:click=next>
            <Draw icon=Icon::Theme />
        </button>
    }
}

fn remembered() -> &'static str {
    let store = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
    match store.and_then(|store| store.get_item(KEY).ok().flatten()).as_deref() {
        Some("light") => "light",
        Some("dark") => "dark",
        _ => "system",
    }
}
