//! All scores as a table: means so far while a run goes on, with intervals when it rests.

use super::definition::{Define, What};
use crate::state::desk::Desk;
use crate::state::study::course::Course;
use crate::widgets::number;
use leptos::prelude::*;
use tessera_core::figure::board::titles;
use tessera_core::metric::Metric;
use tessera_core::statistics::ranking::Best;

/// A row of the table.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    name: String,
    title: String,
    first: bool,
    means: Vec<(&'static str, Option<f64>)>,
    undefined: usize,
    seconds: Option<f64>,
}

/// The table.
#[component]
pub fn Scores(
    desk: Desk,
    /// The metric by which rows are in order.
    metric: Memo<usize>,
) -> impl IntoView {
    // Renewed with the sums, not with every mosaic.
    let rows = Memo::new(move |_| {
        desk.studio.summed.track();
        desk.studio.course.with_untracked(|one| one.as_ref().map(|one| rows(one, metric.get())))
    });
    let heads = Memo::new(move |_| {
        desk.studio.summed.track();
        desk.studio.course.with_untracked(|course| course.as_ref().map(metrics).unwrap_or_default())
    });
    let head = move || {
        let heads = heads.get().into_iter().map(|metric| {
            view! { <th class="r" scope="col"><Define what=What::Metric(metric)>{title(metric)}</Define></th> }
        });
        heads.collect_view()
    };
    view! {
        <div class="wide" tabindex="0" role="region" aria-label="All scores">
            <table class="n" id="scores">
                <thead>
                    <tr>
                        <th scope="col">"Method"</th>
                        {head}
                        <th class="r" scope="col"><Define what=What::Undefined>"Undefined"</Define></th>
                        <th class="r" scope="col"><Define what=What::Seconds>"s a map"</Define></th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || rows.get().unwrap_or_default() key=|row| format!("{row:?}") let(row)>
                        <tr class:on=row.first data-method=row.name>
                            <th scope="row">{row.title}</th>
                            {row.means.into_iter().map(|(id, mean)| view! { <td class="r"><Define what=What::Metric(id)>{mean.map_or_else(|| "n/a".to_owned(), |mean| format!("{mean:.3}"))}</Define></td> }).collect_view()}
                            <td class="r"><Define what=What::Undefined>{number::count(row.undefined)}</Define></td>
                            <td class="r"><Define what=What::Seconds>{row.seconds.map(number::seconds)}</Define></td>
                        </tr>
                    </For>
                </tbody>
            </table>
        </div>
    }
}

fn title(id: &'static str) -> &'static str {
    Metric::find(id).map_or(id, Metric::title)
}

/// Ids of the metrics that were measured.
fn metrics(course: &Course) -> Vec<&'static str> {
    course.spec().metrics.iter().filter_map(|id| Some(Metric::find(id)?.id())).collect()
}

fn rows(course: &Course, by: usize) -> Vec<Row> {
    let metrics = metrics(course);
    let best = metrics.get(by).and_then(|id| Metric::find(id)).map_or(Best::Highest, Metric::best);
    let row = |(method, (title, name)): (usize, (String, String))| {
        let tally = |at: usize| course.tallies.of(at, method);
        // A metric that never has a score of this method does not apply to it.
        let counts = |at: &usize| tally(*at).count > 0;
        Row {
            name,
            title,
            first: false,
            means: metrics.iter().enumerate().map(|(at, id)| (*id, tally(at).mean())).collect(),
            undefined: (0..metrics.len()).filter(counts).map(|at| tally(at).undefined).sum(),
            seconds: course.tallies.seconds(method),
        }
    };
    let named = titles(&course.spec().methods).into_iter().zip(course.record.names());
    let mut rows: Vec<Row> = named.enumerate().map(row).collect();
    rows.sort_by(|a, b| {
        let value = |row: &Row| row.means.get(by).and_then(|(_, mean)| *mean);
        let key = |row: &Row| value(row).map(|mean| if best == Best::Highest { -mean } else { mean });
        key(a).unwrap_or(f64::INFINITY).total_cmp(&key(b).unwrap_or(f64::INFINITY))
    });
    if let Some(first) = rows.first_mut() {
        first.first = first.means.get(by).is_some_and(|(_, mean)| mean.is_some());
    }
    rows
}
