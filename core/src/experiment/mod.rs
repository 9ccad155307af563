//! Experiments: what to run and what came out. What the Explain place shows is an experiment with one cell.

use serde::{Deserialize, Serialize};

/// The class to explain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The class with the greatest logit.
    Predicted,
    /// The class with the least logit.
    Least,
    /// The class of this index.
    Class(usize),
}

/// A method to run, with its parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MethodSpec {
    /// Id, as in [`crate::method::ENTRIES`].
    pub id: String,
}
