//! Random: numbers that know nothing of the photo. What is not better than this is worth nothing.

use super::prelude::*;
use crate::random::Stream;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "random",
    title: "Random",
    sentence: "Numbers drawn evenly from 0 to 1, which know nothing of the photo.",
    formula: "R even on 0 to 1, drawn anew at each place",
    caution: "A control: a method whose score is no better tells nothing.",
    citation: Citation { short: "Adebayo et al. 2018", title: "Sanity Checks for Saliency Maps", source: "NeurIPS 2018, arXiv 1810.03292" },
    family: Family::Control,
    needs: &[],
    sign: Sign::Positive,
    promises: &[Promise::ClassBlind, Promise::Random],
    params: &[],
};

/// Passes it takes.
pub(super) fn cost(_: &Settings, _: &Plan) -> Cost {
    Cost::default()
}

/// The map of the input's size.
///
/// # Shapes
/// `[1, H, W]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    let (height, width) = work.session.size;
    let stream = Stream::new(work.seed, "control");
    Ok(work.map((0..(height * width) as u64).map(|i| stream.uniform(i) as f32).collect()))
}
