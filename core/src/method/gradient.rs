//! Gradient: how the target changes with each input value.
//!
//! `R = dy / dx`, with `x` the normalised input (Simonyan, Vedaldi and Zisserman 2013).

use super::derivative::{CLASS, Derivative, STATISTICS, forward};
use super::prelude::*;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "gradient",
    title: "Gradient",
    sentence: "How the class's logit would change if each pixel were a little brighter.",
    formula: "R = dy/dx",
    caution: "It tells of very small changes; where the network is saturated they say little of what matters.",
    citation: Citation {
        short: "Simonyan et al. 2013",
        title: "Deep Inside Convolutional Networks: Visualising Image Classification Models and Saliency Maps",
        source: "arXiv 1312.6034",
    },
    family: Family::Gradient,
    needs: &[],
    sign: Sign::Signed,
    promises: &[],
    params: &[STATISTICS, CLASS],
};

/// Passes it takes.
pub(super) fn cost(settings: &Settings, _: &Plan) -> Cost {
    Cost::of(forward(settings), 1.0)
}

/// The gradient of the target at the input.
///
/// # Shapes
/// `[3, H, W]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    let values = Derivative::Gradient.here(work)?.read().await?;
    Ok(work.map(values))
}
