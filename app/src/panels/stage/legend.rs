//! The legend: the colour scale with its real numbers, how the values are spread, and where the crosshair's value lies.

use crate::state::desk::Desk;
use crate::state::results::Drawn;
use crate::widgets::number;
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::figure::legend::{self, marker_lying, marker_upright};
use tessera_core::map::range::Range;

/// The legend, upright and lying: the style shows one of them.
#[component]
pub fn Legend(
    /// The desk.
    desk: Desk,
    /// The map on the stage.
    map: Memo<Option<Arc<Drawn>>>,
) -> impl IntoView {
    let range = Memo::new(move |_| map.get().map(|drawn| desk.display.get().range(&drawn, &desk.maps())));
    let value = Memo::new(move |_| {
        let (drawn, (x, y)) = (map.get()?, desk.view.with(|view| view.cross)?);
        drawn.field.get(y * drawn.map.facts.provenance.input.1 + x).copied()
    });
    view! {
        <One desk map range value upright=true />
        <One desk map range value upright=false />
        {move || range.get().and_then(|range| range.kind.sentence()).map(|sentence| view! { <p class="s kind">{sentence}</p> })}
        <Weak desk map range />
        <Own desk map />
    }
}

/// Says what a map shows that has no scale.
#[component]
fn Own(desk: Desk, map: Memo<Option<Arc<Drawn>>>) -> impl IntoView {
    let own = Memo::new(move |_| map.get().is_some_and(|drawn| desk.display.get().own_picture(&drawn).is_some()));
    view! {
        <Show when=move || own.get()>
            <p class="s kind">
                "The colours that the network's weights ask for, fainter where they are weak, white where a pixel speaks against the class. "
                <button class="link" type="button" on:click=move |_| desk.display.update(|display| display.own = false)>
                    "Show contributions"
                </button>
            </p>
        </Show>
    }
}

/// Says that a map looks weak because it shares its scale with a stronger one, and offers its own.
#[component]
fn Weak(desk: Desk, map: Memo<Option<Arc<Drawn>>>, range: Memo<Option<Range>>) -> impl IntoView {
    let sentence = move || {
        let (drawn, shared) = (map.get()?, range.get()?);
        let own = desk.display.get().range(&drawn, &[]);
        let (own, shared) = (f64::from(own.high), f64::from(shared.high));
        (own < 0.5 * shared).then(|| {
            let (own, shared) = (number::value(own), number::value(shared));
            format!("This map reaches {own} on a scale that it shares up to {shared}. ")
        })
    };
    move || {
        sentence().map(|sentence| {
            view! {
                <p class="s kind">
                    {sentence}
                    <button class="link" type="button" on:click=move |_| desk.display.update(|display| display.shared = false)>
                        "Show each map on its own scale"
                    </button>
                </p>
            }
        })
    }
}

/// One of the two drawings.
#[component]
fn One(
    desk: Desk,
    map: Memo<Option<Arc<Drawn>>>,
    range: Memo<Option<Range>>,
    value: Memo<Option<f32>>,
    upright: bool,
) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let drawing = Memo::new(move |_| {
        let (drawn, range) = (map.get()?, range.get()?);
        let display = desk.display.get();
        if display.own_picture(&drawn).is_some() {
            return None;
        }
        let scale = display.scale(drawn.sign);
        let id = if upright { "scale-upright" } else { "scale-lying" };
        let legend = legend::Legend { id, scale, range, values: &drawn.field };
        Some(if upright { legend.upright() } else { legend.lying() })
    });
    Effect::new(move |_| {
        if let Some(frame) = frame.get() {
            frame.set_inner_html(&drawing.get().unwrap_or_default());
        }
    });
    Effect::new(move |_| {
        drawing.track();
        let marker = frame.get().and_then(|frame| frame.query_selector(".marker").ok().flatten());
        let Some(marker) = marker else { return };
        // Attributes that the drawing itself has: setting them can not fail.
        let _ = match value.get().zip(range.get()) {
            Some((value, range)) => {
                let to = if upright { marker_upright(range, value) } else { marker_lying(range, value) };
                marker.set_attribute("visibility", "visible").and_then(|()| marker.set_attribute("transform", &to))
            }
            None => marker.set_attribute("visibility", "hidden"),
        };
    });
    view! { <div class=if upright { "scale-upright" } else { "scale-lying" } node_ref=frame></div> }
}
