//! The panel of methods: presets, a search, all methods by family with what they would take, and a form for each.

mod form;
mod method;
mod presets;

pub use presets::Presets;

use crate::state::desk::Desk;
use crate::state::order::entry;
use crate::state::pace::Foretold;
use crate::state::picking::Picking;
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use crate::widgets::staged::staged;
use leptos::html;
use leptos::prelude::*;
use tessera_core::descriptor::{Entry, Family};
use tessera_core::experiment::MethodSpec;
use tessera_core::method::ENTRIES;
use wasm_bindgen::JsCast;

/// Id of the panel, for the button that opens it.
pub const ID: &str = "methods";

/// For what methods are chosen.
#[derive(Clone, Copy)]
pub struct Choosing {
    /// What is ticked and typed.
    pub picking: RwSignal<Picking>,
    /// Whether it is for a study; else for the photo on the stage.
    pub study: bool,
}

impl Choosing {
    /// What a method would take.
    fn foretold(self, desk: Desk, spec: &MethodSpec) -> Option<Foretold> {
        if self.study { desk.foretold_of_mosaics(spec) } else { desk.foretold(spec) }
    }

    /// What several would take together.
    fn together(self, desk: Desk, specs: &[MethodSpec]) -> Option<Foretold> {
        let each: Option<Vec<Foretold>> = specs.iter().map(|spec| self.foretold(desk, spec)).collect();
        each.map(|each| Foretold::together(&each))
    }
}

/// The panel.
#[component]
pub fn Panel(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let opened = RwSignal::new(false);
    let toggled = move |event: web_sys::Event| {
        let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let open = element.is_some_and(|element| element.matches(":popover-open").unwrap_or(false));
        opened.set(open);
        if open {
            desk.measure();
        }
    };
    let photo = Choosing { picking: desk.picking, study: false };
    let frame = NodeRef::<html::Section>::new();
    let close = move || {
        if let Some(frame) = frame.get_untracked() {
            // A panel that is closed already stays so.
            let _ = frame.hide_popover();
        }
    };
    view! {
        <section node_ref=frame id=ID class="pop drawer picker" popover="auto" aria-labelledby="methods-title" on:toggle=toggled>
            <header>
                <div class="row">
                    <h2 id="methods-title" tabindex="-1" autofocus>"Methods"</h2>
                    <button class="b bare sq end" type="button" aria-label="Close methods" popovertarget=ID popovertargetaction="hide">
                        <Draw icon=Icon::Close />
                    </button>
                </div>
                <Find desk />
            </header>
            <Show when=move || opened.get()>
                <Presets desk choosing=photo />
                <List desk choosing=photo />
            </Show>
            <Foot desk close />
        </section>
    }
}

#[component]
fn Find(desk: Desk) -> impl IntoView {
    let picking = desk.picking;
    let query = Memo::new(move |_| picking.with(|picking| picking.query.clone()));
    view! {
        <label class="find">
            <Draw icon=Icon::Search />
            <input
                type="search"
                id="method-search"
                autocomplete="off"
                aria-label="Search methods"
                placeholder=format!("{} methods", ENTRIES.len())
                prop:value=query
                on:input:target=move |event| picking.update(|picking| picking.query = event.target().value())
            />
        </label>
    }
}

/// All methods that fit what is searched for, by family.
#[component]
pub fn List(
    /// The desk.
    desk: Desk,
    /// For what methods are chosen.
    choosing: Choosing,
) -> impl IntoView {
    let picking = choosing.picking;
    let found = Memo::new(move |_| picking.with(|picking| picking.found().map(|entry| entry.id).collect::<Vec<_>>()));
    let drawn = staged(Family::ALL.len());
    let families = Family::ALL.into_iter().enumerate().map(|(at, family)| {
        let of = Memo::new(move |_| {
            let of = |id: &&'static str| entry(id).is_some_and(|entry| entry.family == family);
            found.with(|found| found.iter().copied().filter(of).collect::<Vec<_>>())
        });
        view! {
            <Show when=move || at < drawn.get() && of.with(|of| !of.is_empty())>
                <section>
                    <h3>{family.title()}</h3>
                    <ul class="methods">
                        <For each=move || of.get() key=|id| *id let(id)>
                            {entry(id).map(|entry| view! { <method::Method desk choosing entry /> })}
                        </For>
                    </ul>
                </section>
            </Show>
        }
    });
    view! {
        <div class="all">
            {families.collect_view()}
            <Show when=move || found.with(Vec::is_empty)>
                <p class="s none">"No method fits these words. Names, families and authors are searched."</p>
            </Show>
        </div>
    }
}

/// What is chosen takes, and the buttons that draw it.
#[component]
fn Foot(desk: Desk, close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let picking = desk.picking;
    let count = Memo::new(move |_| picking.with(|picking| picking.count()));
    let fits = Memo::new(move |_| picking.with(|picking| picking.specs()));
    let sum = move || match (count.get(), fits.get()) {
        (0, _) => "Tick what you want to see".to_owned(),
        (_, None) => "A setting does not fit".to_owned(),
        (n, Some(specs)) => {
            let together = Choosing { picking, study: false }.together(desk, &specs);
            let held = desk.held().map(|bytes| format!(", up to {}\u{202f}MB", bytes / 1_000_000));
            let all = together.map(|all| format!(": {}{}", takes(all), held.unwrap_or_default()));
            format!("{n} chosen{}", all.unwrap_or_default())
        }
    };
    let words = move || match count.get() {
        0 => "Add".to_owned(),
        1 => "Add 1 map".to_owned(),
        n => format!("Add {n} maps"),
    };
    let none = move || count.get() == 0 || fits.with(Option::is_none);
    let take = move |alone: bool| {
        let Some(specs) = fits.get_untracked() else { return };
        if alone {
            desk.only_methods(specs)
        } else {
            desk.add_methods(specs)
        }
        picking.update(|picking| picking.clear());
        close();
    };
    view! {
        <footer>
            <span class="n s" aria-live="polite">{sum}</span>
            <button class="b" type="button" id="only-methods" disabled=none title="Takes all other maps away, but pinned ones" on:click=move |_| take(true)>
                "Only these"
            </button>
            <button class="b main" type="button" id="add-methods" disabled=none on:click=move |_| take(false)>{words}</button>
        </footer>
    }
}

/// What something takes: passes, and seconds where they can be foretold.
pub fn takes(foretold: Foretold) -> String {
    let seconds =
        foretold.seconds.filter(|seconds| *seconds >= 5e-4).map(|seconds| format!(", {}", number::seconds(seconds)));
    format!("{}{}", number::passes(foretold.passes), seconds.unwrap_or_default())
}

/// What a network lacks for a method, in words.
pub fn lacking(desk: Desk, entry: &Entry) -> Option<&'static str> {
    let outline = desk.network.with(|network| network.outline.clone())?;
    entry.needs.iter().find(|need| outline.lacks.contains(need)).map(|need| need.words())
}
