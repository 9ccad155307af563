//! Grad-CAM++: as Grad-CAM, with derivatives weighted so that several objects of a class count alike.
//!
//! `a = G^2 / (2 G^2 + (sum_ij A_k) G^3 + 1e-6)`, zero where `G` is; `w_k = sum_ij a max(G, 0)`,
//! `R = max(sum_k w_k A_k, 0)` (Chattopadhay et al. 2018, for the score `exp y`, whose common factor is left out). The
//! authors' own program also divides `a` by its sum over places; their paper and the usual libraries do not.

use super::prelude::*;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "gradcam_plus_plus",
    title: "Grad-CAM++",
    sentence: "As Grad-CAM, weighted so that several objects of the class count alike.",
    formula: "a = G^2 / (2 G^2 + (sum over places of A_k) G^3 + 1e-6);  w_k = sum over places of a max(G, 0);  R = max(sum over k of w_k A_k, 0)",
    caution: "Its weights come from a ratio that can change sign or grow without bound where feature maps are negative.",
    citation: Citation {
        short: "Chattopadhay et al. 2018",
        title: "Grad-CAM++: Generalized Gradient-based Visual Explanations for Deep Convolutional Networks",
        source: "WACV 2018, arXiv 1710.11063",
    },
    family: Family::Activation,
    needs: &[Need::Features],
    sign: Sign::Positive,
    promises: &[],
    params: &[LAYER],
};

/// Keeps the ratio's denominator from zero, as in the usual libraries.
const EPSILON: f32 = 1e-6;

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
    let square = gradients.clone().square();
    let sums = maps.clone().sum_dim(3).sum_dim(2);
    let denominator = square.clone() * 2.0 + sums * square.clone() * gradients.clone() + EPSILON;
    // Where the derivative is zero so is its square, and with it the share: no case apart is needed.
    let weights = (square / denominator * gradients.clamp_min(0.0)).sum_dim(3).sum_dim(2);
    work.layer_map((maps * weights).sum_dim(1).clamp_min(0.0), node).await
}
