//! Input times gradient.
//!
//! `R = x dy/dx` (Shrikumar et al. 2016). In a network of rectifiers without biases it is complete.

use super::derivative::Derivative;
use super::prelude::*;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "input_x_gradient",
    title: "Input x gradient",
    sentence: "The gradient at each pixel times how far the pixel is from the mean colour.",
    formula: "R = x dy/dx",
    caution: "A pixel of the mean colour gets nothing, however much the network uses it.",
    citation: Citation {
        short: "Shrikumar et al. 2016",
        title: "Not Just a Black Box: Learning Important Features Through Propagating Activation Differences",
        source: "arXiv 1605.01713",
    },
    family: Family::Gradient,
    needs: &[],
    sign: Sign::Signed,
    promises: &[],
    params: &[],
};

/// Passes it takes.
pub(super) fn cost(_: &Settings, _: &Plan) -> Cost {
    Cost::of(1.0, 1.0)
}

/// The product at each input value.
///
/// # Shapes
/// `[3, H, W]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    let values = Derivative::InputTimesGradient.here(work)?.read().await?;
    Ok(work.map(values))
}
