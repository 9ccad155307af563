//! Does the network know the classes at all? By single photos, and by the mosaics that were run.

use super::definition::{Define, What};
use crate::state::desk::Desk;
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use leptos::prelude::*;
use tessera_core::undefined::Told;

/// The check of single photos: a button, and what came out.
#[component]
pub fn Check(desk: Desk) -> impl IntoView {
    let check = desk.studio.check;
    let any = move || desk.studio.drawn.with(Result::is_ok);
    let words = move || {
        let together = check.with(|check| check.together());
        let share = |count: usize| number::whole_percent(count as f64 / together.photos.max(1) as f64);
        (together.photos > 0).then(|| {
            format!(
                "{} of {} single photos are known at first sight, {} among five",
                share(together.top1),
                number::count(together.photos),
                share(together.top5)
            )
        })
    };
    let runs = Memo::new(move |_| check.with(|check| check.runs()));
    let so_far = move || check.with(|check| format!("{} of {}", check.done(), check.all));
    view! {
        <Show when=any>
            <div class="known row" data-known=move || check.with(|check| check.together().photos).to_string()>
                {move || words().map(|words| view! { <span class="s"><Define what=What::Accuracy>{words}</Define></span> })}
                <Show when=move || runs.get() fallback=move || view! {
                    <button class="b bare" type="button" id="check-photos" on:click=move |_| desk.check_photos()>
                        <Draw icon=Icon::Eye />
                        "Does the network know these photos?"
                    </button>
                }>
                    <span class="s n" role="status">{so_far}</span>
                </Show>
            </div>
        </Show>
    }
}

/// What the network made of the mosaics.
#[component]
pub fn OnMosaics(desk: Desk) -> impl IntoView {
    let rows = move || {
        let summed = desk.studio.summed.get();
        let accuracy = summed.map(|summed| summed.summary.accuracy.clone()).unwrap_or_default();
        let share = |told: Told| told.number().map_or_else(|| "none".to_owned(), number::whole_percent);
        let rows = accuracy.into_iter().map(|row| {
            let name = match row.class.strip_prefix("other ") {
                None => "the target".to_owned(),
                Some(number) => format!("other class {number}"),
            };
            view! {
                <li><span class="s">{name}</span>
                    <Define what=What::Accuracy><b class="n">{share(row.top1)}</b></Define>
                    <span class="s">"first, "</span>
                    <Define what=What::Accuracy><b class="n">{share(row.top5)}</b></Define>
                    <span class="s">"among five"</span>
                </li>
            }
        });
        rows.collect_view()
    };
    view! {
        <div class="on-mosaics">
            <span class="s">"What the network sees in the mosaics"</span>
            <ul>{rows}</ul>
        </div>
    }
}
