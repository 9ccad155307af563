//! Products in relevance propagation: a factor that only says how much passes (a gate, attention weights, a layer's
//! scale) counts as constant, and the other side takes all (Arras et al. 2017, arXiv 1706.07206; Ali et al. 2022, arXiv
//! 2202.07304). Where neither side is one, each takes half (Achtibat et al. 2024, arXiv 2402.05602).

use super::{Site, Stabiliser};
use crate::network::graph::{Graph, NodeId};
use crate::network::op::{Activation, Arithmetic, Kind, Op};
use crate::network::value::Value;

/// Which of a node's inputs are factors that count as constant: weights, shares of a softmax, numbers between two limits.
#[must_use]
pub fn factors(graph: &Graph, id: NodeId) -> Vec<bool> {
    graph.nodes[id].inputs.iter().map(|&input| is_factor(graph, input)).collect()
}

fn is_factor(graph: &Graph, id: NodeId) -> bool {
    let node = &graph.nodes[id];
    match &node.op {
        Op::Constant(_) | Op::Literal(_) | Op::Detachable | Op::Softmax(_) => true,
        Op::Activation(Activation::Sigmoid | Activation::HardSigmoid { .. }) => true,
        Op::Activation(Activation::Clip { low, high }) => low.is_finite() && high.is_finite(),
        Op::Activation(Activation::Affine { .. }) | Op::Reshape(_) | Op::Expand(_) | Op::Transpose(_) => {
            is_factor(graph, node.inputs[0])
        }
        _ => false,
    }
}

/// The side that takes all, if one does: the one that is no factor; of a quotient or a power the first; else the longer.
fn carrier(site: &Site) -> Option<usize> {
    let lengths: Vec<usize> = site.kept.shapes.iter().map(|shape| shape.iter().product()).collect();
    match (site.op.kind(), &site.factors[..]) {
        (Kind::Divide | Kind::Power, _) | (_, [false, true]) => Some(0),
        (_, [true, false]) => Some(1),
        (Kind::Multiply, _) if lengths[0] != lengths[1] => Some(usize::from(lengths[1] > lengths[0])),
        _ => None,
    }
}

pub(super) fn signals(site: &Site, relevance: Value, by: Stabiliser) -> Vec<Option<Value>> {
    let mut sides = match (carrier(site), site.op.kind()) {
        (None, _) => return halves(site, relevance, by).into_iter().map(Some).collect(),
        (Some(_), Kind::MatMul) => by_shares(site, relevance, by),
        // What was stretched gets the sum of what its places get, as in a sum of both.
        (Some(_), _) => Op::Arithmetic(Arithmetic::Add).gradient(site.weights, &site.kept, relevance),
    };
    let carrier = carrier(site).expect("asked above");
    let all = sides.swap_remove(carrier);
    (0..2).map(|side| (side == carrier).then(|| all.clone())).collect()
}

/// Half of the relevance to each side, there by its part of each sum.
pub(super) fn halves(site: &Site, relevance: Value, by: Stabiliser) -> Vec<Value> {
    let half = relevance.map(|r| r * 0.5);
    match site.op.kind() {
        Kind::MatMul => by_shares(site, half, by),
        _ => Op::Arithmetic(Arithmetic::Add).gradient(site.weights, &site.kept, half),
    }
}

/// Each side as if the other were constant.
fn by_shares(site: &Site, relevance: Value, by: Stabiliser) -> Vec<Value> {
    let share = by.quotient(relevance, site.op.forward(site.weights, site.inputs()));
    let gradients = site.gradient(share).into_iter();
    gradients.zip(site.inputs()).map(|(g, x)| g.zip(x, |g, x| g * x)).collect()
}
