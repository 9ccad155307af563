//! Pictures cut into pieces, superpixels or cells of a grid: the players of LIME and KernelSHAP.
//!
//! What follows a reference gives its labels, place by place; how far was measured in `tests/golden/segments`.

mod connect;
mod density;
mod error;
pub mod fill;
pub mod grid;
mod lab;
mod noise;
mod picture;
pub mod quickshift;
pub mod slic;

pub use error::SegmentError;
pub use picture::Picture;

use quickshift::Quickshift;
use serde::{Deserialize, Serialize};
use slic::Slic;

/// Most places of a picture: about eighty bytes are needed for each.
const MOST_PLACES: usize = 1 << 26;

/// Which piece each place belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segments {
    /// `height * width` numbers of pieces, row after row: each of 0 to `count - 1` occurs.
    pub labels: Vec<u32>,
    /// Number of pieces.
    pub count: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

/// A way to cut, with its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "id", rename_all = "lowercase", deny_unknown_fields)]
pub enum Algorithm {
    /// Rows times columns of about equal cells, numbered along the rows.
    Grid {
        /// Cells from top to bottom.
        rows: usize,
        /// Cells from left to right.
        columns: usize,
    },
    /// Squares of one size, cut off at the right and lower edges, numbered down the columns.
    Squares {
        /// About how many.
        count: usize,
    },
    /// Clusters of colour and place around centres that start on a grid.
    Slic(Slic),
    /// Hills of density in colour and place.
    Quickshift(Quickshift),
}

impl Algorithm {
    /// Cuts a picture.
    ///
    /// # Errors
    /// If the picture has no place, or a number is out of its range.
    pub fn segment(&self, picture: &Picture) -> Result<Segments, SegmentError> {
        let (height, width) = (picture.height(), picture.width());
        match self {
            Algorithm::Grid { rows, columns } => grid::cells(height, width, *rows, *columns),
            Algorithm::Squares { count } => grid::squares(height, width, *count),
            Algorithm::Slic(slic) => slic.segment(picture),
            Algorithm::Quickshift(quickshift) => quickshift.segment(picture),
        }
    }
}

/// An error unless the picture has places, and not more than are taken.
fn check_size(height: usize, width: usize) -> Result<(), SegmentError> {
    match height.checked_mul(width) {
        Some(1..=MOST_PLACES) => Ok(()),
        _ => Err(SegmentError::Size { height, width }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Algorithm; 4] = [
        Algorithm::Grid { rows: 3, columns: 4 },
        Algorithm::Squares { count: 10 },
        Algorithm::Slic(Slic { segments: 12, compactness: 1.0, iterations: 10 }),
        Algorithm::Quickshift(Quickshift { kernel_size: 1.0, max_dist: 10.0, ratio: 0.5 }),
    ];

    #[test]
    fn labels_run_from_0_without_gaps() {
        let rgb = (0..23 * 17 * 3).map(|i| (i * i / 7 % 256) as u8).collect();
        let picture = Picture::from_bytes(rgb, 23, 17).unwrap();
        for algorithm in ALL {
            let found = algorithm.segment(&picture).unwrap();
            assert_eq!((found.height, found.width, found.labels.len()), (23, 17, 23 * 17), "{algorithm:?}");
            assert!(found.count > 1 && found.sizes().iter().all(|&size| size > 0), "{algorithm:?}");
        }
    }

    #[test]
    fn an_algorithm_is_plain_data() {
        for algorithm in ALL {
            let text = serde_json::to_string(&algorithm).unwrap();
            assert_eq!(serde_json::from_str::<Algorithm>(&text).unwrap(), algorithm, "{text}");
        }
        assert!(serde_json::from_str::<Algorithm>(r#"{"id":"slic","segments":9}"#).is_err());
    }
}
