//! Explain: one photo, one network, its maps.

use crate::panels::answer::AnswerPanel;
use crate::panels::display::DisplayPanel;
use crate::panels::drop_zone::{DropZone, Notices};
use crate::panels::facts::Facts;
use crate::panels::gallery::Gallery;
use crate::panels::save::Save;
use crate::panels::stage::Stage;
use crate::panels::thumbnails::Thumbnails;
use crate::state::desk::Desk;
use crate::widgets::icon::{Draw, Icon};
use leptos::prelude::*;

/// Id of the panel of inputs: a sheet on phones.
const INPUTS: &str = "inputs";

/// The place.
#[component]
pub fn Explain(desk: Desk, hovering: Signal<bool>) -> impl IntoView {
    view! {
        <main class="place explain" id="main">
            <Inputs desk />
            <div class="stage">
                <Stage desk hovering />
                <Gallery desk />
            </div>
            <aside class="side answer" aria-label="Answer">
                <div class="stick">
                    <AnswerPanel desk />
                    <Save desk />
                </div>
            </aside>
        </main>
        <Handle desk />
    }
}

/// Photos and display: a sheet at 390, a strip at 800, a column at 1200.
#[component]
fn Inputs(desk: Desk) -> impl IntoView {
    let more = RwSignal::new(false);
    let count = move || {
        let count = desk.photos.with(|photos| photos.items().len());
        format!("{count}, never uploaded")
    };
    view! {
        <aside class="side inputs" id=INPUTS popover="auto" class:more=more aria-label="Photos and display">
            <div class="stick">
                <div class="grab" aria-hidden="true"></div>
                <section class="part photos-part">
                    <header><h2>"Photos"</h2><span class="s n">{count}</span></header>
                    <Notices desk />
                    <div class="photos">
                        <DropZone desk />
                        <button class="b only-mid" type="button" aria-expanded=move || more.get().to_string() on:click=move |_| more.update(|more| *more = !*more)>
                            "Display"
                        </button>
                        <Thumbnails desk />
                    </div>
                </section>
                <Facts desk />
                <DisplayPanel desk />
            </div>
        </aside>
    }
}

/// The handle that opens the sheet on phones.
#[component]
fn Handle(desk: Desk) -> impl IntoView {
    let photos = move || desk.photos.with(|photos| photos.items().iter().take(4).cloned().collect::<Vec<_>>());
    let thumbs = move || {
        let chosen = desk.selection.with(|selection| selection.chosen());
        photos()
            .into_iter()
            .filter_map(|photo| {
                let path = match &photo.origin {
                    crate::state::photos::Origin::Sample(file) => format!("samples/{file}"),
                    crate::state::photos::Origin::Given => return None,
                };
                Some(view! { <img src=path alt="" class:chosen=chosen == Some(photo.id) /> })
            })
            .collect_view()
    };
    view! {
        <button class="sheet" type="button" popovertarget=INPUTS>
            {thumbs}
            <span class="grow">"Photos and display"</span>
            <Draw icon=Icon::Up />
        </button>
    }
}
