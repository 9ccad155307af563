//! Eigen-Grad-CAM: the direction in which feature maps times their derivatives vary most.
//!
//! As Eigen-CAM, of `G_k A_k`: `EigenGradCAM` of the package grad-cam (Gildenblat and contributors 2021).

use super::eigencam::component;
use super::prelude::*;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "eigengradcam",
    title: "Eigen-Grad-CAM",
    sentence: "The direction in which feature maps times their derivatives vary most.",
    formula: "R = M v, with M the products G_k A_k (places by channels, columns centred) and v its first right singular vector",
    caution: "A component has no sign of its own: which side speaks for the class is a convention.",
    citation: Citation {
        short: "Gildenblat et al. 2021",
        title: "PyTorch library for CAM methods",
        source: "github.com/jacobgil/pytorch-grad-cam",
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
    let maps = work.activations(node) * work.gradients(node);
    component(work, maps, node).await
}
