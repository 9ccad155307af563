//! The run that was chosen: its name, what was asked, what came out, and what can be done with it.

use super::words::{ends, methods, moment};
use crate::state::desk::{Desk, Opened};
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use crate::widgets::save;
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::experiment::record::Outcome;
use tessera_core::undefined::Told;

/// The run that was chosen.
#[component]
pub fn Particulars(desk: Desk) -> impl IntoView {
    move || match desk.shelf.open.get() {
        Some(opened) => view! { <Chosen desk opened /> }.into_any(),
        None => view! {
            <section class="part">
                <header><h2>"Chosen run"</h2></header>
                <p class="s">"Choose a run to open it, to run it again, to share it or to take it with you."</p>
            </section>
        }
        .into_any(),
    }
}

#[component]
fn Chosen(desk: Desk, opened: Arc<Opened>) -> impl IntoView {
    let run = opened.run.clone();
    let id = StoredValue::new(run.id.clone());
    let again = opened.clone();
    let sure = RwSignal::new(false);
    let export = move |_| {
        // Where the browser refuses, nothing is saved and nothing is lost.
        desk.export_run(id.get_value(), |file, name| {
            let _ = save::blob(file, name);
        });
    };
    let spec = serde_json::to_string_pretty(&run.spec).unwrap_or_default();
    let place = NodeRef::<html::Section>::new();
    Effect::new(move |_| {
        if let Some(place) = place.get() {
            show_below(&place);
        }
    });
    view! {
        <section class="part chosen" id="chosen-run" node_ref=place data-id=run.id.clone()>
            <header><h2>"Chosen run"</h2><span class="s n">{run.changed.map(moment)}</span></header>
            <label class="name">
                <span class="vh">"Name"</span>
                <input id="run-name" type="text" maxlength="120" prop:value=run.name.clone() autocomplete="off" on:change:target=move |event| desk.rename_run(id.get_value(), &event.target().value()) />
            </label>
            <div class="row wrap">
                <button class="b main grow" type="button" id="show-run" on:click=move |_| desk.show_run(id.get_value())>{format!("Open in {}", run.place())}</button>
                <button class="b" type="button" id="run-again" on:click=move |_| {
                    desk.offer_run(&again);
                    scroll_up();
                }>
                    <Draw icon=Icon::Play />
                    "Run again"
                </button>
            </div>
            <div class="row wrap">
                <button class="b grow" type="button" id="export-run" on:click=export>
                    <Draw icon=Icon::Save />
                    "Export"
                </button>
                <super::ShareButton desk words="Link" />
                <button class="b stop" type="button" id="delete-run" on:click=move |_| if sure.get_untracked() { desk.delete_run(id.get_value()) } else { sure.set(true) }>
                    {move || if sure.get() { "Yes, delete it" } else { "Delete" }}
                </button>
            </div>
        </section>
        <section class="part">
            <header><h2>"Record"</h2></header>
            <Facts opened=opened.clone() />
        </section>
        <section class="part">
            <details class="spec">
                <summary>"What was asked, as JSON"</summary>
                <pre tabindex="0">{spec}</pre>
            </details>
        </section>
    }
}

/// Brings the top of the page to sight, where an open link stands.
fn scroll_up() {
    if let Some(window) = web_sys::window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// Width from which on a chosen run stands beside the list.
const BESIDE: f64 = 800.0;

/// Brings the chosen run to sight where it stands below the list.
fn show_below(chosen: &web_sys::Element) {
    let width = web_sys::window().and_then(|window| window.inner_width().ok()).and_then(|width| width.as_f64());
    if width.is_some_and(|width| width < BESIDE) {
        chosen.scroll_into_view();
    }
}

#[component]
fn Facts(opened: Arc<Opened>) -> impl IntoView {
    let record = &opened.record;
    let outcomes = || record.units.iter().flat_map(|unit| &unit.outcomes);
    let made = || outcomes().filter_map(Outcome::made);
    let maps = made().count();
    let passes: f64 = made().map(|made| made.map.provenance.passes).sum();
    let seconds: f64 = made().map(|made| made.map.provenance.seconds).sum::<f64>()
        + record.units.iter().map(|unit| unit.seconds).sum::<f64>();
    let scores = || made().flat_map(|made| &made.scores);
    let undefined = scores().filter(|score| matches!(score, Told::Undefined(_))).count();
    let count = number::count;
    let mut rows = vec![
        ("Methods", methods(&record.spec.methods)),
        ("Network", format!("{} {}", record.spec.network.id, ends(&record.spec.network.weights))),
        ("Units", format!("{} of {}", count(record.units.len()), count(opened.run.all))),
        ("Maps", count(maps)),
        ("Passes", count(passes.round() as usize)),
        ("Work", number::seconds(seconds)),
        ("Device", format!("{}, Tessera {}", record.device, record.version)),
        ("Spec SHA-256", ends(&record.id)),
    ];
    if scores().next().is_some() {
        rows.insert(4, ("Undefined scores", format!("{} of {}", count(undefined), count(scores().count()))));
    }
    if !record.failed.is_empty() {
        rows.insert(3, ("Could not be run", count(record.failed.len())));
    }
    let row = |(what, value): (&'static str, String)| {
        let title = value.clone();
        view! { <dt>{what}</dt><dd title=title>{value}</dd> }
    };
    view! { <dl class="facts n">{rows.into_iter().map(row).collect_view()}</dl> }
}
