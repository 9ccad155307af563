//! What to run.

use crate::descriptor::{Choice, Scale};
use crate::method::Methods;
use crate::method::preset::Member;
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
pub type MethodSpec = Choice<Methods>;

impl From<&Member> for MethodSpec {
    fn from(member: &Member) -> MethodSpec {
        MethodSpec::of(member.method, member.settings())
    }
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
