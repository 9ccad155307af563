//! Uniform: the same number everywhere.

use super::prelude::*;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "uniform",
    title: "Uniform",
    sentence: "The same everywhere.",
    formula: "R = 1",
    caution: "A control: it says that every place counts alike.",
    citation: Citation { short: "Adebayo et al. 2018", title: "Sanity Checks for Saliency Maps", source: "NeurIPS 2018, arXiv 1810.03292" },
    family: Family::Control,
    needs: &[],
    sign: Sign::Positive,
    promises: &[Promise::ClassBlind],
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
    Ok(work.map(vec![1.0; height * width]))
}
