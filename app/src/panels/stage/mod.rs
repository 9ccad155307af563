//! The stage: the photo as the network saw it, the map over it, its legend, and where it all came from.

mod legend;
mod picture;
mod tools;

use crate::panels::device;
use crate::state::desk::Desk;
use crate::state::network::Network;
use crate::state::results::Drawn;
use crate::widgets::number;
use leptos::prelude::*;
use std::sync::Arc;

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
    let map = Memo::new(move |_| desk.map());
    view! {
        <section aria-labelledby="open">
            <tools::Tools desk map />
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

/// Name of a method.
#[must_use]
pub fn method_title(id: &str) -> &'static str {
    tessera_core::method::ENTRIES.iter().find(|entry| entry.id == id).map_or("Map", |entry| entry.title)
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
    let channels = if facts.channels > 1 { format!(", {} channels summed", facts.channels) } else { String::new() };
    format!(
        ", {} {}, {}{}{channels}; {} passes in {} on {}",
        network.class(from.target),
        from.target,
        network.title(),
        node.unwrap_or_else(|| format!(", at the input's {}", number::size(columns, rows))),
        from.passes,
        number::seconds(drawn.seconds),
        device::title(drawn.device.kind),
    )
}

fn caption(desk: Desk, map: Option<Arc<Drawn>>) -> impl IntoView {
    match map {
        Some(drawn) => {
            let title = method_title(&drawn.map.facts.provenance.method);
            let rest = desk.network.with(|network| provenance(&drawn, network));
            view! { <b>{title}</b>{rest} }.into_any()
        }
        None => "\u{a0}".into_any(),
    }
}
