//! The maps of the photo on the stage: one card each, a click opens it on the stage.

mod card;
mod walk;

use crate::panels::methods;
use crate::state::desk::{Card, Desk, Progress};
use crate::state::order::Order;
use crate::widgets::choice::{Choice, Pick};
use crate::widgets::icon::{Draw, Icon};
use leptos::prelude::*;
pub use walk::walk;

/// The gallery.
#[component]
pub fn Gallery(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let cards = Memo::new(move |_| desk.cards());
    let failure = move || desk.failures.with(|failures| failures.get(&desk.selection.with(|s| s.photo)?).cloned());
    let none = move || cards.with(Vec::is_empty) && desk.answer().is_some();
    view! {
        <section class="gallery" aria-labelledby="maps">
            <Head desk cards />
            {move || failure().map(|sentence| view! { <Again desk sentence /> })}
            <Show when=move || none() && failure().is_none()>
                <p class="say none">"No method is chosen. "<b>"+ Method"</b>" lists them all."</p>
            </Show>
            <ul class="cards" on:keydown=move |event| walk::arrows(&event, desk)>
                <For each=move || cards.get() key=text let(card)>
                    {match card {
                        Card::Map(card, _) => view! { <card::Map desk card /> }.into_any(),
                        Card::Coming(key, runs) => view! { <card::Ghost desk key runs /> }.into_any(),
                        Card::Missing(key, sentence) => view! { <card::Missing desk key sentence /> }.into_any(),
                    }}
                </For>
            </ul>
        </section>
    }
}

/// A text that is different for every card.
fn text(card: &Card) -> String {
    match card {
        Card::Map(card, _) => card.to_string(),
        Card::Coming(key, runs) => format!("coming {runs:?} {}", key.text()),
        Card::Missing(key, _) => format!("missing {}", key.text()),
    }
}

/// Title, counts, and how the cards lie.
#[component]
fn Head(desk: Desk, cards: Memo<Vec<Card>>) -> impl IntoView {
    let shared = Memo::new(move |_| desk.display.with(|display| display.shared));
    let order = Memo::new(move |_| desk.display.with(|display| display.order));
    let short = Memo::new(move |_| desk.stopped_short());
    let failed = move || {
        desk.failures.with(|failures| desk.selection.with(|s| s.photo).is_some_and(|id| failures.contains_key(&id)))
    };
    view! {
        <header>
            <h2 id="maps">"Maps"</h2>
            <span class="s n">{move || cards.with(|cards| count(cards))}</span>
            <Show when=move || (short.get() > 0) && !failed()>
                <button class="b go-on" type="button" title="Draws what was stopped; the seed stays" on:click=move |_| desk.go_on()>
                    <Draw icon=Icon::Play />
                    "Go on"
                </button>
            </Show>
            <span class="grow"></span>
            <Pick label="Order of the maps" quiet=true options=Order::ALL.to_vec() value=order set=move |order| desk.display.update(|display| display.order = order) />
            <Choice
                legend="Colour scale among maps of one method"
                name="shared"
                options=vec![(true, "One scale"), (false, "Per map")]
                value=shared
                set=move |shared| desk.display.update(|display| display.shared = shared)
            />
            <button class="b main" type="button" id="add-method" popovertarget=methods::ID title="Choose methods (m)">
                <Draw icon=Icon::Plus />
                "Method"
            </button>
        </header>
    }
}

/// How many maps are done, and how many are not.
fn count(cards: &[Card]) -> String {
    let of = |wanted: fn(&Card) -> bool| cards.iter().filter(|card| wanted(card)).count();
    let done = of(|card| matches!(card, Card::Map(_, Progress::Done)));
    let parts = [
        (of(|card| matches!(card, Card::Map(_, Progress::Running) | Card::Coming(_, Some(true)))), "running"),
        (of(|card| matches!(card, Card::Coming(_, Some(false)))), "to come"),
        (of(|card| matches!(card, Card::Map(_, Progress::Stopped) | Card::Coming(_, None))), "stopped"),
        (of(|card| matches!(card, Card::Missing(..))), "not to be had"),
    ];
    let parts = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!(", {n} {what}"));
    if cards.is_empty() { String::new() } else { format!("{done} done{}", parts.collect::<String>()) }
}

/// Why there is no map, and a button that asks again.
#[component]
fn Again(desk: Desk, sentence: String) -> impl IntoView {
    view! {
        <div class="note again">
            <Draw icon=Icon::Warning class="hm" />
            <p>{sentence}</p>
            <button class="b" type="button" on:click=move |_| desk.go_on()><Draw icon=Icon::Play />"Explain again"</button>
        </div>
    }
}
