//! The network on the page: how far it is on its way here, and what it is.

use std::sync::Arc;
use tessera_core::network::card::Card;

/// How far the network is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arrival {
    /// Its card is on the way.
    #[default]
    Card,
    /// Its weights are on the way.
    Weights {
        /// Bytes that have come.
        got: u64,
        /// Bytes in all.
        all: u64,
    },
    /// The weights are here; a worker makes it ready.
    Opening,
    /// It answers.
    Ready,
    /// It did not come: the network's sentence says why.
    Failed,
}

/// The network.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Network {
    /// How far it is.
    pub arrival: Arrival,
    /// What is known of it.
    pub card: Option<Arc<Card>>,
    /// Names of its classes.
    pub classes: Arc<Vec<String>>,
    /// Why it did not come: what, why, what to do.
    pub sentence: String,
}

impl Network {
    /// Name of a class.
    #[must_use]
    pub fn class(&self, index: usize) -> String {
        self.classes.get(index).cloned().unwrap_or_else(|| format!("class {index}"))
    }

    /// Name as a person reads it.
    #[must_use]
    pub fn title(&self) -> String {
        self.card.as_ref().map_or_else(|| "The network".into(), |card| card.title.clone())
    }

    /// Why the weights that came can not be used, before a worker looks at them.
    #[must_use]
    pub fn fault(card: &Card, bytes: u64, sha256: Option<&str>) -> Option<String> {
        if bytes < card.bytes {
            let (got, all) = (bytes as f64 / 1e6, card.bytes as f64 / 1e6);
            return Some(format!("{} is cut short: {got:.1} of {all:.1} MB came. Load it again.", card.weights));
        }
        let wrong = bytes != card.bytes || sha256.is_some_and(|digest| digest != card.sha256);
        wrong.then(|| {
            format!(
                "{} is not the file its card names: the digest differs. Load it again, or publish the page anew.",
                card.weights
            )
        })
    }
}

/// The names of classes in a text of one name a line.
#[must_use]
pub fn class_names(text: &str) -> Vec<String> {
    text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tessera_core::network::card::Output;
    use tessera_core::photo::Preprocess;
    use tessera_core::photo::input::{Filter, Order};

    fn card() -> Card {
        Card {
            id: "toy".into(),
            title: "Toy".into(),
            architecture: "toy".into(),
            classes: 2,
            weights: "toy.safetensors".into(),
            bytes: 10,
            sha256: "ab".into(),
            preprocess: Preprocess {
                size: 4,
                resize: 4,
                filter: Filter::Bicubic,
                mean: [0.0; 3],
                std: [1.0; 3],
                order: Order::Rgb,
            },
            output: Output::Softmax,
            names: vec![],
            licence: String::new(),
            source: String::new(),
        }
    }

    #[test]
    fn weights_are_checked_by_length_and_digest() {
        assert_eq!(Network::fault(&card(), 10, Some("ab")), None);
        assert_eq!(Network::fault(&card(), 10, None), None);
        assert!(Network::fault(&card(), 9, None).unwrap().contains("cut short"));
        assert!(Network::fault(&card(), 10, Some("cd")).unwrap().contains("digest"));
        assert!(Network::fault(&card(), 11, None).unwrap().contains("digest"));
    }

    #[test]
    fn a_class_without_a_name_has_its_number() {
        let network = Network { classes: Arc::new(class_names("tench\n goldfish \n\n")), ..Network::default() };
        assert_eq!((network.class(1), network.class(7)), ("goldfish".into(), "class 7".into()));
    }
}
