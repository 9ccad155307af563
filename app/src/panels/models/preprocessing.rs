//! What is done to a photo before the network sees it, and what its logits stand for: seen, changed, applied.

use crate::state::desk::Desk;
use crate::state::preprocessing::Form;
use crate::widgets::choice::{Choice, Pick};
use leptos::prelude::*;
use tessera_core::network::card::Output;
use tessera_core::photo::preset::PRESETS;
use tessera_core::photo::{Filter, Order};

/// The form; it follows the card until a person changes it, and again once it is applied.
#[component]
pub fn Preprocessing(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let filled = Memo::new(move |_| desk.network.with(|network| network.card.as_ref().map(|card| Form::of(card))));
    let form = RwSignal::new(None::<Form>);
    Effect::new(move |_| form.set(filled.get()));
    let changed = Memo::new(move |_| form.get() != filled.get());
    let summary = move || filled.with(|form| form.as_ref().map(in_words).unwrap_or_default());
    let apply = move |_| {
        if let Some(form) = form.get_untracked() {
            desk.apply(&form);
        }
    };
    view! {
        <details class="fold" id="preprocessing">
            <summary><span>"Preprocessing"</span><span class="s n end">{summary}</span></summary>
            <Fields form />
            <div class="row">
                <button class="b main" type="button" id="apply" disabled=move || !changed.get() on:click=apply>"Apply"</button>
                <button class="b" type="button" disabled=move || !changed.get() on:click=move |_| form.set(filled.get_untracked())>"Undo"</button>
                <small>"Applying opens the network anew."</small>
            </div>
        </details>
    }
}

fn in_words(form: &Form) -> String {
    format!("{}\u{a0}px, {}", form.size, form.preset().map_or("own numbers", |preset| preset.id))
}

/// Everything of it.
#[component]
fn Fields(form: RwSignal<Option<Form>>) -> impl IntoView {
    let change = move |with: Box<dyn FnOnce(&mut Form)>| {
        form.update(|form| {
            if let Some(form) = form {
                with(form);
            }
        });
    };
    let own = PRESETS.len();
    let preset = Signal::derive(move || {
        let id = form.with(|form| form.as_ref().and_then(Form::preset).map(|preset| preset.id));
        PRESETS.iter().position(|preset| Some(preset.id) == id).unwrap_or(own)
    });
    let mut presets: Vec<_> = PRESETS.iter().enumerate().map(|(i, preset)| (i, preset.title)).collect();
    presets.push((own, "Own numbers"));
    let take =
        move |i: usize| change(Box::new(move |form| PRESETS.get(i).into_iter().for_each(|preset| form.take(preset))));
    let filter = Signal::derive(move || form.with(|form| form.as_ref().map_or(Filter::Bilinear, |form| form.filter)));
    let order = Signal::derive(move || form.with(|form| form.as_ref().map_or(Order::Rgb, |form| form.order)));
    let output = Signal::derive(move || form.with(|form| form.as_ref().map_or(Output::Softmax, |form| form.output)));
    view! {
        <div class="fields">
            <Pick label="Preset" options=presets value=preset set=take />
            <Text label="Input size, px" form get=|form| &mut form.size />
            <Text label="Shorter side before the crop, px" form get=|form| &mut form.resize />
            <div class="field">
                <span>"Resampling"</span>
                <Choice legend="Resampling" name="model-filter" options=vec![(Filter::Bilinear, "bilinear"), (Filter::Bicubic, "bicubic")]
                    value=filter set=move |value| change(Box::new(move |form| form.filter = value)) />
            </div>
            <Three label="Mean" form get=|form, i| &mut form.mean[i] />
            <Three label="Deviation" form get=|form, i| &mut form.std[i] />
            <small>"Of values from 0 to 255, in the order of the channels."</small>
            <div class="field">
                <span>"Channels"</span>
                <Choice legend="Channels" name="model-order" options=vec![(Order::Rgb, "RGB"), (Order::Bgr, "BGR")]
                    value=order set=move |value| change(Box::new(move |form| form.order = value)) />
            </div>
            <div class="field">
                <span>"Probabilities"</span>
                <Choice legend="Probabilities" name="model-output" options=vec![(Output::Softmax, "softmax"), (Output::Sigmoid, "sigmoid")]
                    value=output set=move |value| change(Box::new(move |form| form.output = value)) />
            </div>
        </div>
    }
}

/// A number of the form.
#[component]
fn Text(label: &'static str, form: RwSignal<Option<Form>>, get: fn(&mut Form) -> &mut String) -> impl IntoView {
    view! {
        <label class="field">
            <span>{label}</span>
            {number(label.into(), form, get)}
        </label>
    }
}

/// A number for each channel.
#[component]
fn Three(label: &'static str, form: RwSignal<Option<Form>>, get: fn(&mut Form, usize) -> &mut String) -> impl IntoView {
    let inputs = (0..3).map(|i| number(format!("{label} of channel {}", i + 1), form, move |form| get(form, i)));
    view! {
        <div class="field">
            <span>{label}</span>
            <span class="three">{inputs.collect_view()}</span>
        </div>
    }
}

fn number(
    label: String,
    form: RwSignal<Option<Form>>,
    get: impl Fn(&mut Form) -> &mut String + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let value = move || form.with(|form| form.clone().map(|mut form| get(&mut form).clone()).unwrap_or_default());
    let typed = move |text: String| {
        form.update(|form| {
            if let Some(form) = form {
                *get(form) = text;
            }
        });
    };
    view! {
        <input
            class="num n"
            type="text"
            inputmode="decimal"
            autocomplete="off"
            aria-label=label
            prop:value=value
            on:input:target=move |event| typed(event.target().value())
        />
    }
}
