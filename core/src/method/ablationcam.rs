//! Ablation-CAM: feature maps weighted by what the answer loses without them.
//!
//! `w_k = (y - y without map k) / |y|`, `R = max(sum_k w_k A_k, 0)` (Desai and Ramaswamy 2020; with the size of `y`, so that
//! a negative answer does not turn the map around). Where all behind the layer is linear, the loss is `sum_ij G_k A_k`, and
//! no pass is needed.

use super::prelude::*;
use super::sampling::{Samples, Scores, sampled};
use crate::descriptor::Scale;
use std::ops::Range;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "ablationcam",
    title: "Ablation-CAM",
    sentence: "Feature maps weighted by what the answer loses when each is taken away.",
    formula: "w_k = (y - y without A_k) / |y|;  R = max(sum over k of w_k A_k, 0)",
    caution: "One map at a time: what two maps say alike is lost by taking away neither.",
    citation: Citation {
        short: "Desai and Ramaswamy 2020",
        title: "Ablation-CAM: Visual Explanations for Deep Convolutional Network via Gradient-free Localization",
        source: "WACV 2020, doi 10.1109/WACV45572.2020.9093360",
    },
    family: Family::Activation,
    needs: &[Need::Features],
    sign: Sign::Positive,
    promises: &[],
    params: &[LAYER],
};

/// Passes it takes.
pub(super) fn cost(_: &Settings, plan: &Plan) -> Cost {
    if plan.affine {
        return Cost::of(1.0, plan.suffix);
    }
    Cost::of(1.0 + plan.features[0] as f64 * plan.suffix, 0.0).of_samples(plan.features[0])
}

/// The map at the size of the layer.
///
/// # Shapes
/// `[1, h, w]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    let node = work.layer()?;
    let whole = work.session.scores(&work.objective).read().await?[0];
    if whole == 0.0 {
        return Err(MethodError::Undefined("The answer is zero, so no share of it can be lost.".into()));
    }
    if work.objective.scale == Scale::Logit && work.session.network.graph.is_affine_behind(node) {
        let (maps, losses) = (work.activations(node), in_closed_form(work, node));
        return weighted(work, node, maps, losses, whole).await;
    }
    by_taking_away(work, node, whole).await
}

/// The maps' sum, weighted by what is lost without each, where it is above zero.
async fn weighted(
    work: &Work<'_, '_>,
    node: NodeId,
    maps: Tensor<4>,
    losses: Tensor<4>,
    whole: f32,
) -> Result<Map, MethodError> {
    work.layer_map((maps * losses / whole.abs()).sum_dim(1).clamp_min(0.0), node).await
}

/// What is lost without each map, where all behind is linear.
///
/// # Shapes
/// `[1, K, 1, 1]`.
fn in_closed_form(work: &mut Work<'_, '_>, node: NodeId) -> Tensor<4> {
    (work.activations(node) * work.gradients(node)).sum_dim(3).sum_dim(2)
}

/// The map by taking away one map after another; what was not taken away yet is not lost.
async fn by_taking_away(work: &mut Work<'_, '_>, node: NodeId, whole: f32) -> Result<Map, MethodError> {
    let maps = work.activations(node);
    let channels = maps.dims()[1];
    let draw = |work: &mut Work<'_, '_>, batch: Range<usize>| {
        let n = batch.len();
        let kept: Vec<f32> = batch.flat_map(|k| (0..channels).map(move |c| f32::from(u8::from(c != k)))).collect();
        let kept = work.upload(kept, &[n, channels, 1, 1]).pictures();
        let without = work.session.replaced(node, maps.clone() * kept);
        Ok(work.session.scores_from(node, without, &work.objective))
    };
    let finish = async |work: &Work<'_, '_>, scores: Vec<f32>, drawn: &[Range<usize>]| {
        let mut losses = vec![0.0; channels];
        let taken = drawn.iter().cloned().flatten();
        taken.zip(&scores).for_each(|(k, score)| losses[k] = whole - score);
        let losses = work.upload(losses, &[1, channels, 1, 1]).pictures();
        let mut map = weighted(work, node, maps.clone(), losses, whole).await?;
        map.facts.provenance.samples = (scores.len() < channels).then_some((scores.len(), channels));
        Ok(map)
    };
    let samples = Samples::of(work, channels, 1, Pass::Part);
    sampled::<Scores>(work, samples, draw, finish).await
}
