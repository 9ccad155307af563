//! A photo cut to a cell.

use crate::photo::resample::{Side, resize};
use crate::photo::{Crop, Filter, Order, Photo, Preprocess, prepare};
use serde::{Deserialize, Serialize};

/// How a photo is made square. Either way it is resized to 8/7 of the cell and the border cut away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fit {
    /// The whole photo is squeezed, whatever its shape: the study of FAccT 2024.
    Squeeze,
    /// Its shorter side is resized, its shape kept.
    Keep,
}

/// The photo as a cell's picture, with Pillow's bilinear filter.
///
/// # Shapes
/// `[cell, cell, 3]`
///
/// # Panics
/// If the cell has no pixels.
#[must_use]
pub fn tile(photo: &Photo, cell: usize, fit: Fit) -> Vec<u8> {
    // 224 / 0.875 = 256: the usual share of a photo that ImageNet networks are tested on.
    let whole = cell * 8 / 7;
    match fit {
        Fit::Squeeze => {
            let side = |from: usize| Side { from, to: whole as u64, start: (whole - cell) as u64 / 2, length: cell };
            resize(&photo.rgb, side(photo.facts.height), side(photo.facts.width), Filter::Bilinear)
        }
        Fit::Keep => {
            let (mean, std) = ([0.0; 3], [1.0; 3]);
            let preprocess =
                Preprocess { size: cell, resize: whole, filter: Filter::Bilinear, mean, std, order: Order::Rgb };
            prepare(photo, &preprocess, Crop::Centre).rgb
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::PhotoFacts;

    #[test]
    fn a_squeezed_photo_keeps_its_edges_and_a_kept_one_its_shape() {
        // Left third black, the rest white; twice as wide as high.
        let (height, width) = (42, 84);
        let rgb = (0..height * width * 3).map(|i| if i / 3 % width < width / 3 { 0 } else { 255 }).collect();
        let facts = PhotoFacts { height, width, format: String::new(), sha256: String::new(), notes: Vec::new() };
        let photo = Photo { rgb, facts };
        let black = |fit| tile(&photo, 21, fit)[..21 * 3].iter().step_by(3).filter(|&&level| level < 128).count();
        // Resized to 24 columns the edge is at 8, and 1 is cut off; to 48 it is at 16, and 14 of the margin of 27 are.
        assert_eq!((black(Fit::Squeeze), black(Fit::Keep)), (7, 2));
        assert_eq!(tile(&photo, 21, Fit::Keep).len(), 21 * 21 * 3);
    }
}
