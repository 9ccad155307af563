//! Why a weight file could not be read, as one sentence: what, why, what to do.

use super::checkpoint::Format;
use std::fmt;

/// Why a weight file could not be read. Displays as one sentence: what, why, what to do.
#[derive(Clone, Debug, PartialEq)]
pub enum FormatError {
    /// The bytes are of no kind that is known here.
    Unknown {
        /// Length of the file.
        bytes: usize,
    },
    /// The file is of a known kind that is no weight file, or none that is read here.
    Foreign {
        /// What it is, with its article.
        found: String,
        /// What to do instead, as an order.
        advice: String,
    },
    /// The file is cut short or contradicts itself.
    Damaged {
        /// What the file is otherwise.
        format: Format,
        /// What is wrong, without a full stop.
        reason: String,
    },
    /// The file describes objects of a program where the weights should be.
    Program {
        /// The class or function, with its module.
        name: String,
    },
    /// The file was read, and no weights were found in it.
    NoWeights {
        /// Some of the names at its top.
        found: Vec<String>,
    },
    /// A tensor of numbers that are not understood.
    Type {
        /// Name of the tensor.
        name: String,
        /// What it holds.
        found: String,
    },
    /// A tensor is described in a way that cannot be: it reaches past its numbers, or is cut wrongly.
    Tensor {
        /// Name of the tensor.
        name: String,
        /// What is wrong, without a full stop.
        reason: String,
    },
    /// A weight is not a finite number.
    NotFinite {
        /// Name of the tensor.
        name: String,
        /// Place of the first such weight, last axis fastest.
        place: usize,
        /// The weight as f32: NaN or an infinity, written out.
        value: String,
    },
    /// Reading would take more than is allowed.
    TooLarge {
        /// What is too large, as the beginning of a sentence.
        what: String,
        /// The limit, with its unit.
        limit: String,
    },
    /// The numbers are stored with the highest byte first.
    BigEndian,
}

impl FormatError {
    /// A [`FormatError::Damaged`].
    pub(super) fn damaged(format: Format, reason: impl Into<String>) -> Self {
        FormatError::Damaged { format, reason: reason.into() }
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FormatError::Unknown { bytes: 0 } => {
                write!(f, "The weight file is empty: fetch it again or choose another.")
            }
            FormatError::Unknown { bytes } => write!(
                f,
                "The {bytes} bytes are no weight file of a known kind: choose a .safetensors file, or a .pth or .pt file \
                 that torch.save(model.state_dict(), ...) has written."
            ),
            FormatError::Foreign { found, advice } => {
                write!(f, "The file is {found} and not a weight file that is read here: {advice}.")
            }
            FormatError::Damaged { format, reason } => {
                write!(f, "The weight file is not a whole {format} file ({reason}): fetch it again.")
            }
            FormatError::Program { name } => write!(
                f,
                "The file holds a program ({name}) rather than weights, and nothing in a file is run here: load it in \
                 Python where you trust it, and save model.state_dict() instead."
            ),
            FormatError::NoWeights { found } if found.is_empty() => {
                write!(f, "The file holds no weights: save model.state_dict() with torch.save, or as safetensors.")
            }
            FormatError::NoWeights { found } => write!(
                f,
                "The file holds no weights by name but {}: save model.state_dict() with torch.save, or as safetensors.",
                found.join(", ")
            ),
            FormatError::Type { name, found } => write!(
                f,
                "The weight file holds {name} as {found}, and only f32, f16, bf16 and f64 are understood: convert it \
                 first, for example with .float() in PyTorch."
            ),
            FormatError::Tensor { name, reason } => write!(
                f,
                "The weight file describes {name} wrongly ({reason}), so it was damaged or made with intent: fetch it \
                 again from where you trust it."
            ),
            FormatError::NotFinite { name, place, value } => write!(
                f,
                "The weight file holds {value} in {name}, at place {place}, so no answer of the network would be a \
                 number: take a checkpoint from before the training broke down."
            ),
            FormatError::TooLarge { what, limit } => write!(
                f,
                "{what} than {limit}, which is all that is taken, so it was not read: save the weights alone, with \
                 torch.save(model.state_dict(), ...) or as safetensors."
            ),
            FormatError::BigEndian => write!(
                f,
                "The weight file's numbers are big-endian, which is not read here: load it and save it again on an \
                 ordinary computer."
            ),
        }
    }
}

impl std::error::Error for FormatError {}

/// A name from a stranger's file as it may be shown: at most 80 characters, none of them a control character.
pub(super) fn shown(name: &str) -> String {
    const MOST: usize = 80;
    let mut text: String =
        name.chars().take(MOST).map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
    if name.chars().nth(MOST).is_some() {
        text.push('…');
    }
    text
}
