//! Presets: lists of methods that tick themselves, with what differs in them from the usual.

use super::takes;
use crate::state::desk::Desk;
use crate::state::pace::Foretold;
use leptos::prelude::*;
use tessera_core::experiment::spec;
use tessera_core::method::preset::{self, PRESETS, Preset};

/// All presets as buttons, and what is said of the one that was taken.
#[component]
pub fn Presets(desk: Desk) -> impl IntoView {
    let taken = Memo::new(move |_| desk.picking.with(|picking| picking.preset));
    let chips = PRESETS.iter().map(move |preset| view! { <Chip desk preset /> });
    view! {
        <div class="presets" role="group" aria-label="Presets">
            {chips.collect_view()}
            {move || taken.get().and_then(preset::preset).map(|preset| view! { <About preset /> })}
        </div>
    }
}

#[component]
fn Chip(desk: Desk, preset: &'static Preset) -> impl IntoView {
    let taken = move || desk.picking.with(|picking| picking.preset == Some(preset.id));
    let sum = move || {
        let each: Option<Vec<Foretold>> = spec::methods(preset).iter().map(|spec| desk.foretold(spec)).collect();
        let seconds = each.and_then(|each| Foretold::together(&each).seconds.map(|_| takes(Foretold::together(&each))));
        let seconds = seconds.and_then(|takes| takes.split_once(", ").map(|(_, seconds)| format!(", {seconds}")));
        format!("{}{}", preset.members.len(), seconds.unwrap_or_default())
    };
    view! {
        <button class="chip" type="button" data-preset=preset.id aria-pressed=move || taken().to_string() on:click=move |_| desk.picking.update(|picking| picking.take(preset))>
            <b>{preset.title}</b>
            <span class="n">{sum}</span>
        </button>
    }
}

/// What a preset is for, and what a reader must know who compares its maps with others.
#[component]
fn About(preset: &'static Preset) -> impl IntoView {
    let differences = preset.differences();
    let list = (!differences.is_empty()).then(|| {
        let rows = differences.into_iter().map(|one| view! { <li>{one}</li> });
        view! { <ul class="differences">{rows.collect_view()}</ul> }
    });
    view! {
        <div class="about">
            <p>{preset.sentence}</p>
            {list}
        </div>
    }
}
