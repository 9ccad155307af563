//! What the network says: the five likeliest classes, a search over all, and the class to explain.

mod question;
mod search;

use crate::state::desk::Desk;
use crate::state::network::Arrival;
use crate::state::results::Answer;
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use leptos::prelude::*;
use std::sync::Arc;

/// Classes that are always shown.
const SHOWN: usize = 5;

/// The panel.
#[component]
pub fn AnswerPanel(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let answer = Memo::new(move |_| desk.answer().map(Held));
    let arrival = Memo::new(move |_| desk.network.with(|network| network.arrival));
    let rather = Memo::new(move |_| desk.question().is_some_and(|question| question.against.is_some()));
    let seconds = move || answer.get().map(|held| number::seconds(held.0.seconds));
    let least = move |_| {
        if let Some(held) = answer.get_untracked() {
            desk.choose(held.0.least());
        }
    };
    view! {
        <section class="part" aria-labelledby="answer-title">
            <header>
                <h2 id="answer-title">"What the network says"</h2>
                <span class="s n">{seconds}</span>
            </header>
            {move || match (arrival.get(), answer.get()) {
                (Arrival::Failed, None) => view! { <Failed desk /> }.into_any(),
                (_, Some(held)) => view! { <Rows desk answer=held.0 /> }.into_any(),
                (Arrival::Weights { .. }, None) => view! { <Coming desk /><Blank /> }.into_any(),
                (_, None) => view! { <Blank /> }.into_any(),
            }}
            <search::Search desk />
            <div class="row">
                <button class="b grow" type="button" disabled=move || answer.with(Option::is_none) on:click=least>
                    "Least likely"
                </button>
                <button
                    class="b grow"
                    type="button"
                    id="difference"
                    disabled=move || answer.with(Option::is_none)
                    aria-pressed=move || rather.get().to_string()
                    on:click=move |_| question::toggle(desk)
                >
                    "Difference of two"
                </button>
            </div>
            <question::Rather desk />
            <question::Ask desk />
        </section>
    }
}

/// An answer that is equal to itself alone.
#[derive(Clone)]
struct Held(Arc<Answer>);

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The likeliest classes, and the explained one if it is not among them.
#[component]
fn Rows(desk: Desk, answer: Arc<Answer>) -> impl IntoView {
    let target = Memo::new(move |_| desk.target());
    let against = Memo::new(move |_| desk.question().and_then(|question| question.against));
    let top: Vec<usize> = answer.ranking.iter().copied().take(SHOWN).collect();
    let shown = {
        let top = top.clone();
        Memo::new(move |_| {
            let mut shown = top.clone();
            for further in [target.get(), against.get()].into_iter().flatten() {
                if !shown.contains(&further) {
                    shown.push(further);
                }
            }
            shown
        })
    };
    let predicted = answer.predicted();
    view! {
        <ol class="top5">
            <For each=move || shown.get() key=|class| *class let(class)>
                <Row desk class probability=answer.probabilities.get(class).copied().unwrap_or(0.0) predicted=class == predicted target against />
            </For>
        </ol>
    }
}

#[component]
fn Row(
    desk: Desk,
    class: usize,
    probability: f32,
    predicted: bool,
    target: Memo<Option<usize>>,
    against: Memo<Option<usize>>,
) -> impl IntoView {
    let is_other = move || against.get() == Some(class);
    let is_target = move || target.get() == Some(class);
    let name = move || desk.network.with(|network| network.class(class));
    let width = format!("{:.1}%", (probability * 100.0).max(0.3));
    view! {
        <li>
            <button type="button" aria-pressed=move || is_target().to_string() data-class=class.to_string() on:click=move |_| desk.choose(class)>
                <span class="name">
                    <span class="label">{name}</span>
                    <i class="n">{class}</i>
                    <Show when=is_target><span class="tag a">"target"</span></Show>
                    <Show when=is_other><span class="tag a">"rather than"</span></Show>
                    {predicted.then(|| view! { <span class="tag">"predicted"</span> })}
                </span>
                <span class="pct n">{number::percent(f64::from(probability))}</span>
                <svg aria-hidden="true">
                    <rect class="track" width="100%" height="4" rx="2" />
                    <rect class="fill" width=width height="4" rx="2" />
                </svg>
            </button>
        </li>
    }
}

/// The network is on its way: how much has come.
#[component]
fn Coming(desk: Desk) -> impl IntoView {
    let title = move || desk.network.with(|network| network.title());
    let bytes = Memo::new(move |_| match desk.network.with(|network| network.arrival) {
        Arrival::Weights { got, all } => (got, all),
        _ => (0, 1),
    });
    view! {
        <div class="note">
            <Draw icon=Icon::Network />
            <p>
                <b>{title}", "{move || number::megabytes(bytes.get().0)}" of "{move || number::megabytes(bytes.get().1)}"\u{202f}MB. "</b>
                "It comes once; photos can be dropped meanwhile."
            </p>
        </div>
        <progress max=move || bytes.get().1.to_string() value=move || bytes.get().0.to_string() aria-label="The network is on its way"></progress>
    }
}

/// Grey blocks where the classes will stand.
#[component]
fn Blank() -> impl IntoView {
    let row = |_| view! { <li><span class="blank"></span><span class="blank thin"></span></li> };
    view! { <ol class="top5 waiting" aria-hidden="true">{(0..SHOWN).map(row).collect_view()}</ol> }
}

/// The network did not come: why, and a button to try again.
#[component]
fn Failed(desk: Desk) -> impl IntoView {
    view! {
        <div class="note" role="alert" data-failed="network">
            <Draw icon=Icon::Bad class="no" />
            <p>{move || desk.network.with(|network| network.sentence.clone())}</p>
        </div>
        <div class="row">
            <button class="b main" type="button" on:click=move |_| desk.load_network()>"Load it again"</button>
        </div>
    }
}
