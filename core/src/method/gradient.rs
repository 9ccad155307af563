//! Gradient: how the target's logit changes with each input value.
//!
//! `R = d logit / d x`, with `x` the normalised input (Simonyan, Vedaldi and Zisserman 2013).

use crate::descriptor::{Citation, Entry, Sign};
use crate::map::Map;
use crate::network::session::Session;
use crate::network::value::ReadError;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "gradient",
    title: "Gradient",
    sentence: "How the class's logit would change if each pixel were a little brighter.",
    citation: Citation {
        short: "Simonyan et al. 2013",
        title: "Deep Inside Convolutional Networks: Visualising Image Classification Models and Saliency Maps",
        source: "arXiv 1312.6034",
    },
    sign: Sign::Signed,
    passes: 2,
    params: &[],
};

/// The gradient of the target's logit at the input.
///
/// # Shapes
/// `[3, H, W]`.
///
/// # Errors
/// If the device fails.
pub async fn run(session: &mut Session<'_>, target: usize) -> Result<Map, ReadError> {
    let values = session.gradient(target, 0).read().await?;
    let (height, width) = session.size;
    Ok(super::finish(&ENTRY, session, target, values, (3, height, width), None))
}
