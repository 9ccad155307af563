//! The icon set: strokes on a grid of 16.

use leptos::prelude::*;

/// An icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Light and dark.
    Theme,
    /// A question mark.
    Help,
    /// Larger.
    Plus,
    /// Smaller.
    Minus,
    /// Away with it.
    Close,
    /// A filled square.
    Stop,
    /// An arrow into a tray.
    Drop,
    /// A magnifier.
    Search,
    /// An eye.
    Eye,
    /// A tick.
    Good,
    /// A triangle with a mark in it.
    Warning,
    /// A cross.
    Bad,
    /// A disk.
    Save,
    /// A camera.
    Camera,
    /// Opens upwards.
    Up,
    /// Layers.
    Network,
    /// A triangle to the right.
    Play,
    /// A pin.
    Pin,
    /// Two frames, one over the other.
    Compare,
    /// An arrow out of a tray.
    Share,
}

impl Icon {
    /// The path, and whether it is filled.
    fn path(self) -> (&'static str, bool) {
        match self {
            Self::Theme => ("M13.5 8A5.5 5.5 0 1 1 2.5 8a5.5 5.5 0 0 1 11 0", false),
            Self::Help => {
                ("M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0M6.2 6.3a1.9 1.9 0 1 1 2.6 1.8c-.6.3-.8.6-.8 1.2M8 11.6v.1", false)
            }
            Self::Plus => ("M8 3v10M3 8h10", false),
            Self::Minus => ("M3 8h10", false),
            Self::Close | Self::Bad => ("m4 4 8 8m0-8-8 8", false),
            Self::Stop => ("M5 4h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1z", true),
            Self::Drop => ("M8 2v8m0 0 3-3m-3 3L5 7M2.5 10.5V13a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-2.5", false),
            Self::Search => ("M11.5 7A4.5 4.5 0 1 1 2.5 7a4.5 4.5 0 0 1 9 0M10.5 10.5l3 3", false),
            Self::Eye => {
                ("M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM10 8a2 2 0 1 1-4 0 2 2 0 0 1 4 0", false)
            }
            Self::Good => ("m3.5 8.5 3 3 6-7", false),
            Self::Warning => ("M8 2.5 14.5 13.5h-13zM8 6.5v3.5m0 1.8v.1", false),
            Self::Save => ("M3 3h8l2 2v8H3zM5.5 3v3.5h4.5V3M5 13V9.5h6V13", false),
            Self::Camera => ("M2 5h2.5L6 3h4l1.5 2H14v8H2zM10.3 8.8a2.3 2.3 0 1 1-4.6 0 2.3 2.3 0 0 1 4.6 0", false),
            Self::Up => ("m4 10 4-4 4 4", false),
            Self::Network => ("M8 2 2.5 5 8 8l5.5-3zM2.5 8 8 11l5.5-3M2.5 11 8 14l5.5-3", false),
            Self::Play => ("M5 3v10l8-5z", true),
            Self::Pin => ("M6 2h4l-.5 4.5 2.5 2V10H4V8.5l2.5-2zM8 10v4", false),
            Self::Share => ("M8 9.5V2m0 0L5.2 4.8M8 2l2.8 2.8M3 8.5V13a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1V8.5", false),
            Self::Compare => ("M2.5 2.5h7.5v7.5H2.500zM6 13.5h7.5V6", false),
        }
    }
}

/// Draws an icon; it says nothing to who can not see it, so a word or a label stands beside it.
#[component]
pub fn Draw(
    /// Which one.
    icon: Icon,
    /// Further classes.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let (path, filled) = icon.path();
    let half = (icon == Icon::Theme)
        .then(|| view! { <path d="M8 2.5v11a5.5 5.5 0 0 0 0-11z" fill="currentColor" stroke="none" /> });
    view! {
        <svg class=format!("i {class}") viewBox="0 0 16 16" aria-hidden="true">
            <path d=path fill=if filled { "currentColor" } else { "none" } />
            {half}
        </svg>
    }
}
