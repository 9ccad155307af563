//! Which part of a photo the network sees.

use super::input::Preprocess;
use super::resample::Side;
use serde::{Deserialize, Serialize};

/// How the network's square is taken from a photo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Crop {
    /// The shortest side is resized, then the centre is cut out: how the network was tested.
    #[default]
    Centre,
    /// The whole photo, squeezed into the square.
    Squeeze,
    /// The photo at its own size, nothing resized and nothing cut.
    None,
}

/// A part of an upright photo, in its pixels; edges may fall between pixels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Columns.
    pub width: f64,
    /// Rows.
    pub height: f64,
}

impl Crop {
    /// How the rows and the columns of a photo are resized and cut.
    ///
    /// The rounding is torchvision's: the long side is rounded down, an odd margin splits to the even half.
    pub(super) fn sides(self, height: usize, width: usize, preprocess: &Preprocess) -> (Side, Side) {
        let size = preprocess.size;
        match self {
            Self::Centre => {
                let shortest = height.min(width) as u64;
                // A square larger than the resized photo could not be cut out of it.
                let resize = preprocess.resize.max(size) as u64;
                let side = |from: usize| {
                    let to = from as u64 * resize / shortest;
                    Side { from, to, start: half(to - size as u64), length: size }
                };
                (side(height), side(width))
            }
            Self::Squeeze => (Side::whole(height, size), Side::whole(width, size)),
            Self::None => (Side::whole(height, height), Side::whole(width, width)),
        }
    }
}

/// Half of a margin; of an odd one the even neighbour, as Python rounds.
fn half(margin: u64) -> u64 {
    let down = margin / 2;
    if margin % 2 == 1 { down + down % 2 } else { down }
}

impl Region {
    /// The part of the photo that the wanted part of a resize shows.
    pub(super) fn of(rows: Side, columns: Side) -> Self {
        let edges = |side: Side| {
            let scale = side.from as f64 / side.to as f64;
            (side.start as f64 * scale, side.length as f64 * scale)
        };
        let ((top, height), (left, width)) = (edges(rows), edges(columns));
        Self { left, top, width, height }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::input::{Filter, Order};

    const LITE: Preprocess = Preprocess {
        size: 224,
        resize: 256,
        filter: Filter::Bilinear,
        mean: [127.0; 3],
        std: [128.0; 3],
        order: Order::Rgb,
    };

    #[test]
    fn centre_rounds_as_torchvision() {
        // 400 x 300: the long side is 341.33, the margin 117 splits into 58 and 59.
        let (rows, columns) = Crop::Centre.sides(300, 400, &LITE);
        assert_eq!((rows.to, rows.start), (256, 16));
        assert_eq!((columns.to, columns.start), (341, 58));
        // 400 x 299: 342.47. And a margin of 119 splits into 60 and 59: 59.5 rounds to the even number.
        assert_eq!(Crop::Centre.sides(299, 400, &LITE).1.to, 342);
        assert_eq!(half(119), 60);
        assert_eq!(half(117), 58);
    }

    #[test]
    fn region_says_what_is_seen() {
        let (rows, columns) = Crop::Centre.sides(512, 1024, &LITE);
        assert_eq!(Region::of(rows, columns), Region { left: 288.0, top: 32.0, width: 448.0, height: 448.0 });
        let (rows, columns) = Crop::None.sides(7, 9, &LITE);
        assert_eq!(Region::of(rows, columns), Region { left: 0.0, top: 0.0, width: 9.0, height: 7.0 });
        let (rows, columns) = Crop::Squeeze.sides(7, 9, &LITE);
        let region = Region::of(rows, columns);
        assert!((region.width - 9.0).abs() < 1e-12 && (region.height - 7.0).abs() < 1e-12);
    }

    #[test]
    fn strips_do_not_overflow() {
        let (rows, columns) = Crop::Centre.sides(1, 50_000_000, &LITE);
        assert_eq!((rows.to, columns.to, columns.length), (256, 12_800_000_000, 224));
    }
}
