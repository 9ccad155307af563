//! On which scale methods take a network's answer, where they ask for answers and not for derivatives.

use super::work::Work;
use crate::descriptor::{Domain, Param, Scale};

const LOGIT: (&str, &str) = ("logit", "As the network gives it.");
const PROBABILITY: (&str, &str) = ("probability", "As a probability.");
const LOG: (&str, &str) = ("log_probability", "As the logarithm of a probability.");

/// The parameter, for methods that were published with logits.
pub const LOGITS: Param = param(&[LOGIT, LOG, PROBABILITY]);

/// The parameter, for methods that were published with probabilities.
pub const PROBABILITIES: Param = param(&[PROBABILITY, LOG, LOGIT]);

const fn param(options: &'static [(&'static str, &'static str)]) -> Param {
    Param {
        id: "output",
        sentence: "On which scale the network's answers are taken.",
        unit: "",
        domain: Domain::Choice(options),
    }
}

impl Work<'_, '_> {
    /// Explains on the scale that is set, whatever was asked for: the map's provenance says which.
    pub(super) fn take_output(&mut self) {
        self.objective.scale = match self.settings.choice("output") {
            "probability" => Scale::Probability,
            "log_probability" => Scale::LogProbability,
            _ => Scale::Logit,
        };
    }
}
