//! Bytes to an upright sRGB picture.

use serde::{Deserialize, Serialize};

/// An upright photo: sRGB, 8 bits, no alpha.
#[derive(Clone, Debug, PartialEq)]
pub struct Photo {
    /// `height * width * 3` bytes, row after row.
    pub rgb: Vec<u8>,
    /// What is known of it.
    pub facts: PhotoFacts,
}

/// What is known of a photo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoFacts {
    /// Rows, upright.
    pub height: usize,
    /// Columns, upright.
    pub width: usize,
    /// Format of the file, such as "JPEG".
    pub format: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// What was done to it on the way, a sentence each: "Turned upright as its EXIF tag says.", "Transparent parts lie on white."
    pub notes: Vec<String>,
}

/// Why a file could not be shown. Displays as one sentence: what, why, what to do.
#[derive(Clone, Debug, PartialEq)]
pub enum DecodeError {
    /// The file has no bytes.
    Empty,
}

/// Decodes a photo.
pub fn decode(_bytes: &[u8]) -> Result<Photo, DecodeError> {
    Err(DecodeError::Empty)
}
