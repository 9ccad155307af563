//! The Models drawer: the network in use, and all that could take its place.

mod catalogue;
mod in_use;
mod kept;
mod names;
mod preprocessing;
mod test;

use crate::state::brought::MODELS;
use crate::state::desk::Desk;
use crate::state::models::Spot;
use crate::widgets::chooser;
use crate::widgets::icon::{Draw, Icon};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Id of the drawer, for the chip that opens it.
pub const ID: &str = "models";

/// The chip: which network answers.
#[component]
pub fn Chip(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let card = Memo::new(move |_| desk.network.with(|network| network.card.clone()));
    let title = move || card.with(|card| card.as_ref().map_or_else(|| "Models".into(), |card| card.title.clone()));
    let size = move || card.with(|card| card.as_ref().map(|card| card.preprocess.size));
    view! {
        <button class="chip network" type="button" popovertarget=ID title="The network in use, and others">
            <Draw icon=Icon::Network />
            <b class="from-800"><span class="cut">{title}</span></b>
            <span class="from-1200">{size}</span>
            <span class="vh">", open the models"</span>
        </button>
    }
}

/// The drawer.
#[component]
pub fn Drawer(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let toggled = move |event: web_sys::Event| {
        let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if element.is_some_and(|element| element.matches(":popover-open").unwrap_or(false)) {
            desk.load_catalogue();
            desk.list_kept();
            desk.look_closer();
        }
    };
    let drawer = NodeRef::<html::Section>::new();
    show_what_happens(desk, drawer);
    view! {
        <section node_ref=drawer id=ID class="pop drawer" popover="auto" aria-labelledby="models-title" on:toggle=toggled>
            <header class="row">
                <h2 id="models-title" tabindex="-1" autofocus>"Models"</h2>
                <button class="b bare sq end" type="button" aria-label="Close models" popovertarget=ID popovertargetaction="hide">
                    <Draw icon=Icon::Close />
                </button>
            </header>
            <in_use::InUse desk />
            <Bring desk />
            <kept::Bundled desk />
            <kept::KeptHere desk />
            <catalogue::List desk />
            <catalogue::ByHand desk />
        </section>
    }
}

/// Opens the drawer when a file that was dropped elsewhere is looked at, or is not used: it says so here.
fn show_what_happens(desk: Desk, drawer: NodeRef<html::Section>) {
    let spots = [Spot::Brought, Spot::InUse];
    let happening = Memo::new(move |_| {
        desk.models.with(|models| {
            spots.each_ref().map(|spot| (models.coming_from(spot).cloned(), models.fault_at(spot).cloned()))
        })
    });
    Effect::new(move |_| {
        let Some(drawer) = drawer.get() else { return };
        let quiet = happening.with(|spots| spots.iter().all(|(coming, fault)| coming.is_none() && fault.is_none()));
        if !quiet && !drawer.matches(":popover-open").unwrap_or(false) {
            // A browser without popovers tells it to who listens.
            let _ = drawer.show_popover();
        }
    });
}

/// Bringing a file of one's own.
#[component]
fn Bring(desk: Desk) -> impl IntoView {
    view! {
        <section class="bring">
            <h3>"A file of your own"</h3>
            <div class="drop">
                <span class="row">
                    <Draw icon=Icon::Drop />
                    <span>"Drop it anywhere: .safetensors, .pth, .onnx"</span>
                </span>
                <ChooseFile desk id="model-file" words="Choose a file" />
            </div>
            <Happening desk spot=Spot::Brought />
        </section>
    }
}

/// A button that lets a person choose files: a model, its card, names of classes.
#[component]
fn ChooseFile(desk: Desk, id: &'static str, words: &'static str) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let take = move |_| desk.bring(chooser::take(input));
    view! {
        <span>
            <button class="b" type="button" on:click=move |_| chooser::press(input)>{words}</button>
            <input node_ref=input id=id class="vh" type="file" accept=MODELS multiple=true tabindex="-1" aria-label=words on:change=take />
        </span>
    }
}

/// What happens at a place of the drawer: how far a model is, or why it is not used.
#[component]
fn Happening(desk: Desk, spot: Spot) -> impl IntoView {
    let (here, there) = (spot.clone(), spot);
    let coming = Memo::new(move |_| desk.models.with(|models| models.coming_from(&here).map(|coming| coming.words())));
    let fault = Memo::new(move |_| desk.models.with(|models| models.fault_at(&there).cloned()));
    let progress = move || coming.get().map(|words| view! { <Progress desk words /> });
    let sentence = move || {
        fault.get().map(|fault| {
            view! {
                <div class="note fault" role="alert">
                    <Draw icon=Icon::Bad class="no" />
                    <p><b>{format!("{}: ", fault.name)}</b>{fault.sentence}</p>
                </div>
            }
        })
    };
    view! {
        {progress}
        {sentence}
    }
}

#[component]
fn Progress(desk: Desk, words: String) -> impl IntoView {
    use crate::state::models::Step;
    let bar = desk.models.with(|models| match models.coming.as_ref().map(|coming| coming.step) {
        Some(Step::Fetching { got, all: Some(all) }) => {
            Some(view! { <progress max=all.to_string() value=got.to_string() aria-label="Megabytes that have come"></progress> })
        }
        _ => None,
    });
    view! {
        <div class="coming">
            <div class="row">
                <span class="grow n">{words}</span>
                <button class="b stop" type="button" on:click=move |_| desk.stop_coming()>
                    <Draw icon=Icon::Stop />
                    "Stop"
                </button>
            </div>
            {bar}
        </div>
    }
}
