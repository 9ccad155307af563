//! Why an .npy file is no map, as one sentence: what, why, what to do.

use super::MOST;
use std::fmt;

/// Why a file is no map. Displays as one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NpyError {
    /// It is another format.
    Format,
    /// It is of a version that did not exist when this was written.
    Version(u8, u8),
    /// The header says nothing that can be understood.
    Header,
    /// The values are no plain numbers.
    Kind(String),
    /// There are not two or three axes with something on them.
    Shape(String),
    /// The last axis seems to hold the channels.
    ChannelsLast(String),
    /// There are more than [`MOST`] values.
    Large(String),
    /// The file has another length than its header says.
    Length {
        /// Bytes that the values take.
        needed: usize,
        /// Bytes that are there.
        there: usize,
    },
}

impl fmt::Display for NpyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format => write!(f, "This is not an .npy file: save the map with numpy.save."),
            Self::Version(major, minor) => {
                write!(f, "The .npy format {major}.{minor} is not known, only 1.0 to 3.0: save the map anew.")
            }
            Self::Header => write!(f, "The header of this .npy file cannot be understood: save the map anew."),
            Self::Kind(kind) => {
                write!(f, "Values of the type {kind} are no numbers of a map: save it as float32.")
            }
            Self::Shape(shape) => {
                write!(f, "An array of the shape {shape} is no map: save one as [H, W] or [C, H, W].")
            }
            Self::ChannelsLast(shape) => write!(
                f,
                "The shape {shape} looks like height, width and channels: save the map as [C, H, W], by numpy.moveaxis(map, -1, 0)."
            ),
            Self::Large(shape) => {
                write!(f, "The shape {shape} has more than {MOST} values: reduce the map's channels or size.")
            }
            Self::Length { needed, there } if there < needed => {
                write!(f, "The file is cut short: its values take {needed} bytes and {there} are there. Copy it again.")
            }
            Self::Length { needed, there } => {
                write!(f, "The file goes on after its {needed} bytes of values ({there} are there): save one array.")
            }
        }
    }
}

impl std::error::Error for NpyError {}
