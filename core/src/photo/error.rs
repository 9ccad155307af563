//! Why a stranger's file could not be shown, as one sentence: what, why, what to do.

use std::fmt;

/// Why a file could not be shown. Displays as one sentence: what, why, what to do.
#[derive(Clone, Debug, PartialEq)]
pub enum DecodeError {
    /// The file has no bytes.
    Empty,
    /// The bytes are no picture of a known kind.
    NotAPicture {
        /// Length of the file.
        bytes: usize,
    },
    /// The file is of a known kind, but nothing here reads it or what it holds.
    Unsupported {
        /// Name of the kind, such as "HEIC".
        format: String,
        /// What it is that cannot be read; none where it is the kind itself.
        feature: Option<String>,
    },
    /// The picture has more pixels than the limit.
    TooLarge {
        /// Columns, as the file's header says.
        width: u64,
        /// Rows, as the file's header says.
        height: u64,
        /// Greatest number of pixels taken.
        limit: u64,
    },
    /// The picture needs more memory than there is or than is allowed.
    Memory {
        /// Name of the file's kind.
        format: String,
    },
    /// The file is broken.
    Damaged {
        /// Name of the file's kind.
        format: String,
        /// What is wrong, without a full stop.
        reason: String,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "This file is empty (0 bytes): choose another file."),
            Self::NotAPicture { bytes } => write!(
                f,
                "This file ({bytes} bytes) is not a picture of a known kind: choose a JPEG, PNG, WebP, GIF, BMP or TIFF file."
            ),
            Self::Unsupported { format, feature: None } => {
                write!(f, "This is a {format} file, which cannot be read here: save it as JPEG or PNG and choose that.")
            }
            Self::Unsupported { format, feature: Some(feature) } => write!(
                f,
                "This {format} file cannot be read here ({feature}): save it as an ordinary JPEG or PNG and choose that."
            ),
            Self::TooLarge { width, height, limit } => write!(
                f,
                "This picture has {width} × {height} pixels, and more than {} megapixels are not taken: make it smaller and choose it again.",
                limit / 1_000_000
            ),
            Self::Memory { format } => {
                write!(
                    f,
                    "This {format} file needs more memory than there is: make the picture smaller and choose it again."
                )
            }
            Self::Damaged { format, reason } => {
                write!(f, "This {format} file is damaged ({reason}): choose another copy of it or another file.")
            }
        }
    }
}

impl std::error::Error for DecodeError {}
