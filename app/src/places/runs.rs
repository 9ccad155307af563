//! Runs: what was run here, kept, compared, taken along, and links that run it again elsewhere.

use crate::panels::runs::{Bring, Comparing, Linked, List, OwnFound, OwnNumbers, Particulars};
use crate::state::desk::Desk;
use crate::widgets::icon::{Draw, Icon};
use leptos::prelude::*;

/// Id of the panel of files and links: a sheet on phones.
const INPUTS: &str = "runs-inputs";

/// The place.
#[component]
pub fn Runs(desk: Desk) -> impl IntoView {
    view! {
        <main class="place runs" id="main">
            <aside class="side inputs" id=INPUTS popover="auto" aria-label="Bring runs and links">
                <div class="stick">
                    <div class="grab" aria-hidden="true"></div>
                    <section class="part photos-part">
                        <header><h2>"Bring"</h2><span class="s">"a run or a link"</span></header>
                        <div class="photos"><Bring desk /></div>
                    </section>
                    <section class="part later"><OwnNumbers desk /></section>
                </div>
            </aside>
            <div class="stage">
                <Linked desk />
                <List desk />
                <Comparing desk />
                <OwnFound desk />
            </div>
            <aside class="side answer" aria-label="Chosen run">
                <div class="stick"><Particulars desk /></div>
            </aside>
        </main>
        <button class="sheet" type="button" popovertarget=INPUTS>
            <span class="grow">"Bring a run or a link"</span>
            <Draw icon=Icon::Up />
        </button>
    }
}
