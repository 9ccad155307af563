//! Whether what somebody says came out of a Spec comes out again, number by number.

use super::link::Found;
use super::spec::Spec;
use crate::map::signature::distance;
use crate::undefined::Told;
use serde::{Deserialize, Serialize};

/// One number of a claim and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Which number.
    pub what: String,
    /// What was claimed.
    pub claimed: String,
    /// What came out here; empty where nothing did.
    pub found: String,
    /// What became of it.
    pub verdict: Verdict,
}

/// What became of a claimed number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It came out within this tolerance.
    Reproduced(f64),
    /// It came out otherwise: by how much, and what would have been allowed.
    Differs(f64, f64),
    /// It could not be found here: what is missing.
    Cannot(String),
}

/// Greatest difference of a mean score or probability between runs of one version on one device: six decimals are told.
const SAME: f64 = 2e-6;

/// Between devices or versions. Gradients differ where rounding flips a unit at a kink, and masses with them.
const OTHER: f64 = 5e-3;

/// Greatest difference of a map's signature, in steps.
const STEPS: f64 = 1.0;

/// Holds what came out here against what was claimed.
#[must_use]
pub fn compare(spec: &Spec, claimed: &Found, found: &Found) -> Vec<Line> {
    let alike = (&claimed.version, &claimed.device) == (&found.version, &found.device);
    let tolerance = if alike { SAME } else { OTHER };
    let mut lines = vec![line("units", claimed.units as f64, Some(found.units as f64), 0.0)];
    if let Some((class, probability)) = claimed.target {
        let now = found.target;
        lines.push(line("class explained", class as f64, now.map(|(class, _)| class as f64), 0.0));
        lines.push(line("its probability", probability, now.map(|(_, probability)| probability), tolerance));
    }
    for (at, signature) in claimed.signatures.iter().enumerate() {
        let method = spec.methods.get(at).map_or("?", |method| &method.id);
        lines.push(pictured(method, signature.as_deref(), found.signatures.get(at).cloned().flatten().as_deref()));
    }
    for (metric, row) in spec.metrics.iter().zip(claimed.means.iter().enumerate()) {
        let (at, row) = row;
        for (method, (column, mean)) in spec.methods.iter().zip(row.iter().enumerate()) {
            let now = found.means.get(at).and_then(|row| row.get(column)).copied();
            lines.push(scored(format!("mean {metric} of {}", method.id), *mean, now, tolerance));
        }
    }
    lines
}

fn line(what: &str, claimed: f64, found: Option<f64>, tolerance: f64) -> Line {
    scored(what.to_owned(), Told::Number(claimed), found.map(Told::Number), tolerance)
}

fn scored(what: String, claimed: Told, found: Option<Told>, tolerance: f64) -> Line {
    let text = |told: Told| match told {
        Told::Number(number) => number.to_string(),
        Told::Undefined(why) => format!("none: {why}"),
    };
    let verdict = match (claimed, found) {
        (_, None) => Verdict::Cannot("Nothing came out here.".into()),
        (Told::Number(one), Some(Told::Number(other))) if (one - other).abs() <= tolerance => {
            Verdict::Reproduced(tolerance)
        }
        (Told::Number(one), Some(Told::Number(other))) => Verdict::Differs((one - other).abs(), tolerance),
        (one, Some(other)) if one == other => Verdict::Reproduced(tolerance),
        (_, Some(_)) => Verdict::Cannot("It exists on one side only.".into()),
    };
    Line { what, claimed: text(claimed), found: found.map(text).unwrap_or_default(), verdict }
}

/// Maps by their signatures.
fn pictured(method: &str, claimed: Option<&str>, found: Option<&str>) -> Line {
    let verdict = match (claimed, found) {
        (None, None) => Verdict::Reproduced(STEPS),
        (Some(one), Some(other)) => match distance(one, other).map(f64::from) {
            Some(far) if far <= STEPS => Verdict::Reproduced(STEPS),
            Some(far) => Verdict::Differs(far, STEPS),
            None => Verdict::Cannot("What was claimed is no signature of a map.".into()),
        },
        (Some(_), None) => Verdict::Cannot("The method has no map here.".into()),
        (None, Some(_)) => Verdict::Cannot("The method had no map there.".into()),
    };
    let text = |signature: Option<&str>| signature.unwrap_or("no map").to_owned();
    Line { what: format!("map of {method}"), claimed: text(claimed), found: text(found), verdict }
}

/// How many lines came out, came out otherwise, and could not be found.
#[must_use]
pub fn count(lines: &[Line]) -> (usize, usize, usize) {
    let of = |like: fn(&Verdict) -> bool| lines.iter().filter(|line| like(&line.verdict)).count();
    (
        of(|verdict| matches!(verdict, Verdict::Reproduced(_))),
        of(|verdict| matches!(verdict, Verdict::Differs(..))),
        of(|verdict| matches!(verdict, Verdict::Cannot(_))),
    )
}
