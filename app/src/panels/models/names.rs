//! Names of the network's classes: ImageNet's, the card's own, or a file that a person brings.

use super::ChooseFile;
use crate::state::desk::Desk;
use crate::widgets::number;
use leptos::prelude::*;

/// How many names there are, and a way to bring others.
#[component]
pub fn Names(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let from = move || {
        desk.network.with(|network| {
            let card = network.card.as_ref()?;
            Some(match card.names.len() {
                0 if network.classes.first().is_some_and(|name| name == "class 0") => "numbers only".to_owned(),
                0 => format!("ImageNet's {}", number::count(card.classes)),
                own => format!("{} of its own", number::count(own)),
            })
        })
    };
    let some =
        move || desk.network.with(|network| network.classes.iter().take(3).cloned().collect::<Vec<_>>().join(", "));
    view! {
        <details class="fold" id="names">
            <summary><span>"Class names"</span><span class="s n end">{from}</span></summary>
            <p class="s">{move || format!("They begin with {}.", some())}</p>
            <div class="row">
                <ChooseFile desk id="names-file" words="Choose a list" />
                <small>"Text with one name a line, or JSON."</small>
            </div>
        </details>
    }
}
