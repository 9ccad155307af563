//! What is above zero: `[-3, 2]` to `[0, 2]`.

use super::prelude::*;

/// What is said of it.
pub const ENTRY: StepEntry = StepEntry {
    id: "positive",
    title: "Positive part",
    sentence: "Leaves out what speaks against the class.",
    source: "Selvaraju et al. 2017, arXiv 1610.02391.",
    changes: Changes::Values,
    params: &[],
};

/// # Shapes
/// `[C, H, W]`, as it was.
pub(super) fn run(_: &Settings, map: Map) -> Result<Map, Undefined> {
    Ok(each(map, Sign::Positive, |value| value.max(0.0)))
}
