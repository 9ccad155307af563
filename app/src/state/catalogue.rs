//! The catalogue: checkpoints that others publish, as `models/catalogue.json` names them.
//!
//! What is not known of one is left out there, never guessed; the page says so.

use serde::Deserialize;
use tessera_core::photo::Preprocess;

/// A checkpoint that the page can fetch.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Name in addresses and folders.
    pub id: String,
    /// Name as a person reads it.
    pub title: String,
    /// Where the file is, its revision included.
    pub url: String,
    /// Millions of bytes, as its host rounds them; none if unknown.
    pub megabytes: Option<f64>,
    /// SHA-256 of the file; none if unknown.
    pub sha256: Option<String>,
    /// Licence of the weights.
    pub licence: String,
    /// Percent of ImageNet's validation photos whose class it ranks first; none if unknown.
    pub top1: Option<f64>,
    /// What its publisher does to a photo first; none where the file says it.
    pub preprocess: Option<Preprocess>,
}

/// A checkpoint that a person downloads by hand.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByHand {
    /// Name as a person reads it.
    pub title: String,
    /// Name of the file.
    pub file: String,
    /// Licence of the weights.
    pub licence: String,
    /// Percent of ImageNet's validation photos whose class it ranks first; none if unknown.
    pub top1: Option<f64>,
}

/// All of them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Those the page can fetch.
    pub entries: Vec<Entry>,
    /// Those whose host does not let pages of others read them.
    pub by_hand: Vec<ByHand>,
    /// Where the latter are published.
    pub by_hand_at: String,
    /// Where the accuracies are from.
    pub accuracy: String,
}

impl Catalogue {
    /// The entry of that id.
    #[must_use]
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }
}

impl Entry {
    /// The host that is asked for the file.
    #[must_use]
    pub fn host(&self) -> &str {
        let rest = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
        rest.split('/').next().unwrap_or(rest)
    }

    /// Name of the file.
    #[must_use]
    pub fn file(&self) -> String {
        let ending = self.url.rsplit_once('.').map_or("safetensors", |(_, ending)| ending);
        format!("{}.{ending}", self.id)
    }

    /// What the button says: how much comes from where.
    #[must_use]
    pub fn offer(&self) -> String {
        match self.megabytes {
            Some(size) => format!("Get {size}\u{202f}MB from {}", self.host()),
            None => format!("Get from {}", self.host()),
        }
    }

    /// Why what came is not what the catalogue names.
    #[must_use]
    pub fn fault(&self, sha256: &str) -> Option<String> {
        let wrong = self.sha256.as_ref().is_some_and(|known| known != sha256);
        wrong.then(|| {
            format!("What came from {} has another SHA-256 than the catalogue says, so it was changed or damaged and is not used: get it again.", self.host())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The catalogue that comes with the page.
    fn catalogue() -> Catalogue {
        serde_json::from_str(include_str!("../../../public/models/catalogue.json")).unwrap()
    }

    #[test]
    fn every_entry_has_a_pinned_revision_of_a_known_host() {
        let catalogue = catalogue();
        assert!(catalogue.entries.len() >= 5);
        for entry in &catalogue.entries {
            assert_eq!(entry.host(), "huggingface.co", "{}", entry.id);
            let revision = entry.url.split("/resolve/").nth(1).and_then(|rest| rest.split('/').next()).unwrap();
            assert!(revision.len() == 40 && revision.chars().all(|c| c.is_ascii_hexdigit()), "{}", entry.url);
            assert!(entry.sha256.as_ref().is_none_or(|digest| digest.len() == 64), "{}", entry.id);
            assert_eq!(super::super::brought::id(&entry.id), entry.id);
        }
    }

    #[test]
    fn the_button_names_size_and_host() {
        let entry = catalogue().entries.remove(0);
        assert!(entry.offer().contains("MB from huggingface.co"), "{}", entry.offer());
        assert!(entry.fault(entry.sha256.as_deref().unwrap()).is_none());
        assert!(entry.fault("00").unwrap().contains("another SHA-256"));
    }
}
