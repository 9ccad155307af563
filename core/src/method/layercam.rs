//! Layer-CAM: feature maps weighted, place by place, by the positive part of their derivatives.
//!
//! `R = max(sum_k max(G_k, 0) A_k, 0)` (Jiang et al. 2021).

use super::prelude::*;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "layercam",
    title: "Layer-CAM",
    sentence: "Feature maps weighted, place by place, by how much more of them would speak for the class.",
    formula: "R = max(sum over k of max(G_k, 0) A_k, 0)",
    caution: "Made for several layers together; at early layers it follows edges of anything.",
    citation: Citation {
        short: "Jiang et al. 2021",
        title: "LayerCAM: Exploring Hierarchical Class Activation Maps for Localization",
        source: "IEEE Transactions on Image Processing 30, doi 10.1109/TIP.2021.3089943",
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
    let map = (work.activations(node) * work.gradients(node).clamp_min(0.0)).sum_dim(1).clamp_min(0.0);
    work.layer_map(map, node).await
}
