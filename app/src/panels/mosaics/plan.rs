//! What is run: mosaics, methods, metrics, what that costs, and the button that runs it.

use super::definition::{Define, What};
use super::design::Design;
use super::grid::runs;
use crate::panels::methods::{Choosing, List, Presets, lacking};
use crate::state::desk::Desk;
use crate::state::order;
use crate::state::study::course::{Course, State};
use crate::state::study::design::How;
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use leptos::prelude::*;
use tessera_core::experiment::spec::Convention;
use tessera_core::method::ENTRIES;
use tessera_core::metric::Metric;
use tessera_core::statistics::ranking::Best;

/// Mosaics, their price, and Run.
#[component]
pub fn Plan(desk: Desk) -> impl IntoView {
    let study = move || desk.studio.design.with(|design| design.convention == Convention::Facct24);
    let choose = move |text: String| desk.take_design(text == "facct24");
    desk.measure();
    view! {
        <section class="part plan">
            <header>
                <h2>"Study"</h2>
                <select class="end" id="study-preset" aria-label="Preset" disabled=move || runs(desk) on:change:target=move |event| choose(event.target().value())>
                    <option value="recommended" prop:selected=move || !study()>"Recommended"</option>
                    <option value="facct24" prop:selected=study>"FAccT 2024"</option>
                </select>
            </header>
            <Price desk />
            <Run desk />
            <details class="how">
                <summary>"How mosaics are made"</summary>
                <Design desk />
            </details>
        </section>
    }
}

#[component]
fn Price(desk: Desk) -> impl IntoView {
    let price = Memo::new(move |_| desk.price());
    let figure = |value: Option<(String, &'static str)>| {
        let (value, unit) = value.unwrap_or(("–".into(), ""));
        view! { <div><dt>{unit}</dt><dd>{value}</dd></div> }
    };
    let passes =
        move || figure(price.get().map(|price| (short(price.passes), "passes")).or(Some(("–".into(), "passes"))));
    let time = move || figure(price.get().and_then(|price| price.seconds).map(time).or(Some(("–".into(), "time"))));
    let memory = move || {
        let words = |bytes: u64| {
            if bytes < 1_000_000_000 {
                (format!("{}", bytes / 1_000_000), "MB")
            } else {
                (format!("{:.1}", bytes as f64 / 1e9), "GB")
            }
        };
        figure(price.get().map(|price| words(price.memory)).or(Some(("–".into(), "memory"))))
    };
    let warning = move || price.get().and_then(|price| warning(price.seconds?, price.memory));
    view! {
        <dl class="price n">{passes}{time}{memory}</dl>
        {move || warning().map(|words| view! { <p class="note s" data-cost="true"><Draw icon=Icon::Warning class="hm" /><span>{words}</span></p> })}
    }
}

/// A number with a thousand's letter: "699 k".
fn short(number: f64) -> String {
    match number {
        n if n < 9_999.5 => number::count(n.round() as usize),
        n if n < 999_500.0 => format!("{:.0}\u{202f}k", n / 1e3),
        n => format!("{:.1}\u{202f}M", n / 1e6),
    }
}

/// A time in its largest unit.
fn time(seconds: f64) -> (String, &'static str) {
    match seconds {
        s if s < 90.0 => (format!("{:.0}", s.max(1.0)), "seconds"),
        s if s < 5400.0 => (format!("{:.0}", s / 60.0), "minutes"),
        s if s < 172_800.0 => (format!("{:.1}", s / 3600.0), "hours"),
        s => (format!("{:.0}", s / 86_400.0), "days"),
    }
}

/// What a person should know who is about to run something long or large.
fn warning(seconds: f64, memory: u64) -> Option<String> {
    if memory > 2 << 30 {
        return Some(format!(
            "This takes about {:.1} GB at once, which a phone or a small computer does not have: choose smaller cells or fewer of them.",
            memory as f64 / 1e9
        ));
    }
    (seconds > 7200.0).then(|| {
        let (value, unit) = time(seconds);
        format!("This takes about {value} {unit} here. It can be stopped and goes on where it stopped, after a reload too; fewer mosaics, smaller cells or methods of fewer passes take less.")
    })
}

/// The button, and what it will do.
#[component]
fn Run(desk: Desk) -> impl IntoView {
    let state = Memo::new(move |_| desk.studio.course.with(|course| course.as_ref().map(|course| course.state)));
    let stale = Memo::new(move |_| desk.study_is_stale());
    let count = move || desk.studio.drawn.with(|drawn| drawn.as_ref().map_or(0, |drawn| drawn.mosaics.len()));
    let methods = move || desk.studio.methods.with(|picking| picking.count());
    let ready = Memo::new(move |_| desk.study_spec().is_ok());
    let words = move || match state.get() {
        Some(State::Stopped) if !stale.get() => "Go on".to_owned(),
        Some(State::Done) if !stale.get() => "Run again what failed".to_owned(),
        _ => format!("Run {} × {} maps", methods(), number::count(count())),
    };
    let complete = Memo::new(move |_| {
        let none_failed = |course: &Course| course.state == State::Done && course.record.failed.is_empty();
        !stale.get() && desk.studio.course.with(|course| course.as_ref().is_some_and(none_failed))
    });
    let why = move || desk.study_spec().err().filter(|why| !why.is_empty());
    view! {
        <Show
            when=move || runs(desk)
            fallback=move || view! {
                <button class="b main" type="button" id="run-study" disabled=move || !ready.get() || complete.get() on:click=move |_| desk.run_study()>
                    <Draw icon=Icon::Play />
                    {move || if complete.get() { "All is run".to_owned() } else { words() }}
                </button>
            }
        >
            <button class="b stop" type="button" id="stop-study" on:click=move |_| desk.stop_study()>
                <Draw icon=Icon::Stop />
                "Stop"
            </button>
        </Show>
        <Show when=move || why().is_some() && (count() > 0)>
            <p class="note s" role="status"><Draw icon=Icon::Warning class="hm" /><span>{why}</span></p>
        </Show>
        <small>"Estimated from this device's self-test. The page can be left: a run goes on where it stopped."</small>
    }
}

/// The methods: those that are ticked, then all.
#[component]
pub fn Methods(desk: Desk) -> impl IntoView {
    let picking = desk.studio.methods;
    let choosing = Choosing { picking, study: true };
    let open = RwSignal::new(false);
    let chosen = Memo::new(move |_| picking.with(|picking| picking.chosen().to_vec()));
    let row = move |id: &'static str| {
        let entry = order::entry(id);
        let lacks = Memo::new(move |_| entry.and_then(|entry| lacking(desk, entry)));
        let cost = move || match (lacks.get(), entry.and_then(|entry| picking.with(|picking| picking.spec(entry)))) {
            (Some(need), _) => format!("needs {need}"),
            (None, spec) => {
                spec.and_then(|spec| desk.foretold_of_mosaics(&spec)).map(|one| short(one.passes)).unwrap_or_default()
            }
        };
        view! {
            <label data-id=id>
                <input type="checkbox" prop:checked=true on:change=move |_| picking.update(|picking| picking.tick(id)) />
                <span>{order::title(id)}</span>
                <span class="s n">{cost}</span>
            </label>
        }
    };
    view! {
        <section class="part">
            <header>
                <h2>"Methods"</h2>
                <span class="s n">{move || format!("{} of {}", chosen.with(Vec::len), ENTRIES.len())}</span>
            </header>
            <fieldset class="list" disabled=move || runs(desk)>
                <legend class="vh">"Methods that are run"</legend>
                <For each=move || chosen.get() key=|id| *id let(id)>{row(id)}</For>
            </fieldset>
            <small>"Figures are passes a map. "
                <button class="link" type="button" id="all-methods" aria-expanded=move || open.get().to_string() on:click=move |_| open.update(|open| *open = !*open)>
                    {move || if open.get() { "Fewer".to_owned() } else { format!("All {} and their settings", ENTRIES.len()) }}
                </button>
            </small>
            <Show when=move || open.get()>
                <fieldset class="picker study-picker" disabled=move || runs(desk)>
                    <legend class="vh">"All methods"</legend>
                    <Presets desk choosing />
                    <List desk choosing />
                </fieldset>
            </Show>
        </section>
    }
}

/// The metrics.
#[component]
pub fn Metrics(desk: Desk) -> impl IntoView {
    let ticked = desk.studio.metrics;
    let row = move |metric: Metric| {
        let id = metric.id();
        let toggle = move |_| {
            ticked.update(|ids| {
                if ids.contains(&id) {
                    ids.retain(|other| *other != id);
                } else {
                    ids.push(id);
                    // In one order, whichever was ticked first: the same metrics are the same study.
                    let place = |id: &&'static str| Metric::all().position(|metric| metric.id() == *id);
                    ids.sort_by_key(place);
                }
            });
        };
        let better = if metric.best() == Best::Highest { "high" } else { "low" };
        let range = if id == "matthews-correlation" { "−1 to 1" } else { "0 to 1" };
        view! {
            <div class="metric">
                <label data-id=id>
                    <input type="checkbox" prop:checked=move || ticked.with(|ids| ids.contains(&id)) on:change=toggle />
                    <span>{metric.title()}</span>
                </label>
                <Define what=What::Metric(id)>{format!("{range}, {better}")}</Define>
            </div>
        }
    };
    let all: Vec<Metric> = Metric::all().collect();
    let count = all.len();
    view! {
        <section class="part">
            <header>
                <h2>"Metrics"</h2>
                <span class="s n">{move || format!("{} of {count}", ticked.with(Vec::len))}</span>
            </header>
            <fieldset class="list" disabled=move || runs(desk)>
                <legend class="vh">"What is measured"</legend>
                {all.into_iter().map(row).collect_view()}
            </fieldset>
        </section>
    }
}

/// Whether the draw is one whose number of mosaics is set here.
pub(super) fn is_drawn(how: How) -> bool {
    how != How::Table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_said_in_their_largest_unit() {
        assert_eq!(
            (short(312.4), short(699_000.0), short(2.4e6)),
            ("312".into(), "699\u{202f}k".into(), "2.4\u{202f}M".into())
        );
        assert_eq!((time(0.2), time(5400.0 * 2.0)), (("1".into(), "seconds"), ("3.0".into(), "hours")));
        assert!(warning(60.0, 1 << 20).is_none());
        assert!(warning(1e6, 0).unwrap().contains("12 days"));
        assert!(warning(1.0, 4 << 30).unwrap().contains("GB"));
    }
}
