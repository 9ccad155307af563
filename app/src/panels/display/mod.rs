//! How maps are coloured: a scale for positive maps, one for signed maps, how colour channels are made one, and what the
//! scale leaves out.

use crate::state::desk::Desk;
use crate::state::display::Reduction;
use crate::widgets::choice::Pick;
use crate::widgets::icon::{Draw, Icon};
use leptos::prelude::*;
use tessera_core::descriptor::Sign;
use tessera_core::map::colour::{Scale, hex};
use tessera_core::map::range::Clip;

/// Steps of a drawn scale.
const STEPS: usize = 40;

/// The panel.
#[component]
pub fn DisplayPanel(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let positive = Memo::new(move |_| desk.display.with(|display| display.positive));
    let from_least = Memo::new(move |_| desk.display.with(|display| display.from_least));
    let reduction = Memo::new(move |_| desk.results.with(|results| results.reduction));
    let own = Memo::new(move |_| desk.display.with(|display| display.own));
    let pictured = Memo::new(move |_| desk.maps().iter().any(|drawn| drawn.map.picture.is_some()));
    let clip = Memo::new(move |_| desk.display.with(|display| display.clip));
    let scales = Scale::ALL.into_iter().filter(|scale| scale.sign() == Sign::Positive);
    let signed = Scale::of(Sign::Signed);
    view! {
        <section class="part later">
            <header><h2>"Display"</h2></header>
            <Pick
                label="Positive maps"
                options=scales.map(|scale| (scale, scale.title())).collect()
                value=positive
                set=move |scale| desk.display.update(|display| display.positive = scale)
            />
            {move || view! { <Ramp scale=positive.get() /> }}
            {move || positive.get().warning().map(|warning| view! { <Warning warning /> })}
            <Pick
                label="They begin at"
                options=vec![(false, "Zero"), (true, "Their least value")]
                value=from_least
                set=move |from_least| desk.display.update(|display| display.from_least = from_least)
            />
            <div class="field"><span>"Signed maps"</span><span class="s">{signed.title()}</span></div>
            <Ramp scale=signed />
            <Pick
                label="Colour channels"
                options=Reduction::all().into_iter().map(|one| (one, one.title())).collect()
                value=reduction
                set=move |reduction| desk.results.update(|results| results.reduce(reduction))
            />
            <Show when=move || pictured.get()>
                <Pick
                    label="B-cos maps"
                    options=vec![(true, "Colours of the weights"), (false, "Contributions")]
                    value=own
                    set=move |own| desk.display.update(|display| display.own = own)
                />
            </Show>
            <Pick
                label="Clip"
                options=vec![(Clip::USUAL, "99.7th percentile"), (Clip::None, "None")]
                value=clip
                set=move |clip| desk.display.update(|display| display.clip = clip)
            />
            <small>"The display never changes the numbers: the value under the cursor is the map's as computed."</small>
        </section>
    }
}

#[component]
fn Warning(warning: &'static str) -> impl IntoView {
    view! {
        <div class="note">
            <Draw icon=Icon::Warning class="hm" />
            <p class="s">{warning}</p>
        </div>
    }
}

/// A colour scale, drawn from its own table.
#[component]
fn Ramp(scale: Scale) -> impl IntoView {
    let bars = (0..STEPS).map(|i| {
        let colour = hex(scale.colour(i as f32 / (STEPS - 1) as f32));
        view! { <rect x=i.to_string() y="0" width="1.1" height="1" fill=colour /> }
    });
    view! {
        <svg class="ramp" viewBox=format!("0 0 {STEPS} 1") preserveAspectRatio="none" aria-hidden="true">
            {bars.collect_view()}
        </svg>
    }
}
