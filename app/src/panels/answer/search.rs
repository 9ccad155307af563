//! A search over all classes: a list under a field, walked with the arrow keys, drawn only where it is seen.

use crate::state::classes;
use crate::state::desk::Desk;
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

/// Height of a row and number of rows that are seen at once.
const ROW: usize = 36;
const SEEN: usize = 8;

/// The field and its list.
#[component]
pub fn Search(desk: Desk) -> impl IntoView {
    let (query, open, at) = (RwSignal::new(String::new()), RwSignal::new(false), RwSignal::new(0_usize));
    let found = Memo::new(move |_| {
        if !open.get() {
            return Vec::new();
        }
        let answer = desk.answer();
        let none = Vec::new();
        let probabilities = answer.as_ref().map_or(&none, |answer| &answer.probabilities);
        desk.network.with(|network| query.with(|query| classes::search(query, &network.classes, probabilities)))
    });
    let choose = move |class: usize| {
        desk.choose(class);
        open.set(false);
        query.set(String::new());
    };
    let placeholder = move || {
        let count = desk.network.with(|network| network.classes.len());
        if count == 0 { "Any class".to_owned() } else { format!("Any of {} classes", number::count(count)) }
    };
    let active = move || found.with(|found| found.get(at.get()).map(|class| format!("class-{class}")));
    view! {
        <div class="search" on:focusout=move |event| if leaves(&event) { open.set(false) }>
            <label class="find">
                <Draw icon=Icon::Search />
                <input
                    type="search"
                    id="class-search"
                    role="combobox"
                    autocomplete="off"
                    aria-label="Search a class to explain"
                    aria-expanded=move || open.get().to_string()
                    aria-controls="classes"
                    aria-activedescendant=active
                    placeholder=placeholder
                    prop:value=query
                    on:focus=move |_| open.set(true)
                    on:click=move |_| open.set(true)
                    on:input:target=move |event| {
                        query.set(event.target().value());
                        at.set(0);
                        open.set(true);
                    }
                    on:keydown=move |event| key(&event, found, at, open, choose)
                />
            </label>
            <Show when=move || open.get()>
                <List desk found at choose />
            </Show>
        </div>
    }
}

fn leaves(event: &leptos::ev::FocusEvent) -> bool {
    use wasm_bindgen::JsCast;
    let frame = event.current_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    let to = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    !frame.is_some_and(|frame| frame.contains(to.as_ref()) && to.is_some())
}

fn key(
    event: &KeyboardEvent,
    found: Memo<Vec<usize>>,
    at: RwSignal<usize>,
    open: RwSignal<bool>,
    choose: impl Fn(usize),
) {
    let last = found.with_untracked(Vec::len).saturating_sub(1);
    let to = |next: usize| {
        event.prevent_default();
        open.set(true);
        at.set(next.min(last));
    };
    match event.key().as_str() {
        "ArrowDown" => to(at.get_untracked() + 1),
        "ArrowUp" => to(at.get_untracked().saturating_sub(1)),
        "PageDown" => to(at.get_untracked() + SEEN),
        "PageUp" => to(at.get_untracked().saturating_sub(SEEN)),
        "Enter" => {
            if let Some(class) = found.with_untracked(|found| found.get(at.get_untracked()).copied()) {
                event.prevent_default();
                choose(class);
            }
        }
        "Escape" if open.get_untracked() => {
            event.prevent_default();
            event.stop_propagation();
            open.set(false);
        }
        _ => {}
    }
}

/// The classes that were found; only the rows that are seen exist.
#[component]
fn List(
    desk: Desk,
    found: Memo<Vec<usize>>,
    at: RwSignal<usize>,
    choose: impl Fn(usize) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let top = RwSignal::new(0_usize);
    Effect::new(move |_| {
        let (at, Some(frame)) = (at.get(), frame.get()) else { return };
        let (from, to) = (frame.scroll_top(), frame.scroll_top() + frame.client_height());
        let row = (at * ROW) as i32;
        if row < from {
            frame.set_scroll_top(row);
        } else if row + ROW as i32 > to {
            frame.set_scroll_top(row + ROW as i32 - frame.client_height());
        }
    });
    let rows = move || {
        let first = (top.get() / ROW).saturating_sub(2);
        found.with(|found| found.iter().copied().enumerate().skip(first).take(SEEN + 5).collect::<Vec<_>>())
    };
    let height = move || format!("{}px", found.with(Vec::len) * ROW);
    view! {
        <div
            class="classes"
            id="classes"
            role="listbox"
            aria-label="Classes"
            node_ref=frame
            on:scroll=move |_| top.set(frame.get_untracked().map_or(0, |frame| frame.scroll_top().max(0) as usize))
        >
            <div class="all" style:height=height>
                <For each=rows key=|row| *row let((i, class))>
                    <Row desk i class at choose />
                </For>
            </div>
            <Show when=move || found.with(Vec::is_empty)>
                <p class="s none">"No class of that name. Class names are English nouns, such as \"tabby\"."</p>
            </Show>
        </div>
    }
}

#[component]
fn Row(
    desk: Desk,
    i: usize,
    class: usize,
    at: RwSignal<usize>,
    choose: impl Fn(usize) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let probability = move || {
        desk.answer().and_then(|answer| answer.probabilities.get(class).map(|p| number::percent(f64::from(*p))))
    };
    view! {
        <div
            role="option"
            id=format!("class-{class}")
            class:active=move || at.get() == i
            aria-selected=move || (at.get() == i).to_string()
            style:transform=format!("translateY({}px)", i * ROW)
            on:pointerdown=move |event| event.prevent_default()
            on:click=move |_| choose(class)
        >
            <span class="label">{desk.network.with_untracked(|network| network.class(class))}</span>
            <i class="n">{class}</i>
            <span class="pct n">{probability}</span>
        </div>
    }
}
