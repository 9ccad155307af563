//! The keys, and what the page is: opens with `?`.

use crate::widgets::icon::{Draw, Icon};
use leptos::prelude::*;

/// Id of the panel, for the buttons that open it.
pub const ID: &str = "help";

/// Keys and what they do.
const KEYS: [(&[&str], &str); 11] = [
    (&["o"], "overlay on and off"),
    (&["space"], "hold: the photo alone"),
    (&["b"], "hold: the other of two maps that are compared"),
    (&["←", "→"], "from map to map"),
    (&["m"], "choose methods"),
    (&["arrows"], "on the photo: move the crosshair, with Shift by ten"),
    (&["+", "−", "0"], "larger, smaller, whole"),
    (&["Ctrl", "V"], "paste a picture"),
    (&["Ctrl", "S"], "save the figure"),
    (&["Esc"], "stop, or close what is open"),
    (&["?"], "this list"),
];

/// The panel.
#[component]
pub fn Help() -> impl IntoView {
    let rows = KEYS.map(|(keys, what)| {
        let keys = keys.iter().map(|key| view! { <kbd>{*key}</kbd> }).collect_view();
        view! { <dt>{keys}</dt><dd>{what}</dd> }
    });
    view! {
        <section id=ID class="pop help" popover="auto" aria-labelledby="help-title">
            <header class="row">
                <h2 id="help-title">"Keys"</h2>
                <button class="b bare sq end" type="button" aria-label="Close" popovertarget=ID popovertargetaction="hide">
                    <Draw icon=Icon::Close />
                </button>
            </header>
            <dl class="keys">{rows.collect_view()}</dl>
            <p class="s">
                "Tessera runs the network on this machine. Photos, answers and maps stay here: nothing is uploaded."
            </p>
        </section>
    }
}
