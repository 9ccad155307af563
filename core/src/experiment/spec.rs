//! What to run.

use super::run::RunError;
use crate::descriptor::{Scale, Settings};
use crate::method;
use crate::method::preset::{Member, Preset};
use crate::photo::Crop;
use serde::{Deserialize, Serialize};

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
}

/// A method to run, with its parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MethodSpec {
    /// Id, as in [`crate::method::ENTRIES`].
    pub id: String,
    /// What is set; the rest has its defaults.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub settings: Settings,
}

fn is_empty(settings: &Settings) -> bool {
    settings.0.is_empty()
}

impl MethodSpec {
    /// A method with nothing set.
    #[must_use]
    pub fn plain(id: &str) -> MethodSpec {
        MethodSpec { id: id.into(), settings: Settings::default() }
    }

    /// The same with nothing said that goes without saying: two that mean the same are equal then.
    #[must_use]
    pub fn brief(&self) -> MethodSpec {
        let params = method::ENTRIES.iter().find(|entry| entry.id == self.id).map_or(&[][..], |entry| entry.params);
        MethodSpec { id: self.id.clone(), settings: self.settings.unusual(params) }
    }

    /// All its settings.
    ///
    /// # Errors
    /// If there is no such method, or a setting does not fit it.
    pub fn complete(&self) -> Result<Settings, RunError> {
        let entry = method::entry(&self.id).ok_or_else(|| RunError::Method(self.id.clone()))?;
        self.settings.complete(entry.params).map_err(|why| RunError::Setting { method: entry.title.into(), why })
    }
}

impl From<&Member> for MethodSpec {
    fn from(member: &Member) -> MethodSpec {
        MethodSpec { id: member.method.into(), settings: member.settings() }
    }
}

/// The methods of a preset.
#[must_use]
pub fn methods(preset: &Preset) -> Vec<MethodSpec> {
    preset.members.iter().map(MethodSpec::from).collect()
}

/// One photo, one network, some methods.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// SHA-256 of the photo's file.
    pub photo: String,
    /// Id of the network.
    pub network: String,
    /// SHA-256 of the network's weight file.
    pub weights: String,
    /// Which part of the photo the network sees.
    pub crop: Crop,
    /// The class to explain.
    pub target: Target,
    /// On which scale.
    #[serde(default)]
    pub scale: Scale,
    /// Seed of everything drawn at random.
    #[serde(default)]
    pub seed: u64,
    /// The methods, in order.
    pub methods: Vec<MethodSpec>,
}
