//! Batch norms before a rectifier, as in DenseNet: `y = max(s x + t, 0)`, and a layer takes `y`.
//!
//! With `T(x) = x` where `s x + t > 0` and `-t / s` elsewhere, `y = s T(x) + t`: the layer takes `T` by weights `s w`, and `t`
//! belongs to its bias. `T` lets relevance pass (Pahde et al. 2023, arXiv 2211.17174). Rules look at signs of products of
//! input and weight and at their sums, so `s T` by `w` is as good as `T` by `s w`: such a layer sees `y - t`, and its bias
//! is `b` and what it makes of `t`, with whatever padding it has.

use crate::network::graph::{Graph, NodeId};
use crate::network::op::resampling::Kernel;
use crate::network::op::{Kind, Op};

/// For each node, the batch norm whose shift is part of what it takes in: a layer with weights, and what lies between it and
/// the rectifier.
#[must_use]
pub fn absorbed(graph: &Graph) -> Vec<Option<NodeId>> {
    let takers = graph.takers();
    let mut norms = vec![None; graph.nodes.len()];
    for (id, node) in graph.nodes.iter().enumerate() {
        if !matches!(node.op.kind(), Kind::Convolution | Kind::Linear) {
            continue;
        }
        let mut way = vec![id];
        let mut at = node.inputs[0];
        while takers[at] == 1 && averages(&graph.nodes[at].op) {
            way.push(at);
            at = graph.nodes[at].inputs[0];
        }
        let norm = before_rectifier(graph, at).filter(|&norm| takers[at] == 1 && takers[norm] == 1);
        // A vector that holds several places of a channel has no channels.
        let fits = norm.filter(|&norm| channels(&graph.nodes[norm].op) == channels(&node.op));
        way.into_iter().for_each(|id| norms[id] = fits);
    }
    norms
}

/// The batch norm right before a rectifier.
fn before_rectifier(graph: &Graph, id: NodeId) -> Option<NodeId> {
    let &norm = graph.nodes[id].inputs.first()?;
    (graph.nodes[id].op.kind() == Kind::Rectifier && graph.nodes[norm].op.kind() == Kind::BatchNorm).then_some(norm)
}

/// Whether it makes one of equal numbers the same number, whatever their count.
fn averages(op: &Op) -> bool {
    match op {
        Op::GlobalAveragePool => true,
        Op::Reshape(op) => op.0.len() == 2,
        Op::Resample(op) => op.kernel == Kernel::AdaptiveAverage,
        _ => false,
    }
}

/// The channels it takes.
fn channels(op: &Op) -> usize {
    match op {
        Op::Convolution(op) => op.inputs,
        Op::Linear(op) => op.inputs,
        Op::BatchNorm(op) => op.channels,
        _ => 0,
    }
}
