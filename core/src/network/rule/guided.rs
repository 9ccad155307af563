//! Guided backpropagation: at a rectifier only a positive signal passes, and only where the rectifier let a number
//! through (Springenberg et al. 2014, arXiv 1412.6806).

use crate::network::op::{Kept, Op, Weights};
use crate::network::value::Value;

pub(super) fn signals(op: &Op, weights: &Weights, kept: &Kept, signal: Value) -> Vec<Value> {
    op.gradient(weights, kept, signal.map(|s| s.clamp_min(0.0)))
}
