//! The types all catalogues share: what a method, a metric or a model says of itself.

pub mod choice;
pub mod setting;

pub use choice::{Catalogue, Choice, ChoiceError};
use serde::{Deserialize, Serialize};
pub use setting::{Domain, Param, Setting, SettingError, Settings};

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sign {
    /// Zero or more: how much a place counts.
    #[default]
    Positive,
    /// Below zero speaks against the target, above zero for it.
    Signed,
}

/// On which scale a network's output is explained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// As the network gives it.
    #[default]
    Logit,
    /// Logarithm of the probability.
    LogProbability,
    /// Probability.
    Probability,
}

impl Scale {
    /// Its name as a person reads it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Scale::Logit => "logit",
            Scale::LogProbability => "log-probability",
            Scale::Probability => "probability",
        }
    }
}

/// What methods have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Derivatives at the input.
    Gradient,
    /// Weighted feature maps.
    Activation,
    /// Attention of transformers.
    Attention,
    /// The answer to changed pictures.
    Perturbation,
    /// Relevance handed back layer by layer.
    Propagation,
    /// Noise that lets through what the network needs.
    Information,
    /// What knows nothing of the network, to compare with.
    Control,
}

impl Family {
    /// All of them, in the order a page shows them.
    pub const ALL: [Family; 7] = [
        Family::Activation,
        Family::Gradient,
        Family::Propagation,
        Family::Attention,
        Family::Perturbation,
        Family::Information,
        Family::Control,
    ];

    /// Its name as a person reads it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Family::Gradient => "Gradients",
            Family::Activation => "Class activation maps",
            Family::Attention => "Attention",
            Family::Perturbation => "Perturbation",
            Family::Propagation => "Relevance propagation",
            Family::Information => "Information",
            Family::Control => "Controls",
        }
    }
}

/// What a method needs of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Need {
    /// A layer whose values still have places.
    Features,
    /// Rectifiers: ReLU and its kin.
    Rectifiers,
    /// Attention, as transformers have it.
    Attention,
    /// Layers whose scales can be held fixed, as B-cos networks have them.
    Scales,
    /// That all that bends is a function of one number, a max pool or a product: no attention, layer norm or quotient.
    Pointwise,
}

impl Need {
    /// What a network must have for it, after "Needs".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Need::Features => "a layer whose values have places",
            Need::Rectifiers => "rectifiers (ReLU and its kin)",
            Need::Attention => "a transformer's attention",
            Need::Scales => "a B-cos network",
            Need::Pointwise => "layers that bend by functions of one number, max pools or products alone",
        }
    }
}

/// What holds for every map of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Promise {
    /// Its sum is the difference of the target between picture and baseline; what is missing is told with the map.
    CompleteToBaseline,
    /// Its sum is the target itself; what is missing is told with the map.
    Complete,
    /// It is the same for every class.
    ClassBlind,
    /// It is drawn at random; the same seed gives the same map.
    Random,
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
    /// How it is computed, as plain text.
    pub formula: &'static str,
    /// What it must not be taken for, in one sentence.
    pub caution: &'static str,
    /// Where it was published.
    pub citation: Citation,
    /// What it has in common with others.
    pub family: Family,
    /// What it needs of a network.
    pub needs: &'static [Need],
    /// What its numbers mean.
    pub sign: Sign,
    /// What holds for each of its maps.
    pub promises: &'static [Promise],
    /// Its parameters.
    pub params: &'static [Param],
}

impl Entry {
    /// Whether it draws at random.
    #[must_use]
    pub fn is_random(&self) -> bool {
        self.promises.contains(&Promise::Random)
    }
}

/// Pictures that go through a network, and how many of them with a way back. Parts of a network count as shares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Pictures forward.
    pub forward: f64,
    /// Pictures backward.
    pub backward: f64,
    /// Samples that do not know of each other, which may be drawn apart; zero if it is all of a piece.
    #[serde(default)]
    pub samples: usize,
}

impl Cost {
    /// Nothing but the forward pass that all share.
    pub const SHARED: Cost = Cost { forward: 1.0, backward: 0.0, samples: 0 };

    /// So many pictures there, and so many back.
    #[must_use]
    pub const fn of(forward: f64, backward: f64) -> Cost {
        Cost { forward, backward, samples: 0 }
    }

    /// The same, for so many samples that may be drawn apart.
    #[must_use]
    pub const fn of_samples(self, samples: usize) -> Cost {
        Cost { samples, ..self }
    }

    /// Passes, there and back counted alike.
    #[must_use]
    pub fn passes(self) -> f64 {
        self.forward + self.backward
    }
}
