//! Backward rules: what a node makes of the signal that comes back to it.
//!
//! A method chooses rules by a list of (kind of op, rule), the first that fits wins; every kind not in the list takes the
//! plain derivative. So a rule needs no code in any op, and an op none for any rule.

mod deconvolution;
mod guided;

use super::op::{Keeps, Kept, Kind, Op, Weights};
use super::value::Value;

/// What a node does with the signal at its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The derivative.
    Gradient,
    /// Guided backpropagation (Springenberg et al. 2014, arXiv 1412.6806).
    Guided,
    /// Deconvolution (Zeiler and Fergus 2013, arXiv 1311.2901).
    Deconvolution,
    /// No signal passes: what comes out counts as constant.
    Stop,
}

/// An ordered list of rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules(pub Vec<(Kind, Rule)>);

impl Rules {
    /// The derivative everywhere.
    #[must_use]
    pub fn gradient() -> Rules {
        Rules(vec![])
    }

    /// Guided backpropagation at rectifiers.
    #[must_use]
    pub fn guided() -> Rules {
        Rules(vec![(Kind::Rectifier, Rule::Guided)])
    }

    /// Deconvolution at rectifiers.
    #[must_use]
    pub fn deconvolution() -> Rules {
        Rules(vec![(Kind::Rectifier, Rule::Deconvolution)])
    }

    /// B-cos networks with their scales held fixed (Böhle et al. 2022, arXiv 2205.10268): what comes back to the input is
    /// the matrix by which the network multiplies it.
    #[must_use]
    pub fn explanation() -> Rules {
        Rules(vec![(Kind::Detachable, Rule::Stop)])
    }

    /// The rule for an op.
    #[must_use]
    pub fn at(&self, op: &Op) -> Rule {
        let kind = op.kind();
        self.0.iter().find(|(of, _)| *of == kind).map_or(Rule::Gradient, |(_, rule)| *rule)
    }
}

impl Rule {
    /// What has to be kept of the forward pass at a node of that op.
    #[must_use]
    pub fn keeps(self, op: &Op) -> Keeps {
        match self {
            Rule::Gradient | Rule::Guided => op.keeps(),
            Rule::Deconvolution | Rule::Stop => Keeps::NOTHING,
        }
    }

    /// The signal at each of the node's inputs; none at all where nothing passes. Zeros instead would be walked on to the
    /// input, and would come back as NaN from a derivative that is infinite: that of a root at zero, say.
    #[must_use]
    pub fn signals(self, op: &Op, weights: &Weights, kept: &Kept, signal: Value) -> Vec<Value> {
        match self {
            Rule::Gradient => op.gradient(weights, kept, signal),
            Rule::Guided => guided::signals(op, weights, kept, signal),
            Rule::Deconvolution => deconvolution::signals(signal),
            Rule::Stop => vec![],
        }
    }
}
