//! Checkpoints that others publish: fetched by a click that names the host, or by hand.

use super::Happening;
use crate::state::catalogue::{ByHand as Hand, Entry};
use crate::state::desk::Desk;
use crate::state::models::Spot;
use leptos::prelude::*;

/// Those the page can fetch.
#[component]
pub fn List(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let entries = Memo::new(move |_| desk.models.with(|models| models.catalogue.entries.clone()));
    let fault = Memo::new(move |_| desk.models.with(|models| models.catalogue_fault.clone()));
    view! {
        <section id="catalogue">
            <h3>"Catalogue"</h3>
            <p class="s">"Nothing is asked of another host before you press its button. What comes is checked, used, and kept on this machine."</p>
            <ul>
                <For each=move || entries.get() key=|entry| entry.id.clone() let(entry)>
                    <Row desk entry />
                </For>
            </ul>
            {move || Some(fault.get()).filter(|fault| !fault.is_empty()).map(|fault| view! { <p class="s" role="alert">{fault}</p> })}
            <p class="s">{move || entries.with(|entries| !entries.is_empty()).then(|| desk.models.with(|models| format!("Accuracy: {}.", models.catalogue.accuracy)))}</p>
        </section>
    }
}

#[component]
fn Row(desk: Desk, entry: Entry) -> impl IntoView {
    let id = StoredValue::new(entry.id.clone());
    let here = Memo::new(move |_| desk.models.with(|models| models.kept(&id.get_value()).is_some()));
    let busy =
        Memo::new(move |_| desk.models.with(|models| models.coming_from(&Spot::Catalogue(id.get_value())).is_some()));
    let digest = match &entry.sha256 {
        Some(_) => "digest known",
        None => "digest not known: computed after download",
    };
    let size = if entry.megabytes.is_none() { "; size not known" } else { "" };
    let line = format!("{}; {}{size}; {digest}", accuracy(entry.top1), entry.licence);
    let offer = entry.offer();
    let get = move |_| desk.get(&id.get_value());
    view! {
        <li class="model" data-entry=entry.id.clone()>
            <div class="row"><b class="grow">{entry.title.clone()}</b><small class="cut">{entry.id.clone()}</small></div>
            <small class="n">{line}</small>
            {move || match (here.get(), busy.get()) {
                (true, _) => view! { <small>"Kept on this machine, above."</small> }.into_any(),
                (_, true) => ().into_any(),
                _ => view! { <button class="b get" type="button" aria-label=format!("{}: {}", entry.title, offer) on:click=get>{offer.clone()}</button> }.into_any(),
            }}
            <Happening desk spot=Spot::Catalogue(id.get_value()) />
        </li>
    }
}

fn accuracy(top1: Option<f64>) -> String {
    top1.map_or_else(|| "accuracy not known".into(), |top1| format!("top-1 {top1:.1}\u{202f}%"))
}

/// Those whose host does not let pages of others read them.
#[component]
pub fn ByHand(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let files = Memo::new(move |_| desk.models.with(|models| models.catalogue.by_hand.clone()));
    let at = move || desk.models.with(|models| models.catalogue.by_hand_at.clone());
    let row = |file: Hand| {
        view! {
            <li class="model">
                <div class="row"><b class="grow">{file.title}</b><small class="n">{format!("{}; {}", accuracy(file.top1), file.licence)}</small></div>
                <code class="s">{file.file}</code>
            </li>
        }
    };
    view! {
        <section id="by-hand">
            <h3>"B-cos networks"</h3>
            <p class="s">
                "Their host sends no leave for other pages to read the files, so download them by hand from "
                <span class="address">{at}</span>
                " and drop them here."
            </p>
            <ul>{move || files.get().into_iter().map(row).collect_view()}</ul>
        </section>
    }
}
