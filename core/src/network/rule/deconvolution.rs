//! Deconvolution: a rectifier is applied to the signal itself, whatever the forward pass let through
//! (Zeiler and Fergus 2013, arXiv 1311.2901).

use crate::network::value::Value;

pub(super) fn signals(signal: Value) -> Vec<Value> {
    vec![signal.map(|s| s.clamp_min(0.0))]
}
