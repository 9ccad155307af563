//! Least value to 0 and greatest to 1: `[-1, 1, 3]` to `[0, 0.5, 1]`.
//!
//! `(v - min) / (max - min + guard)`, over all channels together. A map of one value has no such form; with a guard, as
//! libraries have it, it becomes zero.

use super::prelude::*;

/// What is said of it.
pub const ENTRY: StepEntry = StepEntry {
    id: "minmax",
    title: "Min-max",
    sentence: "Brings the least value to 0 and the greatest to 1; zero loses its meaning.",
    source: "the FAccT 2024 study without a guard; pytorch-grad-cam 1.4.8 with 1e-7; the ACML 2024 study with 2.2e-16.",
    changes: Changes::Values,
    params: &[GUARD],
};

const GUARD: Param = Param {
    id: "guard",
    sentence: "What is added to the difference of the ends; without it a map of one value has no result.",
    unit: "",
    domain: Domain::Real { default: 0.0, least: 0.0, most: 1.0 },
};

/// # Shapes
/// `[C, H, W]`, as it was.
pub(super) fn run(settings: &Settings, map: Map) -> Result<Map, Undefined> {
    guarded(map, settings.real(GUARD.id))
}

/// The same with this guard.
pub(super) fn guarded(map: Map, guard: f64) -> Result<Map, Undefined> {
    let (low, high) = ends(&map.values)?;
    let length = high - low + guard;
    if length == 0.0 {
        return Err(Undefined::Constant);
    }
    Ok(each(map, Sign::Positive, |value| ((f64::from(value) - low) / length) as f32))
}
