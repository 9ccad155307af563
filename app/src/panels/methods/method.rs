//! One method of the list: a tick, what it does, what it would take, and its form when it is opened.

use super::form::Form;
use super::{Choosing, lacking, takes};
use crate::state::desk::Desk;
use leptos::prelude::*;
use tessera_core::descriptor::Entry;
use tessera_core::experiment::MethodSpec;

/// The method.
#[component]
pub fn Method(desk: Desk, choosing: Choosing, entry: &'static Entry) -> impl IntoView {
    let picking = choosing.picking;
    let ticked = Memo::new(move |_| picking.with(|picking| picking.has(entry.id)));
    let open = Memo::new(move |_| picking.with(|picking| picking.open == Some(entry.id)));
    let spec = Memo::new(move |_| picking.with(|picking| picking.spec(entry)));
    let lacks = Memo::new(move |_| lacking(desk, entry));
    let cost = move || match (lacks.get(), spec.get()) {
        (Some(_), _) => "not here".to_owned(),
        (None, spec) => spec.and_then(|spec| choosing.foretold(desk, &spec)).map(takes).unwrap_or_default(),
    };
    let wanted = move |spec: &MethodSpec| desk.wanted.with(|wanted| wanted.has(spec));
    let shown = move || !choosing.study && spec.with(|spec| spec.as_ref().is_some_and(wanted));
    let unfold = move |_| picking.update(|picking| picking.open = (picking.open != Some(entry.id)).then_some(entry.id));
    let needs = move || lacks.get().map(|need| format!(" Needs {need}, which this network does not have."));
    view! {
        <li class="method" class:off=move || lacks.get().is_some() class:open=open data-id=entry.id>
            <label>
                <input
                    type="checkbox"
                    prop:checked=ticked
                    disabled=move || lacks.get().is_some()
                    on:change=move |_| picking.update(|picking| picking.tick(entry.id))
                />
                <span class="name">
                    <b>{entry.title}</b>
                    <Show when=shown><span class="tag">"shown"</span></Show>
                </span>
                <span class="s n">{cost}</span>
                <small>{entry.sentence}{needs}</small>
            </label>
            <button class="link s" type="button" aria-expanded=move || open.get().to_string() on:click=unfold>
                {if entry.params.is_empty() { "Formula" } else { "Settings" }}
                <span class="vh">{format!(" of {}", entry.title)}</span>
            </button>
            <Show when=move || open.get()>
                <Form desk choosing entry />
            </Show>
        </li>
    }
}
