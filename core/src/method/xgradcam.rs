//! XGrad-CAM: as Grad-CAM, with each derivative weighted by how strong its place is in the map.
//!
//! `w_k = sum_ij G_k A_k / (sum_ij A_k + 1e-7)`, `R = max(sum_k w_k A_k, 0)` (Fu et al. 2020).

use super::prelude::*;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "xgradcam",
    title: "XGrad-CAM",
    sentence: "As Grad-CAM, with derivatives counted where the feature map itself is strong.",
    formula: "w_k = sum over places of G_k A_k / (sum over places of A_k + 1e-7);  R = max(sum over k of w_k A_k, 0)",
    caution: "A feature map that sums to nearly zero gets a weight without bound; layers with negative values have such maps.",
    citation: Citation {
        short: "Fu et al. 2020",
        title: "Axiom-based Grad-CAM: Towards Accurate Visualization and Explanation of CNNs",
        source: "BMVC 2020, arXiv 2008.02312",
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
    let (maps, gradients) = (work.activations(node), work.gradients(node));
    let sums = maps.clone().sum_dim(3).sum_dim(2) + 1e-7;
    let weights = (gradients * maps.clone()).sum_dim(3).sum_dim(2) / sums;
    work.layer_map((maps * weights).sum_dim(1).clamp_min(0.0), node).await
}
