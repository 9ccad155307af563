//! Length over channels: `[[3, -1], [-4, 0.5]]` to `[5, 1.118]`.

use super::prelude::*;

/// What is said of it.
pub const ENTRY: StepEntry = StepEntry {
    id: "l2",
    title: "Length of channels",
    sentence: "Takes the channels as a vector and gives its length; the sign is lost.",
    source: "the Euclidean norm, by which the ACML 2024 study folded LIME's maps (its code; PMLR 260:479-494).",
    changes: Changes::Channels,
    params: &[],
};

/// # Shapes
/// `[C, H, W]` to `[1, H, W]`.
pub(super) fn run(_: &Settings, map: Map) -> Result<Map, Undefined> {
    Ok(folded(map, Sign::Positive, |values| values.iter().map(|value| value * value).sum::<f64>().sqrt()))
}
