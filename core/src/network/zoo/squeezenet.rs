//! SqueezeNet (Iandola et al. 2016, arXiv 1602.07360).

use super::builder::{Builder, HALF, Kernels, Style};
use super::{Architecture, Dimensions};
use crate::network::graph::{Graph, NodeId};
use crate::network::op::{Op, Reshape, Window};

/// The family.
pub const ALL: &[Architecture] = &[
    Architecture::torchvision("squeezenet1_0", "SqueezeNet 1.0", "SqueezeNet", |d| graph(d, &SQUEEZENET1_0)),
    Architecture::torchvision("squeezenet1_1", "SqueezeNet 1.1", "SqueezeNet", |d| graph(d, &SQUEEZENET1_1)),
];

/// All that tells one SqueezeNet from another.
struct Plan {
    /// The first convolution.
    stem: Kernels,
    /// Places of the pools in the sequence `features`; the places between them hold fire modules.
    pools: [usize; 3],
}

const SQUEEZENET1_0: Plan = Plan { stem: Kernels::new(96, 7).stride(2).padded(0), pools: [2, 6, 11] };
const SQUEEZENET1_1: Plan = Plan { stem: Kernels::new(64, 3).stride(2).padded(0), pools: [2, 5, 8] };

/// Channels to which each fire module narrows; it gives eight times as many.
const SQUEEZED: [usize; 8] = [16, 16, 32, 32, 48, 48, 64, 64];

fn graph(dimensions: &Dimensions, plan: &Plan) -> Graph {
    let mut b = Builder::new(Style::Rectified, dimensions);
    let stem = Kernels { outputs: b.width(plan.stem.outputs), ..plan.stem };
    let mut at = b.convolution("features.0", 0, stem.bias(true));
    at = b.relu("features.1", at);
    let mut squeezed = SQUEEZED.into_iter();
    for place in 2..=12 {
        let name = format!("features.{place}");
        at = if plan.pools.contains(&place) {
            b.pool(&name, at, Window { ceil: true, ..Window::square(3, 2, 0) })
        } else {
            fire(&mut b, &name, at, squeezed.next().expect("a fire module a place"))
        };
    }
    b.features(at);
    b.dropout(at, HALF);
    at = b.convolution("classifier.1", at, Kernels::new(dimensions.classes, 1).bias(true));
    at = b.relu("classifier.2", at);
    at = b.push("classifier.3", Op::GlobalAveragePool, &[at]);
    b.push("flatten", Op::Reshape(Reshape::flatten()), &[at]);
    b.graph
}

/// Narrows, then convolves with kernels of 1 and of 3 beside each other.
fn fire(b: &mut Builder, name: &str, start: NodeId, squeezed: usize) -> NodeId {
    let layer = |b: &mut Builder, part: &str, at, kernels: Kernels| {
        let at = b.convolution(&format!("{name}.{part}"), at, kernels.bias(true));
        b.relu(&format!("{name}.{part}_activation"), at)
    };
    let at = layer(b, "squeeze", start, Kernels::new(b.width(squeezed), 1));
    let wide = b.width(4 * squeezed);
    let small = layer(b, "expand1x1", at, Kernels::new(wide, 1));
    let large = layer(b, "expand3x3", at, Kernels::new(wide, 3));
    b.join(name, &[small, large])
}
