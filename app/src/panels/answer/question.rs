//! What exactly is explained: one class rather than another, on which scale, with which seed.

use crate::state::address::SCALES;
use crate::state::desk::Desk;
use crate::widgets::choice::Pick;
use crate::widgets::icon::{Draw, Icon};
use leptos::prelude::*;

/// A sentence about the difference that is explained, if one is.
#[component]
pub fn Rather(desk: Desk) -> impl IntoView {
    let question = Memo::new(move |_| desk.question());
    let words = move || {
        let question = question.get()?;
        let class = |class| desk.network.with(|network| network.class(class));
        Some((class(question.class), class(question.against?)))
    };
    move || {
        words().map(|(one, other)| {
            view! {
                <p class="s rather">
                    "The maps show what speaks for "<b>{one}</b>" rather than "<b>{other}</b>
                    ". Another class, chosen now, takes the place of the second."
                </p>
            }
        })
    }
}

/// Compares with the likeliest other class, or ends that.
pub fn toggle(desk: Desk) {
    let Some(question) = untrack(move || desk.question()) else { return };
    let answer = untrack(move || desk.answer());
    let other = answer.and_then(|answer| answer.ranking.iter().copied().find(|class| *class != question.class));
    desk.choose_rather(question.class, if question.against.is_some() { None } else { other });
}

/// Scale and seed.
#[component]
pub fn Ask(desk: Desk) -> impl IntoView {
    let scale = Memo::new(move |_| desk.wanted.with(|wanted| wanted.scale));
    let options = SCALES.map(|scale| (scale, scale.title())).to_vec();
    view! {
        <Pick label="Scale of the score" options value=scale set=move |scale| desk.set_scale(scale) />
        <Seed desk />
    }
}

/// Seed of everything drawn at random.
#[component]
fn Seed(desk: Desk) -> impl IntoView {
    let seed = Memo::new(move |_| desk.wanted.with(|wanted| wanted.seed));
    let fault = RwSignal::new(None::<String>);
    let set = move |text: String| match text.trim().parse::<u32>() {
        Ok(seed) => {
            fault.set(None);
            desk.set_seed(u64::from(seed));
        }
        Err(_) => fault.set(Some(format!("A seed is a whole number from 0 to {}.", u32::MAX))),
    };
    view! {
        <label class="field">
            <span>"Seed of random draws"</span>
            <input class="num" id="seed" inputmode="numeric" autocomplete="off" prop:value=move || seed.get().to_string() aria-invalid=move || fault.with(Option::is_some).to_string() on:change:target=move |event| set(event.target().value()) />
        </label>
        {move || fault.get().map(|why| view! { <p class="fault s" role="alert"><Draw icon=Icon::Bad class="no" /><span>{why}</span></p> })}
    }
}
