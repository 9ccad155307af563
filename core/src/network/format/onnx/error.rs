//! What can be wrong with an ONNX file.

use crate::network::shape::ShapeError;

/// Why an ONNX file could not become a network. Displays as one sentence: what, why, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnnxError {
    /// Not an ONNX file, or cut short.
    Damaged(String),
    /// More of something than is dealt with.
    Large {
        /// Of what.
        what: String,
        /// The most that is taken.
        limit: usize,
    },
    /// An opset outside of what is understood.
    Opset(i64),
    /// Numbers in the file that cannot be read.
    Tensor {
        /// Their name.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// Numbers that should lie in a second file.
    External {
        /// Their name.
        name: String,
        /// Name of the second file.
        location: String,
        /// What is wrong.
        reason: String,
    },
    /// Nodes that wait for each other.
    Cycle(String),
    /// A value that nothing makes.
    Dangling {
        /// The node that wants it.
        node: String,
        /// The value.
        value: String,
    },
    /// A node that cannot be run.
    Node {
        /// Its operator.
        op: String,
        /// Its name.
        node: String,
        /// Why, and what to do.
        reason: String,
    },
    /// Inputs that are not one picture.
    Input(String),
    /// Outputs that are not one number a class.
    Output(String),
    /// A picture of another size than the file was exported for, where it cannot be brought to take it.
    Size {
        /// Rows and columns it was exported for.
        declared: [usize; 2],
        /// Rows and columns asked for.
        asked: [usize; 2],
        /// What does not fit.
        reason: String,
    },
    /// A node that does not take what it is given.
    Shape(ShapeError),
}

impl OnnxError {
    /// Its sentence without advice, as part of another.
    pub(super) fn reason(&self) -> String {
        match self {
            OnnxError::Node { op, node, reason } => {
                let reason = reason.split_once(": ").map_or(reason.as_str(), |(reason, _)| reason);
                format!("at the node {node}, {op}, {reason}")
            }
            OnnxError::Output(reason) => reason.clone(),
            other => other.to_string().trim_end_matches('.').to_string(),
        }
    }
}

impl std::fmt::Display for OnnxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            OnnxError::Damaged(reason) => {
                write!(f, "This is not a whole ONNX file ({reason}): fetch or export it again.")
            }
            OnnxError::Large { what, limit } => {
                write!(
                    f,
                    "The ONNX file asks for more {what} than the {limit} that are taken: export a smaller network."
                )
            }
            OnnxError::Opset(found) => write!(
                f,
                "The ONNX file uses opset {found}, and 7 to 23 are understood: export it again with opset_version=17."
            ),
            OnnxError::Tensor { name, reason } => {
                write!(f, "The numbers {name} in the ONNX file cannot be used ({reason}): export it again.")
            }
            OnnxError::External { name, location, reason } => write!(
                f,
                "The ONNX file keeps the numbers {name} in a second file, {location}, {reason}: drop or choose both files together."
            ),
            OnnxError::Cycle(node) => {
                write!(
                    f,
                    "The ONNX file's node {node} waits for its own output, so nothing can be computed: export it again."
                )
            }
            OnnxError::Dangling { node, value } => write!(
                f,
                "The ONNX file's node {node} wants the value {value}, which nothing in the file makes: export it again."
            ),
            OnnxError::Node { op, node, reason } => {
                write!(f, "The ONNX file's node {node} ({op}) cannot be run: {reason}.")
            }
            OnnxError::Input(reason) => {
                write!(f, "The ONNX file does not take one picture ({reason}): export a classifier of single pictures.")
            }
            OnnxError::Output(reason) => {
                write!(f, "The ONNX file does not give one number a class ({reason}): export a classifier.")
            }
            OnnxError::Size { declared: [h, w], asked: [rows, columns], reason } => write!(
                f,
                "The ONNX file was exported for pictures of {h} x {w} and does not take {rows} x {columns} ({reason}): \
                 choose its own size, or export it with height and width left open."
            ),
            OnnxError::Shape(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for OnnxError {}

/// Why a node cannot become ops: said by its mapping, which does not know the node's name.
#[derive(Debug)]
pub(super) enum Refusal {
    /// A reason and what to do.
    Reason(String),
    /// Something that is not this node's fault.
    Other(OnnxError),
}

impl From<String> for Refusal {
    fn from(reason: String) -> Refusal {
        Refusal::Reason(reason)
    }
}

impl From<&str> for Refusal {
    fn from(reason: &str) -> Refusal {
        Refusal::Reason(reason.into())
    }
}

impl From<OnnxError> for Refusal {
    fn from(error: OnnxError) -> Refusal {
        Refusal::Other(error)
    }
}
