//! Values held within a percentile of their sizes: `[1, -2, 3, 100]` at 50 to `[1, -2, 2.5, 2.5]`.

use super::prelude::*;
use crate::map::range::percentile;

/// What is said of it.
pub const ENTRY: StepEntry = StepEntry {
    id: "clip",
    title: "Percentile clip",
    sentence: "Holds values within a percentile of their sizes, so that a few very large ones do not set the scale.",
    source: "Smilkov et al. 2017, arXiv 1706.03825; percentiles between two values along a straight line, as numpy's.",
    changes: Changes::Values,
    params: &[PERCENTILE],
};

const PERCENTILE: Param = Param {
    id: "percentile",
    sentence: "Which share of the sizes lies below the limit.",
    unit: "%",
    domain: Domain::Real { default: 99.0, least: 0.0, most: 100.0 },
};

/// # Shapes
/// `[C, H, W]`, as it was.
pub(super) fn run(settings: &Settings, map: Map) -> Result<Map, Undefined> {
    let mut sizes: Vec<f32> = map.values.iter().map(|value| value.abs()).collect();
    let limit = percentile(&mut sizes, settings.real(PERCENTILE.id));
    if limit == 0.0 && sizes.iter().any(|&size| size > 0.0) {
        return Err(Undefined::Emptied);
    }
    let sign = map.facts.sign;
    Ok(each(map, sign, |value| value.max(-limit).min(limit)))
}
