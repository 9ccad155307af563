//! What came out of a run: everything needed to check it, sum it up or run it again, without the maps' numbers.

use super::spec::{MethodSpec, Spec, SpecError, VERSION};
use crate::digest::sha256;
use crate::map::{self, Map, signature::signature};
use crate::method::lrp::LayerSum;
use crate::mosaic::Source;
use crate::photo::{PhotoFacts, Region};
use crate::undefined::Told;
use serde::{Deserialize, Serialize};

/// What came out of a Spec.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Version of this format: [`VERSION`].
    pub tessera: u32,
    /// Version of Tessera that made it.
    pub version: String,
    /// The Spec's name: its digest.
    pub id: String,
    /// What was to be run.
    pub spec: Spec,
    /// Name of the device that really ran.
    pub device: String,
    /// What came out of each photo or mosaic, in order.
    pub units: Vec<Unit>,
    /// What could not be run at all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<Failed>,
}

/// What came out of one photo or mosaic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Its place in the subject.
    pub at: usize,
    /// Name of its file.
    pub name: String,
    /// The photos it shows, one a cell; none where a photo stands for itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<Source>,
    /// What is known of the photo or mosaic.
    pub photo: PhotoFacts,
    /// Which part of it the network saw.
    pub region: Region,
    /// Rows and columns of the input.
    pub input: (usize, usize),
    /// SHA-256 of the input's RGB bytes: the very pixels the network saw.
    pub pixels: String,
    /// Seed of what methods drew at random.
    pub seed: u64,
    /// Seconds of the forward pass.
    pub seconds: f64,
    /// The class that was explained.
    pub target: Ranked,
    /// The best classes.
    pub top: Vec<Ranked>,
    /// One outcome a method, in the Spec's order.
    pub outcomes: Vec<Outcome>,
}

/// A class in the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ranked {
    /// Its index.
    pub index: usize,
    /// Its name.
    pub name: String,
    /// Its probability, 0 to 1.
    pub probability: f64,
    /// Its logit.
    pub logit: f32,
}

/// What became of a method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It gave a map.
    Map(Box<Made>),
    /// It has no map here: what, why, what to do.
    Missing(String),
}

/// A map that was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    /// File of its numbers, beside the record; none if they were not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// SHA-256 of its numbers as little-endian f32: the same on the same device.
    pub sha256: String,
    /// What it looks like: the same on every device, see [`map::signature`].
    pub signature: String,
    /// What is known of it.
    pub map: map::Facts,
    /// Its scores, in the Spec's order of metrics.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scores: Vec<Told>,
    /// The same after the Spec's steps, where it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stepped: Option<Outcome>,
    /// Sums of relevance at the layers, where they were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<LayerSum>,
}

/// A photo or mosaic that could not be run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failed {
    /// Its place in the subject.
    pub at: usize,
    /// Name of its file.
    pub name: String,
    /// What, why, what to do.
    pub sentence: String,
}

/// What came out of one unit, as a line of the file that a run grows by: a run that is cut off loses one line at most.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// It was run.
    Unit(Box<Unit>),
    /// It could not be run.
    Failed(Failed),
}

impl Line {
    /// As JSON with a line's end.
    ///
    /// # Panics
    /// Never: it is plain data.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("a line is plain data") + "\n"
    }
}

impl Made {
    /// Of a map and its scores.
    #[must_use]
    pub fn new(map: &Map, scores: Vec<Told>) -> Made {
        let bytes: Vec<u8> = map.values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Made {
            file: None,
            sha256: sha256(&bytes),
            signature: signature(map),
            map: map.facts.clone(),
            scores,
            stepped: None,
            layers: vec![],
        }
    }
}

impl Outcome {
    /// The map, if there is one.
    #[must_use]
    pub fn made(&self) -> Option<&Made> {
        match self {
            Outcome::Map(made) => Some(made),
            Outcome::Missing(_) => None,
        }
    }
}

impl Record {
    /// Of a Spec, with nothing run yet.
    #[must_use]
    pub fn new(version: &str, spec: Spec, device: &str) -> Record {
        let (version, device) = (version.to_owned(), device.to_owned());
        Record { tessera: VERSION, version, id: spec.digest(), spec, device, units: vec![], failed: vec![] }
    }

    /// Reads a record and checks its Spec.
    ///
    /// # Errors
    /// One sentence: what, why, what to do.
    pub fn read(text: &str) -> Result<Record, SpecError> {
        let broken = |why: String| SpecError(format!("This is not a record of a run ({why}): choose a record.json."));
        let mut value: serde_json::Value = serde_json::from_str(text).map_err(|error| broken(error.to_string()))?;
        let spec =
            value.get_mut("spec").map(serde_json::Value::take).ok_or_else(|| broken("it has no `spec`".into()))?;
        let spec = Spec::read(&spec.to_string())?;
        value["spec"] = serde_json::to_value(&spec).expect("a Spec is plain data");
        let record: Record = serde_json::from_value(value).map_err(|error| broken(error.to_string()))?;
        if record.id != record.spec.digest() {
            return Err(broken("its Spec was changed after it was run".into()));
        }
        let (methods, metrics) = (record.spec.methods.len(), record.spec.metrics.len());
        let whole = |outcome: &Outcome| outcome.made().is_none_or(|made| made.scores.len() == metrics);
        let fits = |unit: &Unit| unit.outcomes.len() == methods && unit.outcomes.iter().all(whole);
        match record.units.iter().find(|unit| !fits(unit)) {
            Some(unit) => Err(broken(format!("{} has not one outcome a method and one score a metric", unit.name))),
            None => Ok(record),
        }
    }

    /// SHA-256 of all but the seconds: two runs of one Spec on one device have the same.
    ///
    /// # Panics
    /// Never: it is plain data.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut still = self.clone();
        for unit in &mut still.units {
            unit.seconds = 0.0;
            for outcome in &mut unit.outcomes {
                if let Outcome::Map(made) = outcome {
                    made.map.provenance.seconds = 0.0;
                }
            }
        }
        sha256(serde_json::to_value(&still).expect("a record is plain data").to_string().as_bytes())
    }

    /// Adds what the lines of a run say; a line that was cut off or does not fit the Spec counts for nothing.
    pub fn resume(&mut self, lines: &str) {
        let methods = self.spec.methods.len();
        for line in lines.lines().filter_map(|line| serde_json::from_str(line).ok()) {
            match line {
                Line::Unit(unit) if unit.outcomes.len() == methods => self.add(*unit),
                Line::Unit(_) => {}
                Line::Failed(failed) => self.fail(failed),
            }
        }
    }

    /// The lines of a run.
    #[must_use]
    pub fn lines(&self) -> String {
        let units = self.units.iter().map(|unit| Line::Unit(Box::new(unit.clone())));
        units.chain(self.failed.iter().cloned().map(Line::Failed)).map(|line| line.text()).collect()
    }

    /// Adds what came out of one unit, in its place; a unit that is there already is replaced.
    pub fn add(&mut self, unit: Unit) {
        match self.units.binary_search_by_key(&unit.at, |known| known.at) {
            Ok(place) => self.units[place] = unit,
            Err(place) => self.units.insert(place, unit),
        }
    }

    /// Adds a unit that could not be run, in its place.
    pub fn fail(&mut self, failed: Failed) {
        if let Err(place) = self.failed.binary_search_by_key(&failed.at, |known| known.at) {
            self.failed.insert(place, failed);
        }
    }

    /// Whether that unit has been run, or cannot be.
    #[must_use]
    pub fn has(&self, at: usize) -> bool {
        self.units.binary_search_by_key(&at, |unit| unit.at).is_ok()
            || self.failed.binary_search_by_key(&at, |failed| failed.at).is_ok()
    }

    /// Puts the records of shards together: the same as if all had been run at once.
    ///
    /// # Errors
    /// One sentence where they are of different Specs, versions or devices, or disagree about a unit.
    pub fn merge(records: impl IntoIterator<Item = Record>) -> Result<Record, String> {
        let mut records = records.into_iter();
        let mut whole = records.next().ok_or("There is nothing to merge: name the records of shards.")?;
        for record in records {
            if record.id != whole.id {
                return Err("These records are of different Specs: merge only shards of one run.".into());
            }
            if (&record.version, &record.device) != (&whole.version, &whole.device) {
                return Err(format!(
                    "These records were made by Tessera {} on {} and by {} on {}: run all shards alike.",
                    whole.version, whole.device, record.version, record.device
                ));
            }
            for unit in record.units {
                if whole.has(unit.at) {
                    return Err(format!("{} is in two of the records: merge each shard once.", unit.name));
                }
                whole.add(unit);
            }
            record.failed.into_iter().for_each(|failed| whole.fail(failed));
        }
        Ok(whole)
    }

    /// The scores of each method on each unit by one of the Spec's metrics.
    ///
    /// # Shapes
    /// `[methods, units]`
    ///
    /// # Panics
    /// If the Spec has no such metric.
    #[must_use]
    pub fn scores(&self, metric: usize) -> Vec<Vec<Told>> {
        let missing = Told::Undefined(crate::undefined::Undefined::Missing);
        let score =
            |unit: &Unit, method: usize| unit.outcomes[method].made().map_or(missing, |made| made.scores[metric]);
        (0..self.spec.methods.len()).map(|method| self.units.iter().map(|unit| score(unit, method)).collect()).collect()
    }

    /// Names of its methods, see [`names`].
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        names(&self.spec.methods)
    }
}

/// Names of methods, each once: a method that is asked for again is called `METHOD-2`.
#[must_use]
pub fn names(methods: &[MethodSpec]) -> Vec<String> {
    let name = |(at, method): (usize, &MethodSpec)| {
        let id = &method.id;
        match methods[..at].iter().filter(|known| known.id == *id).count() {
            0 => id.clone(),
            before => format!("{id}-{}", before + 1),
        }
    };
    methods.iter().enumerate().map(name).collect()
}
