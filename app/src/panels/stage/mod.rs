//! The stage: the photo as the network saw it, the map over it, its legend, and where it all came from.

mod comparison;
mod legend;
mod picture;
mod tools;

use crate::panels::device;
use crate::state::comparison::stretching;
use crate::state::desk::Desk;
use crate::state::network::Network;
use crate::state::order;
use crate::state::results::Drawn;
use crate::widgets::number;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::descriptor::Scale;
use tessera_core::map::Provenance;

pub use legend::Legend;
pub use picture::{colours, pixels};

/// The stage.
#[component]
pub fn Stage(
    /// The desk.
    desk: Desk,
    /// Whether a file hovers over the page.
    #[prop(into)]
    hovering: Signal<bool>,
) -> impl IntoView {
    let map = Memo::new(move |_| desk.on_stage());
    view! {
        <section aria-labelledby="open">
            <tools::Tools desk map />
            <comparison::Bar desk />
            <figure class="view">
                <div class="frame">
                    <picture::Picture desk map hovering />
                    <Legend desk map />
                </div>
                <figcaption class="say n">{move || caption(desk, map.get())}</figcaption>
            </figure>
        </section>
    }
}

/// Where a map came from, in one sentence: after the method's name.
#[must_use]
pub fn provenance(drawn: &Drawn, network: &Network) -> String {
    let facts = &drawn.map.facts;
    let from = &facts.provenance;
    let (rows, columns) = from.input;
    let node = from.node.as_ref().map(|node| {
        format!(
            ", layer {node} at {}, spread bilinearly to {}",
            number::size(facts.width, facts.height),
            number::size(columns, rows)
        )
    });
    let channels = if facts.channels > 1 {
        format!(", {} ({})", drawn.reduction.title().to_lowercase(), facts.channels)
    } else {
        String::new()
    };
    format!(
        ", {}, {}{}{channels}; {} in {} on {}{}",
        explained(from, network),
        network.title(),
        node.unwrap_or_else(|| format!(", at the input's {}", number::size(columns, rows))),
        number::passes(from.passes),
        number::seconds(drawn.seconds),
        device::title(drawn.device.kind),
        sampled(drawn).into_iter().chain(residual(from)).map(|part| format!("; {part}")).collect::<String>(),
    )
}

/// What is explained: "tabby 281", or "tabby 281 rather than lynx 287 (probability)". Where the network as in training chose
/// the class that is said, with the one its answer would have had.
#[must_use]
pub fn explained(from: &Provenance, network: &Network) -> String {
    let against = from.against.map(|class| format!(" rather than {} {class}", network.class(class)));
    let scale = if from.scale == Scale::Logit { String::new() } else { format!(" ({})", from.scale.title()) };
    format!(
        "{} {}{}{scale}{}",
        network.class(from.target),
        from.target,
        against.unwrap_or_default(),
        chosen(from, network)
    )
}

/// Whose class it is, where the network as in training chose it.
fn chosen(from: &Provenance, network: &Network) -> String {
    match from.answered {
        None => String::new(),
        Some(class) if class == from.target => " (chosen as in training; the answer's too)".into(),
        Some(class) => format!(" (chosen as in training; the answer's: {} {class})", network.class(class)),
    }
}

/// What is set of a map's method beside the usual, and its seed.
#[must_use]
pub fn settings(drawn: &Drawn) -> Option<String> {
    let set = drawn.key.spec.settings.0.iter().map(|(id, setting)| format!("{id} {setting}"));
    let seed = drawn.key.seed.map(|seed| format!("seed {seed}"));
    let parts: Vec<String> = set.chain(seed).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// What is set, how many samples there are, and how far they may be off.
fn sampled(drawn: &Drawn) -> Option<String> {
    let from = &drawn.map.facts.provenance;
    // All that were asked for: said already where they were set by hand.
    let said = drawn.key.spec.settings.0.contains_key("samples");
    let samples = from.samples.filter(|(got, all)| got < all || !said).map(|(got, all)| {
        let of = if got < all { format!(" of {}", number::count(all)) } else { String::new() };
        format!("{}{of} samples", number::count(got))
    });
    let error = from.error.map(|error| format!("standard error {}", number::rough_percent(error)));
    let parts: Vec<String> = settings(drawn).into_iter().chain(samples).chain(error).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// How complete a map is, where its method promises completeness.
fn residual(from: &Provenance) -> Option<String> {
    let residual = from.residual?;
    let (sum, expected) = (number::value(residual.sum), number::value(residual.expected));
    let share = residual.share().map(|share| format!(", residual {}", number::rough_percent(share)));
    Some(format!("sums to {sum} of {expected}{}", share.unwrap_or_default()))
}

fn caption(desk: Desk, map: Option<Arc<Drawn>>) -> impl IntoView {
    let Some(drawn) = map else { return "\u{a0}".into_any() };
    let title = order::name(&drawn);
    let rest = match (&drawn.minus, desk.map(), desk.other()) {
        (Some(_), Some(open), Some(other)) => stretched(&open, &other),
        _ => desk.network.with(|network| provenance(&drawn, network)),
    };
    view! { <b>{title}</b>{rest} }.into_any()
}

/// What was done to two maps before one was taken off the other.
fn stretched(open: &Drawn, other: &Drawn) -> String {
    format!(
        ": {} {}, {} {}. Red: more in the first; blue: more in the second.",
        order::name(open),
        stretching(open),
        order::name(other),
        stretching(other)
    )
}
