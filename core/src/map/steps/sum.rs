//! Sum over channels: `[[3, -1], [-4, 0.5]]` to `[-1, -0.5]`.

use super::prelude::*;

/// What is said of it.
pub const ENTRY: StepEntry = StepEntry {
    id: "sum",
    title: "Sum of channels",
    sentence: "Adds up the channels; what speaks for the class and what speaks against it cancel.",
    source: "the FAccT 2024 study, which so folded integrated gradients and LRP (doi 10.1145/3630106.3658537).",
    changes: Changes::Channels,
    params: &[],
};

/// # Shapes
/// `[C, H, W]` to `[1, H, W]`.
pub(super) fn run(_: &Settings, map: Map) -> Result<Map, Undefined> {
    let sign = map.facts.sign;
    Ok(folded(map, sign, |values| values.iter().sum()))
}
