//! The network in use: what is known of it, how it sees a photo, and what can be done with it.

use super::{Happening, names, preprocessing, test};
use crate::state::desk::{Desk, LARGEST_LOOK};
use crate::state::models::{Facts, Spot};
use crate::state::network::Origin;
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::network::card::Card;

/// The section.
#[component]
pub fn InUse(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let card = Memo::new(move |_| desk.network.with(|network| network.card.clone()));
    let facts = Memo::new(move |_| {
        let sha256 = card.with(|card| card.as_ref().map(|card| card.sha256.clone()))?;
        desk.models.with(|models| models.facts_of(&sha256).cloned())
    });
    let origin = Memo::new(move |_| desk.network.with(|network| network.origin));
    view! {
        <section class="in-use" aria-label="In use">
            {move || card.get().map(|card| view! { <Sheet card facts=facts.get() /> })}
            <Answer desk />
            <div class="row wrap">
                {move || (origin.get() == Origin::Brought).then(|| view! {
                    <button class="b main" type="button" id="keep" on:click=move |_| desk.keep()>"Keep for offline use"</button>
                })}
                <button class="b" type="button" id="save-card" on:click=move |_| save(desk)>
                    <Draw icon=Icon::Save />
                    "Save card"
                </button>
            </div>
            <Happening desk spot=Spot::InUse />
            <preprocessing::Preprocessing desk />
            <names::Names desk />
            <test::SelfTest desk />
        </section>
    }
}

/// Name and facts.
#[component]
fn Sheet(card: Arc<Card>, facts: Option<Facts>) -> impl IntoView {
    let size = card.preprocess.size;
    let unknown = || String::from("not known");
    let told = |text: &str| if text.is_empty() { unknown() } else { text.to_owned() };
    let uncounted = if card.all_bytes() > LARGEST_LOOK { "not counted" } else { "being counted" };
    let weights = facts.as_ref().map(|facts| in_short(facts.weights as f64));
    let work = facts.as_ref().map(|facts| {
        format!("{} a pass at {}", in_short(facts.multiply_adds as f64), number::size(facts.size, facts.size))
    });
    let digest =
        format!("{}…{}", &card.sha256[..8.min(card.sha256.len())], &card.sha256[card.sha256.len().saturating_sub(4)..]);
    let rows = [
        ("Architecture", card.architecture.clone(), String::new()),
        ("Weights", weights.unwrap_or_else(|| uncounted.into()), String::new()),
        ("Multiply-adds", work.unwrap_or_else(|| uncounted.into()), String::new()),
        ("Input, classes", format!("{}, {}", number::size(size, size), number::count(card.classes)), String::new()),
        ("File", format!("{}, {}", number::file(card.all_bytes()), card.weights), card.weights.clone()),
        ("Licence", told(&card.licence), String::new()),
        ("Source", told(&card.source), card.source.clone()),
        ("SHA-256", digest, card.sha256.clone()),
    ];
    let rows = rows.map(|(name, value, title)| view! { <dt>{name}</dt><dd title=title>{value}</dd> }).collect_view();
    let notes = facts.map(|facts| facts.notes).unwrap_or_default().into_iter();
    view! {
        <div class="row">
            <b class="title">{card.title.clone()}</b>
            <span class="tag a end">"in use"</span>
        </div>
        <dl class="facts n">{rows}</dl>
        <ul class="remarks">{notes.map(|note| view! { <li>{note}</li> }).collect_view()}</ul>
    }
}

/// Three figures with thousand, million or billion in short: "4.65 M".
fn in_short(value: f64) -> String {
    let (value, unit) = match value {
        v if v >= 1e9 => (v / 1e9, "G"),
        v if v >= 1e6 => (v / 1e6, "M"),
        v if v >= 1e3 => (v / 1e3, "k"),
        v => return format!("{v:.0}"),
    };
    let decimals = if value >= 100.0 { 0 } else { usize::from(value < 100.0) + usize::from(value < 10.0) };
    format!("{value:.decimals$}\u{202f}{unit}")
}

/// What it says to the photo on the stage, so that a change is seen from here.
#[component]
fn Answer(desk: Desk) -> impl IntoView {
    let words = move || {
        let (answer, photo) = (desk.answer()?, desk.photo()?);
        let class = answer.predicted();
        let share = number::percent(f64::from(answer.probabilities.get(class).copied().unwrap_or(0.0)));
        Some((photo.name, desk.network.with(|network| network.class(class)), share))
    };
    move || match words() {
        Some((photo, class, share)) => view! {
            <p class="says">{format!("{photo}: ")}<b>{class}</b>" "<span class="n">{share}</span></p>
        }
        .into_any(),
        None => view! { <p class="says s">"It has not answered yet"</p> }.into_any(),
    }
}

/// Saves the card as a file beside the weights.
fn save(desk: Desk) {
    let Some(card) = desk.network.with_untracked(|network| network.card.clone()) else { return };
    if let Ok(text) = serde_json::to_string_pretty(&*card) {
        // What the browser refuses to save is still on the page.
        let _ = crate::widgets::save::text(&format!("{}.json", card.id), "application/json", &text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn great_numbers_are_short() {
        assert_eq!(in_short(4_652_008.0), "4.65\u{202f}M");
        assert_eq!(in_short(138_365_992.0), "138\u{202f}M");
        assert_eq!(in_short(15_470_000_000.0), "15.5\u{202f}G");
        assert_eq!(in_short(12.0), "12");
    }
}
