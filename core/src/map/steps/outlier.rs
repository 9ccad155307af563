//! Each channel about its mean, in tenths of its deviation, around one half.
//!
//! `min(1, max(0, 0.1 (v - mean) / deviation + 0.5))`, the deviation with the divisor n - 1: `[1, -2, 0.5, 0]` to
//! `[0.586, 0.357, 0.548, 0.510]`.

use super::prelude::*;

/// What is said of it.
pub const ENTRY: StepEntry = StepEntry {
    id: "outlier",
    title: "Outlier picture",
    sentence: "Draws each channel in tenths of its standard deviation around one half; for pictures, not for scores.",
    source: "the ACML 2024 study's code (PMLR 260:479-494), after pytorch-grad-cam's pictures of gradients.",
    changes: Changes::Picture,
    params: &[],
};

/// # Shapes
/// `[C, H, W]`, as it was.
pub(super) fn run(_: &Settings, mut map: Map) -> Result<Map, Undefined> {
    let place = map.facts.height * map.facts.width;
    for channel in map.values.chunks_exact_mut(place.max(1)) {
        let (mean, deviation) = moments(channel)?;
        let shown = |value: f32| (0.1 * (f64::from(value) - mean) / deviation + 0.5).clamp(0.0, 1.0) as f32;
        channel.iter_mut().for_each(|value| *value = shown(*value));
    }
    map.facts.sign = Sign::Positive;
    Ok(map)
}

/// Mean and standard deviation, the latter not zero.
fn moments(values: &[f32]) -> Result<(f64, f64), Undefined> {
    if values.len() < 2 {
        return Err(Undefined::TooFew);
    }
    let (low, high) = ends(values)?;
    if low == high {
        return Err(Undefined::Constant);
    }
    let mean = values.iter().map(|&value| f64::from(value)).sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|&value| (f64::from(value) - mean).powi(2)).sum();
    Ok((mean, (squares / (values.len() - 1) as f64).sqrt()))
}
