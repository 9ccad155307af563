//! Kept runs at the desk: their list, what is in them, how they go out and come in, and links that run them again.

mod ask;
mod offering;
mod own;
mod parcel;
mod pieces;
mod sharing;
mod shelf;
mod trying;

pub use offering::Cost;
pub use own::{Told as Own, is_own};

use super::super::runs::listed::Run;
use super::super::runs::offer::{Check, Offer};
use leptos::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tessera_core::experiment::compare::Comparison;
use tessera_core::experiment::{Dataset, Record, Summary};
use web_sys::File;

/// A kept run with all that came out of it.
#[derive(Clone, Debug)]
pub struct Opened {
    /// What it is.
    pub run: Arc<Run>,
    /// What came out.
    pub record: Record,
    /// What that says; nothing of a run without metrics.
    pub summary: Summary,
}

/// Two kept runs side by side.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The runs.
    pub runs: [Arc<Opened>; 2],
    /// What they have in common.
    pub comparison: Comparison,
}

/// The samples that come with the page, by their digests.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Known {
    /// Names of files by SHA-256.
    files: BTreeMap<String, String>,
    /// The dataset that all of them make up.
    set: Dataset,
}

/// A photo that was brought for a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// Name of its file.
    pub name: String,
    /// SHA-256 of its file.
    pub sha256: String,
}

/// What is known of runs, as signals.
#[derive(Clone, Copy, Default)]
pub struct Shelf {
    /// The runs that are kept; none before they are listed.
    pub runs: RwSignal<Option<Vec<Arc<Run>>>>,
    /// Ids of those that are ticked, in the order in which they were.
    pub ticked: RwSignal<Vec<String>>,
    /// The run whose particulars are shown.
    pub open: RwSignal<Option<Arc<Opened>>>,
    /// The two that are compared.
    pub pair: RwSignal<Option<Arc<Pair>>>,
    /// The link that is open.
    pub offer: RwSignal<Option<Arc<Offer>>>,
    /// Why the last link could not be read.
    pub refused: RwSignal<Option<String>>,
    /// How far the run of the link is.
    pub check: RwSignal<Check>,
    /// The photo that was brought for the link.
    pub photo: RwSignal<Option<Brought>>,
    /// The address that was written for what is open, or why there is none.
    pub shared: RwSignal<Option<Result<String, String>>>,
    /// How maps and tables of any tool are read.
    pub reading: RwSignal<own::Reading>,
    /// What the last of them gave.
    pub own: RwSignal<Vec<Own>>,
    /// What is done now.
    pub busy: RwSignal<Option<String>>,
    /// What went wrong, and what to do.
    pub trouble: RwSignal<Option<String>>,
    /// The samples by their digests, once a link asked for them.
    known: RwSignal<Option<Arc<Known>>>,
}

/// What of it can not lie in a signal.
#[derive(Default)]
pub(super) struct Hands {
    /// Questions to workers that are not answered yet.
    asked: HashMap<u32, ask::Question>,
    /// Number of the next one.
    next: u32,
    /// The photo that was brought for the link.
    photo: Option<File>,
    /// Maps and tables that were brought last.
    own: Vec<File>,
}
