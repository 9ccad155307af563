//! Guided backpropagation: at a rectifier only a positive signal passes, and only where the rectifier let a number
//! through (Springenberg et al. 2014, arXiv 1412.6806).

use super::Site;
use crate::network::value::Value;

pub(super) fn signals(site: &Site, signal: Value) -> Vec<Value> {
    site.gradient(signal.map(|s| s.clamp_min(0.0)))
}
