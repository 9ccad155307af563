//! What to run.

use super::migrate;
use super::subject::Subject;
use crate::descriptor::{Choice, Scale};
use crate::digest::sha256;
use crate::map::steps::StepSpec;
use crate::method::Methods;
use crate::method::preset::Member;
use crate::metric::Metric;
use crate::network::card::Card;
use crate::photo::Preprocess;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The class to explain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The class with the greatest logit.
    Predicted,
    /// The class with the least logit.
    Least,
    /// The class of this index.
    Class(usize),
    /// The class of the first index rather than that of the second.
    Difference(usize, usize),
    /// The class that the picture is known to show: a mosaic's own, or a photo's label.
    Truth,
}

impl Target {
    /// The same with the class that is known in place of [`Target::Truth`].
    #[must_use]
    pub fn known(self, truth: Option<usize>) -> Target {
        match (self, truth) {
            (Target::Truth, Some(class)) => Target::Class(class),
            _ => self,
        }
    }
}

/// A method to run, with its parameters.
pub type MethodSpec = Choice<Methods>;

impl From<&Member> for MethodSpec {
    fn from(member: &Member) -> MethodSpec {
        MethodSpec::of(member.method, member.settings())
    }
}

/// What to run: a network, what it is shown, what is explained by which methods, and what is measured on their maps.
///
/// Its canonical JSON has no spaces and its keys in order; the SHA-256 of that is its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Version of this format: [`VERSION`].
    pub tessera: u32,
    /// The network.
    pub network: NetworkSpec,
    /// What the network is shown.
    pub subject: Subject,
    /// The class to explain.
    pub target: Target,
    /// On which scale.
    #[serde(default)]
    pub scale: Scale,
    /// Seed of everything that methods draw at random; unit `k` of the subject is run with this seed plus `k`.
    #[serde(default)]
    pub seed: u64,
    /// The methods, in order.
    pub methods: Vec<MethodSpec>,
    /// What is done to each method's map before it is scored, a list a method; nothing to any where there is no list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Vec<StepSpec>>,
    /// Ids of what is measured on each map of a mosaic, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<String>,
    /// Whose rules hold where a number does not exist, and how scores are summed up.
    #[serde(default)]
    pub convention: Convention,
}

/// Version of the format of [`Spec`]. Version 0 had no number: one photo, and no preprocessing.
pub const VERSION: u32 = 1;

/// Longest text of a Spec that is read: it names methods and digests, never photos.
const LONGEST: usize = 1 << 20;

/// Most methods of a Spec.
const METHODS: usize = 100;

/// A network, and what is done to a picture before it sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkSpec {
    /// Its id, for people.
    pub id: String,
    /// SHA-256 of its weight file.
    pub weights: String,
    /// What is done to a picture; what the network's own card says where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preprocess: Option<Preprocess>,
}

impl NetworkSpec {
    /// That network, with what its card says is done to a picture.
    #[must_use]
    pub fn of(card: &Card) -> NetworkSpec {
        NetworkSpec { id: card.id.clone(), weights: card.sha256.clone(), preprocess: Some(card.preprocess) }
    }
}

/// Whose rules hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Convention {
    /// A number that does not exist is said and counted; ranks regard a metric's direction; means are over all units.
    #[default]
    Tessera,
    /// Those of the FAccT 2024 study, defects included: an undefined precision is 0, the greatest value has rank 1
    /// whatever the metric, ties go by order, and a ranking's mean is that of the first two mosaics.
    Facct24,
}

impl Spec {
    /// Reads a Spec of this or an older version and checks it.
    ///
    /// # Errors
    /// One sentence: what, why, what to do.
    pub fn read(text: &str) -> Result<Spec, SpecError> {
        if text.len() > LONGEST {
            return Err(SpecError(format!("This Spec has {} bytes, and at most {LONGEST} are read.", text.len())));
        }
        let value: Value = serde_json::from_str(text).map_err(|error| SpecError::json(&error))?;
        let version = match value.get("tessera") {
            None => 0,
            Some(version) => version.as_u64().ok_or_else(|| {
                SpecError("The version of this Spec (`tessera`) is no whole number: write a number there.".into())
            })?,
        };
        let value = match version {
            0 => migrate::from_0(value)?,
            1 => value,
            later => {
                return Err(SpecError(format!(
                    "This Spec is of version {later}, and this Tessera knows versions up to {VERSION}: open it with a newer one."
                )));
            }
        };
        let spec: Spec = serde_json::from_value(value).map_err(|error| SpecError::json(&error))?;
        spec.check()?;
        Ok(spec)
    }

    /// A sentence unless it can be run.
    ///
    /// # Errors
    /// A method, a setting, a metric or a mosaic that does not exist, or a preprocessing that gives no numbers.
    pub fn check(&self) -> Result<(), SpecError> {
        self.network.preprocess.map_or(Ok(()), |preprocess| preprocess.check()).map_err(SpecError)?;
        if self.methods.len() > METHODS {
            let many = self.methods.len();
            return Err(SpecError(format!("{many} methods were asked for, and at most {METHODS} are run at once.")));
        }
        for method in &self.methods {
            method.complete().map_err(|error| SpecError(error.to_string()))?;
        }
        if !self.steps.is_empty() && self.steps.len() != self.methods.len() {
            let (lists, methods) = (self.steps.len(), self.methods.len());
            return Err(SpecError(format!(
                "This Spec has {lists} lists of steps for {methods} methods: give one a method."
            )));
        }
        for step in self.steps.iter().flatten() {
            step.complete().map_err(|error| SpecError(error.to_string()))?;
        }
        for id in &self.metrics {
            if Metric::find(id).is_none() {
                let known: Vec<&str> = Metric::all().map(Metric::id).collect();
                return Err(SpecError(format!("There is no metric called {id}: choose from {}.", known.join(", "))));
            }
        }
        self.subject.check().map_err(SpecError)
    }

    /// The one text of it.
    ///
    /// # Panics
    /// Never: it is plain data.
    #[must_use]
    pub fn canonical(&self) -> String {
        // A map of JSON values keeps its keys in order.
        let value = serde_json::to_value(self).expect("a Spec is plain data");
        value.to_string()
    }

    /// Its name: the SHA-256 of [`canonical`](Self::canonical).
    #[must_use]
    pub fn digest(&self) -> String {
        sha256(self.canonical().as_bytes())
    }
}

/// Why a Spec cannot be run. Displays as one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecError(pub(super) String);

impl SpecError {
    fn json(error: &serde_json::Error) -> SpecError {
        SpecError(format!("This is not a Spec of Tessera ({error}): write one with `tessera spec`, or export one."))
    }
}

impl std::fmt::Display for SpecError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SpecError {}
