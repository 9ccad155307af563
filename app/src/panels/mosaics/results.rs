//! What came out: the head, what could not be run, and where the figures and the table stand.

use super::accuracy::OnMosaics;
use super::figure::{save_record, save_table};
use super::plots::{HowSpread, MethodsAgree, MethodsDiffer, MetricsAgree, MosaicsAgree, WhichMethod};
use super::table::Scores;
use crate::state::desk::Desk;
use crate::widgets::number;
use crate::widgets::staged::staged;
use leptos::prelude::*;
use tessera_core::metric::Metric;

/// Figures and table: they are drawn one after the other.
const PARTS: usize = 7;

/// Opens the sheet of a mosaic and brings it to sight.
pub fn show(desk: Desk, at: usize) {
    desk.open_sheet(Some(at));
    let sheet = web_sys::window().and_then(|window| window.document()).and_then(|page| page.get_element_by_id("sheet"));
    if let Some(sheet) = sheet {
        sheet.scroll_into_view();
    }
}

/// The results, as soon as there are some.
#[component]
pub fn Results(desk: Desk) -> impl IntoView {
    let any = Memo::new(move |_| desk.studio.summed.with(Option::is_some));
    view! { <Show when=move || any.get()><All desk /></Show> }
}

#[component]
fn All(desk: Desk) -> impl IntoView {
    let metric = RwSignal::new(0_usize);
    let count = move || desk.studio.course.with(|one| one.as_ref().map_or(0, |one| one.spec().metrics.len()));
    let chosen = Memo::new(move |_| metric.get().min(count().saturating_sub(1)));
    let stale = Memo::new(move |_| desk.study_is_stale());
    let parts = staged(PARTS);
    view! {
        <section class="results" id="results" aria-labelledby="results-title" data-units=move || desk.studio.summed.with(|one| one.as_ref().map_or(0, |one| one.summary.units)).to_string() data-kept=move || desk.studio.course.with(|one| one.as_ref().map_or(0, |one| one.kept)).to_string() data-resamples=move || desk.studio.summed.with(|one| one.as_ref().map_or(0, |one| one.resamples)).to_string()>
            <Head desk metric chosen />
            <Show when=move || stale.get()>
                <p class="s stale" role="status">"These results are of the study as it was before your last changes. Run it to renew them."</p>
            </Show>
            <Failures desk />
            <OnMosaics desk />
            <div class="figs">
                <WhichMethod desk chosen />
                <Show when=move || { parts.get() > 1 }><HowSpread desk chosen /></Show>
                <Show when=move || { parts.get() > 2 }><MethodsDiffer desk chosen /></Show>
                <Show when=move || { parts.get() > 3 }><MosaicsAgree desk chosen /></Show>
                <Show when=move || { parts.get() > 4 }><MethodsAgree desk chosen /></Show>
                <Show when=move || { parts.get() > 5 }><MetricsAgree desk /></Show>
                <figure class="fig wide-fig">
                    <header>
                        <h2>"All scores"</h2>
                        <span class="save" role="group" aria-label="Save the scores">
                            <button type="button" on:click=move |_| { save_table(desk, "/summary.csv"); }>"CSV"</button>
                            <button type="button" on:click=move |_| { save_table(desk, "/scores.csv"); }>"CSV, each mosaic"</button>
                            <button type="button" on:click=move |_| { save_record(desk); }>"JSON"</button>
                        </span>
                        <p>"Means over mosaics. n/a: needs relevance below zero, which this method does not give."</p>
                    </header>
                    <Show when=move || { parts.get() > 6 }><Scores desk metric=chosen /></Show>
                </figure>
            </div>
        </section>
    }
}

/// How far the run is, and the score that figures are of.
#[component]
fn Head(desk: Desk, metric: RwSignal<usize>, chosen: Memo<usize>) -> impl IntoView {
    let ids = Memo::new(move |_| {
        desk.studio.course.with(|one| one.as_ref().map(|one| one.spec().metrics.clone()).unwrap_or_default())
    });
    let options = move || {
        let options = ids.get().into_iter().enumerate().map(|(at, id)| {
            let title = Metric::find(&id).map_or("", Metric::title);
            view! { <option value=at.to_string() prop:selected=move || chosen.get() == at>{title}</option> }
        });
        options.collect_view()
    };
    let words = move || {
        desk.studio.course.with(|course| {
            let Some(course) = course else { return String::new() };
            let units = desk.studio.summed.with(|one| one.as_ref().map_or(0, |one| one.summary.units));
            let all = course.all();
            if units == all {
                format!("{} mosaics", number::count(all))
            } else {
                format!("{} of {} mosaics so far", number::count(units), number::count(all))
            }
        })
    };
    view! {
        <header class="headline">
            <h2 id="results-title">"Results "<span class="plain n">{words}</span></h2>
            <span class="grow"></span>
            <label class="row">
                <span class="s">"Score"</span>
                <select id="score" on:change:target=move |event| metric.set(event.target().value().parse().unwrap_or(0))>{options}</select>
            </label>
        </header>
    }
}

/// Mosaics that could not be run: counted, and each named with its reason.
#[component]
fn Failures(desk: Desk) -> impl IntoView {
    let failed = Memo::new(move |_| {
        desk.studio.course.with(|one| one.as_ref().map(|one| one.record.failed.clone()).unwrap_or_default())
    });
    view! {
        <Show when=move || failed.with(|failed| !failed.is_empty())>
            <details class="left s" data-failed-units=move || failed.with(Vec::len).to_string()>
                <summary>{move || failed.with(|failed| match failed.len() {
                    1 => "1 mosaic could not be run".to_owned(),
                    n => format!("{} mosaics could not be run", number::count(n)),
                })}</summary>
                <ul>{move || failed.get().into_iter().take(50).map(|one| view! { <li><b>{one.name}</b>": "{one.sentence}</li> }).collect_view()}</ul>
            </details>
        </Show>
    }
}
