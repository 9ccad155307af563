//! Greatest size over channels: `[[3, -1], [-4, 0.5]]` to `[4, 1]`.

use super::prelude::*;

/// What is said of it.
pub const ENTRY: StepEntry = StepEntry {
    id: "absmax",
    title: "Greatest size of channels",
    sentence: "Takes the size of the channel that has the greatest; the sign is lost.",
    source: "Simonyan, Vedaldi and Zisserman 2014, arXiv 1312.6034.",
    changes: Changes::Channels,
    params: &[],
};

/// # Shapes
/// `[C, H, W]` to `[1, H, W]`.
pub(super) fn run(_: &Settings, map: Map) -> Result<Map, Undefined> {
    Ok(folded(map, Sign::Positive, |values| values.iter().fold(0.0, |most, value| most.max(value.abs()))))
}
