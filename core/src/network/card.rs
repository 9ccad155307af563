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
    /// Which builder of the zoo makes its graph, or [`ONNX`] if the weight file holds the graph too.
    pub architecture: String,
    /// Number of classes.
    pub classes: usize,
    /// Name of the weight file beside the card.
    pub weights: String,
    /// Bytes of the weight file.
    pub bytes: u64,
    /// SHA-256 of the weight file.
    pub sha256: String,
    /// Files beside the weight file that hold numbers of it: an ONNX file may keep its weights there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<Beside>,
    /// What is done to a photo before the network sees it.
    pub preprocess: Preprocess,
    /// What its logits stand for.
    #[serde(default)]
    pub output: Output,
    /// Names of the classes in the network's order; none where only their number is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Licence of the weights.
    pub licence: String,
    /// Where the weights came from.
    pub source: String,
}

/// A file beside the weight file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beside {
    /// Its name, as the weight file calls it.
    pub name: String,
    /// Its bytes.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
}

impl Card {
    /// Bytes of the weight file and of those beside it.
    #[must_use]
    pub fn all_bytes(&self) -> u64 {
        self.bytes + self.beside.iter().map(|file| file.bytes).sum::<u64>()
    }
}

/// The architecture of a card whose weight file holds its own graph.
pub const ONNX: &str = "onnx";

/// The names of classes in a text of one name a line.
#[must_use]
pub fn class_names(text: &str) -> Vec<String> {
    text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// What a network's logits stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Output {
    /// One class of several: probabilities are the softmax and sum to one.
    #[default]
    Softmax,
    /// Each class by itself: probabilities are each logit's sigmoid (B-cos networks, several labels, a single logit).
    Sigmoid,
}

impl Output {
    /// The probabilities that logits stand for, worked out in f64.
    #[must_use]
    pub fn probabilities(self, logits: &[f32]) -> Vec<f64> {
        match self {
            Output::Softmax => {
                let greatest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let powers: Vec<f64> = logits.iter().map(|&logit| f64::from(logit - greatest).exp()).collect();
                let sum: f64 = powers.iter().sum();
                powers.into_iter().map(|power| power / sum).collect()
            }
            Output::Sigmoid => logits.iter().map(|&logit| 1.0 / (1.0 + f64::from(-logit).exp())).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn softmax_of_large_logits_neither_overflows_nor_loses_the_sum() {
        assert_eq!(Output::Softmax.probabilities(&[1000.0, 1000.0, 0.0]), [0.5, 0.5, 0.0]);
    }

    #[test]
    fn a_sigmoid_is_each_class_by_itself() {
        assert_eq!(Output::Sigmoid.probabilities(&[0.0, 1000.0, -1000.0]), [0.5, 1.0, 0.0]);
    }
}
