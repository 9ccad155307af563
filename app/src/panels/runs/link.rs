//! A link that was opened: what it would run, what that costs, what is missing; and, after a click, what came out.

use super::bring::Choose;
use super::verdict::Verdict;
use super::words::{ends, methods};
use crate::panels::models;
use crate::state::desk::{BUNDLED, Cost, Desk};
use crate::state::runs::offer::{Check, Lack, Offer};
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::experiment::subject::Draw as Drawing;
use tessera_core::experiment::{Spec, Subject, Target};
use tessera_core::metric::Metric;

/// The link that is open, or why the last one could not be read.
#[component]
pub fn Linked(desk: Desk) -> impl IntoView {
    let refused = move || {
        desk.shelf.refused.get().map(|words| {
            view! {
                <div class="linked refused" role="alert" id="link-refused">
                    <Draw icon=Icon::Bad class="no" />
                    <p>{words}</p>
                    <button class="x-plain" type="button" aria-label="Dismiss" on:click=move |_| desk.shelf.refused.set(None)>
                        <Draw icon=Icon::Close />
                    </button>
                </div>
            }
        })
    };
    view! {
        {refused}
        {move || desk.shelf.offer.get().map(|offer| view! { <Offered desk offer /> })}
    }
}

#[component]
fn Offered(desk: Desk, offer: Arc<Offer>) -> impl IntoView {
    let claim = offer.claim.found.as_ref().map_or_else(
        || "It proposes a run and claims no result.".to_owned(),
        |found| format!("It says what came out with Tessera {} on {}.", found.version, found.device),
    );
    let shown = offer.clone();
    let asks = move || {
        let facts = facts(desk, shown.spec()).into_iter();
        facts.map(|(what, value)| view! { <dt>{what}</dt><dd>{value}</dd> }).collect_view()
    };
    view! {
        <section class="linked" id="offer" aria-labelledby="offer-title" data-check=move || desk.shelf.check.with(name)>
            <header class="row">
                <h1 id="offer-title">{offer.asked()}<span class="plain n">" by a link, "<code>{ends(&offer.id)}</code></span></h1>
                <button class="b bare sq end" type="button" aria-label="Close the link" on:click=move |_| desk.leave_offer()>
                    <Draw icon=Icon::Close />
                </button>
            </header>
            <p class="s">{claim}" Nothing runs before you click."</p>
            <div class="two-columns">
                <dl class="asks n">{asks}</dl>
                <div class="act">
                    <Price desk />
                    <Lacks desk />
                    <Run desk />
                </div>
            </div>
            <Verdict desk offer />
        </section>
    }
}

/// How far it is, as the page's attribute says it.
fn name(check: &Check) -> &'static str {
    match check {
        Check::Idle => "idle",
        Check::Running => "running",
        Check::Failed(_) => "failed",
        Check::Done(_) => "done",
    }
}

/// What a Spec asks, line by line.
fn facts(desk: Desk, spec: &Spec) -> Vec<(&'static str, String)> {
    let class = |class: usize| desk.network.with(|network| network.class(class));
    let target = match spec.target {
        Target::Predicted => "the class it predicts".into(),
        Target::Least => "the least likely class".into(),
        Target::Class(index) => class(index),
        Target::Difference(one, other) => format!("{} rather than {}", class(one), class(other)),
        Target::Truth => "the class of each mosaic".into(),
    };
    let shown = match &spec.subject {
        Subject::Photo(photo) => {
            let known = desk.photo_of(&photo.sha256);
            let name = known.and_then(|id| desk.photos.with(|photos| Some(photos.get(id)?.name.clone())));
            format!("{}, {}", name.unwrap_or_else(|| "one photo".into()), ends(&photo.sha256))
        }
        Subject::Photos(photos) => format!("{} photos of “{}”", photos.dataset.photos, photos.dataset.name),
        Subject::Mosaics(mosaics) => {
            let (dataset, layout) = (&mosaics.dataset, mosaics.layout);
            let drawn = match &mosaics.draw {
                Drawing::Even { seed, .. } => format!("seed {seed}"),
                Drawing::Facct24 { seed, .. } => format!("drawn as in FAccT 2024, seed {seed}"),
                Drawing::Table { sha256 } => format!("by the table {}", ends(sha256)),
            };
            let name = &dataset.name;
            format!(
                "mosaics of {} × {} cells from {} photos of “{name}”, {drawn}",
                layout.rows, layout.columns, dataset.photos
            )
        }
    };
    let mut facts = vec![
        ("Network", format!("{}, {}", spec.network.id, ends(&spec.network.weights))),
        ("Shown", shown),
        ("Explains", format!("{target}, {}", spec.scale.title())),
        ("Methods", methods(&spec.methods)),
        ("Seed", spec.seed.to_string()),
    ];
    if !spec.metrics.is_empty() {
        let titles: Vec<&str> = spec.metrics.iter().filter_map(|id| Metric::find(id)).map(Metric::title).collect();
        facts.insert(4, ("Measures", titles.join(", ")));
    }
    facts
}

/// Units, passes and time.
#[component]
fn Price(desk: Desk) -> impl IntoView {
    let cost = Memo::new(move |_| desk.cost_of_offer());
    let units = move || cost.get().and_then(|cost: Cost| cost.units).map_or("–".into(), number::count);
    let passes = move || {
        let all = cost.get().and_then(|cost| Some(cost.passes? * cost.units? as f64));
        all.map_or("–".into(), |passes| number::count(passes.round() as usize))
    };
    let time = move || {
        cost.get().and_then(|cost| cost.seconds).map(|s| if s < 60.0 { number::seconds(s) } else { number::clock(s) })
    };
    let unknown = move || cost.get().is_some_and(|cost| cost.passes.is_some() && cost.seconds.is_none());
    view! {
        <dl class="price n" id="offer-cost">
            <div><dt>"photos or mosaics"</dt><dd>{units}</dd></div>
            <div><dt>"passes"</dt><dd>{passes}</dd></div>
            <div><dt>"about, here"</dt><dd>{move || time().unwrap_or("–".into())}</dd></div>
        </dl>
        <Show when=unknown>
            <p class="s">"This machine was not measured. "<button class="link" type="button" on:click=move |_| desk.measure()>"Measure it"</button>" with two passes."</p>
        </Show>
    }
}

/// What is missing, each with what to do about it.
#[component]
fn Lacks(desk: Desk) -> impl IntoView {
    let lacks = Memo::new(move |_| desk.lacks_of_offer());
    let files = Memo::new(move |_| {
        lacks.with(|lacks| {
            lacks
                .iter()
                .any(|lack| matches!(lack, Lack::Network(..) | Lack::Photo(_) | Lack::Photos(..) | Lack::Table(_)))
        })
    });
    let brought = move || {
        desk.shelf.photo.get().map(|photo| {
        view! { <p class="note s"><Draw icon=Icon::Good class="ok" /><span>{photo.name}" is the photo: its SHA-256 is the same."</span></p> }
    })
    };
    view! {
        <ul class="lacks" data-lacks=move || lacks.with(Vec::len).to_string()>
            {move || lacks.get().into_iter().map(|lack| view! { <Lacking desk lack /> }).collect_view()}
        </ul>
        {brought}
        <Show when=move || files.get()>
            <div class="drop">
                <span class="row"><Draw icon=Icon::Drop /><span>"Drop it here; it is checked and stays here"</span></span>
                <Choose desk words="Choose files" id="offer-files" />
            </div>
            {move || desk.brought_so_far().map(|words| view! { <p class="s" role="status" id="brought">{words}</p> })}
        </Show>
    }
}

#[component]
fn Lacking(desk: Desk, lack: Lack) -> impl IntoView {
    let words = lack.words();
    let act = match lack {
        Lack::Network(id, weights) => {
            let kept = Memo::new(move |_| desk.kept_network(&weights));
            let bundled = id == BUNDLED;
            view! {
                <span class="row wrap">
                    {move || kept.get().map(|id| view! { <button class="b" type="button" on:click=move |_| desk.use_kept(id.clone())>"Use the kept one"</button> })}
                    {bundled.then(|| view! { <button class="b" type="button" on:click=move |_| desk.use_bundled()>"Use the bundled one"</button> })}
                    <button class="b" type="button" popovertarget=models::ID>"Models"</button>
                </span>
            }
            .into_any()
        }
        Lack::Preprocess => {
            view! { <button class="b" type="button" popovertarget=models::ID>"Models"</button> }.into_any()
        }
        _ => ().into_any(),
    };
    view! {
        <li class="note s">
            <Draw icon=Icon::Warning class="hm" />
            <p>{words}{act}</p>
        </li>
    }
}

/// The button that runs it.
#[component]
fn Run(desk: Desk) -> impl IntoView {
    let lacks = Memo::new(move |_| !desk.lacks_of_offer().is_empty());
    let ready = Memo::new(move |_| desk.network.with(|network| network.outline.is_some()));
    let runs = Memo::new(move |_| desk.shelf.check.with(|check| *check == Check::Running));
    let done = Memo::new(move |_| desk.shelf.check.with(|check| matches!(check, Check::Done(_) | Check::Failed(_))));
    let words = move || if done.get() { "Run it again" } else { "Run it and compare" };
    view! {
        <Show
            when=move || runs.get()
            fallback=move || view! {
                <button class="b main" type="button" id="run-offer" disabled=move || lacks.get() || !ready.get() on:click=move |_| desk.run_offer()>
                    <Draw icon=Icon::Play />
                    {words}
                </button>
            }
        >
            <button class="b stop" type="button" id="stop-offer" on:click=move |_| desk.stop_all()>
                <Draw icon=Icon::Stop />
                "Stop"
            </button>
        </Show>
    }
}
