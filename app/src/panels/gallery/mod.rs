//! The maps of the photo on the stage: one card each, a click opens it on the stage.

use crate::panels::stage::{colours, method_title, pixels};
use crate::state::desk::Desk;
use crate::state::ledger::Work;
use crate::state::photos::Prepared;
use crate::state::results::Drawn;
use crate::widgets::canvas::{Canvas, Pixels, put};
use crate::widgets::choice::Choice;
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::descriptor::Sign;
use wasm_bindgen::JsCast;
use web_sys::{HtmlCanvasElement, HtmlElement};

/// A map that is being made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Coming {
    method: String,
    running: bool,
}

/// The gallery.
#[component]
pub fn Gallery(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let maps = Memo::new(move |_| desk.maps());
    let coming = Memo::new(move |_| coming(desk));
    let shared = Memo::new(move |_| desk.display.with(|display| display.shared));
    let count = move || match (maps.with(Vec::len), coming.with(Vec::len)) {
        (0, 0) => String::new(),
        (done, 0) => format!("{done} done"),
        (done, running) => format!("{done} done, {running} to come"),
    };
    let failure = move || desk.failures.with(|failures| failures.get(&desk.selection.with(|s| s.photo)?).cloned());
    let idle = move || maps.with(Vec::is_empty) && coming.with(Vec::is_empty) && desk.answer().is_some();
    view! {
        <section class="gallery" aria-labelledby="maps">
            <header>
                <h2 id="maps">"Maps"</h2>
                <span class="s n">{count}</span>
                <span class="grow"></span>
                <Choice
                    legend="Colour scale among maps of one method"
                    name="shared"
                    options=vec![(true, "One scale"), (false, "Per map")]
                    value=shared
                    set=move |shared| desk.display.update(|display| display.shared = shared)
                />
            </header>
            {move || failure().map(|sentence| view! { <Again desk sentence /> })}
            <Show when=move || idle() && failure().is_none()>
                <Again desk sentence="No map yet: the work was stopped, or its maps were taken away.".to_owned() />
            </Show>
            <ul class="cards" on:keydown=move |event| arrows(&event, desk)>
                <For each=move || maps.get() key=|drawn| drawn.number let(drawn)>
                    <Card desk drawn />
                </For>
                <For each=move || coming.get() key=|coming| coming.clone() let(coming)>
                    <Ghost coming />
                </For>
            </ul>
        </section>
    }
}

/// The maps that are under way for the photo on the stage.
fn coming(desk: Desk) -> Vec<Coming> {
    let Some((photo, _)) = desk.seen() else { return Vec::new() };
    let line = desk.ledger.with(|ledger| ledger.explaining(photo).map(|(_, line)| line.clone()));
    let Some(line) = line else { return Vec::new() };
    let Work::Explain { methods, .. } = line.work else { return Vec::new() };
    let rest = methods.into_iter().skip(line.maps);
    rest.map(|method| Coming { running: method == line.method, method }).collect()
}

#[component]
fn Card(desk: Desk, drawn: Arc<Drawn>) -> impl IntoView {
    let facts = drawn.map.facts.clone();
    let (method, class) = (facts.provenance.method.clone(), facts.provenance.target);
    let title = method_title(&method);
    let number = drawn.number;
    let open = Memo::new(move |_| desk.map().is_some_and(|open| open.number == number));
    let name = move || desk.network.with(|network| network.class(class));
    let seconds = number::seconds(drawn.seconds);
    let passes = format!("{} passes, the one shared with the answer included", facts.provenance.passes);
    let node = facts.provenance.node.clone().unwrap_or_else(|| "input".into());
    let from = format!("{node}, {}", number::size(facts.width, facts.height));
    let label = move |verb: &str| format!("{verb} {title} for {}", name());
    let signed = facts.sign == Sign::Signed;
    let (name_of, open_method, away) = (method.clone(), method.clone(), method);
    // A card belongs to one photo, cut in one way: what it shows below the map never changes.
    let prepared = untrack(move || desk.prepared());
    let photo = move |canvas: &HtmlCanvasElement| {
        if let Some(prepared) = &prepared {
            paint_input(prepared, canvas);
        }
    };
    let of = drawn.clone();
    let coloured = Memo::new(move |_| colours(desk, &of));
    let map = move |canvas: &HtmlCanvasElement| {
        put(canvas, &pixels(&drawn, coloured.get()));
    };
    view! {
        <li class="card" aria-current=move || open.get().then_some("true") data-method=name_of data-target=class.to_string()>
            <button class="thumb" type="button" aria-label=move || label("Open") on:click=move |_| desk.open_map(class, &open_method)>
                <Canvas paint=photo />
                <div class="map"><Canvas paint=map /></div>
            </button>
            <div class="acts">
                <button type="button" aria-label=move || label("Remove") on:click=move |_| desk.remove_map(class, &away)>
                    <Draw icon=Icon::Close />
                </button>
            </div>
            <div class="scale" class:signed=signed></div>
            <h3>
                <span class="label">{title}</span>
                <span class="s n" title=passes>
                    {seconds}
                </span>
            </h3>
            <p class="n">{name}</p>
            <p class="n" title=from.clone()>{from.clone()}</p>
        </li>
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
fn Ghost(coming: Coming) -> impl IntoView {
    let state = if coming.running { "being made" } else { "to come" };
    view! {
        <li class="card coming" class:running=coming.running>
            <div class="thumb"></div>
            <div class="scale none"></div>
            <h3><span class="label">{method_title(&coming.method)}</span></h3>
            <p class="n">{state}</p>
            <p>"\u{a0}"</p>
        </li>
    }
}

/// Why there is no map, and a button that asks again.
#[component]
fn Again(desk: Desk, sentence: String) -> impl IntoView {
    view! {
        <div class="note again">
            <Draw icon=Icon::Warning class="hm" />
            <p>{sentence}</p>
            <button class="b" type="button" on:click=move |_| desk.again()><Draw icon=Icon::Play />"Explain again"</button>
        </div>
    }
}

/// Arrow keys go from card to card, opening each.
fn arrows(event: &KeyboardEvent, desk: Desk) {
    let step = match event.key().as_str() {
        "ArrowLeft" => -1,
        "ArrowRight" => 1,
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    walk(desk, step);
}

/// Opens the map that many cards further on.
pub fn walk(desk: Desk, step: isize) {
    let maps = untrack(move || desk.maps());
    let open = untrack(move || desk.map()).and_then(|open| maps.iter().position(|drawn| *drawn == open));
    let last = maps.len().saturating_sub(1);
    let Some(next) = maps.get(open.map_or(0, |at| at.saturating_add_signed(step).min(last))) else { return };
    let from = &next.map.facts.provenance;
    desk.open_map(from.target, &from.method);
    // The cards are drawn anew first.
    gloo::timers::callback::Timeout::new(0, || {
        let document = web_sys::window().and_then(|window| window.document());
        let open = document.and_then(|document| document.query_selector(".card[aria-current] .thumb").ok().flatten());
        if let Some(open) = open.and_then(|open| open.dyn_into::<HtmlElement>().ok()) {
            // A browser that refuses the focus has opened the map all the same.
            let _ = open.focus();
        }
    })
    .forget();
}
