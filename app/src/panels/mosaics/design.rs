//! How mosaics are made: a small form, every field with what it means.

use super::grid::runs;
use super::plan::is_drawn;
use crate::state::desk::Desk;
use crate::state::study::design::{self, How};
use crate::widgets::save;
use leptos::prelude::*;
use tessera_core::experiment::spec::Convention;
use tessera_core::experiment::subject::Stored;
use tessera_core::mosaic::table;
use tessera_core::mosaic::tile::Fit;

/// A whole number of the design.
#[derive(Clone, Copy)]
struct Count {
    id: &'static str,
    label: &'static str,
    means: &'static str,
    least: usize,
    most: usize,
    get: fn(&design::Design) -> usize,
    set: fn(&mut design::Design, usize),
}

const COUNTS: [Count; 7] = [
    Count {
        id: "per-class",
        label: "Mosaics a class",
        means: "",
        least: 1,
        most: 1_000_000,
        get: |design| design.per_class,
        set: |design, count| design.per_class = count,
    },
    Count {
        id: "rows",
        label: "Rows of cells",
        means: "",
        least: 1,
        most: 8,
        get: |design| design.layout.rows,
        set: |design, count| design.layout.rows = count,
    },
    Count {
        id: "columns",
        label: "Columns of cells",
        means: "",
        least: 1,
        most: 8,
        get: |design| design.layout.columns,
        set: |design, count| design.layout.columns = count,
    },
    Count {
        id: "targets",
        label: "Cells of the target",
        means: "At least one, and not all.",
        least: 1,
        most: 63,
        get: |design| design.targets,
        set: |design, count| design.targets = count,
    },
    Count {
        id: "cell",
        label: "Pixels of a cell",
        means: "The network sees all pixels of a mosaic, if it takes pictures of any size.",
        least: 16,
        most: 512,
        get: |design| design.layout.cell,
        set: |design, count| design.layout.cell = count,
    },
    Count {
        id: "margin",
        label: "Margin that is not scored",
        means: "Pixels on each side of a cell: near a border a network sees both neighbours.",
        least: 0,
        most: 128,
        get: |design| design.margin,
        set: |design, count| design.margin = count,
    },
    Count {
        id: "seed",
        label: "Seed",
        means: "Of the draw, and of all that methods draw at random.",
        least: 0,
        most: u32::MAX as usize,
        get: |design| design.seed as usize,
        set: |design, count| design.seed = count as u32,
    },
];

/// The form.
#[component]
pub fn Design(desk: Desk) -> impl IntoView {
    view! {
        <fieldset class="design" disabled=move || runs(desk)>
            <legend class="vh">"How mosaics are made"</legend>
            {COUNTS.map(|count| view! { <Field desk count /> }).collect_view()}
            <Choices desk />
        </fieldset>
        <button class="link s" type="button" id="save-mosaics" on:click=move |_| { save_mosaics(desk); }>"Save the table of mosaics (CSV)"</button>
    }
}

/// Saves which photos make up which mosaic, as the study's own table.
fn save_mosaics(desk: Desk) -> Option<()> {
    let drawn = desk.studio.drawn.get_untracked().ok()?;
    save::text("tessera-mosaics.csv", "text/csv", &table::write(&drawn.mosaics))
}

#[component]
fn Field(desk: Desk, count: Count) -> impl IntoView {
    let design = desk.studio.design;
    let value = Memo::new(move |_| design.with(count.get).to_string());
    let set = move |text: String| {
        // What is no number leaves what was there; what is out of range is the nearest that is not.
        let number = text.trim().parse::<usize>().ok().map(|number| number.clamp(count.least, count.most));
        design.update(|design| {
            if let Some(number) = number {
                (count.set)(design, number);
            }
        });
    };
    let id = format!("design-{}", count.id);
    let off = move || {
        design.with(|design| match count.id {
            "per-class" => !is_drawn(design.how),
            "targets" => design.how != How::Even,
            "rows" | "columns" => design.how != How::Even,
            _ => false,
        })
    };
    view! {
        <div class="setting">
            <label for=id.clone()>{count.label}</label>
            <input class="num" id=id inputmode="numeric" autocomplete="off" prop:value=value disabled=off on:change:target=move |event| {
                set(event.target().value());
                event.target().set_value(&value.get_untracked());
            } />
            {(!count.means.is_empty()).then(|| view! { <small>{count.means}</small> })}
        </div>
    }
}

#[component]
fn Choices(desk: Desk) -> impl IntoView {
    let design = desk.studio.design;
    let how = move || design.with(|design| design.how);
    let table = move || design.with(|design| design.table.is_some());
    let draw = move |text: String| {
        design.update(|design| {
            design.how = match text.as_str() {
                "facct24" => How::Facct24,
                "table" => How::Table,
                _ => How::Even,
            };
            if design.how == How::Facct24 {
                (design.layout.rows, design.layout.columns, design.targets) = (2, 2, 2);
            }
        });
    };
    view! {
        <label class="field">
            <span>"Which photos"</span>
            <select id="design-how" on:change:target=move |event| draw(event.target().value())>
                <option value="even" prop:selected=move || how() == How::Even>"each as often"</option>
                <option value="facct24" prop:selected=move || how() == How::Facct24>"as FAccT 2024"</option>
                <Show when=table><option value="table" prop:selected=move || how() == How::Table>"as the table says"</option></Show>
            </select>
        </label>
        <label class="field">
            <span>"Shape of photos"</span>
            <select id="design-fit" on:change:target=move |event| {
                let fit = if event.target().value() == "squeeze" { Fit::Squeeze } else { Fit::Keep };
                design.update(|design| design.fit = fit);
            }>
                <option value="keep" prop:selected=move || design.with(|design| design.fit == Fit::Keep)>"kept, cut square"</option>
                <option value="squeeze" prop:selected=move || design.with(|design| design.fit == Fit::Squeeze)>"squeezed"</option>
            </select>
        </label>
        <label class="field">
            <span>"Stored as"</span>
            <select id="design-stored" on:change:target=move |event| {
                let stored = if event.target().value() == "jpeg" { Stored::Jpeg } else { Stored::Lossless };
                design.update(|design| design.stored = stored);
            }>
                <option value="lossless" prop:selected=move || design.with(|design| design.stored == Stored::Lossless)>"nothing lost"</option>
                <option value="jpeg" prop:selected=move || design.with(|design| design.stored == Stored::Jpeg)>"JPEG, quality 75"</option>
            </select>
        </label>
        <label class="field">
            <span>"Conventions"</span>
            <select id="design-convention" on:change:target=move |event| {
                let study = event.target().value() == "facct24";
                design.update(|design| design.convention = if study { Convention::Facct24 } else { Convention::Tessera });
            }>
                <option value="tessera" prop:selected=move || design.with(|design| design.convention == Convention::Tessera)>"Tessera's"</option>
                <option value="facct24" prop:selected=move || design.with(|design| design.convention == Convention::Facct24)>"of FAccT 2024"</option>
            </select>
        </label>
        <small>"Those of the study, defects included: an undefined precision is 0, its normalisation and its steps on maps."</small>
    }
}
