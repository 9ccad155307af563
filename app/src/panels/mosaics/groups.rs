//! The photos by class: how many, a few of them, which class of the network it is, and what the network makes of them.

use crate::state::classes;
use crate::state::desk::{Desk, Tone};
use crate::state::study::album::{Album, Group, Match};
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use leptos::prelude::*;

/// How many classes are shown before somebody asks for more.
const FIRST: usize = 12;

/// How many more are shown then.
const MORE: usize = 48;

/// The list.
#[component]
pub fn Groups(desk: Desk) -> impl IntoView {
    let groups = Memo::new(move |_| desk.studio.album.with(Album::groups));
    let shown = RwSignal::new(FIRST);
    let rows = move || groups.with(|groups| groups.iter().take(shown.get()).cloned().collect::<Vec<_>>());
    let rest = move || groups.with(Vec::len).saturating_sub(shown.get());
    let unknown = move || {
        groups.with(|groups| groups.iter().filter(|one| one.class.class().is_none() && one.class != Match::Out).count())
    };
    view! {
        <Show when=move || { unknown() > 0 }>
            <p class="note s ask" role="status">
                <Draw icon=Icon::Warning class="hm" />
                <span>{move || match unknown() {
                    1 => "One class has to be named: choose it below, or leave it out.".to_owned(),
                    n => format!("{n} classes have to be named: choose them below, or leave them out."),
                }}</span>
            </p>
        </Show>
        <ul class="groups" data-groups=move || groups.with(Vec::len).to_string()>
            <For each=rows key=|group| group.clone() let(group)>
                <Row desk group />
            </For>
        </ul>
        <Show when=move || { rest() > 0 }>
            <button class="link s" type="button" on:click=move |_| shown.update(|shown| *shown += MORE)>
                {move || format!("{} more classes", number::count(rest()))}
            </button>
        </Show>
    }
}

#[component]
fn Row(desk: Desk, group: Group) -> impl IntoView {
    let pictures = group.first.iter().filter_map(|shot| desk.picture_of(*shot));
    let pictures = pictures.map(|url| view! { <img src=url alt="" loading="lazy" decoding="async" /> }).collect_view();
    let count = format!("{} photo{}", number::count(group.photos), if group.photos == 1 { "" } else { "s" });
    let (tag, good) = match &group.class {
        Match::Named(class) | Match::Chosen(class) => (format!("class {class}"), true),
        Match::Several(several) => (format!("{} classes", several.len()), false),
        Match::Unknown(_) => ("no such class".into(), false),
        Match::Out => ("left out".into(), false),
    };
    let label = group.label.clone();
    let known = {
        let label = label.clone();
        move || desk.studio.check.with(|check| check.labels.get(&label).copied()).map(known)
    };
    view! {
        <li class="group" data-label=label.clone()>
            <div class="row">
                <b class="label" title=label.clone()>{label.replace('_', " ")}</b>
                <span class="s n">{count}</span>
                <span class="end"><span class="tag" class:g=good class:w=!good>{tag}</span></span>
            </div>
            <div class="strip">{pictures}</div>
            <Correct desk group />
            {known}
        </li>
    }
}

/// What the network makes of the photos of a class.
fn known(tone: Tone) -> impl IntoView {
    let Tone { photos, top1, top5 } = tone;
    view! { <p class="s n check">{format!("Known: first in {top1} of {photos}, among five in {top5}")}</p> }
}

/// The class that a label stands for: what names tell, or what a person chooses from all classes.
#[component]
fn Correct(desk: Desk, group: Group) -> impl IntoView {
    let searching = RwSignal::new(false);
    let query = RwSignal::new(String::new());
    let name = move |class: usize| desk.network.with(|network| network.class(class));
    let label = StoredValue::new(group.label.clone());
    let say = move |class: Option<usize>| {
        searching.set(false);
        desk.studio.album.update(|album| label.with_value(|label| album.say(label, class)));
    };
    // Where a name stands for several classes, or comes near some, these come first.
    let near: Vec<usize> = match &group.class {
        Match::Several(several) => several.clone(),
        Match::Unknown(near) => {
            desk.network.with(|one| near.iter().filter_map(|near| one.classes.iter().position(|n| n == near)).collect())
        }
        _ => vec![],
    };
    let found = Memo::new(move |_| {
        let all = query.with(|query| match query.trim() {
            "" => vec![],
            _ => desk.network.with(|network| classes::search(query, &network.classes, &[])),
        });
        let listed = if all.is_empty() { near.clone() } else { all };
        listed.into_iter().take(6).collect::<Vec<usize>>()
    });
    let now = match &group.class {
        Match::Named(class) | Match::Chosen(class) => name(*class),
        Match::Several(_) => "Which of them?".into(),
        Match::Unknown(_) => "Choose a class".into(),
        Match::Out => "Left out".into(),
    };
    let options = move || {
        let options = found.get().into_iter().map(|class| {
            view! {
                <li>
                    <button type="button" class="option" data-class=class.to_string() on:click=move |_| say(Some(class))>
                        <span>{name(class)}</span>
                        <span class="s n">{class}</span>
                    </button>
                </li>
            }
        });
        options.collect_view()
    };
    view! {
        <div class="match s">
            <span>"Matched to"</span>
            <button class="pick-class" type="button" aria-expanded=move || searching.get().to_string() on:click=move |_| searching.update(|on| *on = !*on)>{now}</button>
            <Show when=move || searching.get()>
                <div class="choose">
                    <label class="find">
                        <Draw icon=Icon::Search />
                        <input type="search" autocomplete="off" aria-label="Search the network's classes" placeholder="Search classes" prop:value=query on:input:target=move |event| query.set(event.target().value()) />
                    </label>
                    <ul>{options}</ul>
                    <button class="link" type="button" on:click=move |_| say(None)>"Leave these photos out"</button>
                </div>
            </Show>
        </div>
    }
}
