//! Mosaics: photos of several classes put together, and methods scored by where their relevance falls.

use crate::panels::mosaics::{
    Bring, Check, Definition, Grid, Groups, Left, Methods, Metrics, Plan, Results, SheetPanel, provide,
};
use crate::state::desk::Desk;
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use leptos::prelude::*;

/// Id of the panel of photos: a sheet on phones.
const INPUTS: &str = "study-photos";

/// The place.
#[component]
pub fn Mosaics(desk: Desk) -> impl IntoView {
    provide();
    view! {
        <main class="place mosaics" id="main">
            <Inputs desk />
            <div class="stage">
                <Grid desk />
                <Check desk />
                <SheetPanel desk />
                <Results desk />
            </div>
            <aside class="side answer" aria-label="Study">
                <div class="stick">
                    <Plan desk />
                    <Methods desk />
                    <Metrics desk />
                </div>
            </aside>
        </main>
        <button class="sheet" type="button" popovertarget=INPUTS>
            <span class="grow">{move || count(desk)}</span>
            <Draw icon=Icon::Up />
        </button>
        <Definition />
    }
}

/// How many photos there are.
fn count(desk: Desk) -> String {
    let (photos, groups) = desk.studio.album.with(|album| (album.photos().len(), album.groups().len()));
    match photos {
        0 => "Photos by class".into(),
        _ => format!("{} photos in {} classes", number::count(photos), number::count(groups)),
    }
}

/// The same beside a heading that says of what.
fn short(desk: Desk) -> String {
    let (photos, groups) = desk.studio.album.with(|album| (album.photos().len(), album.groups().len()));
    if photos == 0 { String::new() } else { format!("{} in {}", number::count(photos), number::count(groups)) }
}

/// The photos by class: a sheet at 390, a strip at 800, a column at 1200.
#[component]
fn Inputs(desk: Desk) -> impl IntoView {
    view! {
        <aside class="side inputs" id=INPUTS popover="auto" aria-label="Photos by class">
            <div class="stick">
                <div class="grab" aria-hidden="true"></div>
                <section class="part photos-part">
                    <header><h2>"Photos by class"</h2><span class="s n">{move || short(desk)}</span></header>
                    <div class="photos study-photos">
                        <Bring desk />
                        <Left desk />
                        <Groups desk />
                    </div>
                </section>
            </div>
        </aside>
    }
}
