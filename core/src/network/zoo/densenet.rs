//! DenseNet (Huang et al. 2016, arXiv 1608.06993), and the B-cos network of the same layout.

use super::builder::{Builder, Kernels, Style};
use super::{Architecture, Dimensions};
use crate::network::graph::{Graph, NodeId};
use crate::network::op::Window;

/// The family.
pub const ALL: &[Architecture] = &[
    Architecture::torchvision("densenet121", "DenseNet-121", "DenseNet", |d| graph(d, &DENSENET121, Style::Rectified)),
    Architecture::bcos("bcos_densenet121", "B-cos DenseNet-121", "B-cos DenseNet", |d| {
        graph(d, &DENSENET121, Style::BCos)
    }),
];

/// All that tells one DenseNet from another.
struct Plan {
    /// Channels after the first convolution.
    stem: usize,
    /// Layers of each block.
    blocks: [usize; 4],
    /// Channels a layer adds.
    growth: usize,
}

const DENSENET121: Plan = Plan { stem: 64, blocks: [6, 12, 24, 16], growth: 32 };

fn graph(dimensions: &Dimensions, plan: &Plan, style: Style) -> Graph {
    let mut b = Builder::new(style, dimensions);
    let start = if style == Style::BCos { b.add_inverse() } else { 0 };
    let mut at = b.convolution("features.conv0", start, Kernels::new(b.width(plan.stem), 7).stride(2));
    at = b.batch_norm("features.norm0", at);
    at = b.relu("features.relu0", at);
    at = b.pool("features.pool0", at, Window::square(3, 2, 1));
    for (block, layers) in (1..).zip(plan.blocks) {
        for layer in 1..=layers {
            let name = format!("features.denseblock{block}.denselayer{layer}");
            let growth = b.width(plan.growth);
            at = dense_layer(&mut b, &name, at, growth);
        }
        if block < plan.blocks.len() {
            at = transition(&mut b, &format!("features.transition{block}"), at);
        }
    }
    at = b.batch_norm("features.norm5", at);
    at = b.relu("relu", at);
    b.features(at);
    b.head("classifier", at);
    b.graph
}

/// What went in, and `growth` channels made of it beside it.
fn dense_layer(b: &mut Builder, name: &str, start: NodeId, growth: usize) -> NodeId {
    let kernels = [Kernels::new(4 * growth, 1), Kernels::new(growth, 3)];
    let mut at = start;
    for (i, kernels) in (1..).zip(kernels) {
        at = b.batch_norm(&format!("{name}.norm{i}"), at);
        at = b.relu(&format!("{name}.relu{i}"), at);
        at = b.convolution(&format!("{name}.conv{i}"), at, kernels);
    }
    b.join(&format!("{name}.concat"), &[start, at])
}

/// Half the channels, half the rows and columns.
fn transition(b: &mut Builder, name: &str, start: NodeId) -> NodeId {
    let mut at = b.batch_norm(&format!("{name}.norm"), start);
    at = b.relu(&format!("{name}.relu"), at);
    at = b.convolution(&format!("{name}.conv"), at, Kernels::new(b.channels(start) / 2, 1));
    b.average_pool(&format!("{name}.pool"), at, Window::square(2, 2, 0))
}
