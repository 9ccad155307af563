//! Score-CAM: feature maps weighted by how well the network still answers where they are strong.
//!
//! Each map is enlarged to the input (corners aligned) and brought to 0 to 1; `w = softmax over maps of y(x m_k)`,
//! `R = max(sum_k w_k A_k, 0)` (Wang et al. 2020; with logits, the baseline of the paper cancels in the softmax).

use super::prelude::*;
use super::sampling::{Samples, Scores, sampled};
use crate::map::resample::{Interpolation, resample};
use std::ops::Range;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "scorecam",
    title: "Score-CAM",
    sentence: "Feature maps weighted by how well the network still answers where they are strong.",
    formula: "m_k = A_k enlarged and brought to 0 to 1;  w = softmax over k of y(x m_k);  R = max(sum over k of w_k A_k, 0)",
    caution: "A pass for each of the layer's maps: slow. A softmax over logits may give one map all the weight.",
    citation: Citation {
        short: "Wang et al. 2020",
        title: "Score-CAM: Score-Weighted Visual Explanations for Convolutional Neural Networks",
        source: "CVPR 2020 workshops, arXiv 1910.01279",
    },
    family: Family::Activation,
    needs: &[Need::Features],
    sign: Sign::Positive,
    promises: &[],
    params: &[LAYER],
};

/// Keeps a map that is the same everywhere from a division by zero.
const EPSILON: f32 = 1e-8;

/// Passes it takes.
pub(super) fn cost(_: &Settings, plan: &Plan) -> Cost {
    Cost::of(1.0 + plan.features[0] as f64, 0.0).of_samples(plan.features[0])
}

/// The map at the size of the layer.
///
/// # Shapes
/// `[1, h, w]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    let node = work.layer()?;
    let activations = work.activations(node);
    let [_, channels, rows, columns] = activations.dims();
    let maps = Value::from(activations).read().await?;
    let (height, width) = work.session.size;
    let places = rows * columns;
    let draw = |work: &mut Work<'_, '_>, batch: Range<usize>| {
        let mask = |k: usize| mask(&maps[k * places..][..places], (rows, columns), (height, width));
        let masks: Vec<Vec<f32>> = batch.clone().map(mask).collect();
        let masks = work.upload(masks.concat(), &[batch.len(), 1, height, width]);
        let inputs = work.session.input().pictures() * masks.pictures();
        Ok(work.session.again(Value::from(inputs)).scores(&work.objective))
    };
    let finish = async |work: &Work<'_, '_>, scores: Vec<f32>, drawn: &[Range<usize>]| {
        let of = |k: usize| &maps[k * places..][..places];
        let tried: Vec<(&[f32], f32)> = drawn.iter().cloned().flatten().map(of).zip(scores).collect();
        let mut map = work.made(weighted(&tried, places), (1, rows, columns), Some(node));
        map.facts.provenance.samples = (tried.len() < channels).then_some((tried.len(), channels));
        Ok(map)
    };
    let samples = Samples::of(work, channels, 1, Pass::Forward);
    sampled::<Scores>(work, samples, draw, finish).await
}

/// A map enlarged and brought to 0 to 1.
fn mask(map: &[f32], from: (usize, usize), to: (usize, usize)) -> Vec<f32> {
    let mut mask = resample(map, from, to, Interpolation::Aligned);
    let (low, high) = mask.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)));
    mask.iter_mut().for_each(|v| *v = (*v - low) / (high - low + EPSILON));
    mask
}

/// The sum of maps, weighted by the softmax of their scores, where it is above zero.
fn weighted(tried: &[(&[f32], f32)], places: usize) -> Vec<f32> {
    let greatest = tried.iter().map(|(_, score)| *score).fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = tried.iter().map(|(_, score)| libm::exp(f64::from(score - greatest))).collect();
    let all: f64 = powers.iter().sum();
    let sum = |p: usize| powers.iter().zip(tried).map(|(power, (map, _))| power / all * f64::from(map[p])).sum::<f64>();
    (0..places).map(|p| sum(p).max(0.0) as f32).collect()
}
