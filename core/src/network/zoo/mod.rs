//! Builders of known architectures, with their usual weight names.

pub mod efficientnet_lite;

use super::graph::Graph;

/// Names of the architectures that [`build`] knows.
pub const ARCHITECTURES: [&str; 2] = ["efficientnet_lite0", "efficientnet_lite_tiny"];

/// The graph of an architecture by name, before canonisation.
#[must_use]
pub fn build(architecture: &str) -> Option<Graph> {
    match architecture {
        "efficientnet_lite0" => Some(efficientnet_lite::graph(&efficientnet_lite::LITE0)),
        "efficientnet_lite_tiny" => Some(efficientnet_lite::graph(&efficientnet_lite::TINY)),
        _ => None,
    }
}
