//! Sharing what is open: a link with the Spec and the numbers, into the clipboard and before the eyes.

use crate::state::desk::{Desk, EXPLAIN};
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use js_sys::{Function, Reflect};
use leptos::html;
use leptos::prelude::*;

/// Id of the panel, for the buttons that open it.
pub const ID: &str = "share";

/// Length up to which every program passes an address on whole.
const LONG: usize = 2000;

/// The button that writes a link of what is open.
#[component]
pub fn Button(
    /// The desk.
    desk: Desk,
    /// What stands on it; nothing: its icon alone.
    #[prop(optional)]
    words: &'static str,
) -> impl IntoView {
    let class = if words.is_empty() { "b bare sq" } else { "b" };
    view! {
        <button class=class type="button" aria-label="Share a link to this" title="Share a link to this" popovertarget=ID on:click=move |_| desk.share()>
            <Draw icon=Icon::Share />
            {words}
        </button>
    }
}

/// The panel with the link.
#[component]
pub fn Panel(desk: Desk) -> impl IntoView {
    let copied = RwSignal::new(false);
    Effect::new(move |_| {
        copied.set(false);
        if let Some(Ok(address)) = desk.shelf.shared.get() {
            copy(&address, copied);
        }
    });
    let body = move || match desk.shelf.shared.get() {
        None => view! { <p class="s" role="status">"Writing the link"</p> }.into_any(),
        Some(Err(why)) => {
            view! { <p class="note s" role="alert"><Draw icon=Icon::Warning class="hm" /><span>{why}</span></p> }
                .into_any()
        }
        Some(Ok(address)) => view! { <Link desk address copied /> }.into_any(),
    };
    view! {
        <section id=ID class="pop share" popover="auto" aria-labelledby="share-title">
            <header class="row">
                <h2 id="share-title">"A link to this"</h2>
                <button class="b bare sq end" type="button" aria-label="Close" popovertarget=ID popovertargetaction="hide">
                    <Draw icon=Icon::Close />
                </button>
            </header>
            {body}
        </section>
    }
}

#[component]
fn Link(desk: Desk, address: String, copied: RwSignal<bool>) -> impl IntoView {
    let field = NodeRef::<html::Textarea>::new();
    let (length, text) = (address.chars().count(), StoredValue::new(address));
    let again = move |_| {
        copy(&text.get_value(), copied);
        if let Some(field) = field.get_untracked() {
            field.select();
        }
    };
    let explains = move || desk.place.get() == EXPLAIN;
    let kept = RwSignal::new(false);
    let keep = move |_| {
        kept.set(true);
        desk.keep_shown();
    };
    let long = (length > LONG).then(|| view! {
        <p class="note s"><Draw icon=Icon::Warning class="hm" /><span>"Some programs cut addresses of more than 2 000 characters: send this one as a file, or export the run."</span></p>
    });
    view! {
        <textarea node_ref=field id="link" readonly=true rows="4" aria-label="Link" spellcheck="false" prop:value=text.get_value() data-length=length.to_string()></textarea>
        <div class="row wrap">
            <button class="b main" type="button" id="copy-link" on:click=again>
                {move || if copied.get() { "Copied" } else { "Copy" }}
            </button>
            <Show when=explains>
                <button class="b" type="button" id="keep-run" disabled=move || kept.get() on:click=keep>
                    {move || if kept.get() { "Kept in Runs" } else { "Keep in Runs" }}
                </button>
            </Show>
            <small class="end n">{format!("{} characters", number::count(length))}</small>
        </div>
        {long}
        <p class="s">
            "It holds what was run, digests of the photo and the network, and the numbers that came out; no picture. What stands behind # is sent to no server. Whoever opens it starts nothing before a click."
        </p>
    }
}

/// Copies a text; a browser that forbids it leaves it to the person.
fn copy(text: &str, copied: RwSignal<bool>) {
    let write = || {
        let navigator = web_sys::window()?.navigator();
        let clipboard = Reflect::get(&navigator, &"clipboard".into()).ok()?;
        let write: Function =
            wasm_bindgen::JsCast::dyn_into(Reflect::get(&clipboard, &"writeText".into()).ok()?).ok()?;
        let promise = write.call1(&clipboard, &text.into()).ok()?;
        wasm_bindgen::JsCast::dyn_into::<js_sys::Promise>(promise).ok()
    };
    let Some(promise) = write() else { return };
    wasm_bindgen_futures::spawn_local(async move {
        copied.set(wasm_bindgen_futures::JsFuture::from(promise).await.is_ok());
    });
}
