//! The types all catalogues share: what a method, a metric or a model says of itself.

use serde::Serialize;

/// Where an idea was published.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Citation {
    /// First author and year, such as "Selvaraju et al. 2017".
    pub short: &'static str,
    /// Title of the publication.
    pub title: &'static str,
    /// Where it appeared, with its identifier (arXiv or DOI).
    pub source: &'static str,
}

/// What the numbers of a map mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sign {
    /// Zero or more: how much a place counts.
    Positive,
    /// Below zero speaks against the target, above zero for it.
    Signed,
}

/// A number that a method takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Param {
    /// Name in commands and links.
    pub id: &'static str,
    /// One sentence.
    pub sentence: &'static str,
    /// Value when nothing is said.
    pub default: f64,
    /// Least and greatest value.
    pub range: (f64, f64),
}

/// One line of a catalogue: a method as pages, commands and links see it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Name in commands, files and links.
    pub id: &'static str,
    /// Name as a person reads it.
    pub title: &'static str,
    /// What it does, in one sentence.
    pub sentence: &'static str,
    /// Where it was published.
    pub citation: Citation,
    /// What its numbers mean.
    pub sign: Sign,
    /// Passes through the network, forward and backward counted alike.
    pub passes: usize,
    /// Its parameters.
    pub params: &'static [Param],
}
