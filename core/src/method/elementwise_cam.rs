//! Element-wise CAM: feature maps times their derivatives, place by place, counted where the product is positive.
//!
//! `R = sum_k max(G_k A_k, 0)`: `GradCAMElementWise` of the package grad-cam (Gildenblat and contributors 2021).

use super::prelude::*;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "elementwise_cam",
    title: "Element-wise CAM",
    sentence: "The last feature maps times their derivatives, counted where they speak for the class.",
    formula: "R = sum over k of max(G_k A_k, 0)",
    caution: "What speaks against the class is dropped before it can cancel anything, so noise adds up.",
    citation: Citation {
        short: "Gildenblat et al. 2021",
        title: "PyTorch library for CAM methods",
        source: "github.com/jacobgil/pytorch-grad-cam",
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
    let map = (work.activations(node) * work.gradients(node)).clamp_min(0.0).sum_dim(1);
    work.layer_map(map, node).await
}
