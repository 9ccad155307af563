//! Bringing photos: a folder, files, an archive, a table, or the samples; and what was left out.

use super::files;
use crate::state::desk::Desk;
use crate::widgets::chooser;
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use leptos::html;
use leptos::prelude::*;

/// What is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A folder with all that is in it.
    Folder,
    /// Files.
    Files,
}

/// A button that opens the system's chooser.
#[component]
pub fn Choose(desk: Desk, kind: Kind, class: &'static str, words: &'static str, id: &'static str) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let (Some(input), Kind::Folder) = (input.get(), kind) {
            // A browser that chooses no folders lets files be chosen.
            let _ = input.set_attribute("webkitdirectory", "");
        }
    });
    let take = move |_| files::chosen(desk, chooser::take(input));
    let title = "Photos named Class-1.jpg, a ZIP file, or a CSV table of photos or mosaics";
    view! {
        <button class=class type="button" title=(kind == Kind::Files).then_some(title) on:click=move |_| chooser::press(input)>{words}</button>
        <input
            node_ref=input
            id=id
            class="vh"
            type="file"
            accept=(kind == Kind::Files).then_some("image/*,.zip,.csv")
            multiple=true
            tabindex="-1"
            aria-label=words
            on:change=take
        />
    }
}

/// The zone that says what to do, and its buttons.
#[component]
pub fn Bring(desk: Desk) -> impl IntoView {
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
                <Choose desk kind=Kind::Folder class="b" words="Choose a folder" id="folder" />
                <Choose desk kind=Kind::Files class="b bare" words="Files" id="study-files" />
            </span>
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
