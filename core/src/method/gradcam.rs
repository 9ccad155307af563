//! Grad-CAM: the last feature maps, weighted by how much each speaks for the target.
//!
//! `w_k = mean_ij dy/dA_kij`, `R_ij = max(sum_k w_k A_kij, 0)` (Selvaraju et al. 2017).

use super::prelude::*;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "gradcam",
    title: "Grad-CAM",
    sentence: "Where the last feature maps that speak for the class are strong.",
    formula: "w_k = mean over places of dy/dA_k;  R = max(sum over k of w_k A_k, 0)",
    caution: "Coarse: it has the layer's few places, and what speaks against the class is cut off.",
    citation: Citation {
        short: "Selvaraju et al. 2017",
        title: "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization",
        source: "ICCV 2017, arXiv 1610.02391",
    },
    family: Family::Activation,
    needs: &[Need::Features],
    sign: Sign::Positive,
    promises: &[],
    params: &[LAYER],
};

/// Passes it takes.
pub(super) fn cost(_: &Settings, plan: &Plan) -> Cost {
    Cost::of(1.0, plan.suffix)
}

/// The map at the size of the layer.
///
/// # Shapes
/// `[1, h, w]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    let node = work.layer()?;
    let map = weighted(work, node).clamp_min(0.0);
    work.layer_map(map, node).await
}

/// The sum of the feature maps, each weighted by its mean derivative; signed.
///
/// # Shapes
/// `[1, 1, h, w]`.
pub(super) fn weighted(work: &mut Work<'_, '_>, node: NodeId) -> Tensor<4> {
    let weights = work.gradients(node).mean_dim(3).mean_dim(2);
    (work.activations(node) * weights).sum_dim(1)
}
