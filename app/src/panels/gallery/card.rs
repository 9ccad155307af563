//! One card: a map that sharpens while its method runs, one that is to come, or why there can be none.

use crate::panels::stage::{colours, explained, pixels, settings};
use crate::state::desk::Desk;
use crate::state::order;
use crate::state::photos::Prepared;
use crate::state::question::Key;
use crate::state::results::Drawn;
use crate::widgets::canvas::{Canvas, Pixels, put};
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::descriptor::Sign;
use web_sys::HtmlCanvasElement;

/// A map.
#[component]
pub fn Map(desk: Desk, card: u32) -> impl IntoView {
    let drawn = Memo::new(move |_| desk.results.with(|results| results.card(card).cloned()));
    // What a card shows may change, but never which map it is.
    let first = drawn.get_untracked();
    first.map(|first| view! { <Shown desk drawn first /> })
}

#[component]
fn Shown(desk: Desk, drawn: Memo<Option<Arc<Drawn>>>, first: Arc<Drawn>) -> impl IntoView {
    let key = first.key.clone();
    let title = order::title(&key.spec.id);
    let card = first.card;
    let open = Memo::new(move |_| desk.map().is_some_and(|open| open.card == card));
    let compared = Memo::new(move |_| desk.view.with(|view| view.comparison.is_some_and(|two| two.card == card)));
    let signed = move || drawn.with(|drawn| drawn.as_ref().is_some_and(|drawn| drawn.sign == Sign::Signed));
    let name = {
        let first = first.clone();
        move || desk.network.with(|network| explained(&first.map.facts.provenance, network))
    };
    // A card belongs to one photo, cut in one way: what it shows below the map never changes.
    let prepared = untrack(move || desk.prepared());
    let photo = move |canvas: &HtmlCanvasElement| {
        if let Some(prepared) = &prepared {
            paint_input(prepared, canvas);
        }
    };
    let coloured = Memo::new(move |_| drawn.get().map(|drawn| (colours(desk, &drawn), drawn)));
    let map = move |canvas: &HtmlCanvasElement| {
        if let Some((colours, drawn)) = coloured.get() {
            put(canvas, &pixels(&drawn, colours));
        }
    };
    let facts = move || drawn.get().map(|drawn| view! { <Facts desk drawn /> });
    let seconds = move || drawn.get().map(|drawn| number::seconds(drawn.seconds));
    let (class, id, to_open) = (key.question.class.to_string(), key.spec.id.clone(), key.clone());
    let label = format!("Open {title}{}", settings(&first).map(|set| format!(" ({set})")).unwrap_or_default());
    let sketch = move || drawn.get().is_some_and(|drawn| drawn.sketch);
    view! {
        <li
            class="card"
            class:sketch=sketch
            aria-current=move || open.get().then_some("true")
            data-method=id
            data-target=class
        >
            <button class="thumb" type="button" aria-label=label on:click=move |_| desk.open_map(&to_open)>
                <Canvas paint=photo />
                <div class="map"><Canvas paint=map /></div>
                {move || drawn.get().and_then(|drawn| progress(&drawn))}
            </button>
            <Acts desk key title card open compared />
            <div class="scale" class:signed=signed></div>
            <h3>
                <span class="label">{title}</span>
                <span class="s n">{seconds}</span>
            </h3>
            <p class="n">{name}</p>
            {facts}
        </li>
    }
}

/// How many samples a sketch has.
fn progress(drawn: &Drawn) -> Option<impl IntoView + use<>> {
    let (got, all) = drawn.map.facts.provenance.samples.filter(|_| drawn.cut_short())?;
    let words = format!("{} / {}", number::count(got), number::count(all));
    Some(view! {
        <span class="run n">
            {words}
            <progress max=all.to_string() value=got.to_string() aria-label="Samples"></progress>
        </span>
    })
}

/// Seconds from which on it is said what was foretold: less is over before it is read.
const TOLD: f64 = 0.1;

/// What is set, where it was looked, and how far it may be off: two lines.
#[component]
fn Facts(desk: Desk, drawn: Arc<Drawn>) -> impl IntoView {
    let facts = &drawn.map.facts;
    let from = &facts.provenance;
    let place = from.node.as_ref().map(|node| format!("{node}, {}", number::size(facts.width, facts.height)));
    let set = settings(&drawn);
    let first = match (set, place) {
        (Some(set), Some(place)) => format!("{set}; {place}"),
        (set, place) => set.or(place).unwrap_or_else(|| format!("input, {}", number::size(facts.width, facts.height))),
    };
    let error = from.error.map(|error| format!(", ±\u{202f}{}", number::rough_percent(error)));
    let residual = from.residual.and_then(|residual| residual.share());
    let residual = residual.map(|share| format!(", residual {}", number::rough_percent(share)));
    let foretold = desk.foretold_by_test(&drawn.key.spec).filter(|seconds| *seconds >= TOLD && !drawn.cut_short());
    let foretold = foretold.map(|seconds| format!(", foretold {}", number::seconds(seconds)));
    let second =
        [Some(number::passes(from.passes)), error, residual, foretold].into_iter().flatten().collect::<String>();
    let whole = first.clone();
    view! {
        <p class="n" title=whole>{first}</p>
        <p class="n" title="Passes, the one shared with the answer included; standard error of sampling; what is missing of the sum; seconds foretold from the self-test">{second}</p>
    }
}

/// What can be done with a map.
#[component]
fn Acts(desk: Desk, key: Key, title: &'static str, card: u32, open: Memo<bool>, compared: Memo<bool>) -> impl IntoView {
    let (spec, away) = (key.spec.clone(), key.clone());
    let pinned = Memo::new(move |_| desk.wanted.with(|wanted| wanted.is_pinned(&key.spec)));
    view! {
        <div class="acts" class:stays=move || pinned.get() || compared.get()>
            <button
                type="button"
                class="pin"
                aria-label=format!("Pin {title}")
                title="Pin: stays when other methods are chosen"
                aria-pressed=move || pinned.get().to_string()
                on:click=move |_| desk.pin(&spec)
            >
                <Draw icon=Icon::Pin />
            </button>
            <Show when=move || !open.get()>
                <button
                    type="button"
                    class="compare"
                    aria-label=format!("Compare the open map with {title}")
                    title="Compare with the open map"
                    aria-pressed=move || compared.get().to_string()
                    on:click=move |_| desk.view.update(|view| view.compare(card))
                >
                    <Draw icon=Icon::Compare />
                </button>
            </Show>
            <button type="button" class="away" aria-label=format!("Remove {title}") title="Remove" on:click=move |_| desk.remove_map(&away)>
                <Draw icon=Icon::Close />
            </button>
        </div>
    }
}

/// What the network saw, as pixels.
fn paint_input(prepared: &Prepared, canvas: &HtmlCanvasElement) {
    let rgba = prepared.rgb.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
    let (height, width) = prepared.input;
    put(canvas, &Pixels { height, width, rgba });
}

/// The place of a map that is being made.
#[component]
pub fn Ghost(desk: Desk, key: Key, runs: Option<bool>) -> impl IntoView {
    let state = match runs {
        Some(true) => "being made",
        Some(false) => "to come",
        None => "stopped",
    };
    let foretold = desk.foretold(&key.spec).map(|foretold| number::passes(foretold.passes));
    view! {
        <li class="card coming" class:running=runs == Some(true) data-coming=key.spec.id.clone()>
            <div class="thumb"></div>
            <Away desk key=key.clone() />
            <div class="scale none"></div>
            <h3><span class="label">{order::title(&key.spec.id)}</span></h3>
            <p class="n">{state}</p>
            <p class="n">{foretold.unwrap_or_else(|| "\u{a0}".into())}</p>
            <p>"\u{a0}"</p>
        </li>
    }
}

/// A map that there can not be.
#[component]
pub fn Missing(desk: Desk, key: Key, sentence: String) -> impl IntoView {
    view! {
        <li class="card missing" data-missing=key.spec.id.clone()>
            <div class="thumb">
                <Draw icon=Icon::Warning class="hm" />
                <p>{sentence}</p>
            </div>
            <Away desk key=key.clone() />
            <div class="scale none"></div>
            <h3><span class="label">{order::title(&key.spec.id)}</span></h3>
            <p class="n">"no map here"</p>
        </li>
    }
}

#[component]
fn Away(desk: Desk, key: Key) -> impl IntoView {
    let label = format!("Remove {}", order::title(&key.spec.id));
    view! {
        <div class="acts">
            <button type="button" class="away" aria-label=label title="Remove" on:click=move |_| desk.remove_map(&key)>
                <Draw icon=Icon::Close />
            </button>
        </div>
    }
}
