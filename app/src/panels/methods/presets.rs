//! Presets: lists of methods that tick themselves, with what differs in them from the usual.

use super::Choosing;
use crate::state::desk::Desk;
use crate::widgets::number;
use leptos::prelude::*;
use tessera_core::descriptor::Need;
use tessera_core::experiment::MethodSpec;
use tessera_core::method::preset::{self, Member, PRESETS, Preset};

/// All presets as buttons, and what is said of the one that was taken.
#[component]
pub fn Presets(desk: Desk, choosing: Choosing) -> impl IntoView {
    let picking = choosing.picking;
    let taken = Memo::new(move |_| picking.with(|picking| picking.preset));
    let chips = PRESETS.iter().map(move |preset| view! { <Chip desk choosing preset /> });
    view! {
        <div class="presets" role="group" aria-label="Presets">
            {chips.collect_view()}
            {move || taken.get().and_then(preset::preset).map(|preset| view! { <About preset /> })}
        </div>
    }
}

#[component]
fn Chip(desk: Desk, choosing: Choosing, preset: &'static Preset) -> impl IntoView {
    let picking = choosing.picking;
    let taken = move || picking.with(|picking| picking.preset == Some(preset.id));
    let lacks =
        move || desk.network.with(|network| network.outline.as_ref().map_or_else(Vec::new, |o| o.lacks.clone()));
    let sum = move || {
        let members = here(preset, &lacks());
        let specs: Vec<MethodSpec> = members.iter().map(|member| MethodSpec::from(*member)).collect();
        let seconds = choosing.together(desk, &specs).and_then(|all| all.seconds);
        let seconds = seconds.map(|seconds| format!(", {}", number::seconds(seconds)));
        format!("{}{}", members.len(), seconds.unwrap_or_default())
    };
    let take = move |_| {
        let lacks = untrack(lacks);
        picking.update(|picking| picking.take(preset, &lacks));
    };
    view! {
        <button class="chip" type="button" data-preset=preset.id aria-pressed=move || taken().to_string() on:click=take>
            <b>{preset.title}</b>
            <span class="n">{sum}</span>
        </button>
    }
}

/// The members of a preset that the network can have.
fn here(preset: &'static Preset, lacks: &[Need]) -> Vec<&'static Member> {
    let fits = |member: &&Member| !member.entry().needs.iter().any(|need| lacks.contains(need));
    preset.members.iter().filter(fits).collect()
}

/// What a preset is for, and what a reader must know who compares its maps with others.
#[component]
fn About(preset: &'static Preset) -> impl IntoView {
    let differences = preset.differences();
    let list = (!differences.is_empty()).then(|| {
        let rows = differences.into_iter().map(|one| view! { <li>{one}</li> });
        view! {
            <details>
                <summary>"What differs from the study, and from the usual settings"</summary>
                <ul class="differences">{rows.collect_view()}</ul>
            </details>
        }
    });
    view! {
        <div class="about">
            <p>{preset.sentence}</p>
            {list}
        </div>
    }
}
