//! Which part of a photo the network sees.

use serde::{Deserialize, Serialize};

/// How the network's square is taken from a photo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Crop {
    /// The shortest side is resized, then the centre is cut out: how the network was tested.
    #[default]
    Centre,
    /// The whole photo, squeezed into the square.
    Squeeze,
    /// The photo at its own size, nothing resized and nothing cut.
    None,
}

/// A part of an upright photo, in its pixels; edges may fall between pixels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Columns.
    pub width: f64,
    /// Rows.
    pub height: f64,
}
