//! The figures of what came out, each a question: which method, how do scores spread, do methods differ, do mosaics, methods
//! and metrics agree.

use super::definition::{Define, What};
use super::figure::{Answers, Draws, Figure, Plot};
use crate::state::desk::{Desk, Summed};
use crate::widgets::number;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::experiment::differences::{Differences, LEVEL};
use tessera_core::experiment::spec::Convention;
use tessera_core::experiment::summary::{BetweenMetrics, MetricSummary};
use tessera_core::figure::board::{Board, titles};
use tessera_core::figure::drawing::{Drawing, Unit};
use tessera_core::figure::frame::Frame;
use tessera_core::metric::Metric;
use tessera_core::undefined::Told;

/// Most mosaics whose scores are drawn as points and densities: more make no difference to the eye.
const POINTS: usize = 1500;

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

fn boxed<R: 'static>(answer: impl Fn(Unit) -> Option<R> + Send + Sync + 'static) -> Answers<R> {
    StoredValue::new(Box::new(answer))
}

fn drawn(draw: impl Fn(&Frame<'_>) -> Option<Drawing> + Send + Sync + 'static) -> Draws {
    StoredValue::new(Box::new(draw))
}

/// Which method? The question comes first.
#[component]
pub fn WhichMethod(desk: Desk, chosen: Memo<usize>) -> impl IntoView {
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
        let interval = method.mean.ends().map(|[low, high]| format!(", {low:.3} to {high:.3}")).unwrap_or_default();
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
pub fn HowSpread(desk: Desk, chosen: Memo<usize>) -> impl IntoView {
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

/// Whether methods differ at all, and which two do.
#[component]
pub fn MethodsDiffer(desk: Desk, chosen: Memo<usize>) -> impl IntoView {
    let source = Memo::new(move |_| source(desk, chosen).map(Arc::new).map(Same));
    let draw = move |frame: &Frame<'_>| of_board(desk, |board| board.differences(chosen.get(), frame));
    let says = move |mark: Unit| {
        let (Unit::Row(row), Same(source)) = (mark, source.get_untracked()?) else { return None };
        let tested = source.summary.differences.tested()?;
        let alike = tested.nemenyi[row].iter().enumerate().filter(|&(other, &p)| other != row && p > LEVEL);
        let alike: Vec<&str> = alike.map(|(other, _)| tested.methods[other].as_str()).collect();
        let (name, rank) = (&tested.methods[row], tested.friedman.ranks[row]);
        Some(if alike.is_empty() {
            format!("{name}: mean rank {rank:.2}, differs from every other")
        } else {
            format!("{name}: mean rank {rank:.2}, not told apart from {}", alike.join(", "))
        })
    };
    let words = Signal::derive(move || {
        source.get().map_or_else(String::new, |Same(source)| match &source.summary.differences {
            Differences::Tested(tested) => {
                let test = &tested.friedman;
                let p = if test.p < 0.001 { "below 0.001".to_owned() } else { format!("{:.3}", test.p) };
                format!(
                    "By {} over {} mosaics: \u{3c7}\u{b2} {:.1}, p {p}; mean ranks more than {:.2} apart differ at 5 %, lines that do not overlap. Mosaics are taken for independent.",
                    source.metric.title(),
                    number::count(test.used),
                    test.statistic,
                    tested.critical
                )
            }
            Differences::Undefined(why) => format!("Not to be said by {}: {why}", source.metric.title()),
        })
    });
    let plot = Plot {
        id: "differences",
        turn: 2,
        chosen,
        title: "Do methods differ?",
        words,
        draw: drawn(draw),
        says: boxed(says),
        opens: boxed(|_| None),
        table: "/differences.csv",
    };
    view! {
        <Figure desk plot heading=Box::new(move || view! {
            <Define what=What::Friedman>"Friedman's test and Nemenyi's"</Define>". "{words}
        }.into_any()) />
    }
}

/// Whether mosaics agree on the order of methods.
#[component]
pub fn MosaicsAgree(desk: Desk, chosen: Memo<usize>) -> impl IntoView {
    let draw = move |frame: &Frame<'_>| of_board(desk, |board| Some(board.agreement(frame)));
    let says = move |mark: Unit| {
        let Unit::Row(row) = mark else { return None };
        let summed = desk.studio.summed.get_untracked()?;
        let metric = summed.summary.metrics.get(row)?;
        let title = Metric::find(&metric.metric).map_or("", Metric::title);
        let interval = metric.alpha.ends().map(|[low, high]| format!(", {low:.3} to {high:.3}")).unwrap_or_default();
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
        turn: 3,
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
pub fn MethodsAgree(desk: Desk, chosen: Memo<usize>) -> impl IntoView {
    let source = Memo::new(move |_| source(desk, chosen).map(Arc::new).map(Same));
    let draw = move |frame: &Frame<'_>| of_board(desk, |board| board.correlations(chosen.get(), frame));
    let says = move |mark: Unit| {
        let (Unit::Pair(row, column), Same(source)) = (mark, source.get_untracked()?) else { return None };
        let rho = source.summary.rho.get(row)?.get(column)?;
        let interval = rho.ends().map(|[low, high]| format!(", {low:.2} to {high:.2}")).unwrap_or_default();
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
        turn: 4,
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

/// Whether metrics find the same mosaics easy, for one method.
#[component]
pub fn MetricsAgree(desk: Desk) -> impl IntoView {
    let method = RwSignal::new(None::<usize>);
    let names = Memo::new(move |_| {
        desk.studio.summed.track();
        desk.studio
            .course
            .with_untracked(|course| course.as_ref().map(|one| titles(&one.spec().methods)).unwrap_or_default())
    });
    // At first the method of which most can be said.
    let chosen = Memo::new(move |_| {
        let said = |one: &BetweenMetrics| one.rho.iter().flatten().filter(|rho| rho.number().is_some()).count();
        let richest = || {
            let most = |summed: &Arc<Summed>| {
                let all = summed.summary.between_metrics.iter().enumerate();
                all.rev().max_by_key(|(_, one)| said(one)).map(|(at, _)| at)
            };
            desk.studio.summed.with(|summed| summed.as_ref().and_then(most))
        };
        method.get().filter(|at| *at < names.with(Vec::len)).or_else(richest).unwrap_or(0)
    });
    let draw = move |frame: &Frame<'_>| of_board(desk, |board| board.between_metrics(chosen.get(), frame));
    let says = move |mark: Unit| {
        let Unit::Pair(row, column) = mark else { return None };
        let summed = desk.studio.summed.get_untracked()?;
        let title = |at: usize| Some(Metric::find(&summed.summary.metrics.get(at)?.metric)?.title());
        let value = match summed.summary.between_metrics.get(chosen.get_untracked())?.rho.get(row)?.get(column)? {
            Told::Number(rho) => format!("{rho:.3}"),
            Told::Undefined(why) => why.to_string(),
        };
        Some(format!("{} and {}: {value}", title(row)?, title(column)?))
    };
    let order = move || {
        let agree = desk.studio.summed.with(|summed| summed.as_ref().map(|one| one.summary.metrics_agree));
        match agree {
            Some(Told::Number(alpha)) => format!(". Alpha of the rankings by all metrics: {alpha:.3}."),
            _ => String::new(),
        }
    };
    let words = Signal::derive(move || {
        let name = names.with(|names| names.get(chosen.get()).cloned().unwrap_or_default());
        format!("Spearman's rho between metrics over mosaics, for {name}{}", order())
    });
    let plot = Plot {
        id: "metrics",
        turn: 5,
        chosen,
        title: "Do metrics agree?",
        words,
        draw: drawn(draw),
        says: boxed(says),
        opens: boxed(|_| None),
        table: "/between_metrics.csv",
    };
    let options = move || {
        let option = |(at, name): (usize, String)| {
            view! { <option value=at.to_string() prop:selected=move || chosen.get() == at>{name}</option> }
        };
        names.get().into_iter().enumerate().map(option).collect_view()
    };
    view! {
        <Figure desk plot heading=Box::new(move || view! {
            <Define what=What::Rho>"Spearman's rho"</Define>" between metrics over mosaics, for "
            <select aria-label="Method" on:change:target=move |event| method.set(event.target().value().parse().ok())>{options}</select>
            {order}
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
