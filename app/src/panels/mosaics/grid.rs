//! The mosaics, a page of them at a time: only what is in sight is put together.

use super::bring::{Choose, Kind};
use super::cells::{Frames, Picture};
use crate::state::desk::Desk;
use crate::state::study::course::State;
use crate::state::study::design::{Drawn, How};
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use leptos::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Mosaics on a page.
const PAGE: usize = 12;

/// The grid, or what to do where there is none.
#[component]
pub fn Grid(desk: Desk) -> impl IntoView {
    let there = Memo::new(move |_| desk.studio.drawn.with(Result::is_ok));
    view! {
        <section aria-labelledby="mosaics-title" id="stage" data-mosaics=move || desk.studio.drawn.with(|drawn| drawn.as_ref().map_or(0, |drawn| drawn.mosaics.len())).to_string()>
            <Show when=move || there.get() fallback=move || view! { <Nothing desk /> }>
                <All desk />
            </Show>
        </section>
    }
}

#[component]
fn All(desk: Desk) -> impl IntoView {
    let (page, only) = (RwSignal::new(0_usize), RwSignal::new(None::<usize>));
    let drawn = move || desk.studio.drawn.get().ok();
    let numbers = Memo::new(move |_| {
        let Some(drawn) = drawn() else { return vec![] };
        let fits = |at: &usize| only.get().is_none_or(|class| drawn.mosaics[*at].target == class);
        (0..drawn.mosaics.len()).filter(fits).collect::<Vec<usize>>()
    });
    let last = move || numbers.with(Vec::len).saturating_sub(1) / PAGE;
    let shown = move || {
        let from = page.get().min(last()) * PAGE;
        let Some(drawn) = drawn() else { return vec![] };
        numbers.with(|numbers| numbers.iter().skip(from).take(PAGE).map(|at| (*at, drawn.clone())).collect::<Vec<_>>())
    };
    view! {
        <Bar desk only />
        <ul class="mosaics-grid">
            <For each=shown key=|(at, drawn)| (*at, Arc::as_ptr(drawn) as usize) let((at, drawn))>
                <One desk at drawn />
            </For>
        </ul>
        <Show when=move || { last() > 0 }>
            <nav class="pages" aria-label="Pages of mosaics">
                <button class="b bare" type="button" disabled=move || page.get() == 0 on:click=move |_| page.update(|page| *page = page.saturating_sub(1))>"Earlier"</button>
                <span class="s n">{move || {
                    let (from, all) = (page.get().min(last()) * PAGE, numbers.with(Vec::len));
                    format!("{} to {} of {}", from + 1, (from + PAGE).min(all), number::count(all))
                }}</span>
                <button class="b bare" type="button" disabled=move || { page.get() >= last() } on:click=move |_| page.update(|page| *page += 1)>"Later"</button>
            </nav>
        </Show>
    }
}

/// What the mosaics are, a choice of the target, and another draw.
#[component]
fn Bar(desk: Desk, only: RwSignal<Option<usize>>) -> impl IntoView {
    let count = move || desk.studio.drawn.with(|drawn| drawn.as_ref().map_or(0, |drawn| drawn.mosaics.len()));
    let words = move || {
        desk.studio.design.with(|design| {
            let (rows, columns) = (design.layout.rows, design.layout.columns);
            let cells = match (design.how, design.targets) {
                (How::Table, _) => "by a table".into(),
                (How::Facct24, _) => "two cells of the target".into(),
                (_, 1) => "one cell of the target".into(),
                (_, n) => format!("{n} cells of the target"),
            };
            format!("{rows} × {columns}, {cells}")
        })
    };
    let classes = Memo::new(move |_| {
        let targets = |drawn: &Arc<Drawn>| drawn.mosaics.iter().map(|mosaic| mosaic.target).collect::<BTreeSet<_>>();
        desk.studio.drawn.with(|drawn| drawn.as_ref().map(targets).unwrap_or_default())
    });
    let options = move || {
        let options = classes.get().into_iter().map(|class| {
            let name = desk.network.with(|network| network.class(class));
            view! { <option value=class.to_string() prop:selected=move || only.get() == Some(class)>{name}</option> }
        });
        options.collect_view()
    };
    let seed = move || desk.studio.design.with(|design| design.seed);
    let fixed = move || desk.studio.design.with(|design| design.how == How::Table) || runs(desk);
    let again = move |_| desk.studio.design.update(|design| design.seed = design.seed.wrapping_add(1).max(1));
    view! {
        <div class="headline">
            <h1 id="mosaics-title">{move || number::count(count())}" mosaics "<span class="plain">{words}</span></h1>
            <span class="grow"></span>
            <label class="row from-800">
                <span class="s">"Target"</span>
                <select id="only-target" on:change:target=move |event| only.set(event.target().value().parse().ok())>
                    <option value="">"All classes"</option>
                    {options}
                </select>
            </label>
            <button class="b" type="button" id="draw-again" disabled=fixed on:click=again>
                "Draw again "<span class="s n">{move || format!("seed {}", seed())}</span>
            </button>
        </div>
    }
}

/// Whether a run goes on: what it is made of is not changed then.
pub(super) fn runs(desk: Desk) -> bool {
    let runs = |state| matches!(state, State::Running | State::Reading);
    desk.studio.course.with(|course| course.as_ref().is_some_and(|course| runs(course.state)))
}

#[component]
fn One(desk: Desk, at: usize, drawn: Arc<Drawn>) -> impl IntoView {
    let mosaic = &drawn.mosaics[at];
    let target = desk.network.with_untracked(|network| network.class(mosaic.target));
    let targets = mosaic.targets();
    let open = Memo::new(move |_| desk.studio.open.get() == Some(at));
    let state = Memo::new(move |_| {
        desk.studio.course.with(|course| {
            let course = course.as_ref()?;
            let has = |found: bool, word| found.then_some(word);
            has(course.has_in_hand(at), "busy")
                .or_else(|| has(course.record.units.binary_search_by_key(&at, |unit| unit.at).is_ok(), "done"))
                .or_else(|| has(course.record.failed.iter().any(|failed| failed.at == at), "failed"))
        })
    });
    let label = format!("Mosaic {}: target {target}", at + 1);
    let layout = drawn.spec.layout;
    let press = move |_| desk.open_sheet((!open.get_untracked()).then_some(at));
    view! {
        <li data-at=at.to_string() data-state=move || state.get().filter(|_| desk.same_as_drawn())>
            <button class="mosaic" type="button" aria-label=label aria-pressed=move || open.get().to_string() on:click=press>
                <Picture desk at />
                <Frames layout targets />
            </button>
            <span class="s"><b class="n">{format!("{:02}", at + 1)}</b>" "{target}</span>
        </li>
    }
}

/// Where there are no mosaics: what they are for, and what to do.
#[component]
fn Nothing(desk: Desk) -> impl IntoView {
    let photos = Memo::new(move |_| desk.studio.album.with(|album| album.photos().len()));
    let why = move || desk.studio.drawn.with(|drawn| drawn.as_ref().err().cloned()).unwrap_or_default();
    view! {
        <div class="nothing">
            <div class="sketch" aria-hidden="true">
                <i></i><i class="t"></i><i class="t"></i><i></i>
            </div>
            <div class="words">
                <h1 id="mosaics-title">"Where does the relevance fall?"</h1>
                <p>
                    "Photos of several classes are put together, and a method is asked for one of them. Relevance that falls on that class's cells is right, relevance elsewhere is not: so maps can be scored without a person who draws where the object is."
                </p>
                {move || (!why().is_empty()).then(|| view! {
                    <p class="note" role="status" data-why="true"><Draw icon=Icon::Warning class="hm" /><span>{why}</span></p>
                })}
                {move || (photos.get() > 0 && why().is_empty()).then(|| view! {
                    <p class="note" role="status"><span>"The photos are being read, one after the other."</span></p>
                })}
                <div class="row begin">
                    <button class="b main" type="button" id="try-samples" on:click=move |_| desk.try_samples()>
                        <Draw icon=Icon::Play />
                        "Try it with the sample set"
                    </button>
                    <Choose desk kind=Kind::Folder class="b" words="Choose a folder of photos" id="first-folder" />
                </div>
                <p class="s">
                    "A folder for each class, named as the class or by its WordNet id; or files named Class-1.jpg; or a ZIP file of either; or photos with a CSV table. Nothing leaves this machine."
                </p>
            </div>
        </div>
    }
}
