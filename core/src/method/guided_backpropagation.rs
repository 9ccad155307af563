//! Guided backpropagation: the gradient, where at each rectifier only a positive signal passes (Springenberg et al. 2014).

use super::derivative::{CLASS, Derivative, STATISTICS, forward};
use super::prelude::*;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "guided_backpropagation",
    title: "Guided backpropagation",
    sentence: "The gradient, letting only signals that speak for the class through each rectifier.",
    formula: "at a rectifier y = max(z, 0):  signal in = max(signal out, 0) where z > 0, else 0",
    caution: "It redraws the picture's edges and hardly changes with the class or with the network's weights (Adebayo et al. 2018).",
    citation: Citation {
        short: "Springenberg et al. 2014",
        title: "Striving for Simplicity: The All Convolutional Net",
        source: "arXiv 1412.6806",
    },
    family: Family::Gradient,
    needs: &[Need::Rectifiers],
    sign: Sign::Signed,
    promises: &[],
    params: &[STATISTICS, CLASS],
};

/// Passes it takes.
pub(super) fn cost(settings: &Settings, _: &Plan) -> Cost {
    Cost::of(forward(settings), 1.0)
}

/// The signal at the input.
///
/// # Shapes
/// `[3, H, W]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    let values = Derivative::Guided.here(work)?.read().await?;
    Ok(work.map(values))
}
