//! The forward pass: walks the graph once and keeps what was asked for.

use super::graph::{Graph, NodeId};
use super::op::{Keeps, Weights};
use super::value::Value;

/// What is left of a forward pass.
#[derive(Debug)]
pub struct Tape {
    /// Value of each node, where it was kept.
    pub values: Vec<Option<Value>>,
    /// Shape of each node's value.
    pub shapes: Vec<Vec<usize>>,
}

/// Runs the graph on a batch.
///
/// Keeps the values of `taps` and of the output; with `backward` also what the gradients want. Every other value is
/// freed after its last use.
///
/// # Shapes
/// `input`: `[N, C, H, W]`, one that [`super::shape::infer`] has passed.
#[must_use]
pub fn run(graph: &Graph, weights: &[Weights], input: Value, taps: &[NodeId], backward: bool) -> Tape {
    let last = graph.last_uses();
    let kept = |id: NodeId| {
        taps.contains(&id) || id == graph.output() || (backward && graph.nodes[id].op.keeps() == Keeps::Output)
    };
    let mut tape = Tape { values: vec![None; graph.nodes.len()], shapes: Vec::with_capacity(graph.nodes.len()) };
    for (id, node) in graph.nodes.iter().enumerate() {
        let inputs = if id == 0 { vec![input.clone()] } else { take(&mut tape, &node.inputs, id, &last, &kept) };
        let value = node.op.forward(&weights[id], inputs);
        tape.shapes.push(value.shape());
        tape.values[id] = Some(value);
    }
    tape
}

/// The inputs' values; moved out of the tape at their last use, so that a device may reuse their memory.
fn take(tape: &mut Tape, inputs: &[NodeId], at: NodeId, last: &[NodeId], kept: &dyn Fn(NodeId) -> bool) -> Vec<Value> {
    let values: Vec<Value> = inputs.iter().map(|&id| tape.values[id].clone().expect("inputs come before")).collect();
    for &id in inputs {
        if last[id] == at && !kept(id) {
            tape.values[id] = None;
        }
    }
    values
}
