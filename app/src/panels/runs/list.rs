//! The list of runs that are kept.

use super::words::{ends, moment};
use crate::state::desk::Desk;
use crate::state::runs::listed::Run;
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use leptos::prelude::*;
use std::sync::Arc;

/// The list, or what this place is for while there is none.
#[component]
pub fn List(desk: Desk) -> impl IntoView {
    desk.list_runs();
    let any = Memo::new(move |_| desk.shelf.runs.with(|runs| runs.as_ref().is_some_and(|runs| !runs.is_empty())));
    let none = Memo::new(move |_| desk.shelf.runs.with(|runs| runs.as_ref().is_some_and(Vec::is_empty)));
    view! {
        <Trouble desk />
        <Show when=move || any.get()><Table desk /></Show>
        <Show when=move || none.get()><Nothing desk /></Show>
    }
}

/// What goes on beside the list, or went wrong.
#[component]
fn Trouble(desk: Desk) -> impl IntoView {
    let busy = move || desk.shelf.busy.get().map(|words| view! { <p class="s doing" role="status">{words}</p> });
    let trouble = move || {
        desk.shelf.trouble.get().map(|words| {
            view! {
                <p class="note s doing" role="alert" data-trouble="true">
                    <Draw icon=Icon::Warning class="hm" />
                    <span>{words}</span>
                </p>
            }
        })
    };
    view! { {busy}{trouble} }
}

#[component]
fn Table(desk: Desk) -> impl IntoView {
    let rows = move || desk.shelf.runs.get().unwrap_or_default();
    let words = move || {
        let kept = rows().len();
        match desk.shelf.ticked.with(Vec::len) {
            0 => format!("{} kept", number::count(kept)),
            ticked => format!("{} kept, {ticked} ticked", number::count(kept)),
        }
    };
    let two = Memo::new(move |_| desk.shelf.ticked.with(Vec::len) == 2);
    view! {
        <header class="headline">
            <h1>"Runs "<span class="plain n">{words}</span></h1>
            <span class="grow"></span>
            <button class="b main" type="button" id="compare" disabled=move || !two.get() title="Tick two runs to put them side by side" on:click=move |_| desk.compare_runs()>
                <Draw icon=Icon::Compare />
                "Compare two"
            </button>
        </header>
        <div class="wide runs-table" tabindex="0" role="region" aria-label="Runs">
            <table class="n" id="runs">
                <thead>
                    <tr>
                        <th scope="col"><span class="vh">"Compare"</span></th>
                        <th scope="col">"What was asked"</th>
                        <th class="m800" scope="col">"Network"</th>
                        <th class="m1200" scope="col">"Device"</th>
                        <th class="r m800" scope="col">"Done"</th>
                        <th class="m1200" scope="col">"Last"</th>
                        <th scope="col">"State"</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=rows key=|run| (run.id.clone(), run.name.clone(), run.bytes.to_bits()) let(run)><Row desk run /></For>
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(desk: Desk, run: Arc<Run>) -> impl IntoView {
    let (id, tick, press) = (run.id.clone(), run.id.clone(), run.id.clone());
    let ticked = Memo::new({
        let id = id.clone();
        move |_| desk.shelf.ticked.with(|ticked| ticked.contains(&id))
    });
    let open = Memo::new(move |_| desk.shelf.open.with(|open| open.as_ref().is_some_and(|open| open.run.id == id)));
    let digest = ends(&run.id);
    view! {
        <tr data-run=run.id.clone() aria-selected=move || open.get().to_string()>
            <td class="c">
                <input type="checkbox" aria-label=format!("Compare {}", run.name) prop:checked=move || ticked.get() on:change=move |_| desk.tick_run(&tick) />
            </td>
            <th scope="row">
                <button class="two" type="button" aria-pressed=move || open.get().to_string() on:click=move |_| desk.open_run(press.clone())>
                    <b>{run.name.clone()}</b>
                    <small>{run.place()}" "<code>{digest}</code></small>
                </button>
            </th>
            <td class="m800">{run.spec.network.id.clone()}</td>
            <td class="m1200">{run.made.device.clone()}</td>
            <td class="r m800">{format!("{} / {}", number::count(run.heads.done()), number::count(run.all))}</td>
            <td class="m1200">{run.changed.map(moment)}</td>
            <td>{state(&run)}</td>
        </tr>
    }
}

/// How far a run is.
fn state(run: &Run) -> AnyView {
    let (done, failed, all) = (run.heads.done(), run.heads.failed(), run.all.max(1));
    if run.is_done() && failed == 0 {
        return view! { <span class="st ok"><Draw icon=Icon::Good />"done"</span> }.into_any();
    }
    if run.is_done() {
        let words = format!("{} failed", number::count(failed));
        return view! { <span class="st hm"><Draw icon=Icon::Warning />{words}</span> }.into_any();
    }
    let words = format!("{}\u{202f}%", 100 * done / all);
    view! { <span class="st"><progress max=all.to_string() value=done.to_string()></progress>{words}</span> }.into_any()
}

/// What this place is for.
#[component]
fn Nothing(desk: Desk) -> impl IntoView {
    let linked = move || desk.shelf.offer.with(Option::is_some);
    view! {
        <div class="nothing" class:brief=linked>
            <svg class="chain" viewBox="0 0 96 96" aria-hidden="true">
                <rect x="6" y="22" width="52" height="52" rx="4" />
                <rect class="twin" x="38" y="22" width="52" height="52" rx="4" />
                <path class="same" d="m40 48 6 6 12-13" />
            </svg>
            <div class="words">
                <h1>"Runs stay here, and travel as links"</h1>
                <p>"Every study with mosaics is kept in this browser as it runs, photo by photo, and goes on after a reload. A picture’s maps are kept when you say so in Share."</p>
                <p>"A link carries what was run and the numbers that came out. Whoever opens it sees what it costs, runs it with a click, and reads number by number whether it comes out again. No photo and no number is sent anywhere: the link is all there is."</p>
                <p class="row acts">
                    <a class="b main" href="#/mosaics">"Run a study"</a>
                    <a class="b" href="#/explain">"Explain a photo"</a>
                </p>
            </div>
        </div>
    }
}
