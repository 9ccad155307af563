//! A kept run in the words of a list.

use super::super::order::title;
use super::super::study::kept::Made;
use crate::bridge::runs::Kept;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;
use tessera_core::experiment::subject::Draw;
use tessera_core::experiment::{Spec, Subject};

/// A kept run.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its folder: the digest of its Spec, and a number where the same Spec was run elsewhere too.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// What was to be run.
    pub spec: Spec,
    /// What made it.
    pub made: Made,
    /// What came out so far.
    pub heads: Heads,
    /// Photos or mosaics in all.
    pub all: usize,
    /// When something came out last: milliseconds since 1970.
    pub changed: Option<f64>,
    /// Bytes of what came out.
    pub bytes: f64,
}

/// How many lines of a run are what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heads {
    /// Place of each unit, and whether it could be run.
    units: BTreeMap<usize, bool>,
}

/// The beginning of a line; the rest is passed over.
#[derive(Deserialize)]
struct Head {
    at: usize,
    #[serde(default)]
    sentence: Option<IgnoredAny>,
}

impl Heads {
    /// Takes in some lines.
    pub fn read(&mut self, lines: &str) {
        for head in lines.lines().filter_map(|line| serde_json::from_str::<Head>(line).ok()) {
            let ran = self.units.entry(head.at).or_default();
            *ran |= head.sentence.is_none();
        }
    }

    /// Units that were run.
    #[must_use]
    pub fn done(&self) -> usize {
        self.units.values().filter(|ran| **ran).count()
    }

    /// Units that could not be run.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.units.len() - self.done()
    }
}

impl Run {
    /// A run as it is kept; none if its Spec can not be read.
    #[must_use]
    pub fn of(kept: Kept, heads: Heads, written: Option<(f64, f64)>) -> Option<Run> {
        let spec = Spec::read(&kept.spec).ok()?;
        let rows = || kept.mosaics.lines().count().saturating_sub(1);
        let all = units(&spec).unwrap_or_else(rows).max(heads.units.len());
        let made = serde_json::from_str(&kept.made).unwrap_or_default();
        let (changed, bytes) = written.map_or((None, 0.0), |(changed, bytes)| (Some(changed), bytes));
        Some(Run { id: kept.id, name: kept.name, spec, made, heads, all, changed, bytes })
    }

    /// What was asked, in few words.
    #[must_use]
    pub fn asked(&self) -> String {
        asked(&self.spec, self.all)
    }

    /// Whether every unit was run, or could not be.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.heads.done() + self.heads.failed() >= self.all
    }

    /// The place that shows such a run.
    #[must_use]
    pub fn place(&self) -> &'static str {
        match self.spec.subject {
            Subject::Mosaics(_) => "Mosaics",
            Subject::Photo(_) | Subject::Photos(_) => "Explain",
        }
    }
}

/// Photos or mosaics of a Spec; none where a table says which they are.
#[must_use]
pub fn units(spec: &Spec) -> Option<usize> {
    match &spec.subject {
        Subject::Photo(_) => Some(1),
        Subject::Photos(photos) => Some(photos.dataset.photos),
        Subject::Mosaics(mosaics) => match mosaics.draw {
            Draw::Even { per_class, .. } | Draw::Facct24 { per_class, .. } => {
                Some(mosaics.dataset.classes.saturating_mul(per_class))
            }
            Draw::Table { .. } => None,
        },
    }
}

/// What a Spec asks of so many photos or mosaics.
#[must_use]
pub fn asked(spec: &Spec, all: usize) -> String {
    let methods = match &spec.methods[..] {
        [one] => title(&one.id).to_owned(),
        many => format!("{} methods", many.len()),
    };
    match spec.subject {
        Subject::Photo(_) => format!("{methods} on one photo"),
        Subject::Photos(_) => format!("{methods} on {all} photos"),
        Subject::Mosaics(_) => format!("{methods} on {all} mosaics"),
    }
}

/// The beginning of a digest, for people.
#[must_use]
pub fn short(digest: &str) -> String {
    digest.chars().take(8).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::study::course::tests::{spec, unit};
    use super::super::super::study::kept::Line;
    use super::*;
    use tessera_core::experiment::record::Failed;

    fn kept() -> Kept {
        Kept { id: spec().digest(), name: "Mine".into(), spec: spec().canonical(), ..Kept::default() }
    }

    #[test]
    fn units_are_counted_once_and_failures_apart() {
        let failed = |at: usize| Line::Failed(Failed { at, name: "x".into(), sentence: "No.".into() }).write();
        let ran = |at: usize| Line::Unit(Box::new(unit(at, &[Some(0.5), None]))).write();
        let mut heads = Heads::default();
        heads.read(&(failed(0) + &ran(0) + &ran(1)));
        heads.read(&(failed(2) + "{\"at\":3,\"na"));
        assert_eq!((heads.done(), heads.failed()), (2, 1));
    }

    #[test]
    fn a_run_says_what_it_is() {
        let run = Run::of(kept(), Heads::default(), Some((7.0, 9.0))).unwrap();
        assert_eq!((run.asked().as_str(), run.place(), run.is_done()), ("2 methods on one photo", "Explain", false));
        assert_eq!(Run::of(Kept { spec: "{}".into(), ..kept() }, Heads::default(), None), None);
    }
}
