//! What came out: which method, how sure, how the scores spread, whether mosaics and methods agree, and every number.

use super::accuracy::OnMosaics;
use super::definition::{Define, What};
use super::figure::{Answers, Draws, Figure, Plot, save_record, save_table};
use super::table::Scores;
use crate::state::desk::{Desk, Summed};
use crate::widgets::number;
use crate::widgets::staged::staged;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::experiment::spec::Convention;
use tessera_core::experiment::summary::{Estimate, MetricSummary};
use tessera_core::figure::board::{Board, titles};
use tessera_core::figure::drawing::{Drawing, Unit};
use tessera_core::figure::frame::Frame;
use tessera_core::metric::Metric;
use tessera_core::undefined::Told;

/// Figures and table: they are drawn one after the other.
const PARTS: usize = 5;

/// Most mosaics whose scores are drawn as points and densities: more make no difference to the eye.
const POINTS: usize = 1500;

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
                <Show when=move || { parts.get() > 2 }><MosaicsAgree desk chosen /></Show>
                <Show when=move || { parts.get() > 3 }><MethodsAgree desk chosen /></Show>
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
                    <Show when=move || { parts.get() > 4 }><Scores desk metric=chosen /></Show>
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

/// What is said of figures.
#[derive(Clone)]
struct Source {
    names: Vec<String>,
    metric: Metric,
    summary: MetricSummary,
    units: usize,
}

/// The chosen metric of what was summed up, with the names of its methods.
fn source(desk: Desk, chosen: Memo<usize>) -> Option<Source> {
    let summed = desk.studio.summed.get()?;
    let summary = summed.summary.metrics.get(chosen.get())?.clone();
    let metric = Metric::find(&summary.metric)?;
    let names = desk.studio.course.with_untracked(|course| Some(titles(&course.as_ref()?.spec().methods)))?;
    Some(Source { names, metric, summary, units: summed.summary.units })
}

/// A drawing of what was summed up; none as long as nothing was.
fn of_board(desk: Desk, draw: impl FnOnce(&Board<'_>) -> Option<Drawing>) -> Option<Drawing> {
    let summed: Arc<Summed> = desk.studio.summed.get()?;
    desk.studio
        .course
        .with_untracked(|course| draw(&Board { record: &course.as_ref()?.record, summary: &summed.summary }))
}

fn ends(estimate: &Estimate) -> Option<[f64; 2]> {
    estimate.interval.map(|interval| [interval.low, interval.high])
}

fn boxed<R: 'static>(answer: impl Fn(Unit) -> Option<R> + Send + Sync + 'static) -> Answers<R> {
    StoredValue::new(Box::new(answer))
}

fn drawn(draw: impl Fn(&Frame<'_>) -> Option<Drawing> + Send + Sync + 'static) -> Draws {
    StoredValue::new(Box::new(draw))
}

/// Which method? The question comes first.
#[component]
fn WhichMethod(desk: Desk, chosen: Memo<usize>) -> impl IntoView {
    let source = Memo::new(move |_| source(desk, chosen).map(Arc::new).map(Same));
    let draw = move |frame: &Frame<'_>| of_board(desk, |board| board.ranking(chosen.get(), frame));
    let words = Signal::derive(move || {
        source.get().map_or_else(String::new, |Same(source)| {
            let interval = if source.summary.methods.iter().any(|one| one.mean.interval.is_some()) {
                ", 95 % bootstrap interval over source photos"
            } else {
                ""
            };
            format!(
                "Mean {} over {} mosaics{interval}; controls know nothing of the network.",
                source.metric.title(),
                number::count(source.units)
            )
        })
    });
    let says = move |unit: Unit| {
        let Same(source) = source.get_untracked()?;
        let Unit::Row(row) = unit else { return None };
        let method = source.summary.methods.get(row)?;
        let mean = method.mean.value.number()?;
        let interval = ends(&method.mean).map(|[low, high]| format!(", {low:.3} to {high:.3}")).unwrap_or_default();
        Some(format!("{}: {mean:.3}{interval}; {} scores", source.names[row], method.count))
    };
    let plot = Plot {
        id: "ranking",
        turn: 0,
        chosen,
        title: "Where does the relevance fall?",
        words,
        draw: drawn(draw),
        says: boxed(says),
        opens: boxed(|_| None),
        table: "/rankings.csv",
    };
    let name = move || source.get().map(|Same(source)| (source.metric.id(), source.metric.title()));
    view! {
        <Figure desk plot heading=Box::new(move || view! {
            "Mean "{move || name().map(|(id, title)| view! { <Define what=What::Metric(id)>{title}</Define> })}
            " with its 95 % interval over source photos, and the "<Define what=What::Rank>"rank"</Define>". The line is chance."
        }.into_any()) />
    }
}

/// How scores spread over mosaics: every point is one of them.
#[component]
fn HowSpread(desk: Desk, chosen: Memo<usize>) -> impl IntoView {
    let source = Memo::new(move |_| source(desk, chosen).map(Arc::new).map(Same));
    let step = move |units: usize| units.div_ceil(POINTS).max(1);
    let draw = move |frame: &Frame<'_>| {
        let metric = chosen.get();
        of_board(desk, |board| {
            let step = step(board.record.units.len());
            match board.record.spec.convention {
                Convention::Facct24 => board.study_spread(metric, step, frame),
                Convention::Tessera => board.spread(metric, step, frame),
            }
        })
    };
    let unit = move |column: usize| {
        desk.studio.course.with_untracked(|course| {
            let record = &course.as_ref()?.record;
            record.units.get(column * step(record.units.len())).cloned()
        })
    };
    let says = move |mark: Unit| {
        let Unit::Score { row, column } = mark else { return None };
        let (Same(source), unit) = (source.get_untracked()?, unit(column)?);
        let value = unit.outcomes.get(row)?.made()?.scores.get(chosen.get_untracked())?.number()?;
        Some(format!("{} on mosaic {:02} ({}): {value:.3}", source.names[row], unit.at + 1, unit.target.name))
    };
    let opens = move |mark: Unit| match mark {
        Unit::Score { column, .. } => unit(column).map(|unit| unit.at),
        _ => None,
    };
    let words = Signal::derive(move || {
        source.get().map_or_else(String::new, |Same(source)| {
            format!(
                "{} of each mosaic: density, middle half, median and mean. The line is chance.",
                source.metric.title()
            )
        })
    });
    let plot = Plot {
        id: "spread",
        turn: 1,
        chosen,
        title: "How do scores spread over mosaics?",
        words,
        draw: drawn(draw),
        says: boxed(says),
        opens: boxed(opens),
        table: "/scores.csv",
    };
    view! { <Figure desk plot heading=Box::new(move || view! { {words}" A click on a point opens its mosaic." }.into_any()) /> }
}

/// Whether mosaics agree on the order of methods.
#[component]
fn MosaicsAgree(desk: Desk, chosen: Memo<usize>) -> impl IntoView {
    let draw = move |frame: &Frame<'_>| of_board(desk, |board| Some(board.agreement(frame)));
    let says = move |mark: Unit| {
        let Unit::Row(row) = mark else { return None };
        let summed = desk.studio.summed.get_untracked()?;
        let metric = summed.summary.metrics.get(row)?;
        let title = Metric::find(&metric.metric).map_or("", Metric::title);
        let interval = ends(&metric.alpha).map(|[low, high]| format!(", {low:.3} to {high:.3}")).unwrap_or_default();
        Some(match metric.alpha.value {
            Told::Number(alpha) => format!("{title}: alpha {alpha:.3}{interval}"),
            Told::Undefined(why) => format!("{title}: {why}"),
        })
    };
    let words = Signal::derive(|| {
        "Krippendorff's alpha of the ranks that mosaics give to methods, ordinal, with its 95 % bootstrap interval; below 0.667 a ranking depends on the pictures drawn.".to_owned()
    });
    let plot = Plot {
        id: "agreement",
        turn: 2,
        chosen,
        title: "Do mosaics agree on the ranking?",
        words,
        draw: drawn(draw),
        says: boxed(says),
        opens: boxed(|_| None),
        table: "/alphas.csv",
    };
    view! {
        <Figure desk plot heading=Box::new(|| view! {
            <Define what=What::Alpha>"Krippendorff's alpha"</Define>", ordinal, 95 % bootstrap interval; below 0.667 a ranking depends on the pictures drawn"
        }.into_any()) />
    }
}

/// Whether methods find the same mosaics easy.
#[component]
fn MethodsAgree(desk: Desk, chosen: Memo<usize>) -> impl IntoView {
    let source = Memo::new(move |_| source(desk, chosen).map(Arc::new).map(Same));
    let draw = move |frame: &Frame<'_>| of_board(desk, |board| board.correlations(chosen.get(), frame));
    let says = move |mark: Unit| {
        let (Unit::Pair(row, column), Same(source)) = (mark, source.get_untracked()?) else { return None };
        let rho = source.summary.rho.get(row)?.get(column)?;
        let interval = ends(rho).map(|[low, high]| format!(", {low:.2} to {high:.2}")).unwrap_or_default();
        let value = match rho.value {
            Told::Number(rho) => format!("{rho:.3}{interval}"),
            Told::Undefined(why) => why.to_string(),
        };
        Some(format!("{} and {}: {value}", source.names[row], source.names[column]))
    };
    let words = Signal::derive(move || {
        source.get().map_or_else(String::new, |Same(source)| {
            format!("Spearman's rho between methods over mosaics, by {}.", source.metric.title())
        })
    });
    let plot = Plot {
        id: "correlation",
        turn: 3,
        chosen,
        title: "Do methods agree?",
        words,
        draw: drawn(draw),
        says: boxed(says),
        opens: boxed(|_| None),
        table: "/correlations.csv",
    };
    view! {
        <Figure desk plot heading=Box::new(|| view! {
            <Define what=What::Rho>"Spearman's rho"</Define>" between methods over mosaics: do they find the same ones easy?"
        }.into_any()) />
    }
}

/// Something that is the same only if it is the very same: what was summed up anew is drawn anew.
#[derive(Clone)]
struct Same<T>(Arc<T>);

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Same<T>) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
