//! The form of a method, made from its descriptor: its parameters, its formula, what it must not be taken for, its source.

use super::Choosing;
use crate::state::desk::Desk;
use crate::widgets::icon::{Draw, Icon};
use leptos::prelude::*;
use tessera_core::descriptor::{Domain, Entry, Param};

/// The form.
#[component]
pub fn Form(desk: Desk, choosing: Choosing, entry: &'static Entry) -> impl IntoView {
    let fields = entry.params.iter().map(move |param| view! { <Field desk choosing entry param /> });
    let citation = entry.citation;
    view! {
        <div class="form">
            {fields.collect_view()}
            <p class="formula">{entry.formula}</p>
            <div class="note">
                <Draw icon=Icon::Warning class="hm" />
                <p>{entry.caution}</p>
            </div>
            <small>{format!("{}, {}, {}.", citation.short, citation.title, citation.source)}</small>
        </div>
    }
}

/// One parameter: what it is, its field, and why what stands there does not fit.
#[component]
fn Field(desk: Desk, choosing: Choosing, entry: &'static Entry, param: &'static Param) -> impl IntoView {
    let picking = choosing.picking;
    let text = Memo::new(move |_| picking.with(|picking| picking.text(entry, param)));
    let fault = Memo::new(move |_| picking.with(|picking| picking.fault(entry, param)));
    let set = move |text: String| picking.update(|picking| picking.type_in(entry, param, text));
    let id = format!("{}{}-{}", if choosing.study { "study-" } else { "" }, entry.id, param.id);
    let of = id.clone();
    let control = match param.domain {
        Domain::Count { .. } | Domain::Real { .. } => {
            let invalid = move || fault.with(Option::is_some).to_string();
            view! {
                <input class="num" id=id inputmode="decimal" autocomplete="off" aria-invalid=invalid prop:value=text on:input:target=move |event| set(event.target().value()) />
            }
            .into_any()
        }
        Domain::Choice(words) => {
            let words = words.iter().map(|(word, _)| ((*word).to_owned(), word.replace('_', " "))).collect();
            view! { <Options id options=words text set /> }.into_any()
        }
        Domain::Layer => {
            let layers = layers(desk);
            view! { <Options id options=layers text set /> }.into_any()
        }
    };
    let meaning = move || {
        text.with(|text| match param.domain {
            Domain::Choice(words) => words.iter().find(|(word, _)| word == text).map(|(_, says)| (*says).to_owned()),
            Domain::Count { .. } | Domain::Real { .. } => usual(param),
            Domain::Layer => None,
        })
    };
    view! {
        <div class="setting">
            <label for=of>{param.id.replace('_', " ")}</label>
            {control}
            <small>{param.sentence}" "{meaning}</small>
            {move || fault.get().map(|why| view! { <p class="fault s" role="alert"><Draw icon=Icon::Bad class="no" /><span>{why}</span></p> })}
        </div>
    }
}

/// What fits, and what is usual.
fn usual(param: &Param) -> Option<String> {
    let domain = param.domain.to_string();
    let range = domain.trim_start_matches("a whole number ").trim_start_matches("a number ").to_owned();
    let usual = param.domain.default().map(|usual| format!(", usually {usual}"));
    let range = format!("{}{}", range[..1].to_uppercase(), &range[1..]);
    Some(format!("{range}{}.", usual.unwrap_or_default()))
}

/// The network's layers whose values have places, the usual one first.
fn layers(desk: Desk) -> Vec<(String, String)> {
    let outline = desk.network.with(|network| network.outline.clone());
    let Some(outline) = outline else { return vec![(String::new(), "the last with places".into())] };
    let usual = (String::new(), format!("{} (the last with places)", outline.features));
    let layers = outline.layers.iter().rev().map(|layer| {
        let [channels, rows, columns] = layer.size;
        (layer.name.clone(), format!("{}, {channels} × {rows} × {columns}", layer.name))
    });
    std::iter::once(usual).chain(layers).collect()
}

/// A list that opens.
#[component]
fn Options(
    id: String,
    options: Vec<(String, String)>,
    text: Memo<String>,
    set: impl Fn(String) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let entries = options.into_iter().map(move |(value, words)| {
        let own = value.clone();
        view! { <option value=value prop:selected=move || text.with(|text| *text == own)>{words}</option> }
    });
    view! { <select id=id on:change:target=move |event| set(event.target().value())>{entries.collect_view()}</select> }
}
