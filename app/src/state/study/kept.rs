//! What of a run is kept line by line: each line is a unit that was run, or one that could not be.

use serde::{Deserialize, Serialize};
use tessera_core::experiment::Record;
use tessera_core::experiment::record::{Failed, Unit};

/// A line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Line {
    /// What came out of a unit.
    Unit(Box<Unit>),
    /// Why nothing did.
    Failed(Failed),
}

/// What made a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Version of Tessera.
    pub version: String,
    /// Name of the device.
    pub device: String,
}

impl Line {
    /// Reads a line; none of one that was cut off, or is of another kind.
    #[must_use]
    pub fn read(text: &str) -> Option<Line> {
        serde_json::from_str(text).ok()
    }

    /// The line, its end included.
    #[must_use]
    pub fn write(&self) -> String {
        serde_json::to_string(self).map(|line| line + "\n").unwrap_or_default()
    }

    /// Puts it into a record it fits; says whether it does.
    pub fn enter(self, record: &mut Record) -> bool {
        match self {
            Line::Unit(unit) => {
                let metrics = record.spec.metrics.len();
                let whole = unit.outcomes.iter().all(|one| one.made().is_none_or(|made| made.scores.len() == metrics));
                let fits = whole && unit.outcomes.len() == record.spec.methods.len();
                if fits {
                    record.failed.retain(|failed| failed.at != unit.at);
                    record.add(*unit);
                }
                fits
            }
            Line::Failed(failed) => {
                if !record.has(failed.at) {
                    record.fail(failed);
                }
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::course::tests::{spec, unit};
    use super::*;

    #[test]
    fn lines_come_back_and_a_cut_one_is_passed_over() {
        let unit = Line::Unit(Box::new(unit(3, &[Some(0.5), None])));
        let failed = Line::Failed(Failed { at: 4, name: "4.png".into(), sentence: "No.".into() });
        let text = unit.write();
        assert_eq!(Line::read(text.trim_end()), Some(unit));
        assert_eq!(Line::read(failed.write().trim_end()), Some(failed));
        assert_eq!(Line::read(&text[..text.len() / 2]), None);
    }

    #[test]
    fn a_unit_that_was_run_after_all_takes_the_place_of_its_failure() {
        let mut record = Record::new("0", spec(), "CPU");
        assert!(Line::Failed(Failed { at: 0, name: "0.png".into(), sentence: "No.".into() }).enter(&mut record));
        assert!(Line::Unit(Box::new(unit(0, &[Some(0.5), None]))).enter(&mut record));
        assert!(!Line::Unit(Box::new(unit(1, &[Some(0.5)]))).enter(&mut record), "it is of another Spec");
        assert_eq!((record.units.len(), record.failed.len()), (1, 0));
    }
}
