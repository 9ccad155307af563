//! Why a picture could not be cut, as one sentence.

use std::fmt;

/// Why a picture could not be cut. Displays as one sentence: what, why, what to do.
#[derive(Clone, Debug, PartialEq)]
pub enum SegmentError {
    /// The picture has no place, or more than are taken.
    Size {
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
    },
    /// A colour is no number, or so great that distances could overflow.
    Colour {
        /// Row of the first such colour.
        row: usize,
        /// Its column.
        column: usize,
    },
    /// A number of the algorithm is out of its range.
    Range {
        /// Name of the number.
        name: &'static str,
        /// What it is.
        value: f64,
        /// The least and greatest that are taken.
        range: (f64, f64),
    },
}

impl SegmentError {
    /// An error unless `value` is within `range`, ends included.
    pub(super) fn unless_within(name: &'static str, value: f64, range: (f64, f64)) -> Result<(), Self> {
        if value >= range.0 && value <= range.1 { Ok(()) } else { Err(Self::Range { name, value, range }) }
    }
}

impl fmt::Display for SegmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size { height, width } => write!(
                f,
                "A picture of {height} rows and {width} columns cannot be cut into segments: take one of 1 to {} places.",
                super::MOST_PLACES
            ),
            Self::Colour { row, column } => write!(
                f,
                "The colour in row {row}, column {column} is not a number of at most a million, so this picture cannot be cut into segments."
            ),
            Self::Range { name, value, range: (least, greatest) } => {
                write!(f, "The segments' {name} is {value}: take a number from {least} to {greatest}.")
            }
        }
    }
}

impl std::error::Error for SegmentError {}
