//! Centre: a hill in the middle, where photographers put what matters.

use super::prelude::*;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "centre",
    title: "Centre",
    sentence: "A hill in the middle, where photographers put what matters.",
    formula: "R = exp(-d^2 / (2 s^2)), d the distance from the centre, s a share of the shorter side",
    caution: "A control: photos have their subject in the middle, so it scores well without looking.",
    citation: Citation { short: "Judd et al. 2009", title: "Learning to predict where humans look", source: "ICCV 2009, doi 10.1109/ICCV.2009.5459462" },
    family: Family::Control,
    needs: &[],
    sign: Sign::Positive,
    promises: &[Promise::ClassBlind],
    params: &[
        Param {
            id: "deviation",
            sentence: "Width of the hill: its deviation as a share of the shorter side.",
            unit: "side",
            domain: Domain::Real { default: 0.25, least: 0.01, most: 10.0 },
        },
    ],
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
    let deviation = work.settings.real("deviation") * height.min(width) as f64;
    let from = |at: usize, length: usize| at as f64 + 0.5 - length as f64 / 2.0;
    let hill = |i: usize| {
        let (y, x) = (from(i / width, height), from(i % width, width));
        libm::exp(-(y * y + x * x) / (2.0 * deviation * deviation)) as f32
    };
    Ok(work.map((0..height * width).map(hill).collect()))
}
