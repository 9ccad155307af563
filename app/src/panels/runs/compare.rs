//! Two runs side by side: what differs between them, and the same scores with their ranks.

use super::words::{ends, moment, signed, told};
use crate::state::desk::{Desk, Opened, Pair};
use crate::state::order::title;
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::experiment::compare::{MethodAcross, MetricAcross};
use tessera_core::metric::Metric;
use tessera_core::undefined::Told;

/// What two runs may differ in, and how it is told of one.
type Difference<'a> = (&'static str, &'a dyn Fn(&Opened) -> String);

/// Height of a row of the drawing, and where its scale lies.
const ROW: f64 = 26.0;
const LEFT: f64 = 212.0;
const RIGHT: f64 = 432.0;

/// The two runs that are compared.
#[component]
pub fn Comparing(desk: Desk) -> impl IntoView {
    move || desk.shelf.pair.get().map(|pair| view! { <Both desk pair /> })
}

#[component]
fn Both(desk: Desk, pair: Arc<Pair>) -> impl IntoView {
    let metric = RwSignal::new(0_usize);
    let (some, options) = (!pair.comparison.metrics.is_empty(), pair.comparison.metrics.clone());
    let options = options.into_iter().enumerate().map(|(at, one)| {
        let name = Metric::find(&one.metric).map_or(one.metric.clone(), |metric| metric.title().into());
        view! { <option value=at.to_string()>{name}</option> }
    });
    let options = options.collect_view();
    let (first, second) = (pair.clone(), pair.clone());
    let chosen = move || first.comparison.metrics.get(metric.get()).cloned();
    let place = NodeRef::<html::Section>::new();
    Effect::new(move |_| {
        if let Some(place) = place.get() {
            place.scroll_into_view();
        }
    });
    view! {
        <section class="pair" id="pair" node_ref=place aria-labelledby="pair-title">
            <header class="headline">
                <h2 id="pair-title">"Two runs side by side"</h2>
                <span class="grow"></span>
                {some.then(|| view! {
                    <label class="row">
                        <span class="s">"Score"</span>
                        <select id="pair-score" on:change:target=move |event| metric.set(event.target().value().parse().unwrap_or(0))>{options}</select>
                    </label>
                })}
                <button class="b bare sq" type="button" aria-label="Close the comparison" on:click=move |_| desk.shelf.pair.set(None)>
                    <Draw icon=Icon::Close />
                </button>
            </header>
            <div class="figs">
                {move || chosen().map(|metric| view! { <Scores metric /> })}
                <Maps pair=second.clone() />
                <Differs pair=second />
            </div>
        </section>
    }
}

/// Means, differences and ranks by one metric.
#[component]
fn Scores(metric: MetricAcross) -> impl IntoView {
    let name = Metric::find(&metric.metric).map_or("", Metric::title);
    let agree = match metric.alpha {
        Told::Number(alpha) => format!(
            "Krippendorff’s alpha of the two rankings is {}: 1 is one order, 0 is chance.",
            signed(alpha, 3, false)
        ),
        Told::Undefined(why) => format!("How far the two rankings agree can not be said: {why}"),
    };
    let alpha = metric.alpha.number().map(|alpha| format!("{alpha:.3}"));
    let row = |pair: &MethodAcross| {
        let rank = |at: usize| pair.ranks[at].map_or("–".into(), |rank| rank.to_string());
        let difference = pair.difference().map_or("n/a".into(), |difference| signed(difference, 4, true));
        view! {
            <tr>
                <th scope="row">{label(&pair.method)}</th>
                <td class="r">{told(pair.means[0])}</td>
                <td class="r">{told(pair.means[1])}</td>
                <td class="r" data-difference=difference.clone()>{difference.clone()}</td>
                <td class="r">{rank(0)}</td>
                <td class="r">{rank(1)}</td>
            </tr>
        }
    };
    view! {
        <figure class="fig" data-alpha=alpha>
            <header>
                <h2>{format!("Difference in mean {name}")}</h2>
                <p>"The second run less the first. "{agree}</p>
            </header>
            <Chart rows=metric.methods.clone() />
        </figure>
        <figure class="fig">
            <header><h2>{format!("Mean {name} and rank")}</h2></header>
            <div class="wide numbers">
                <table class="n" id="pair-table">
                    <thead>
                        <tr>
                            <th scope="col">"Method"</th>
                            <th class="r" scope="col">"first"</th>
                            <th class="r" scope="col">"second"</th>
                            <th class="r" scope="col">"difference"</th>
                            <th class="r" scope="col">"rank"</th>
                            <th class="r" scope="col">"rank"</th>
                        </tr>
                    </thead>
                    <tbody>{metric.methods.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </figure>
    }
}

/// A method's name in records as a person reads it: "lrp-2" is the second LRP.
fn label(name: &str) -> String {
    match name.rsplit_once('-') {
        Some((id, number)) if number.chars().all(|c| c.is_ascii_digit()) && !title(id).is_empty() => {
            format!("{} ({number})", title(id))
        }
        _ => title(name).to_owned(),
    }
}

/// The differences as dots about zero.
#[component]
fn Chart(rows: Vec<MethodAcross>) -> impl IntoView {
    let differences: Vec<Option<f64>> = rows.iter().map(MethodAcross::difference).collect();
    let most = differences.iter().flatten().fold(0.0_f64, |most, one| most.max(one.abs())).max(1e-4);
    let zero = f64::midpoint(LEFT, RIGHT);
    let x = |difference: f64| zero + difference / most * (RIGHT - LEFT) / 2.0;
    let bottom = rows.len() as f64 * ROW + 4.0;
    let rule = |at: f64, class: &'static str| {
        view! { <line class=class x1=at.to_string() x2=at.to_string() y1="4" y2=bottom.to_string() /> }
    };
    let row = |(at, (pair, difference)): (usize, (&MethodAcross, &Option<f64>))| {
        let y = at as f64 * ROW + 18.0;
        let mark = difference.map(|difference| {
            let path = format!("M{zero} {y}H{:.1}", x(difference));
            view! { <path class="stem" d=path /><circle class="spot" cx=format!("{:.1}", x(difference)) cy=y.to_string() r="4" /> }
        });
        let words = difference.map_or("n/a".into(), |difference| signed(difference, 4, true));
        view! {
            <text x="0" y=(y + 4.0).to_string()>{label(&pair.method)}</text>
            {mark}
            <text class="end" x="520" y=(y + 4.0).to_string()>{words}</text>
        }
    };
    let rows = rows.iter().zip(&differences).enumerate().map(row).collect_view();
    let tick = |at: f64, words: String| view! { <text class="k" x=at.to_string() y=(bottom + 16.0).to_string()>{words}</text> };
    view! {
        <svg class="chart" viewBox=format!("0 0 520 {}", bottom + 24.0) role="img" aria-label="Difference of means by method">
            {rule(LEFT, "edge")}{rule(zero, "zero")}{rule(RIGHT, "edge")}
            {rows}
            {tick(LEFT, signed(-most, 4, false))}{tick(zero, "0".into())}{tick(RIGHT, signed(most, 4, true))}
        </svg>
    }
}

/// Maps of two runs of one photo.
#[component]
fn Maps(pair: Arc<Pair>) -> impl IntoView {
    let maps = pair.comparison.maps.clone();
    let alike = |far: u8| match far {
        0 | 1 => "look alike".to_owned(),
        far => format!("differ by {far} of 24 steps"),
    };
    let row = move |(name, far): (String, Option<u8>)| {
        view! { <tr><th scope="row">{label(&name)}</th><td>{far.map_or("only one has a map".into(), alike)}</td></tr> }
    };
    (!maps.is_empty()).then(|| {
        view! {
            <figure class="fig">
                <header><h2>"Do the maps look alike?"</h2><p>"By their means on an eight by eight grid, in steps of a twelfth of the greatest."</p></header>
                <table class="n plain-table"><tbody>{maps.into_iter().map(row).collect_view()}</tbody></table>
            </figure>
        }
    })
}

/// What the two runs are, and where they are not the same.
#[component]
fn Differs(pair: Arc<Pair>) -> impl IntoView {
    let [one, other] = &pair.runs;
    let undefined = |run: &Opened| {
        let metrics = run.summary.metrics.iter().flat_map(|metric| &metric.methods);
        number::count(metrics.flat_map(|method| method.undefined.values()).sum())
    };
    let dataset = |run: &Opened| {
        run.record
            .spec
            .subject
            .dataset()
            .map_or("one photo".into(), |one| format!("{} {}", one.name, ends(&one.sha256)))
    };
    let of: [Difference<'_>; 9] = [
        ("Name", &|run| run.run.name.clone()),
        ("Last", &|run| run.run.changed.map(moment).unwrap_or_default()),
        ("Spec", &|run| ends(&run.record.id)),
        ("Network", &|run| format!("{} {}", run.record.spec.network.id, ends(&run.record.spec.network.weights))),
        ("Photos", &dataset),
        ("Device", &|run| run.record.device.clone()),
        ("Tessera", &|run| run.record.version.clone()),
        ("Units", &|run| number::count(run.record.units.len())),
        ("Undefined", &undefined),
    ];
    let row = |(what, value): Difference<'_>| {
        let (first, second) = (value(one), value(other));
        if first == second {
            view! { <tr><th scope="row">{what}</th><td colspan="2">{first}", the same"</td></tr> }.into_any()
        } else {
            view! { <tr class="on"><th scope="row">{what}</th><td>{first}</td><td>{second}</td></tr> }.into_any()
        }
    };
    view! {
        <figure class="fig">
            <header><h2>"What differs"</h2></header>
            <div class="wide numbers">
                <table class="n">
                    <thead><tr><th scope="col"><span class="vh">"Part"</span></th><th scope="col">"first"</th><th scope="col">"second"</th></tr></thead>
                    <tbody>{of.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </figure>
    }
}
