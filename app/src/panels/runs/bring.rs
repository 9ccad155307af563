//! Bringing runs and links: files that were exported, or an address that somebody sent.

use super::words::ends;
use crate::state::desk::Desk;
use crate::widgets::chooser;
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use leptos::html;
use leptos::prelude::*;

/// A button that opens the system's chooser, for whatever this place takes.
#[component]
pub fn Choose(desk: Desk, words: &'static str, id: &'static str) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let take = move |_| desk.bring_to_runs(chooser::take(input));
    view! {
        <button class="b" type="button" on:click=move |_| chooser::press(input)>{words}</button>
        <input node_ref=input id=id class="vh" type="file" multiple=true tabindex="-1" aria-label=words on:change=take />
    }
}

/// The zone for files, the field for links, and the room that runs take.
#[component]
pub fn Bring(desk: Desk) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let open = move || {
        if let Some(field) = field.get_untracked() {
            desk.paste_link(&field.value());
            field.set_value("");
        }
    };
    view! {
        <div class="drop">
            <span class="row">
                <Draw icon=Icon::Drop />
                <span>"Drop an exported run"</span>
            </span>
            <span class="row"><Choose desk words="Choose a file" id="run-files" /></span>
        </div>
        <form class="paste row" on:submit=move |event| { event.prevent_default(); open(); }>
            <input node_ref=field id="paste-link" type="text" placeholder="Paste a link" aria-label="Link of a run" autocomplete="off" spellcheck="false" />
            <button class="b" type="submit">"Open"</button>
        </form>
        <Kept desk />
    }
}

/// What runs take of the room that the browser gives.
#[component]
fn Kept(desk: Desk) -> impl IntoView {
    let words = move || {
        desk.shelf.runs.with(|runs| {
            let runs = runs.as_ref()?;
            let bytes: f64 = runs.iter().map(|run| run.bytes).sum();
            let count = number::count(runs.len());
            Some(match runs.len() {
                0 => "Nothing is kept yet.".to_owned(),
                1 => format!("1 run, {}, on this machine alone.", number::file(bytes as u64)),
                _ => format!("{count} runs, {}, on this machine alone.", number::file(bytes as u64)),
            })
        })
    };
    let digest = move || {
        let known =
            desk.network.with(|network| network.card.as_ref().map(|card| (card.title.clone(), card.sha256.clone())));
        known.map(|(title, sha256)| view! { <small class="n">{title}" in use, "<code>{ends(&sha256)}</code></small> })
    };
    view! {
        <div class="room">
            <small class="n">{words}</small>
            {digest}
        </div>
    }
}
