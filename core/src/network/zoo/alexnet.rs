//! AlexNet (Krizhevsky et al. 2012; in torchvision's form Krizhevsky 2014, arXiv 1404.5997).

use super::builder::{Builder, Kernels, Style};
use super::{Architecture, Dimensions};
use crate::network::graph::Graph;
use crate::network::op::Window;

/// The family.
pub const ALL: &[Architecture] = &[Architecture::torchvision("alexnet", "AlexNet", "AlexNet", graph)];

/// Convolutions: place in the sequence `features`, kernels; each is followed by a ReLU.
const CONVOLUTIONS: [(usize, Kernels); 5] = [
    (0, Kernels::new(64, 11).stride(4).padded(2)),
    (3, Kernels::new(192, 5)),
    (6, Kernels::new(384, 3)),
    (8, Kernels::new(256, 3)),
    (10, Kernels::new(256, 3)),
];

/// Places of ReLUs after which there is a pool.
const POOLED: [usize; 3] = [1, 4, 11];

fn graph(dimensions: &Dimensions) -> Graph {
    let mut b = Builder::new(Style::Rectified, dimensions);
    let mut at = 0;
    for (place, kernels) in CONVOLUTIONS {
        let kernels = Kernels { outputs: b.width(kernels.outputs), bias: true, ..kernels };
        at = b.convolution(&format!("features.{place}"), at, kernels);
        at = b.relu(&format!("features.{}", place + 1), at);
        if POOLED.contains(&(place + 1)) {
            at = b.pool(&format!("features.{}", place + 2), at, Window::square(3, 2, 0));
        }
    }
    b.features(at);
    b.perceptron(at, 6, [1, 4, 6]);
    b.graph
}
