//! Greatest size over channels, then least to 0 and greatest to 1.
//!
//! Min-max has the guard 2.2e-16, the spacing of doubles at 1, so that a map that is zero everywhere stays so.

use super::prelude::*;
use super::{absmax, minmax};

/// What is said of it.
pub const ENTRY: StepEntry = StepEntry {
    id: "smooth",
    title: "Smooth picture",
    sentence: "Takes the greatest size of the channels and brings it to 0 to 1, as SmoothGrad's code draws gradients.",
    source: "the ACML 2024 study's code (PMLR 260:479-494); all of its published scores of gradients are of this.",
    changes: Changes::Picture,
    params: &[],
};

/// # Shapes
/// `[C, H, W]` to `[1, H, W]`.
pub(super) fn run(settings: &Settings, map: Map) -> Result<Map, Undefined> {
    minmax::guarded(absmax::run(settings, map)?, f64::EPSILON)
}
