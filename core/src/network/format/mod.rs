//! Model files: bytes of a stranger's file to [`super::parameters::Parameters`], and where the file says how they are used
//! ([`onnx`]), to a [`super::graph::Graph`].
//!
//! [`read`] tells the format by content, never by a name. A file can be anything: whatever is wrong with it is a
//! [`FormatError`], nothing in it is ever run, no structure of its own is followed by recursion, and the memory that
//! reading takes is bounded before it is asked for:
//!
//! - weights in f32: twice the bytes of the tensors that are read, which are themselves part of the file
//!   (or of what [`pytorch`]'s archive inflates to, which is at most [`INFLATION`] times the file);
//! - everything else (a header, a pickle, an archive's list): 256 MiB, which follows from the greatest number of a
//!   header's bytes, a pickle's opcodes and an archive's entries; some 50 bytes for each byte of a pickle.

pub mod checkpoint;
pub mod error;
pub mod onnx;
pub mod pytorch;
pub mod recognise;
pub mod safetensors;
mod tensor;
#[cfg(test)]
mod tests;

pub use checkpoint::{Checkpoint, Format, Note};
pub use error::FormatError;
pub use recognise::{Kind, recognise};

/// How many times its own length a deflated archive may inflate to. Weights hardly shrink when deflated (those of
/// EfficientNet-Lite0 to 0.92, rounded to half floats to 0.59), so what inflates further is no weight file.
pub const INFLATION: usize = 8;

/// What is always allowed, in bytes, so that tiny files are not refused for the overhead of their format.
pub const ALLOWANCE: usize = 1 << 20;

/// Reads a weight file of any known format, as f32.
///
/// Names are made plain (see [`Checkpoint`]); whatever was left out or changed is in the notes.
///
/// # Errors
/// One sentence: what the file is, why it cannot be used, what to do.
pub fn read(bytes: &[u8]) -> Result<Checkpoint, FormatError> {
    match recognise(bytes) {
        Kind::Safetensors => safetensors::read(bytes),
        Kind::Zip => pytorch::read_zip(bytes),
        Kind::PytorchLegacy => pytorch::read_legacy(bytes),
        Kind::Onnx => Err(FormatError::Foreign {
            found: "an ONNX network".into(),
            advice: "export its weights as safetensors, or save the PyTorch model's state_dict()".into(),
        }),
        Kind::Foreign { found, advice } => Err(FormatError::Foreign { found: found.into(), advice: advice.into() }),
        Kind::Unknown => Err(FormatError::Unknown { bytes: bytes.len() }),
    }
}
