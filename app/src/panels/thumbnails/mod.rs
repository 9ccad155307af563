//! The strip of photos: what a person brought, then the samples; each opens with a click and can be taken away.

use crate::state::desk::Desk;
use crate::state::photos::{Origin, Photo, PhotoId};
use crate::widgets::canvas::{Canvas, context};
use crate::widgets::icon::{Draw, Icon};
use leptos::prelude::*;
use web_sys::HtmlCanvasElement;

/// Side of a thumbnail in its own pixels.
const SIDE: u32 = 168;

/// The strip.
#[component]
pub fn Thumbnails(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let photos = move || desk.photos.with(|photos| photos.items().to_vec());
    view! {
        <ul class="thumbs">
            <For each=photos key=|photo| photo.id let(photo)>
                <Thumbnail desk photo />
            </For>
        </ul>
    }
}

#[component]
fn Thumbnail(desk: Desk, photo: Photo) -> impl IntoView {
    let id = photo.id;
    let pressed = Memo::new(move |_| desk.selection.with(|selection| selection.chosen() == Some(id)));
    let busy = Memo::new(move |_| desk.ledger.with(|ledger| !ledger.about(id).is_empty()));
    let label = if photo.alt.is_empty() { photo.name.clone() } else { format!("{}: {}", photo.name, photo.alt) };
    let title = if photo.credit.is_empty() { photo.name.clone() } else { format!("{}. {}", photo.name, photo.credit) };
    let remove = format!("Remove {}", photo.name);
    let picture = match photo.origin {
        Origin::Sample(file) => view! { <img src=format!("samples/{file}") alt="" loading="lazy" /> }.into_any(),
        Origin::Given => view! { <Given desk id /> }.into_any(),
    };
    view! {
        <li class:busy=busy>
            <button
                class="pick"
                type="button"
                aria-pressed=move || pressed.get().to_string()
                aria-label=label
                title=title
                data-photo=photo.name
                on:click=move |_| desk.open(id)
            >
                {picture}
            </button>
            <button class="x" type="button" aria-label=remove on:click=move |_| desk.remove(id)>
                <Draw icon=Icon::Close />
            </button>
        </li>
    }
}

/// A photo that a person brought: drawn from its decoded pixels, so that it looks as the network's does.
#[component]
fn Given(desk: Desk, id: PhotoId) -> impl IntoView {
    let ready =
        Memo::new(move |_| desk.photos.with(|photos| photos.get(id).is_some_and(|photo| !photo.prepared.is_empty())));
    let paint = move |canvas: &HtmlCanvasElement| {
        if ready.get() {
            fill_square(canvas, desk.picture(id));
        }
    };
    view! { <Canvas paint /> }
}

fn fill_square(canvas: &HtmlCanvasElement, picture: Option<HtmlCanvasElement>) -> Option<()> {
    let picture = picture?;
    canvas.set_width(SIDE);
    canvas.set_height(SIDE);
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let side = width.min(height);
    let (left, top) = ((width - side) / 2.0, (height - side) / 2.0);
    let to = f64::from(SIDE);
    context(canvas)?
        .draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            &picture, left, top, side, side, 0.0, 0.0, to, to,
        )
        .ok()
}
