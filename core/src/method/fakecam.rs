//! Fake-CAM: everything alike but one corner, which fools scores that take pixels away (Poppi et al. 2021).

use super::prelude::*;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "fakecam",
    title: "Fake-CAM",
    sentence: "The same everywhere but in one corner: made to score well where photos are masked by maps.",
    formula: "R = 1, but 0 at the first place",
    caution: "A control: a score that likes this map measures how little is hidden, not what matters.",
    citation: Citation { short: "Poppi et al. 2021", title: "Revisiting The Evaluation of Class Activation Mapping for Explainability", source: "CVPR 2021 workshops, arXiv 2104.10252" },
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
    let mut values = vec![1.0; height * width];
    values[0] = 0.0;
    Ok(work.map(values))
}
