//! Weights changed number by number, for an op to run with in place of its own.

use super::Value;

/// What becomes of a weight `w`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// Itself.
    Same,
    /// `max(w, 0)`.
    Positive,
    /// `min(w, 0)`.
    Negative,
    /// `w + gamma max(w, 0)`.
    Raised(f32),
    /// `w + gamma min(w, 0)`.
    Lowered(f32),
    /// `w^2`.
    Square,
    /// 1.
    Ones,
    /// 0.
    Zeros,
}

impl Change {
    /// Of weights on a device.
    #[must_use]
    pub fn value(self, weights: Value) -> Value {
        weights.map(|w| match self {
            Change::Same => w,
            Change::Positive => w.clamp_min(0.0),
            Change::Negative => w.clamp_max(0.0),
            Change::Raised(gamma) => w.clone() + w.clamp_min(0.0) * gamma,
            Change::Lowered(gamma) => w.clone() + w.clamp_max(0.0) * gamma,
            Change::Square => w.clone() * w,
            Change::Ones => w.ones_like(),
            Change::Zeros => w.zeros_like(),
        })
    }

    /// Of weights on the host.
    #[must_use]
    pub fn numbers(self, weights: &[f32]) -> Vec<f32> {
        let each = weights.iter();
        match self {
            Change::Same => weights.to_vec(),
            Change::Positive => each.map(|w| w.max(0.0)).collect(),
            Change::Negative => each.map(|w| w.min(0.0)).collect(),
            Change::Raised(gamma) => each.map(|w| w + gamma * w.max(0.0)).collect(),
            Change::Lowered(gamma) => each.map(|w| w + gamma * w.min(0.0)).collect(),
            Change::Square => each.map(|w| w * w).collect(),
            Change::Ones => vec![1.0; weights.len()],
            Change::Zeros => vec![0.0; weights.len()],
        }
    }
}
