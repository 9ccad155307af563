//! The network on the page: how far it is on its way here, and what it is.

use super::names::IMAGENET;
use std::sync::Arc;
use tessera_core::network::card::Card;
use tessera_core::network::plan::Outline;

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

/// Where a network's file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// It comes with the page.
    #[default]
    Bundled,
    /// It is kept by the browser, and there after a reload.
    Kept,
    /// A person brought it, for as long as the page is open.
    Brought,
}

/// The network.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Network {
    /// Where its file is.
    pub origin: Origin,
    /// How far it is.
    pub arrival: Arrival,
    /// What is known of it.
    pub card: Option<Arc<Card>>,
    /// What can be known of it before it runs, once a worker has opened it.
    pub outline: Option<Arc<Outline>>,
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

    /// Its name in addresses; none for one that is gone after a reload.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        let lasting = self.origin != Origin::Brought;
        self.card.as_ref().filter(|_| lasting).map(|card| card.id.clone())
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

/// The names a card's classes go by: its own, ImageNet's where it has as many classes, else none.
#[must_use]
pub fn names_of(card: &Card, imagenet: &Arc<Vec<String>>) -> Arc<Vec<String>> {
    match card.names.len() {
        0 if card.classes == IMAGENET => imagenet.clone(),
        0 => Arc::new((0..card.classes).map(|index| format!("class {index}")).collect()),
        _ => Arc::new(card.names.clone()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use tessera_core::network::card::Output;
    use tessera_core::photo::Preprocess;
    use tessera_core::photo::input::{Filter, Order};

    /// A card of a toy.
    pub fn card() -> Card {
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
            beside: vec![],
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
    fn names_are_the_cards_or_imagenets_or_numbers() {
        let imagenet = Arc::new(vec!["tench".into(); IMAGENET]);
        assert_eq!(*names_of(&card(), &imagenet), ["class 0", "class 1"]);
        assert_eq!(names_of(&Card { classes: IMAGENET, ..card() }, &imagenet), imagenet);
        let named = Card { names: vec!["a".into(), "b".into()], ..card() };
        assert_eq!(*names_of(&named, &imagenet), ["a", "b"]);
    }

    #[test]
    fn a_network_that_is_gone_after_a_reload_has_no_address() {
        let network = Network { card: Some(Arc::new(card())), ..Network::default() };
        assert_eq!(network.address(), Some("toy".into()));
        assert_eq!(Network { origin: Origin::Brought, ..network }.address(), None);
    }

    #[test]
    fn a_class_without_a_name_has_its_number() {
        let network = Network {
            classes: Arc::new(tessera_core::network::card::class_names("tench\n goldfish \n\n")),
            ..Network::default()
        };
        assert_eq!((network.class(1), network.class(7)), ("goldfish".into(), "class 7".into()));
    }
}
