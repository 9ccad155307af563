//! The line at the bottom: what runs now, how far it is, and Stop.

use crate::panels::device;
use crate::state::desk::{Desk, MOSAICS};
use crate::state::ledger::{Ledger, Work};
use crate::state::models::Step;
use crate::state::network::Arrival;
use crate::state::order;
use crate::state::study::course::State;
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use gloo::timers::callback::Interval;
use leptos::prelude::*;

/// What the line says of work under way.
#[derive(Clone, Debug, PartialEq)]
struct Now {
    what: String,
    done: usize,
    all: usize,
    since: Option<f64>,
}

/// The line.
#[component]
pub fn Status(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let now = Memo::new(move |_| desk.ledger.with(|ledger| describe(desk, ledger)));
    let busy = Memo::new(move |_| now.with(Option::is_some));
    let elapsed = elapsed(now);
    let rest = move || at_rest(desk);
    view! {
        <footer class="status" aria-label="What runs now" data-busy=move || busy.get().to_string()>
            <span class="dot" class:busy=busy class:off=move || !busy.get()></span>
            <span class="what">{move || now.with(|now| now.as_ref().map(|now| now.what.clone())).unwrap_or_else(rest)}</span>
            <Show when=move || now.with(|now| now.as_ref().is_some_and(|now| now.all > 0))>
                <progress
                    max=move || now.with(|now| now.as_ref().map_or(1, |now| now.all)).to_string()
                    value=move || now.with(|now| now.as_ref().map_or(0, |now| now.done)).to_string()
                    aria-label="Done"
                ></progress>
            </Show>
            <Show when=move || busy.get()>
                <span class="more n">{move || format!("{} gone", number::clock(elapsed.get()))}</span>
                <button class="b stop end" type="button" on:click=move |_| desk.stop_all()>
                    <Draw icon=Icon::Stop />
                    "Stop"
                </button>
            </Show>
        </footer>
    }
}

/// Seconds since the work under way began; runs only while there is some.
fn elapsed(now: Memo<Option<Now>>) -> RwSignal<f64> {
    let elapsed = RwSignal::new(0.0);
    let timer = StoredValue::new_local(None::<Interval>);
    Effect::new(move |_| {
        let since = now.with(|now| now.as_ref().map(|now| now.since));
        let clock = || web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now());
        let Some(since) = since else { return timer.set_value(None) };
        let start = since.unwrap_or_else(clock);
        elapsed.set((clock() - start) / 1000.0);
        timer.set_value(Some(Interval::new(250, move || elapsed.set((clock() - start) / 1000.0))));
    });
    elapsed
}

fn describe(desk: Desk, ledger: &Ledger) -> Option<Now> {
    if let Some(now) = study(desk, ledger) {
        return Some(now);
    }
    let name = |photo| desk.photos.with(|photos| photos.get(photo).map(|photo| photo.name.clone())).unwrap_or_default();
    let lines: Vec<_> = ledger.visible().map(|(_, line)| line).collect();
    let Some(first) = lines.iter().find(|line| line.since.is_some()).or(lines.first()) else { return coming(desk) };
    let mut about: Vec<_> = lines.iter().filter_map(|line| line.work.photo()).collect();
    about.dedup();
    let photos = about.len() + ledger.finished;
    if first.stopping {
        return Some(Now { what: "Stopping".into(), done: 0, all: 0, since: first.since });
    }
    if about.len() > 1 && photos > 2 {
        let what = format!("{} of {photos} photos explained", ledger.finished);
        return Some(Now { what, done: ledger.finished, all: photos, since: first.since });
    }
    Some(match &first.work {
        Work::Prepare { photo, .. } => {
            Now { what: format!("Reading {}", name(*photo)), done: 0, all: 0, since: first.since }
        }
        Work::Explain { photo, .. } if first.since.is_some() => {
            let (done, all) = ledger.passes(first);
            let what = match first.running() {
                Some(spec) => {
                    let (title, done, all) = (order::title(&spec.id), number::count(done), number::count(all));
                    format!("{title} of {}, {done} of {all} passes", name(*photo))
                }
                None => format!("Classifying {}", name(*photo)),
            };
            Now { what, done, all, since: first.since }
        }
        Work::Explain { .. } if desk.network.with(|network| network.arrival == Arrival::Failed) => return None,
        Work::Explain { photo, .. } => {
            Now { what: format!("{} waits for the network", name(*photo)), done: 0, all: 0, since: None }
        }
        Work::Compose { .. } | Work::Judge { .. } => {
            Now { what: "The maps of one mosaic".into(), done: first.passes.0, all: first.passes.1, since: first.since }
        }
        Work::Look { .. } | Work::Recognise { .. } => {
            let (done, all) = desk.studio.check.with(|check| (check.done(), check.all));
            Now { what: format!("{done} of {all} photos looked at"), done, all, since: first.since }
        }
        _ => return None,
    })
}

/// A study that runs: mosaics, passes, and what is left.
fn study(desk: Desk, ledger: &Ledger) -> Option<Now> {
    let each = desk.price_of_one().map(|price| price.passes);
    let clock = web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now());
    desk.studio.course.with(|course| {
        let course = course.as_ref()?;
        let since = course.began()?;
        let (done, all) = (course.done(), course.all());
        let in_hand: usize = ledger.study().map(|(_, line)| line.passes.0).sum();
        let passes = each.map(|each| {
            let made = done as f64 * each + in_hand as f64;
            format!(", {} of {} passes", number::count(made as usize), number::count((all as f64 * each) as usize))
        });
        let left = course.left(clock).map(|left| format!(", about {} left", number::clock(left)));
        let (passes, left) = (passes.unwrap_or_default(), left.unwrap_or_default());
        let what = format!("Mosaics, {} of {}{passes}{left}", number::count(done), number::count(all));
        Some(Now { what, done, all, since: Some(since) })
    })
}

/// A model on its way.
fn coming(desk: Desk) -> Option<Now> {
    let coming = desk.models.with(|models| models.coming.clone())?;
    let (done, all) = match coming.step {
        Step::Fetching { got, all: Some(all) } => (got as usize, all as usize),
        _ => (0, 0),
    };
    Some(Now { what: coming.words(), done, all, since: None })
}

/// What was done last: the photo on the stage, its time and its device.
fn explained(desk: Desk) -> Option<String> {
    let (photo, drawn, seconds) = (desk.photo()?, desk.map()?, desk.seconds()?);
    let kind = drawn.device.kind;
    Some(format!("{} explained in {} on {}", photo.name, number::seconds(seconds), device::title(kind)))
}

/// What was run last of the study.
fn studied(desk: Desk) -> Option<String> {
    desk.studio.course.with(|course| {
        let course = course.as_ref()?;
        let (units, methods) = (course.record.units.len(), course.spec().methods.len());
        let words =
            format!("Mosaics, {} of {} maps", number::count(units * methods), number::count(course.all() * methods));
        let state = match course.state {
            State::Done => ", done",
            State::Stopped => ", stopped",
            _ => "",
        };
        let kept = if course.kept > 0 {
            format!(", {} from an earlier visit", number::count(course.kept * methods))
        } else {
            String::new()
        };
        Some(format!("{words}{state} in {}{kept}", number::clock(course.elapsed(0.0))))
    })
}

fn at_rest(desk: Desk) -> String {
    match desk.network.with(|network| network.arrival) {
        Arrival::Card => "The network is on the way".into(),
        Arrival::Weights { got, all } => {
            format!("The network is on the way, {} of {} MB", number::megabytes(got), number::megabytes(all))
        }
        Arrival::Opening => "The network is being made ready".into(),
        Arrival::Failed => "The network did not come".into(),
        Arrival::Ready if desk.ledger.with(Ledger::testing) => {
            "Ready. The graphics processor takes its self-test.".into()
        }
        Arrival::Ready if desk.place.get() == MOSAICS => studied(desk).unwrap_or_else(|| "Ready".into()),
        Arrival::Ready => explained(desk).unwrap_or_else(|| "Ready".into()),
    }
}
