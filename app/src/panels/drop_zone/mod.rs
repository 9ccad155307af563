//! Bringing photos: drop anywhere, paste, choose a file, use the camera; and what could not be opened.

use crate::panels::mosaics;
use crate::state::desk::{Desk, MOSAICS, RUNS};
use crate::widgets::chooser;
use crate::widgets::icon::{Draw, Icon};
use gloo::events::{EventListener, EventListenerOptions};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, DataTransfer, DragEvent};

/// Kinds of files that can be opened, as the file chooser takes them.
const KINDS: &str =
    ".jpg,.jpeg,.png,.webp,.gif,.bmp,.tif,.tiff,image/jpeg,image/png,image/webp,image/gif,image/bmp,image/tiff";

/// The zone that says what to do, and its buttons.
#[component]
pub fn DropZone(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let (file, camera) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let take = move |input| desk.bring(chooser::take(input));
    view! {
        <div class="drop">
            <span class="row">
                <Draw icon=Icon::Drop />
                <span>"Drop or paste anywhere"</span>
            </span>
            <span class="row">
                <button class="b" type="button" on:click=move |_| chooser::press(file)>"Choose a file"</button>
                <button class="b sq touch" type="button" aria-label="Use the camera" on:click=move |_| chooser::press(camera)>
                    <Draw icon=Icon::Camera />
                </button>
            </span>
            <input
                node_ref=file
                id="file"
                class="vh"
                type="file"
                accept=KINDS
                multiple=true
                tabindex="-1"
                aria-label="Photos to open"
                on:change=move |_| take(file)
            />
            <input
                node_ref=camera
                class="vh"
                type="file"
                accept="image/*"
                capture="environment"
                tabindex="-1"
                aria-label="Photo from the camera"
                on:change=move |_| take(camera)
            />
        </div>
    }
}

/// What could not be opened: one sentence each, to be dismissed.
#[component]
pub fn Notices(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let entries = move || desk.notices.get().into_iter().enumerate();
    view! {
        <ul class="notices" data-notices=move || desk.notices.with(Vec::len).to_string()>
            <For each=entries key=|entry| entry.clone() let((i, notice))>
                <li class="note" role="alert">
                    <Draw icon=Icon::Bad class="no" />
                    <p>
                        <b>{format!("{} was not opened: ", notice.name)}</b>
                        {notice.sentence}
                    </p>
                    <button
                        class="x-plain"
                        type="button"
                        aria-label=format!("Dismiss the note about {}", notice.name)
                        on:click=move |_| desk.notices.update(|notices| drop(notices.remove(i)))
                    >
                        <Draw icon=Icon::Close />
                    </button>
                </li>
            </For>
            <Show when=move || desk.notices.with(|notices| notices.len() > 1)>
                <li class="all">
                    <button class="b" type="button" on:click=move |_| desk.notices.update(Vec::clear)>"Dismiss all"</button>
                </li>
            </Show>
        </ul>
    }
}

/// Lets the whole page take dropped and pasted photos; the signal says whether one hovers over it.
#[must_use]
pub fn listen(desk: Desk) -> RwSignal<bool> {
    let hovering = RwSignal::new(false);
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return hovering };
    let on = |name: &'static str, run: fn(Desk, RwSignal<bool>, &web_sys::Event)| {
        let options = EventListenerOptions::enable_prevent_default();
        let listener =
            EventListener::new_with_options(&document, name, options, move |event| run(desk, hovering, event));
        // The page lives as long as its tab.
        listener.forget();
    };
    on("dragover", |_, hovering, event| {
        if transfer(event).is_some_and(|transfer| transfer.types().includes(&"Files".into(), 0)) {
            event.prevent_default();
            if !hovering.get_untracked() {
                hovering.set(true);
            }
        }
    });
    on("dragleave", |_, hovering, event| {
        let outside = event.dyn_ref::<DragEvent>().is_some_and(|event| event.related_target().is_none());
        if outside {
            hovering.set(false);
        }
    });
    on("drop", |desk, hovering, event| {
        event.prevent_default();
        hovering.set(false);
        let dropped = transfer(event);
        if desk.place.get_untracked() == MOSAICS && dropped.as_ref().is_some_and(|dropped| mosaics::drop(desk, dropped))
        {
            return;
        }
        let files = chooser::files(dropped.as_ref().and_then(DataTransfer::files));
        if desk.place.get_untracked() == RUNS && !files.is_empty() {
            return desk.bring_to_runs(files);
        }
        bring(desk, "What was dropped", dropped);
    });
    on("paste", |desk, _, event| {
        let clipboard = event.dyn_ref::<ClipboardEvent>().and_then(ClipboardEvent::clipboard_data);
        let typing = event.target().is_some_and(|target| target.has_type::<web_sys::HtmlInputElement>());
        let files = clipboard.as_ref().and_then(|data| data.files()).is_some_and(|files| files.length() > 0);
        if files || !typing {
            event.prevent_default();
            bring(desk, "What was pasted", clipboard);
        }
    });
    hovering
}

fn transfer(event: &web_sys::Event) -> Option<DataTransfer> {
    event.dyn_ref::<DragEvent>()?.data_transfer()
}

fn bring(desk: Desk, what: &str, transfer: Option<DataTransfer>) {
    let files = chooser::files(transfer.and_then(|transfer| transfer.files()));
    if files.is_empty() {
        desk.notice(what, "It holds no file. Save the picture and bring the file.");
    } else {
        desk.bring(files);
    }
}
