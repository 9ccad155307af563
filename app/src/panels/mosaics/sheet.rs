//! The sheet of one mosaic: what it shows, what the network made of it, every map with its scores.

use super::cells::{Frames, Picture};
use super::definition::{Define, What};
use super::figure::{save_png, save_svg};
use super::saved;
use crate::panels::stage::pixels;
use crate::state::desk::{Desk, Sheet};
use crate::state::order;
use crate::widgets::canvas::{Canvas, put};
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use crate::widgets::staged::staged;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::descriptor::Sign;
use tessera_core::experiment::record::{Outcome, Unit};
use tessera_core::metric::Metric;
use tessera_core::undefined::Told;
use web_sys::HtmlCanvasElement;

/// The sheet of the mosaic that is open.
#[component]
pub fn SheetPanel(desk: Desk) -> impl IntoView {
    let open = Memo::new(move |_| desk.studio.open.get().filter(|_| desk.studio.drawn.with(Result::is_ok)));
    view! {
        {move || open.get().map(|at| view! { <One desk at /> })}
    }
}

#[component]
fn One(desk: Desk, at: usize) -> impl IntoView {
    let sheet = Memo::new(move |_| desk.sheet().filter(|sheet| sheet.at == at));
    let mosaic = move || {
        desk.studio.drawn.with(|drawn| drawn.as_ref().ok().map(|one| (one.spec.layout, one.mosaics[at].clone())))
    };
    let title = format!("Mosaic {:02}", at + 1);
    let words = move || {
        let target = mosaic().map(|(_, mosaic)| desk.network.with(|network| network.class(mosaic.target)));
        let unit = sheet.with(|sheet| sheet.as_ref().and_then(|sheet| sheet.unit.clone()));
        let seen = unit.map(|unit| {
            let two =
                unit.top.iter().take(2).map(|class| format!("{} {}", class.name, number::percent(class.probability)));
            format!("; the network sees {}", two.collect::<Vec<_>>().join(", "))
        });
        format!("target {}{}", target.unwrap_or_default(), seen.unwrap_or_default())
    };
    let methods = Memo::new(move |_| {
        let course = desk.studio.course.with(|course| course.as_ref().map(|one| one.spec().methods.clone()));
        course.filter(|_| desk.same_as_drawn()).unwrap_or_default()
    });
    let cards = move || {
        let methods = methods.get();
        let drawn = staged(methods.len());
        let ids = methods.into_iter().enumerate().map(|(method, spec)| (method, spec.id)).collect::<Vec<_>>();
        ids.into_iter()
            .map(|(method, id)| view! { <Show when=move || { method < drawn.get() }><Card desk at method id=id.clone() sheet /></Show> })
            .collect_view()
    };
    view! {
        <section class="summary" aria-labelledby="sheet-title" id="sheet" data-at=at.to_string()>
            <header class="row">
                <h2 id="sheet-title">{title}</h2>
                <span class="s grow">{words}</span>
                <Show when=move || sheet.with(|sheet| sheet.as_ref().is_some_and(|sheet| sheet.maps && !sheet.busy))>
                    <span class="save" role="group" aria-label="Save the summary sheet">
                        <button type="button" id="sheet-svg" on:click=move |_| { if let Some(drawing) = saved::drawing(desk, at) { save_svg(&drawing, &saved::name(at)) } }>"SVG"</button>
                        <button type="button" id="sheet-png" on:click=move |_| { saved::drawing(desk, at).and_then(|drawing| save_png(drawing, saved::name(at))); }>"PNG"</button>
                    </span>
                </Show>
                <button class="b bare sq" type="button" aria-label="Close the sheet" on:click=move |_| desk.open_sheet(None)>
                    <Draw icon=Icon::Close />
                </button>
            </header>
            <State desk at sheet />
            <ul class="cards">
                <li class="card">
                    <div class="thumb mosaic">
                        <Picture desk at />
                        {move || mosaic().map(|(layout, mosaic)| view! { <Frames layout targets=mosaic.targets() /> })}
                    </div>
                    <div class="scale none"></div>
                    <h3><span class="label">"Mosaic"</span></h3>
                    <p>"target cells framed"</p>
                </li>
                {cards}
            </ul>
        </section>
    }
}

/// Why there are no maps yet, and what to do.
#[component]
fn State(desk: Desk, at: usize, sheet: Memo<Option<Sheet>>) -> impl IntoView {
    let seconds = move || desk.price_of_one().and_then(|price| price.seconds);
    let takes =
        move || seconds().map(|seconds| format!(" It takes about {}.", number::seconds(seconds))).unwrap_or_default();
    move || {
        let sheet = sheet.get()?;
        let ask = |words: &'static str| {
            view! {
                <p class="row ask">
                    <button class="b" type="button" id="draw-unit" on:click=move |_| desk.draw_unit(at)>{words}</button>
                    <span class="s">{takes}</span>
                </p>
            }
            .into_any()
        };
        match (sheet.busy, sheet.fault, sheet.unit.is_some(), sheet.maps) {
            (true, ..) => Some(view! { <p class="s busy" role="status">"Its maps are being drawn."</p> }.into_any()),
            (_, Some(fault), ..) => Some(
                view! { <p class="note" role="alert"><Draw icon=Icon::Bad class="no" /><span>{fault}</span></p> }
                    .into_any(),
            ),
            (_, _, false, _) => Some(ask("Draw its maps")),
            (_, _, true, false) => Some(ask("Draw its maps again")),
            _ => None,
        }
    }
}

/// One map and its scores.
#[component]
fn Card(desk: Desk, at: usize, method: usize, id: String, sheet: Memo<Option<Sheet>>) -> impl IntoView {
    let drawn = Memo::new(move |_| desk.sheet_map(at, method));
    let unit = move || sheet.with(|sheet| sheet.as_ref().and_then(|sheet| sheet.unit.clone()));
    let signed = move || drawn.with(|drawn| drawn.as_ref().is_some_and(|one| one.map.facts.sign == Sign::Signed));
    let paint = move |canvas: &HtmlCanvasElement| {
        if let Some(drawn) = drawn.get() {
            let display = desk.display.get();
            let range = display.range(&drawn, &[]);
            put(canvas, &pixels(&drawn, (display, range)));
        }
    };
    let scores = move || unit().map(|unit| scores(desk, &unit, method));
    let title = order::title(&id);
    view! {
        <li class="card" data-method=id data-map=move || drawn.with(Option::is_some).to_string()>
            <div class="thumb">
                <Picture desk at />
                <div class="map"><Canvas paint /></div>
            </div>
            <div class="scale" class:signed=signed></div>
            <h3><span class="label" title=title>{title}</span></h3>
            {scores}
        </li>
    }
}

/// All scores of a map, or why there is none.
fn scores(desk: Desk, unit: &Arc<Unit>, method: usize) -> AnyView {
    let metrics: Vec<String> =
        desk.studio.course.with_untracked(|one| one.as_ref().map(|one| one.spec().metrics.clone())).unwrap_or_default();
    match unit.outcomes.get(method) {
        Some(Outcome::Map(made)) => {
            let rows = metrics.iter().zip(&made.scores).filter_map(|(id, score)| Some((Metric::find(id)?, *score)));
            let rows = rows.map(|(metric, score)| {
                let (value, why) = match score {
                    Told::Number(value) => (format!("{value:.3}"), String::new()),
                    Told::Undefined(why) => ("n/a".into(), why.to_string()),
                };
                view! {
                    <div title=why>
                        <dt>{metric.title()}</dt>
                        <dd class="n"><Define what=What::Metric(metric.id())>{value}</Define></dd>
                    </div>
                }
            });
            view! { <dl class="scores">{rows.collect_view()}</dl> }.into_any()
        }
        Some(Outcome::Missing(sentence)) => {
            let sentence = sentence.clone();
            view! { <p class="why">{sentence}</p> }.into_any()
        }
        None => ().into_any(),
    }
}
