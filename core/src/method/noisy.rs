//! Derivatives at noisy copies of the input: what SmoothGrad, its square and VarGrad share.
//!
//! Number `e` of copy `k` is `x_e + s n(k P + e)`, with `P` numbers of the input, `n` the normal numbers of the stream
//! "noise" and `s` a share of the range of `x`.

use super::derivative::{Derivative, OF};
use super::moments::{Estimate, Moments};
use super::prelude::*;
use super::sampling::{Samples, sampled};
use crate::random::Stream;
use std::ops::Range;

/// The parameters of all three.
pub const PARAMS: &[Param] = &[
    Param {
        id: "samples",
        sentence: "How many noisy copies are looked at.",
        unit: "",
        domain: Domain::Count { default: 50, least: 1, most: 10_000 },
    },
    Param {
        id: "noise",
        sentence: "Standard deviation of the noise, as a share of the range of the input's numbers.",
        unit: "range",
        domain: Domain::Real { default: 0.15, least: 0.0, most: 2.0 },
    },
    OF,
];

/// Passes they take.
pub(super) fn cost(settings: &Settings, _: &Plan) -> Cost {
    let samples = settings.count("samples");
    Cost::of(1.0 + samples as f64, samples as f64).of_samples(samples)
}

/// Looks at the copies; `finish` makes a map's numbers of what they come to.
///
/// # Shapes
/// `[3, H, W]`.
pub(super) async fn run(work: &mut Work<'_, '_>, finish: fn(&Estimate) -> Vec<f32>) -> Result<Map, MethodError> {
    let derivative = Derivative::named(work.settings.choice("of"));
    derivative.fits(work)?;
    let samples = work.settings.count("samples");
    let x = work.session.input().read().await?;
    let deviation = work.settings.real("noise") as f32 * range(&x);
    let stream = Stream::new(work.seed, "noise");
    let (height, width) = work.session.size;
    let draw = |work: &mut Work<'_, '_>, batch: Range<usize>| {
        let mut numbers = stream.normals((batch.start * x.len()) as u64, batch.len() * x.len());
        numbers.iter_mut().zip(x.iter().cycle()).for_each(|(noise, x)| *noise = x + deviation * *noise);
        let copies = work.upload(numbers, &[batch.len(), 3, height, width]).pictures();
        Ok(derivative.at(work, copies))
    };
    let finish =
        async |work: &Work<'_, '_>, found: Estimate, _: &[Range<usize>]| Ok(found.map(work, finish(&found), samples));
    let all = Samples::of(work, samples, x.len(), Pass::Gradient);
    sampled::<Moments>(work, all, draw, finish).await
}

/// Greatest number less the least.
fn range(x: &[f32]) -> f32 {
    let (low, high) = x.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)));
    high - low
}
