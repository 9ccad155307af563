//! One of a few: as joined buttons, or as a list that opens.

use leptos::prelude::*;

/// Joined buttons, one of them pressed.
#[component]
pub fn Choice<T>(
    /// What is chosen, in words.
    legend: &'static str,
    /// Name of the group, different from all others on the page.
    name: &'static str,
    /// What there is to choose from.
    options: Vec<(T, &'static str)>,
    /// What is chosen.
    #[prop(into)]
    value: Signal<T>,
    /// Hears the choice.
    set: impl Fn(T) + Copy + Send + Sync + 'static,
    /// Further classes.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    let buttons = options.into_iter().map(move |(option, label)| {
        view! {
            <label>
                <input
                    type="radio"
                    name=name
                    prop:checked=move || value.get() == option
                    on:change=move |_| set(option)
                />
                {label}
            </label>
        }
    });
    view! {
        <fieldset class=format!("seg {class}")>
            <legend class="vh">{legend}</legend>
            {buttons.collect_view()}
        </fieldset>
    }
}

/// A list that opens, beside its label.
#[component]
pub fn Pick<T>(
    /// What is chosen, in words.
    label: &'static str,
    /// What there is to choose from.
    options: Vec<(T, &'static str)>,
    /// What is chosen.
    #[prop(into)]
    value: Signal<T>,
    /// Hears the choice.
    set: impl Fn(T) + Copy + Send + Sync + 'static,
    /// Whether the label is for those alone who can not see what there is to choose from.
    #[prop(optional)]
    quiet: bool,
) -> impl IntoView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    let values: Vec<T> = options.iter().map(|(option, _)| *option).collect();
    let entries = options.into_iter().enumerate().map(move |(i, (option, label))| {
        view! { <option value=i.to_string() prop:selected=move || value.get() == option>{label}</option> }
    });
    let change = move |text: String| {
        if let Some(option) = text.parse().ok().and_then(|i: usize| values.get(i).copied()) {
            set(option);
        }
    };
    view! {
        <label class="field">
            <span class:vh=quiet>{label}</span>
            <select on:change:target=move |event| change(event.target().value())>{entries.collect_view()}</select>
        </label>
    }
}
