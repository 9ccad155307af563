//! The photo with the map over it: crop frame, crosshair with the value under it, zoom and pan.

use crate::state::desk::Desk;
use crate::state::display::Display;
use crate::state::results::Drawn;
use crate::state::view::{Geometry, Place};
use crate::widgets::canvas::{Canvas, Pixels, context, put};
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use leptos::ev::{KeyboardEvent, PointerEvent, WheelEvent};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::map::range::Range;
use web_sys::HtmlCanvasElement;

/// Width over height while there is no photo yet.
const EMPTY: f64 = 1.5;

/// The picture.
#[component]
pub fn Picture(desk: Desk, map: Memo<Option<Arc<Drawn>>>, hovering: Signal<bool>) -> impl IntoView {
    let window = NodeRef::<html::Div>::new();
    let geometry = Memo::new(move |_| desk.geometry());
    let ratio = move || geometry.get().map_or(EMPTY, |geometry| geometry.ratio()).to_string();
    let drag = StoredValue::new(Vec::new());
    let label = move || desk.photo().map_or_else(String::new, |photo| describe(&photo.name, &photo.alt, map.get()));
    view! {
        <div
            class="pic"
            id="stage"
            node_ref=window
            tabindex="0"
            role="application"
            aria-roledescription="picture"
            aria-label=label
            class:empty=move || geometry.with(Option::is_none)
            class:zoomed=move || desk.view.with(|view| view.zoom > 1.0)
            style:--ratio=ratio
            on:pointerdown=move |event| press(&event, desk, geometry, window, drag)
            on:pointermove=move |event| point(&event, desk, geometry, window, drag)
            on:pointerup=move |event| release(&event, drag)
            on:pointercancel=move |event| release(&event, drag)
            on:pointerleave=move |event| if event.pointer_type() == "mouse" { desk.view.update(|view| view.cross = None) }
            on:wheel=move |event| wheel(&event, desk, window)
            on:keydown=move |event| key(&event, desk, geometry)
        >
            <World desk map geometry />
            <Crosshair desk map geometry />
            <Show when=move || hovering.get()>
                <div class="over">
                    <span class="row"><Draw icon=Icon::Drop />"Drop to explain, here or anywhere"</span>
                </div>
            </Show>
        </div>
    }
}

/// What the picture shows, in words.
fn describe(name: &str, alt: &str, map: Option<Arc<Drawn>>) -> String {
    let what = if alt.is_empty() { name } else { alt };
    match map {
        None => what.to_owned(),
        Some(drawn) => {
            let (down, right) = drawn.map.peak();
            let (row, column) = (third(down, ["top", "middle", "bottom"]), third(right, ["left", "centre", "right"]));
            format!(
                "{what}. The map is strongest at the {row} {column} of what the network saw. Arrow keys move a crosshair."
            )
        }
    }
}

fn third(share: f32, words: [&'static str; 3]) -> &'static str {
    words[((share * 3.0) as usize).min(2)]
}

/// Photo and map, moved and enlarged together.
#[component]
fn World(desk: Desk, map: Memo<Option<Arc<Drawn>>>, geometry: Memo<Option<Geometry>>) -> impl IntoView {
    let moved = move || {
        desk.view.with(|view| {
            let (x, y) = ((0.5 - view.centre.0 * view.zoom) * 100.0, (0.5 - view.centre.1 * view.zoom) * 100.0);
            format!("translate({x}%, {y}%) scale({})", view.zoom)
        })
    };
    let place =
        move |of: fn(&Geometry) -> Place| Memo::new(move |_| geometry.with(|geometry| geometry.as_ref().map(of)));
    let (photo, crop) = (place(Geometry::photo_place), place(Geometry::crop_place));
    let side = |place: Memo<Option<Place>>, of: fn(&Place) -> f64| {
        move || place.with(|place| place.as_ref().map(|place| format!("{}%", of(place) * 100.0)))
    };
    let strength = Memo::new(move |_| desk.view.with(|view| view.strength()));
    let whole = move || geometry.with(|geometry| geometry.as_ref().is_some_and(|geometry| geometry.whole));
    let shown = Memo::new(move |_| desk.photo().filter(|photo| photo.prepared().is_some()).map(|photo| photo.id));
    let paint_photo = move |canvas: &HtmlCanvasElement| {
        if let Some(picture) = shown.get().and_then(|photo| desk.picture(photo)) {
            copy(&picture, canvas);
        }
    };
    let coloured = Memo::new(move |_| map.get().map(|drawn| (colours(desk, &drawn), drawn)));
    let paint_map = move |canvas: &HtmlCanvasElement| match coloured.get() {
        Some((colours, drawn)) => {
            put(canvas, &pixels(&drawn, colours));
        }
        None => canvas.set_width(1),
    };
    view! {
        <div class="world" style:transform=moved>
            <div class="photo" style:left=side(photo, |p| p.left) style:top=side(photo, |p| p.top) style:width=side(photo, |p| p.width) style:height=side(photo, |p| p.height)>
                <Canvas paint=paint_photo />
            </div>
            <div class="crop" class:framed=whole class:none=move || crop.with(Option::is_none) style:left=side(crop, |p| p.left) style:top=side(crop, |p| p.top) style:width=side(crop, |p| p.width) style:height=side(crop, |p| p.height)>
                <div class="map" id="overlay" style:opacity=move || strength.get().to_string()>
                    <Canvas paint=paint_map />
                </div>
            </div>
        </div>
    }
}

/// How a map is coloured now; it changes only when its picture does.
#[must_use]
pub fn colours(desk: Desk, drawn: &Drawn) -> (Display, Range) {
    let display = desk.display.get();
    (display, display.range(drawn, &desk.maps()))
}

/// A map as pixels.
#[must_use]
pub fn pixels(drawn: &Drawn, (display, range): (Display, Range)) -> Pixels {
    let (height, width) = drawn.map.facts.provenance.input;
    Pixels { height, width, rgba: display.paint(drawn, range) }
}

fn copy(from: &HtmlCanvasElement, to: &HtmlCanvasElement) -> Option<()> {
    to.set_width(from.width());
    to.set_height(from.height());
    context(to)?.draw_image_with_html_canvas_element(from, 0.0, 0.0).ok()
}

/// The crosshair and the value under it.
#[component]
fn Crosshair(desk: Desk, map: Memo<Option<Arc<Drawn>>>, geometry: Memo<Option<Geometry>>) -> impl IntoView {
    let at = Memo::new(move |_| {
        let (view, geometry) = (desk.view.get(), geometry.get()?);
        let pixel = view.cross?;
        let (x, y) = view.to_window(geometry.middle(pixel));
        ((0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y)).then_some((pixel, x, y))
    });
    let readout = move || {
        let ((x, y), ..) = at.get()?;
        let drawn = map.get()?;
        let (rows, columns) = drawn.map.facts.provenance.input;
        let value = *drawn.field.get(y * columns + x)?;
        let share = number::whole_percent(drawn.share_below(value));
        let value = number::value(f64::from(value));
        Some(
            view! { <b>{value}</b>{format!(" above {share} of pixels")}<br />{format!("x {x}, y {y} of {columns} × {rows}")} },
        )
    };
    let percent = |share: f64| format!("{}%", share * 100.0);
    let lines = "M14 0v10M14 18v10M0 14h10M18 14h10";
    view! {
        <Show when=move || at.get().is_some()>
            <div
                class="cross"
                class:flip-x=move || at.get().is_some_and(|(_, x, _)| x > 0.55)
                class:flip-y=move || at.get().is_some_and(|(_, _, y)| y < 0.2)
                style:left=move || at.get().map(|(_, x, _)| percent(x))
                style:top=move || at.get().map(|(_, _, y)| percent(y))
            >
                <svg viewBox="0 0 28 28" aria-hidden="true">
                    <path d=lines stroke="#000" stroke-opacity=".6" stroke-width="3.5" />
                    <path d=lines stroke="#fff" stroke-width="1.5" />
                </svg>
                <output class="n">{readout}</output>
            </div>
        </Show>
    }
}

/// A point of the screen as a share of the window.
fn share(x: i32, y: i32, window: NodeRef<html::Div>) -> Option<(f64, f64)> {
    let frame = window.get_untracked()?.get_bounding_client_rect();
    Some(((f64::from(x) - frame.left()) / frame.width(), (f64::from(y) - frame.top()) / frame.height()))
}

type Sizes = Memo<Option<Geometry>>;

/// Fingers or buttons that are down: number of the pointer and where it is.
type Drag = StoredValue<Vec<(i32, (f64, f64))>>;

fn press(event: &PointerEvent, desk: Desk, geometry: Sizes, window: NodeRef<html::Div>, drag: Drag) {
    let Some(at) = share(event.client_x(), event.client_y(), window) else { return };
    drag.update_value(|down| {
        down.retain(|(pointer, _)| *pointer != event.pointer_id());
        down.push((event.pointer_id(), at));
    });
    if desk.view.with_untracked(|view| view.zoom > 1.0)
        && let Some(window) = window.get_untracked()
    {
        // Without capture a drag that leaves the window stops there, which is bearable.
        let _ = window.set_pointer_capture(event.pointer_id());
    }
    look(desk, geometry, at);
}

fn release(event: &PointerEvent, drag: Drag) {
    drag.update_value(|down| down.retain(|(pointer, _)| *pointer != event.pointer_id()));
}

fn point(event: &PointerEvent, desk: Desk, geometry: Sizes, window: NodeRef<html::Div>, drag: Drag) {
    let Some(at) = share(event.client_x(), event.client_y(), window) else { return };
    let before = drag.get_value();
    drag.update_value(|down| {
        for (pointer, place) in down {
            if *pointer == event.pointer_id() {
                *place = at;
            }
        }
    });
    match (before.as_slice(), drag.get_value().as_slice()) {
        (&[(_, from)], &[(_, to)]) => desk.view.update(|view| view.pan((to.0 - from.0, to.1 - from.1))),
        (&[(_, a), (_, b)], &[(_, c), (_, d)]) => {
            let far = |p: (f64, f64), q: (f64, f64)| (p.0 - q.0).hypot(p.1 - q.1).max(0.01);
            let middle = ((c.0 + d.0) / 2.0, (c.1 + d.1) / 2.0);
            desk.view.update(|view| view.zoom_by(far(c, d) / far(a, b), middle));
        }
        _ => {}
    }
    look(desk, geometry, at);
}

/// Puts the crosshair under a point of the window.
fn look(desk: Desk, geometry: Sizes, at: (f64, f64)) {
    let Some(geometry) = geometry.get_untracked() else { return };
    let pixel = geometry.pixel(desk.view.with_untracked(|view| view.to_world(at)));
    if desk.view.with_untracked(|view| view.cross != pixel) {
        desk.view.update(|view| view.cross = pixel);
    }
}

/// The wheel moves an enlarged photo, and enlarges with Ctrl (which is also what pinching a touchpad gives).
fn wheel(event: &WheelEvent, desk: Desk, window: NodeRef<html::Div>) {
    let Some(at) = share(event.client_x(), event.client_y(), window) else { return };
    let Some(frame) = window.get_untracked().map(|window| window.get_bounding_client_rect()) else { return };
    if event.ctrl_key() || event.meta_key() {
        event.prevent_default();
        desk.view.update(|view| view.zoom_by((-event.delta_y() / 200.0).exp(), at));
    } else if desk.view.with_untracked(|view| view.zoom > 1.0) {
        event.prevent_default();
        desk.view.update(|view| view.pan((-event.delta_x() / frame.width(), -event.delta_y() / frame.height())));
    }
}

fn key(event: &KeyboardEvent, desk: Desk, geometry: Sizes) {
    let step = if event.shift_key() { 10 } else { 1 };
    let by = match event.key().as_str() {
        "ArrowLeft" => (-step, 0),
        "ArrowRight" => (step, 0),
        "ArrowUp" => (0, -step),
        "ArrowDown" => (0, step),
        _ => return,
    };
    let Some(geometry) = geometry.get_untracked() else { return };
    event.prevent_default();
    event.stop_propagation();
    desk.view.update(|view| view.step(by, &geometry));
}
