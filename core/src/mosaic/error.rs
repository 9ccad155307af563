//! Why no mosaics could be made or read, as one sentence: what, why, what to do.

use crate::photo::decode::MAX_PIXELS;
use crate::photo::jpeg::LONGEST;
use std::fmt;

/// Why no mosaics could be made or read. Displays as one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MosaicError {
    /// All photos show the same class, or there are none.
    OneClass {
        /// Number of photos.
        photos: usize,
    },
    /// A class has fewer photos than are needed of it.
    FewPhotos {
        /// The class.
        class: usize,
        /// How many it has.
        there: usize,
        /// How many are needed.
        needed: usize,
    },
    /// All other classes together have fewer photos than the cells beside the target's.
    FewOthers {
        /// The target class.
        class: usize,
        /// How many photos there are of all others.
        there: usize,
        /// How many are needed.
        needed: usize,
    },
    /// More mosaics than are made at once, or none.
    Count {
        /// How many were asked for.
        asked: usize,
        /// Cells of each.
        cells: usize,
    },
    /// A mosaic without target cells or without others says nothing.
    Targets {
        /// Target cells asked for.
        targets: usize,
        /// Cells of a mosaic.
        cells: usize,
    },
    /// No cells, cells without pixels, or more pixels than are taken.
    Size {
        /// Rows of pixels.
        height: usize,
        /// Columns of pixels.
        width: usize,
    },
    /// The study leaves this seed unseeded.
    Unseeded,
    /// The photos at hand are not those that were asked for.
    Dataset {
        /// What was asked for.
        wanted: String,
        /// What is there.
        found: String,
    },
    /// A table of mosaics that cannot be read.
    Table {
        /// Line of the file, from 1.
        line: u64,
        /// What is wrong, without a full stop.
        reason: String,
    },
}

/// Most cells that are drawn at once, of all mosaics together.
pub const MOST: usize = 4_000_000;

impl fmt::Display for MosaicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneClass { photos: 0 } => {
                write!(f, "There are no photos to put together: add photos of two classes.")
            }
            Self::OneClass { photos } => {
                write!(f, "All photos ({photos}) show one class, and a mosaic needs two: add photos of another class.")
            }
            Self::FewPhotos { class, there, needed } => write!(
                f,
                "Class {class} has {there} photo{}, and {needed} different ones are needed: add photos of it or ask for less.",
                plural(*there)
            ),
            Self::FewOthers { class, there, needed } => write!(
                f,
                "Beside class {class} there {} {there} photo{}, and a mosaic needs {needed} different ones: add photos or ask for fewer cells.",
                if *there == 1 { "is" } else { "are" },
                plural(*there)
            ),
            Self::Count { asked, cells } => write!(
                f,
                "{asked} mosaics of {cells} cells were asked for, and 1 to {MOST} cells in all are drawn: ask for another number."
            ),
            Self::Targets { targets, cells } => write!(
                f,
                "{targets} of {cells} cells for the target class leave nothing to compare: ask for at least one and fewer than all."
            ),
            Self::Size { height, width } => write!(
                f,
                "A mosaic of {height} × {width} pixels cannot be made: choose at least one cell with pixels, at most {LONGEST} a side and {} megapixels in all.",
                MAX_PIXELS / 1_000_000
            ),
            Self::Unseeded => {
                write!(
                    f,
                    "The study draws without a seed where the seed is 0, which nobody can repeat: choose another seed."
                )
            }
            Self::Dataset { wanted, found } => {
                write!(f, "These mosaics are made of {wanted}, and this is {found}: bring the same files and labels.")
            }
            Self::Table { line, reason } => {
                write!(f, "This is not a table of mosaics (line {line}: {reason}): choose the mosaic CSV of a dataset.")
            }
        }
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

impl std::error::Error for MosaicError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sentence_each() {
        let few = MosaicError::FewPhotos { class: 281, there: 1, needed: 2 };
        assert_eq!(
            few.to_string(),
            "Class 281 has 1 photo, and 2 different ones are needed: add photos of it or ask for less."
        );
        assert!(MosaicError::OneClass { photos: 7 }.to_string().contains("All photos (7) show one class"));
    }
}
