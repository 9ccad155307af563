//! Which values can never be below zero, whatever the picture: their rules need half of the passes.

use crate::network::graph::{Graph, Node};
use crate::network::op::{Activation, Arithmetic, Filling, Kind, Op};

/// For each node, whether no number of its value can be below zero.
#[must_use]
pub fn nonnegative(graph: &Graph) -> Vec<bool> {
    let mut known: Vec<bool> = vec![];
    for node in &graph.nodes {
        let of_inputs = !node.inputs.is_empty() && node.inputs.iter().all(|&input| known[input]);
        known.push(made(node) || (keeps(node) && of_inputs));
    }
    known
}

/// Whether an op gives nothing below zero.
fn made(node: &Node) -> bool {
    use Activation as A;
    match node.op {
        Op::Activation(A::Relu | A::Sigmoid | A::HardSigmoid { .. } | A::Softplus | A::Exp) => true,
        Op::Activation(A::Sqrt | A::Square | A::Abs) => true,
        Op::Activation(A::Clip { low, .. }) => low >= 0.0,
        Op::Softmax(softmax) => !softmax.log,
        _ => false,
    }
}

/// Whether it gives nothing below zero where it takes nothing below.
fn keeps(node: &Node) -> bool {
    match &node.op {
        Op::Pad(pad) => !matches!(pad.filling, Filling::Constant(value) if value < 0.0),
        Op::Arithmetic(op) => !matches!(op, Arithmetic::Subtract),
        op => matches!(
            op.kind(),
            Kind::MaxPool
                | Kind::AveragePool
                | Kind::GlobalAveragePool
                | Kind::Reduce
                | Kind::Reshape
                | Kind::Transpose
                | Kind::Slice
                | Kind::Select
                | Kind::Concat
                | Kind::Expand
                | Kind::Dropout
                | Kind::Detachable
        ),
    }
}
