//! To other rows and columns: those of the input, if nothing is said.
//!
//! `[0, 4]` to four columns: `[0, 1, 3, 4]`. How values between the map's are made up is what implementations differ in most.

use super::prelude::*;
use crate::map::resample::{Interpolation, resample};

/// What is said of it.
pub const ENTRY: StepEntry = StepEntry {
    id: "resize",
    title: "Resize",
    sentence: "Brings the map to other rows and columns.",
    source: "torch's interpolate for all but the last; scikit-image's resize for that.",
    changes: Changes::Size,
    params: &[ROWS, COLUMNS, HOW],
};

const ROWS: Param = Param { id: "rows", sentence: "Rows; 0 for the input's.", unit: "", domain: LENGTH };

const COLUMNS: Param = Param { id: "columns", sentence: "Columns; 0 for the input's.", unit: "", domain: LENGTH };

const LENGTH: Domain = Domain::Count { default: 0, least: 0, most: 4096 };

const HOW: Param = Param {
    id: "how",
    sentence: "How values between the map's are made up.",
    unit: "",
    domain: Domain::Choice(&[
        ("bilinear", "Straight lines; pixels are areas (half-pixel centres), as OpenCV has it too."),
        ("aligned", "Straight lines; the outermost places stay outermost (align_corners)."),
        ("nearest", "The value of the place it lies in."),
        ("bicubic", "Cubic curves with a = -0.75; may overshoot."),
        ("mirrored", "Straight lines; beyond the outermost places the map is mirrored."),
    ]),
};

/// # Shapes
/// `[C, H, W]` to `[C, rows, columns]`.
pub(super) fn run(settings: &Settings, mut map: Map) -> Result<Map, Undefined> {
    let input = map.facts.provenance.input;
    let [rows, columns] = [(ROWS.id, input.0), (COLUMNS.id, input.1)].map(|(id, input)| match settings.count(id) {
        0 => input.max(1),
        length => length,
    });
    let (how, from) = (interpolation(settings.choice(HOW.id)), (map.facts.height, map.facts.width));
    let channels = map.values.chunks_exact(from.0 * from.1);
    map.values = channels.flat_map(|channel| resample(channel, from, (rows, columns), how)).collect();
    // Cubic curves go below zero beside what is above it.
    if how == Interpolation::Bicubic && map.values.iter().any(|&value| value < 0.0) {
        map.facts.sign = Sign::Signed;
    }
    (map.facts.height, map.facts.width) = (rows, columns);
    Ok(map)
}

fn interpolation(word: &str) -> Interpolation {
    match word {
        "bilinear" => Interpolation::Bilinear,
        "aligned" => Interpolation::Aligned,
        "nearest" => Interpolation::Nearest,
        "bicubic" => Interpolation::Bicubic,
        "mirrored" => Interpolation::Mirrored,
        other => panic!("{other} is no interpolation"),
    }
}
