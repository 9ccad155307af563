//! The card of a network: everything known of it but its weights, as it stands in a small JSON file beside them.

use crate::photo::Preprocess;
use serde::{Deserialize, Serialize};

/// What is known of a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Name in commands and links.
    pub id: String,
    /// Name as a person reads it.
    pub title: String,
    /// Which builder of the zoo makes its graph.
    pub architecture: String,
    /// Number of classes.
    pub classes: usize,
    /// Name of the weight file beside the card.
    pub weights: String,
    /// Bytes of the weight file.
    pub bytes: u64,
    /// SHA-256 of the weight file.
    pub sha256: String,
    /// What is done to a photo before the network sees it.
    pub preprocess: Preprocess,
    /// Licence of the weights.
    pub licence: String,
    /// Where the weights came from.
    pub source: String,
}
