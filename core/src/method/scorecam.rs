//! Score-CAM: feature maps weighted by how well the network still answers where they are strong.
//!
//! Each map is enlarged to the input (corners aligned) and brought to 0 to 1; `w = softmax over maps of y(x m_k)`,
//! `R = max(sum_k w_k A_k, 0)` (Wang et al. 2020; with logits, the baseline of the paper cancels in the softmax).

use super::prelude::*;
use crate::map::resample::{Interpolation, resample};

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
    Cost::of(1.0 + plan.features[0] as f64, 0.0)
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
    let mut scores: Vec<Tensor<1>> = vec![];
    for batch in work.batches(channels, false) {
        let mask = |k: usize| mask(&maps[k * rows * columns..][..rows * columns], (rows, columns), (height, width));
        let masks = work.upload(batch.clone().flat_map(mask).collect(), &[batch.len(), 1, height, width]);
        let inputs = work.session.input().pictures() * masks.pictures();
        scores.push(work.session.again(Value::from(inputs)).scores(&work.objective).flat());
        let flow = work.watcher.went(batch.end as f64 / channels as f64).await;
        if flow == Flow::Go && batch.end < channels {
            continue;
        }
        let found = Value::from(Tensor::cat(scores.clone(), 0)).read().await?;
        let values = weighted(&maps, &found, rows * columns);
        let mut map = work.made(values, (1, rows, columns), Some(node));
        map.facts.provenance.samples = (batch.end < channels).then_some((batch.end, channels));
        if flow == Flow::Stop || batch.end == channels {
            return Ok(map);
        }
        work.watcher.sketch(map).await;
    }
    Err(MethodError::Stopped)
}

/// A map enlarged and brought to 0 to 1.
fn mask(map: &[f32], from: (usize, usize), to: (usize, usize)) -> Vec<f32> {
    let mut mask = resample(map, from, to, Interpolation::Aligned);
    let (low, high) = mask.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)));
    mask.iter_mut().for_each(|v| *v = (*v - low) / (high - low + EPSILON));
    mask
}

/// The maps' sum, weighted by the softmax of their scores, where it is above zero.
fn weighted(maps: &[f32], scores: &[f32], places: usize) -> Vec<f32> {
    let greatest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = scores.iter().map(|score| libm::exp(f64::from(score - greatest))).collect();
    let all: f64 = powers.iter().sum();
    let sum = |p: usize| powers.iter().enumerate().map(|(k, power)| power / all * f64::from(maps[k * places + p])).sum::<f64>();
    (0..places).map(|p| sum(p).max(0.0) as f32).collect()
}
