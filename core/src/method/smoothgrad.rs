//! SmoothGrad: the mean of a derivative at noisy copies of the input (Smilkov et al. 2017).

use super::noisy;
use super::prelude::*;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "smoothgrad",
    title: "SmoothGrad",
    sentence: "The mean of gradients at many slightly noisy copies of the photo.",
    formula: "R = mean over k of g(x + e_k), e_k normal with deviation s",
    caution: "The noise is part of the question: more of it shows a smoother network, not this one.",
    citation: Citation {
        short: "Smilkov et al. 2017",
        title: "SmoothGrad: removing noise by adding noise",
        source: "arXiv 1706.03825",
    },
    family: Family::Gradient,
    needs: &[],
    sign: Sign::Signed,
    promises: &[Promise::Random],
    params: noisy::PARAMS,
};

pub(super) use noisy::cost;

/// The map of the input's size.
///
/// # Shapes
/// `[3, H, W]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    noisy::run(work, |estimate| estimate.mean.clone()).await
}
