//! VarGrad: the variance of a derivative at noisy copies of the input (Adebayo et al. 2018).

use super::noisy;
use super::prelude::*;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "vargrad",
    title: "VarGrad",
    sentence: "How much the gradient varies among slightly noisy copies of the photo.",
    formula: "R = variance over k of g(x + e_k), over n and not n - 1",
    caution: "It shows where gradients are unstable, which is not where evidence lies.",
    citation: Citation {
        short: "Adebayo et al. 2018",
        title: "Local Explanation Methods for Deep Neural Networks Lack Sensitivity to Parameter Values",
        source: "ICLR 2018 workshop, arXiv 1810.03307",
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
    noisy::run(work, |estimate| estimate.variance()).await
}
