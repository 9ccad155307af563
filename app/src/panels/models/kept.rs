//! What comes with the page, and what the browser keeps.

use super::Happening;
use crate::state::desk::{BUNDLED, Desk};
use crate::state::models::{Kept, Space, Spot};
use crate::state::network::Origin;
use crate::widgets::number;
use leptos::prelude::*;

/// What comes with the page.
#[component]
pub fn Bundled(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let used = Memo::new(move |_| desk.network.with(|network| network.origin == Origin::Bundled));
    view! {
        <section id="bundled">
            <h3>"Bundled"</h3>
            <ul>
                <li class="model" aria-current=move || used.get().then_some("true")>
                    <div class="row">
                        <b>"EfficientNet-Lite0"</b>
                        <Use used=used.into() press=move || desk.use_bundled() title=BUNDLED />
                    </div>
                    <small class="n">"224 × 224, 18.8 MB, Apache-2.0; comes with the page"</small>
                    <Happening desk spot=Spot::Bundled />
                </li>
            </ul>
        </section>
    }
}

/// A button, or the word that it is in use.
#[component]
fn Use(
    used: Signal<bool>,
    press: impl Fn() + Copy + Send + Sync + 'static,
    #[prop(into)] title: String,
) -> impl IntoView {
    move || {
        let label = format!("Use {title}");
        if used.get() {
            view! { <span class="tag a end">"in use"</span> }.into_any()
        } else {
            view! { <button class="b end use" type="button" aria-label=label on:click=move |_| press()>"Use"</button> }
                .into_any()
        }
    }
}

/// What the browser keeps, and how much room it gives.
#[component]
pub fn KeptHere(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let kept = Memo::new(move |_| desk.models.with(|models| models.kept.clone()));
    let space = Memo::new(move |_| desk.models.with(|models| models.space));
    let items = move || kept.get().unwrap_or_default();
    let empty = move || match kept.get() {
        None => Some(
            "This browser keeps no files for the page: a private window does not. Models work until the page is left.",
        ),
        Some(kept) if kept.is_empty() => Some("Nothing yet. A kept model works offline and after a reload."),
        Some(_) => None,
    };
    view! {
        <section id="kept">
            <h3>"Kept on this machine"</h3>
            <ul>
                <For each=items key=|kept| (kept.card.id.clone(), kept.card.title.clone(), kept.bytes) let(kept)>
                    <Item desk kept />
                </For>
            </ul>
            {move || empty().map(|text| view! { <p class="s">{text}</p> })}
            {move || space.get().map(|space| view! { <Room space asked=kept.with(|kept| kept.as_ref().is_some_and(|kept| !kept.is_empty())) /> })}
        </section>
    }
}

#[component]
fn Item(desk: Desk, kept: Kept) -> impl IntoView {
    let Kept { card, bytes } = kept;
    let (id, title) = (StoredValue::new(card.id.clone()), card.title.clone());
    let used = Memo::new(move |_| {
        desk.network.with(|network| {
            network.origin == Origin::Kept
                && network.card.as_ref().is_some_and(|card| id.with_value(|id| *id == card.id))
        })
    });
    let size = card.preprocess.size;
    let licence = if card.licence.is_empty() { "licence not known" } else { &card.licence };
    let line = format!("{}, {}, {licence}", number::size(size, size), number::file(bytes));
    view! {
        <li class="model" data-kept=card.id.clone() aria-current=move || used.get().then_some("true")>
            <div class="row">
                <b class="grow cut">{title.clone()}</b>
                <Use used=used.into() press=move || desk.use_kept(id.get_value()) title=title.clone() />
                <button class="b delete" type="button" aria-label=format!("Delete {title}") on:click=move |_| desk.delete(id.get_value())>"Delete"</button>
            </div>
            <small class="n">{line}</small>
            <Happening desk spot=Spot::Kept(card.id.clone()) />
        </li>
    }
}

/// How full it is, and whether the browser promised to keep it.
#[component]
fn Room(space: Space, asked: bool) -> impl IntoView {
    let gigabytes = |bytes: f64| {
        if bytes >= 1e9 { format!("{:.1}\u{202f}GB", bytes / 1e9) } else { format!("{:.0}\u{202f}MB", bytes / 1e6) }
    };
    let promise = match (space.promised, asked) {
        (true, _) => "The browser promised to keep it.",
        (false, true) => "The browser did not promise: it may clear it when the disk is full.",
        (false, false) => "At the first keep the browser is asked to promise that it stays.",
    };
    view! {
        <p class="s n">{format!("{} in use, {} free. {promise}", gigabytes(space.used), gigabytes(space.free()))}</p>
    }
}
