//! Deconvolution: the gradient, with the signal itself rectified at each rectifier (Zeiler and Fergus 2013).

use super::derivative::Derivative;
use super::prelude::*;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "deconvolution",
    title: "Deconvolution",
    sentence: "What comes back if each rectifier rectifies the signal and forgets what it let through.",
    formula: "at a rectifier y = max(z, 0):  signal in = max(signal out, 0)",
    caution: "It redraws the picture and hardly depends on the class; it is no derivative of the network.",
    citation: Citation {
        short: "Zeiler and Fergus 2013",
        title: "Visualizing and Understanding Convolutional Networks",
        source: "ECCV 2014, arXiv 1311.2901",
    },
    family: Family::Gradient,
    needs: &[Need::Rectifiers],
    sign: Sign::Signed,
    promises: &[],
    params: &[],
};

/// Passes it takes.
pub(super) fn cost(_: &Settings, _: &Plan) -> Cost {
    Cost::of(1.0, 1.0)
}

/// The signal at the input.
///
/// # Shapes
/// `[3, H, W]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    let values = Derivative::Deconvolution.here(work)?.read().await?;
    Ok(work.map(values))
}
