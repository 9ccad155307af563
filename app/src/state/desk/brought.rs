//! A model file that is looked at, and its card: the file's own, completed by the catalogue and by what was brought with it.

use super::super::brought;
use super::super::catalogue::Entry;
use super::super::models::Spot;
use super::super::names;
use super::network;
use crate::bridge::files::Files;
use tessera_core::network::card::Card;

/// A model file that is looked at.
pub(super) struct Brought {
    pub files: Files,
    pub name: String,
    /// Names of the files beside it.
    pub beside: Vec<String>,
    pub spot: Spot,
    /// What the catalogue says of it.
    pub entry: Option<Entry>,
    /// Cards and names that were brought with it: name and content.
    pub texts: Vec<(String, String)>,
}

impl Brought {
    /// The file and those beside it that its card names, in the card's order.
    pub fn files_of(&self, card: &Card) -> Files {
        let named = |name: &String| self.beside.iter().position(|other| other == name);
        let beside = card.beside.iter().filter_map(|file| Some(self.files.beside[named(&file.name)?].clone()));
        Files { model: self.files.model.clone(), beside: beside.collect() }
    }
}

/// An id for a network of the visitor's own: addresses tell it from the bundled one, whatever its file or card says.
pub(super) fn own_id(id: &str) -> String {
    let id = brought::id(id);
    if id == network::BUNDLED { id + "-own" } else { id }
}

/// The draft of a file's card with what the catalogue says and what was brought with it; or what does not fit.
pub(super) fn completed(mut card: Card, brought: &Brought) -> Result<Card, (String, String)> {
    if card.title == card.architecture {
        // The file says no name of its own.
        card.title = brought.name.rsplit_once('.').map_or(brought.name.as_str(), |(stem, _)| stem).to_owned();
    }
    if let Some(entry) = &brought.entry {
        if let Some(fault) = entry.fault(&card.sha256) {
            return Err((entry.title.clone(), fault));
        }
        card.id = entry.id.clone();
        card.title = entry.title.clone();
        card.licence = entry.licence.clone();
        card.source = entry.url.clone();
        card.preprocess = entry.preprocess.unwrap_or(card.preprocess);
    }
    for (name, text) in &brought.texts {
        card = with_text(card, text).map_err(|sentence| (name.clone(), sentence))?;
    }
    card.id = own_id(&card.id);
    Ok(card)
}

/// A card with what a text says: another card of the same file, or names of its classes.
pub(super) fn with_text(card: Card, text: &str) -> Result<Card, String> {
    let value: Option<serde_json::Value> = serde_json::from_str(text).ok();
    if value.as_ref().is_none_or(|value| value.get("architecture").is_none()) {
        return Ok(Card { names: names::read(text, card.classes)?, ..card });
    }
    let own: Card = serde_json::from_str(text)
        .map_err(|error| format!("It is a card, but not one this page can read: {error}."))?;
    // What was brought with the file is known better by whoever read it.
    let own = Card { beside: card.beside, ..own };
    if own.sha256 != card.sha256 {
        return Err(format!("It is the card of another file ({}): bring it with that file, or after it.", own.weights));
    }
    Ok(own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::network::tests::card;

    #[test]
    fn the_visitors_own_is_told_from_the_bundled_one() {
        assert_eq!(own_id("my net"), "my-net");
        assert_eq!(own_id(network::BUNDLED), "efficientnet-lite0-own");
    }

    #[test]
    fn a_text_is_a_card_of_the_same_file_or_names() {
        assert_eq!(with_text(card(), "cat\ndog").unwrap().names, ["cat", "dog"]);
        let other = Card { title: "Other".into(), ..card() };
        let text = |card: &Card| serde_json::to_string(card).unwrap();
        assert_eq!(with_text(card(), &text(&other)).unwrap(), other);
        let foreign = Card { sha256: "cd".into(), ..card() };
        assert!(with_text(card(), &text(&foreign)).unwrap_err().contains("another file"));
        assert!(with_text(card(), r#"{"architecture": 1}"#).unwrap_err().contains("not one this page can read"));
    }
}
