//! SmoothGrad squared: the mean of squares of a derivative at noisy copies of the input (Hooker et al. 2019).

use super::noisy;
use super::prelude::*;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "smoothgrad_squared",
    title: "SmoothGrad squared",
    sentence: "The mean of squared gradients at many slightly noisy copies of the photo.",
    formula: "R = mean over k of g(x + e_k)^2, e_k normal with deviation s",
    caution: "Squares lose the sign: it shows where the network reacts, not for what.",
    citation: Citation {
        short: "Hooker et al. 2019",
        title: "A Benchmark for Interpretability Methods in Deep Neural Networks",
        source: "NeurIPS 2019, arXiv 1806.10758",
    },
    family: Family::Gradient,
    needs: &[],
    sign: Sign::Positive,
    promises: &[Promise::Random],
    params: noisy::PARAMS,
};

pub(super) use noisy::cost;

/// The map of the input's size.
///
/// # Shapes
/// `[3, H, W]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    noisy::run(work, |estimate| estimate.square.clone()).await
}
