//! The places: each arranges panels. One table gives tabs and addresses.

mod explain;
mod keys;
mod mosaics;
mod runs;

use crate::panels::device;
use crate::panels::drop_zone;
use crate::panels::help::Help;
use crate::panels::methods;
use crate::panels::models;
use crate::panels::runs::SharePanel;
use crate::panels::status::Status;
use crate::panels::top::Top;
use crate::state::address::{Address, device_id};
use crate::state::desk::{Desk, EXPLAIN, MOSAICS, RUNS};
use crate::state::network::Arrival;
use crate::widgets::staged::staged;
use leptos::prelude::*;

/// A place.
struct Place {
    /// Its name in addresses.
    id: &'static str,
    /// Its name on the tab.
    title: &'static str,
    /// Arranges its panels; the signal says whether a file hovers over the page.
    view: fn(Desk, Signal<bool>) -> AnyView,
}

/// All places, in the order of their tabs.
const PLACES: &[Place] = &[
    Place {
        id: EXPLAIN,
        title: "Explain",
        view: |desk, hovering| view! { <explain::Explain desk hovering /> }.into_any(),
    },
    Place { id: MOSAICS, title: "Mosaics", view: |desk, _| view! { <mosaics::Mosaics desk /> }.into_any() },
    Place { id: RUNS, title: "Runs", view: |desk, _| view! { <runs::Runs desk /> }.into_any() },
];

fn hash() -> String {
    web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// Id of the place that the address names, else of the first.
fn named() -> &'static str {
    let address = Address::read(&hash());
    PLACES.iter().map(|place| place.id).find(|id| Some(*id) == address.place.as_deref()).unwrap_or(PLACES[0].id)
}

/// The page: the frame round whichever place the address names.
#[component]
pub fn Page() -> impl IntoView {
    let desk = Desk::new(Address::read(&hash()));
    let place = Memo::new(move |_| PLACES.iter().position(|place| place.id == desk.place.get()).unwrap_or(0));
    follow_hash(desk);
    desk.begin();
    let hovering = drop_zone::listen(desk);
    keys::listen(desk);
    follow_address(desk);
    let tabs = PLACES.iter().map(|place| (place.id, place.title)).collect();
    let state = move || match desk.network.with(|network| network.arrival) {
        Arrival::Failed => "failed",
        Arrival::Ready if desk.ledger.with(|ledger| ledger.visible().next().is_none()) => "ready",
        _ => "working",
    };
    let name = move || desk.photo().map(|photo| photo.name);
    let ran = move || desk.map().map(|drawn| device_id(drawn.device.kind));
    let method = move || desk.map().map(|drawn| drawn.map.facts.provenance.method.clone());
    let shown = move || PLACES[place.get()].view;
    // The frame, then the place, then what opens over it: built together they would hold the page's thread up.
    let parts = staged(4);
    view! {
        <div
            class="app"
            id="app"
            data-state=state
            data-photo=name
            data-target=move || desk.target().map(|class| class.to_string())
            data-method=method
            data-device=ran
            data-network=move || desk.network.with(|network| network.card.as_ref().map(|card| card.id.clone()))
            data-workers=move || desk.devices.with(|devices| devices.workers).to_string()
        >
            <Top desk places=tabs place=Signal::derive(move || PLACES[place.get()].id) />
            <Show when=move || { parts.get() > 1 }>{move || shown()(desk, hovering.into())}</Show>
            <Status desk />
            <Show when=move || { parts.get() > 2 }>
                <device::Panel desk />
                <models::Drawer desk />
            </Show>
            <Show when=move || { parts.get() > 3 }>
                <methods::Panel desk />
                <Help />
                <SharePanel desk />
            </Show>
            <p class="vh" aria-live="polite">{move || desk.said.get()}</p>
        </div>
    }
}

/// Goes to the place that the address names, and reads the link in it, which starts nothing.
fn follow_hash(desk: Desk) {
    desk.place.set(named());
    if desk.place.get_untracked() == RUNS {
        desk.read_link(Address::read(&hash()).run.as_deref());
    }
}

/// The place follows the address, and the address what is open.
fn follow_address(desk: Desk) {
    let Some(window) = web_sys::window() else { return };
    let follow = move |_: &web_sys::Event| follow_hash(desk);
    // The page lives as long as its tab.
    gloo::events::EventListener::new(&window, "hashchange", follow).forget();
    let address =
        Memo::new(move |_| (desk.place.get() != EXPLAIN || desk.photo().is_some()).then(|| desk.address().write()));
    Effect::new(move |_| {
        let Some(address) = address.get() else { return };
        if let Some(Ok(history)) = web_sys::window().map(|window| window.history()) {
            // A browser that keeps its address for itself loses only the link.
            let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&address));
        }
    });
}
