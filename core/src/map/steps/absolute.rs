//! Sizes: `[-3, 2]` to `[3, 2]`.

use super::prelude::*;

/// What is said of it.
pub const ENTRY: StepEntry = StepEntry {
    id: "absolute",
    title: "Absolute values",
    sentence: "Takes what speaks against the class for as much as what speaks for it.",
    source: "Smilkov et al. 2017, arXiv 1706.03825, who discuss when it helps.",
    changes: Changes::Values,
    params: &[],
};

/// # Shapes
/// `[C, H, W]`, as it was.
pub(super) fn run(_: &Settings, map: Map) -> Result<Map, Undefined> {
    Ok(each(map, Sign::Positive, f32::abs))
}
