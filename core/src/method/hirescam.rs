//! HiResCAM: feature maps times their derivatives, place by place.
//!
//! `R = sum_k G_k A_k` (Draelos and Carin 2020); signed, as in the paper.

use super::prelude::*;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "hirescam",
    title: "HiResCAM",
    sentence: "The last feature maps times their derivatives, place by place.",
    formula: "R = sum over k of G_k A_k",
    caution: "Exact only where what follows the layer is linear; common libraries cut off what is negative.",
    citation: Citation {
        short: "Draelos and Carin 2020",
        title: "Use HiResCAM instead of Grad-CAM for faithful explanations of convolutional neural networks",
        source: "arXiv 2011.08891",
    },
    family: Family::Activation,
    needs: &[Need::Features],
    sign: Sign::Signed,
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
    let map = (work.activations(node) * work.gradients(node)).sum_dim(1);
    work.layer_map(map, node).await
}
