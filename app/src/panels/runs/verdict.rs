//! What became of each number that a link claims: one line on top, then all of them.

use crate::state::desk::{Desk, EXPLAIN, MOSAICS};
use crate::state::order::title;
use crate::state::runs::offer::{Check, Offer, verdict};
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::experiment::Subject;
use tessera_core::experiment::verify::{self, Line};
use tessera_core::metric::Metric;

/// Cells on a side of a signature.
const SIDE: usize = 8;

/// What came out of the link, once it ran.
#[component]
pub fn Verdict(desk: Desk, offer: Arc<Offer>) -> impl IntoView {
    let place = match offer.spec().subject {
        Subject::Mosaics(_) => (MOSAICS, "See it in Mosaics"),
        _ => (EXPLAIN, "See it in Explain"),
    };
    move || match desk.shelf.check.get() {
        Check::Idle | Check::Running => ().into_any(),
        Check::Failed(why) => view! {
            <p class="verdict other" role="alert"><Draw icon=Icon::Bad class="no" /><span>{why}</span></p>
        }
        .into_any(),
        Check::Done(lines) => view! { <Compared lines place /> }.into_any(),
    }
}

#[component]
fn Compared(lines: Vec<Line>, place: (&'static str, &'static str)) -> impl IntoView {
    let (_, other, cannot) = verify::count(&lines);
    let (class, icon, ink, outcome) = match (other, cannot) {
        (0, 0) => ("verdict same", Icon::Good, "ok", "reproduced"),
        (0, _) => ("verdict part", Icon::Warning, "hm", "cannot"),
        _ => ("verdict other", Icon::Bad, "no", "differs"),
    };
    let words = verdict(&lines);
    let rows = lines.into_iter().map(|line| view! { <Row line /> }).collect_view();
    view! {
        <p class=class role="status" id="verdict" data-outcome=outcome>
            <Draw icon class=ink />
            <b>{words}</b>
            <a class="b end" href=format!("#/{}", place.0)>{place.1}</a>
        </p>
        <div class="wide numbers" tabindex="0" role="region" aria-label="Number by number">
            <table class="n">
                <thead>
                    <tr>
                        <th scope="col">"Number"</th>
                        <th scope="col">"Link"</th>
                        <th scope="col">"Here"</th>
                        <th scope="col">"Verdict"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(line: Line) -> impl IntoView {
    let (class, icon, outcome, words) = match line.verdict {
        verify::Verdict::Reproduced(_) if line.claimed == line.found => {
            ("ok", Icon::Good, "reproduced", "the same".to_owned())
        }
        verify::Verdict::Reproduced(allowed) => {
            ("ok", Icon::Good, "reproduced", format!("within {}", number::value(allowed)))
        }
        verify::Verdict::Differs(by, allowed) => {
            let words = format!("differs by {}; {} is allowed", number::value(by), number::value(allowed));
            ("no", Icon::Bad, "differs", words)
        }
        verify::Verdict::Cannot(why) => ("hm", Icon::Warning, "cannot", why),
    };
    view! {
        <tr data-outcome=outcome>
            <th scope="row">{named(&line.what)}</th>
            <td>{shown(&line.claimed)}</td>
            <td>{shown(&line.found)}</td>
            <td><span class=format!("st {class}")><Draw icon />{words}</span></td>
        </tr>
    }
}

/// A line's name with methods and metrics as a person reads them.
fn named(what: &str) -> String {
    let Some((head, method)) = what.rsplit_once(" of ") else { return what.to_owned() };
    let metric = head.strip_prefix("mean ").and_then(Metric::find);
    let head = metric.map_or_else(|| head.to_owned(), |metric| format!("mean {}", metric.title()));
    format!("{head} of {}", title(method))
}

/// A number as it is; a signature as the picture that it is.
fn shown(text: &str) -> AnyView {
    if text.len() == SIDE * SIDE && text.bytes().all(|letter| (b'A'..=b'Y').contains(&letter)) {
        return view! { <Signature letters=text.to_owned() /> }.into_any();
    }
    if let Some(why) = text.strip_prefix("none: ") {
        return view! { <abbr title=why.to_owned()>"n/a"</abbr> }.into_any();
    }
    match text.parse::<f64>() {
        Ok(number) if number.fract() != 0.0 => format!("{number:.6}").into_any(),
        _ => text.to_owned().into_any(),
    }
}

/// The eight by eight means of a map: one colour for, one against.
#[component]
fn Signature(letters: String) -> impl IntoView {
    let cell = |(at, letter): (usize, u8)| {
        let step = f64::from(letter) - f64::from(b'M');
        let class = if step < 0.0 { "against" } else { "for" };
        let opacity = format!("{:.2}", step.abs() / 12.0);
        view! { <rect class=class x=(at % SIDE).to_string() y=(at / SIDE).to_string() width="1" height="1" fill-opacity=opacity /> }
    };
    let cells = letters.bytes().enumerate().map(cell).collect_view();
    view! { <svg class="signature" viewBox="0 0 8 8" role="img" aria-label="Means of the map on an eight by eight grid">{cells}</svg> }
}
