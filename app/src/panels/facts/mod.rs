//! "As the network sees it": the file, what was cut out of it, and what was done on the way.

use crate::state::desk::Desk;
use crate::state::photos::Photo;
use crate::widgets::choice::Pick;
use leptos::prelude::*;
use tessera_core::photo::Crop;
use tessera_core::photo::input::Filter;

/// The panel.
#[component]
pub fn Facts(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let filter =
        Memo::new(move |_| desk.network.with(|network| network.card.as_ref().map(|card| card.preprocess.filter)));
    let crop = Signal::derive(move || desk.photo().map(|photo| photo.crop).unwrap_or_default());
    view! {
        <section class="part later">
            <header><h2>"As the network sees it"</h2></header>
            {move || desk.photo().map(|photo| view! { <List photo filter=filter.get() /> })}
            <Pick
                label="Crop"
                options=vec![(Crop::Centre, "Centre square"), (Crop::Squeeze, "Whole, squeezed")]
                value=crop
                set=move |crop| desk.crop(crop)
            />
        </section>
    }
}

#[component]
fn List(photo: Photo, filter: Option<Filter>) -> impl IntoView {
    let prepared = photo.prepared()?.clone();
    let facts = prepared.facts.clone();
    let region = prepared.region;
    let crop = match photo.crop {
        Crop::Centre => format!("{} × {}, centre", region.width.round(), region.height.round()),
        Crop::Squeeze => "none, squeezed".to_owned(),
        Crop::None => "none".to_owned(),
    };
    let filter = match filter {
        Some(Filter::Bilinear) => ", bilinear",
        Some(Filter::Bicubic) => ", bicubic",
        None => "",
    };
    let digest = format!(
        "{}…{}",
        &facts.sha256[..4.min(facts.sha256.len())],
        &facts.sha256[facts.sha256.len().saturating_sub(4)..]
    );
    let rows = [
        ("File", photo.name.clone(), photo.name.clone()),
        ("Size", format!("{} × {}, {}", facts.width, facts.height, facts.format), String::new()),
        ("Crop", crop, String::new()),
        ("Resized", format!("{} × {}{filter}", prepared.input.1, prepared.input.0), String::new()),
        ("SHA-256", digest, facts.sha256.clone()),
    ];
    let rows = rows.map(|(name, value, title)| view! { <dt>{name}</dt><dd title=title>{value}</dd> });
    let notes = facts.notes.into_iter().map(|note| view! { <li>{note}</li> }).collect_view();
    let credit = (!photo.credit.is_empty()).then(|| view! { <small class="credit">{photo.credit.clone()}</small> });
    Some(view! {
        <dl class="facts n">{rows.collect_view()}</dl>
        <ul class="remarks">{notes}</ul>
        {credit}
    })
}
