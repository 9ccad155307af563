//! Whether the methods of a run differ at all by a metric, and which two do.

use crate::statistics::friedman::{Friedman, friedman};
use crate::statistics::ranking::Best;
use crate::undefined::Undefined;
use serde::{Deserialize, Serialize};

/// The level of the critical difference.
pub const LEVEL: f64 = 0.05;

/// What the tests say, or why there is nothing to test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Differences {
    /// Friedman's test and Nemenyi's after it.
    Tested(Tested),
    /// Why there is none.
    Undefined(Undefined),
}

/// Friedman's test over the units on which every method has a score, and Nemenyi's after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tested {
    /// Names of the methods that have scores, in the Spec's order.
    pub methods: Vec<String>,
    /// Friedman's test.
    #[serde(flatten)]
    pub friedman: Friedman,
    /// Mean ranks farther apart than this differ, at [`LEVEL`] (Nemenyi).
    pub critical: f64,
    /// For every two methods, the chance of mean ranks as far apart where none differs.
    ///
    /// # Shapes
    /// `[methods, methods]`
    pub nemenyi: Vec<Vec<f64>>,
}

impl Default for Differences {
    fn default() -> Differences {
        Differences::Undefined(Undefined::Missing)
    }
}

impl Differences {
    /// Of the scores of methods (rows) on units (columns); rows without any score take no part.
    #[must_use]
    pub fn of(names: &[String], rows: &[Vec<Option<f64>>], best: Best) -> Differences {
        let there = || names.iter().zip(rows).filter(|(_, row)| row.iter().any(Option::is_some));
        let rows: Vec<&[Option<f64>]> = there().map(|(_, row)| &row[..]).collect();
        match friedman(&rows, best) {
            Ok(friedman) => Differences::Tested(Tested {
                methods: there().map(|(name, _)| name.clone()).collect(),
                critical: friedman.critical_difference(LEVEL),
                nemenyi: friedman.nemenyi(),
                friedman,
            }),
            Err(why) => Differences::Undefined(why),
        }
    }

    /// The tests, where there are some.
    #[must_use]
    pub fn tested(&self) -> Option<&Tested> {
        match self {
            Differences::Tested(tested) => Some(tested),
            Differences::Undefined(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_without_scores_take_no_part_and_both_forms_are_written() {
        let names = ["a", "b", "c"].map(String::from);
        let row = |values: [f64; 5]| values.map(Some).to_vec();
        let rows = [row([0.9, 0.8, 0.7, 0.9, 0.8]), vec![None; 5], row([0.1, 0.2, 0.3, 0.2, 0.1])];
        let found = Differences::of(&names, &rows, Best::Highest);
        let tested = found.tested().expect("two methods, five units");
        assert_eq!(
            (&tested.methods[..], &tested.friedman.ranks[..]),
            (&["a", "c"].map(String::from)[..], &[1.0, 2.0][..])
        );
        // Of two methods Nemenyi's test is the normal one: 1.96 standard errors of a mean rank's difference, sqrt(1/5).
        assert!((tested.critical - 1.959_963_984_540_054 / 5.0_f64.sqrt()).abs() < 1e-6, "{}", tested.critical);
        for one in [found, Differences::of(&names[..1], &rows[..1], Best::Highest)] {
            let text = serde_json::to_string(&one).unwrap();
            assert_eq!(serde_json::from_str::<Differences>(&text).unwrap(), one, "{text}");
        }
    }
}
