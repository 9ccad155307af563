//! Eigen-CAM: the direction in which the last feature maps vary most.
//!
//! `M` is the feature maps as a matrix of places by channels, its columns centred; `R = M v` with `v` its first right
//! singular vector (Muhammad and Yeasin 2020). The sign of `v` is arbitrary; here it is the one for which the map goes
//! with the mean of the channels.

use super::prelude::*;
use super::principal::principal;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "eigencam",
    title: "Eigen-CAM",
    sentence: "The direction in which the last feature maps vary most, whatever the class.",
    formula: "R = M v, with M the feature maps (places by channels, columns centred) and v its first right singular vector",
    caution: "The same for every class: it shows what stands out, not what speaks for an answer.",
    citation: Citation {
        short: "Muhammad and Yeasin 2020",
        title: "Eigen-CAM: Class Activation Map using Principal Components",
        source: "IJCNN 2020, arXiv 2008.00299",
    },
    family: Family::Activation,
    needs: &[Need::Features],
    sign: Sign::Signed,
    promises: &[Promise::ClassBlind],
    params: &[LAYER],
};

/// Passes it takes.
pub(super) fn cost(_: &Settings, _: &Plan) -> Cost {
    Cost::SHARED
}

/// The map at the size of the layer.
///
/// # Shapes
/// `[1, h, w]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    let node = work.layer()?;
    let maps = work.activations(node);
    component(work, maps, node).await
}

/// The first principal component of maps.
///
/// # Shapes
/// `[1, K, h, w]`.
pub(super) async fn component(work: &Work<'_, '_>, maps: Tensor<4>, node: NodeId) -> Result<Map, MethodError> {
    let [_, channels, height, width] = maps.dims();
    let numbers = Value::from(maps).read().await?;
    let values = principal(&numbers, channels, height * width)
        .ok_or_else(|| MethodError::Undefined("The feature maps are the same everywhere, so they vary in no direction.".into()))?;
    Ok(work.made(values, (1, height, width), Some(node)))
}
