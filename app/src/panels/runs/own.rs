//! Your own numbers: maps and tables of any tool, scored and correlated as a study's are.

use super::bring::Choose;
use super::words::signed;
use crate::state::desk::{Desk, Own};
use crate::widgets::icon::{Draw, Icon};
use leptos::prelude::*;
use tessera_core::undefined::Told;
use tessera_engine::protocol::{Figures, Level};

/// Levels of a table's values, with their names in the form.
const LEVELS: [(&str, Level, &str); 4] = [
    ("nominal", Level::Nominal, "nominal: same or different"),
    ("ordinal", Level::Ordinal, "ordinal: before or after"),
    ("interval", Level::Interval, "interval: so much more"),
    ("ratio", Level::Ratio, "ratio: so many times more"),
];

/// Sides of a mosaic in cells, as the form offers them.
const SIDES: [usize; 3] = [2, 3, 4];

/// The panel.
#[component]
pub fn OwnNumbers(desk: Desk) -> impl IntoView {
    view! {
        <details class="own" id="own-numbers">
            <summary>"Your own numbers"</summary>
            <p class="s">"Maps (.npy) and tables (.csv) of any tool, worked out here as a study’s are."</p>
            <Grid desk />
            <label class="row wrap">
                <span class="s">"A table’s values are"</span>
                <select id="own-level" on:change:target=move |event| {
                    let chosen = event.target().value();
                    if let Some((_, level, _)) = LEVELS.into_iter().find(|(id, ..)| *id == chosen) {
                        desk.read_numbers_as(|reading| reading.level = level);
                    }
                }>
                    {LEVELS.map(|(id, level, words)| view! { <option value=id prop:selected=move || desk.shelf.reading.with(|one| one.level == level)>{words}</option> })}
                </select>
            </label>
            <div class="row"><Choose desk words="Choose maps or tables" id="own-files" /></div>
        </details>
    }
}

/// The cells of the mosaic; a click says whether one shows the target.
#[component]
fn Grid(desk: Desk) -> impl IntoView {
    let side = move || desk.shelf.reading.with(|reading| reading.columns);
    let cells = move || {
        let targets = desk.shelf.reading.with(|reading| reading.targets.clone());
        let cell = |(at, target): (usize, bool)| {
            let flip = move |_| desk.read_numbers_as(|reading| reading.targets[at] = !reading.targets[at]);
            view! { <button class="cell" type="button" aria-pressed=target.to_string() aria-label=format!("Cell {}", at + 1) on:click=flip></button> }
        };
        targets.into_iter().enumerate().map(cell).collect_view()
    };
    let resize = move |text: String| {
        let side: usize = text.parse().unwrap_or(2);
        desk.read_numbers_as(|reading| {
            reading.columns = side;
            reading.targets = (0..side * side).map(|at| at == 0 || at == side * side - 1).collect();
        });
    };
    view! {
        <div class="row wrap">
            <span class="s">"Target cells of a map"</span>
            <select aria-label="Rows and columns of cells" on:change:target=move |event| resize(event.target().value())>
                {SIDES.map(|one| view! { <option value=one.to_string() prop:selected=move || side() == one>{format!("{one} × {one}")}</option> })}
            </select>
            <div class="cells" data-side=move || side().to_string() role="group" aria-label="Target cells">{cells}</div>
        </div>
    }
}

/// What came of the files that were brought last.
#[component]
pub fn OwnFound(desk: Desk) -> impl IntoView {
    let any = Memo::new(move |_| desk.shelf.own.with(|own| !own.is_empty()));
    view! {
        <Show when=move || any.get()>
            <section class="pair" id="own-found" aria-labelledby="own-title">
                <header class="headline">
                    <h2 id="own-title">"Your own numbers"</h2>
                    <span class="grow"></span>
                    <button class="b bare sq" type="button" aria-label="Close your own numbers" on:click=move |_| desk.shelf.own.set(vec![])>
                        <Draw icon=Icon::Close />
                    </button>
                </header>
                <div class="figs">{move || desk.shelf.own.get().into_iter().map(|told| view! { <Found told /> }).collect_view()}</div>
            </section>
        </Show>
    }
}

#[component]
fn Found(told: Own) -> impl IntoView {
    let body = match told.figures {
        Ok(figures) => view! { <Table figures /> }.into_any(),
        Err(why) => {
            view! { <p class="note s" role="alert"><Draw icon=Icon::Bad class="no" /><span>{why}</span></p> }.into_any()
        }
    };
    view! { <figure class="fig"><header><h2>{told.name}</h2></header>{body}</figure> }
}

#[component]
fn Table(figures: Figures) -> impl IntoView {
    let alpha = figures.alpha.map(|alpha| {
        let words = match alpha {
            Told::Number(alpha) => {
                format!("Krippendorff’s alpha {}; below, Spearman’s rho between rows.", signed(alpha, 4, false))
            }
            Told::Undefined(why) => format!("Alpha can not be said: {why} Below, Spearman’s rho between rows."),
        };
        view! { <p class="alpha">{words}</p> }
    });
    let cell = |value: &Told| match value {
        Told::Number(number) => view! { <td class="r">{signed(*number, 4, false)}</td> }.into_any(),
        Told::Undefined(why) => view! { <td class="r" title=why.to_string()>"n/a"</td> }.into_any(),
    };
    let row = |(name, values): (&String, &Vec<Told>)| {
        view! { <tr><th scope="row">{name.clone()}</th>{values.iter().map(cell).collect_view()}</tr> }
    };
    let heads =
        figures.columns.iter().map(|name| view! { <th class="r" scope="col">{name.clone()}</th> }).collect_view();
    view! {
        <p class="s">{figures.note.clone()}"."</p>
        {alpha}
        <div class="wide numbers" tabindex="0" role="region" aria-label="Numbers">
            <table class="n">
                <thead><tr><th scope="col"><span class="vh">"Row"</span></th>{heads}</tr></thead>
                <tbody>{figures.rows.iter().zip(&figures.values).map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}
