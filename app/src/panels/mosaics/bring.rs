//! Bringing photos: a folder, files, an archive, a table, or the samples; and what was left out.

use super::files;
use crate::state::desk::Desk;
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use leptos::html;
use leptos::prelude::*;

/// The zone that says what to do, and its buttons.
#[component]
pub fn Bring(desk: Desk) -> impl IntoView {
    let (folder, loose) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let press = |input: NodeRef<html::Input>| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let take = move |input: NodeRef<html::Input>| {
        let Some(input) = input.get_untracked() else { return };
        if let Some(list) = input.files() {
            files::chosen(desk, &list);
        }
        // The same folder may be chosen again.
        input.set_value("");
    };
    let any = Memo::new(move |_| desk.studio.album.with(|album| !album.photos().is_empty()));
    let reading = move || {
        desk.studio.reading.get().map(|words| view! { <p class="s" role="status" data-reading="true">{words}</p> })
    };
    let trouble = move || {
        desk.studio.trouble.get().map(|words| {
            view! {
                <p class="note s" role="alert" data-trouble="true">
                    <Draw icon=Icon::Warning class="hm" />
                    <span>{words}</span>
                </p>
            }
        })
    };
    view! {
        <div class="drop">
            <span class="row">
                <Draw icon=Icon::Drop />
                <span>"Drop folders, one a class"</span>
            </span>
            <span class="row">
                <button class="b" type="button" on:click=move |_| press(folder)>"Choose a folder"</button>
                <button class="b bare" type="button" title="Photos named Class-1.jpg, a ZIP file, or a CSV table of photos or mosaics" on:click=move |_| press(loose)>"Files"</button>
            </span>
            <input
                node_ref=folder
                id="folder"
                class="vh"
                type="file"
                attr:webkitdirectory=""
                multiple=true
                tabindex="-1"
                aria-label="Folder of photos"
                on:change=move |_| take(folder)
            />
            <input
                node_ref=loose
                id="study-files"
                class="vh"
                type="file"
                accept="image/*,.zip,.csv"
                multiple=true
                tabindex="-1"
                aria-label="Photos, ZIP file or table"
                on:change=move |_| take(loose)
            />
        </div>
        {reading}
        {trouble}
        <Show when=move || any.get()>
            <button class="link s clear" type="button" id="clear-study" on:click=move |_| desk.clear_study()>"Take all photos away"</button>
        </Show>
    }
}

/// How many files are shown by name.
const SHOWN: usize = 50;

/// The files that were left out: each by its name, with its reason.
#[component]
pub fn Left(desk: Desk) -> impl IntoView {
    let left = Memo::new(move |_| desk.studio.album.with(|album| album.left()));
    let rows = move || {
        let rows = left.get().into_iter().take(SHOWN);
        rows.map(|left| view! { <li><b>{left.file}</b>": "{left.reason}</li> }).collect_view()
    };
    let more = move || {
        let rest = left.with(Vec::len).saturating_sub(SHOWN);
        (rest > 0).then(|| view! { <li>{format!("and {} more", number::count(rest))}</li> })
    };
    view! {
        <Show when=move || left.with(|left| !left.is_empty())>
            <details class="left s" data-left=move || left.with(Vec::len).to_string()>
                <summary>{move || {
                    let count = left.with(Vec::len);
                    format!("{} {} left out", number::count(count), if count == 1 { "file" } else { "files" })
                }}</summary>
                <ul>{rows}{more}</ul>
            </details>
        </Show>
    }
}
