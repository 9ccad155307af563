//! A mosaic as a picture, with the cells of its target framed and the others dimmed.

use crate::state::desk::{Composed, Desk};
use crate::widgets::canvas::{Canvas, context};
use leptos::prelude::*;
use tessera_core::mosaic::Layout;
use web_sys::HtmlCanvasElement;

/// The picture, as soon as it is put together.
#[component]
pub fn Picture(desk: Desk, at: usize) -> impl IntoView {
    let ready = Memo::new(move |_| desk.studio.composed.with(|composed| composed.get(&at).cloned()));
    // Asked for when it comes in sight, and again when it had to go for others.
    Effect::new(move |_| {
        if ready.with(Option::is_none) {
            desk.show_mosaic(at);
        }
    });
    let paint = move |canvas: &HtmlCanvasElement| {
        if ready.get() == Some(Composed::Ready) {
            copy(canvas, desk.mosaic_picture(at));
        }
    };
    let fault = move || match ready.get() {
        Some(Composed::Fault(sentence)) => Some(view! { <span class="fault s">{sentence}</span> }),
        _ => None,
    };
    view! {
        <Canvas paint />
        {fault}
    }
}

fn copy(canvas: &HtmlCanvasElement, picture: Option<HtmlCanvasElement>) -> Option<()> {
    let picture = picture?;
    canvas.set_width(picture.width());
    canvas.set_height(picture.height());
    context(canvas)?.draw_image_with_html_canvas_element(&picture, 0.0, 0.0).ok()
}

/// Frames round the target's cells, shade over the others.
#[component]
pub fn Frames(layout: Layout, targets: Vec<bool>) -> impl IntoView {
    let (height, width) = (layout.height() as f64, layout.width() as f64);
    let share = |part: usize, whole: f64| format!("{:.4}%", part as f64 / whole * 100.0);
    let step = layout.cell + layout.gap;
    let cells = targets.into_iter().enumerate().map(move |(cell, target)| {
        let (row, column) = (cell / layout.columns, cell % layout.columns);
        view! {
            <span
                class=if target { "on" } else { "off" }
                style:left=share(column * step, width)
                style:top=share(row * step, height)
                style:width=share(layout.cell, width)
                style:height=share(layout.cell, height)
            ></span>
        }
    });
    cells.collect_view()
}
