//! The models a person can choose from, and the one that is on its way: what the drawer shows.

use super::catalogue::Catalogue;
use tessera_core::network::card::Card;

/// A model that the browser keeps for this page.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Its card; its id is the name of its folder.
    pub card: Card,
    /// Bytes of its file.
    pub bytes: u64,
}

/// What the browser says of the room it gives this page.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Space {
    /// Bytes in use.
    pub used: f64,
    /// Bytes that may be used in all.
    pub all: f64,
    /// Whether it promised not to clear it by itself.
    pub promised: bool,
}

impl Space {
    /// Bytes that are still free.
    #[must_use]
    pub fn free(&self) -> f64 {
        (self.all - self.used).max(0.0)
    }
}

/// Sums over a network, and what a person should know of how its file was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// SHA-256 of the file they are about.
    pub sha256: String,
    /// Rows and columns of the input that the multiply-adds are for.
    pub size: usize,
    /// Number of weights.
    pub weights: u64,
    /// Multiply-adds of one pass.
    pub multiply_adds: u64,
    /// A sentence each.
    pub notes: Vec<String>,
}

/// Where in the drawer something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// With the network in use.
    InUse,
    /// With what comes with the page.
    Bundled,
    /// With a file that was dropped or chosen.
    Brought,
    /// With a kept model of that id.
    Kept(String),
    /// With an entry of the catalogue of that id.
    Catalogue(String),
}

/// How far a model on its way is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It comes from its host.
    Fetching {
        /// Bytes that have come.
        got: u64,
        /// Bytes in all, where the host says.
        all: Option<u64>,
    },
    /// A worker looks what it is.
    Reading,
    /// A worker makes it ready.
    Opening,
}

/// A model on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Coming {
    /// Its name.
    pub name: String,
    /// From where.
    pub spot: Spot,
    /// How far it is.
    pub step: Step,
}

/// Something that went wrong, told where it happened; the network in use stays.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Where.
    pub spot: Spot,
    /// What it is about.
    pub name: String,
    /// What, why, what to do.
    pub sentence: String,
}

/// What the drawer shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Models {
    /// What others publish.
    pub catalogue: Catalogue,
    /// Why the catalogue is not there.
    pub catalogue_fault: String,
    /// What the browser keeps; none until it was asked, or where it keeps nothing.
    pub kept: Option<Vec<Kept>>,
    /// The room it gives, once it was asked.
    pub space: Option<Space>,
    /// What is known of the file in use.
    pub facts: Option<Facts>,
    /// The model on its way.
    pub coming: Option<Coming>,
    /// What went wrong last.
    pub fault: Option<Fault>,
    /// Whether a self-test was asked for by hand.
    pub testing: bool,
}

impl Models {
    /// What is known of a file, if it is the one that was looked at.
    #[must_use]
    pub fn facts_of(&self, sha256: &str) -> Option<&Facts> {
        self.facts.as_ref().filter(|facts| facts.sha256 == sha256)
    }

    /// How far the model from there is, if it is on its way.
    #[must_use]
    pub fn coming_from(&self, spot: &Spot) -> Option<&Coming> {
        self.coming.as_ref().filter(|coming| coming.spot == *spot)
    }

    /// What went wrong there.
    #[must_use]
    pub fn fault_at(&self, spot: &Spot) -> Option<&Fault> {
        self.fault.as_ref().filter(|fault| fault.spot == *spot)
    }

    /// The kept model of that id.
    #[must_use]
    pub fn kept(&self, id: &str) -> Option<&Kept> {
        self.kept.iter().flatten().find(|kept| kept.card.id == id)
    }

    /// An id that no other file is kept under.
    #[must_use]
    pub fn free_id(&self, card: &Card) -> String {
        let taken = |id: &str| self.kept(id).is_some_and(|kept| kept.card.sha256 != card.sha256);
        let id = super::brought::id(&card.id);
        if taken(&id) {
            format!("{}-{}", &id[..id.len().min(50)], &card.sha256[..card.sha256.len().min(8)])
        } else {
            id
        }
    }
}

impl Coming {
    /// How far it is, in words.
    #[must_use]
    pub fn words(&self) -> String {
        let megabytes = crate::widgets::number::megabytes;
        match self.step {
            Step::Fetching { got, all: Some(all) } => {
                format!("{}: {} of {}\u{202f}MB", self.name, megabytes(got), megabytes(all))
            }
            Step::Fetching { got, all: None } => format!("{}: {}\u{202f}MB", self.name, megabytes(got)),
            Step::Reading => format!("Reading {}", self.name),
            Step::Opening => format!("Making {} ready", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::network::tests::card;

    #[test]
    fn another_file_of_the_same_name_gets_another_id() {
        let mut models = Models::default();
        assert_eq!(models.free_id(&card()), "toy");
        models.kept = Some(vec![Kept { card: card(), bytes: 10 }]);
        assert_eq!(models.free_id(&card()), "toy");
        let other = Card { sha256: "0123456789".into(), ..card() };
        assert_eq!(models.free_id(&other), "toy-01234567");
    }

    #[test]
    fn progress_is_in_words() {
        let coming = |step| Coming { name: "VGG".into(), spot: Spot::Brought, step }.words();
        assert_eq!(coming(Step::Fetching { got: 1_000_000, all: Some(3_000_000) }), "VGG: 1.0 of 3.0\u{202f}MB");
        assert_eq!(coming(Step::Opening), "Making VGG ready");
    }
}
