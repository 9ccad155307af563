//! The backward pass: walks the graph in reverse and asks each op for the signal at its inputs.
//!
//! Only what lies between the seed and the wanted node is walked, and weight gradients are never computed.

use super::forward::Tape;
use super::graph::{Graph, NodeId};
use super::op::{Kept, Weights};
use super::value::Value;

/// The derivative at node `wanted`, given `seed`, the derivative at the graph's output.
///
/// # Shapes
/// `seed`: the output's; result: the wanted node's.
///
/// # Panics
/// If the tape was made without `backward`, or nothing leads from `wanted` to the output.
#[must_use]
pub fn run(graph: &Graph, weights: &[Weights], tape: &Tape, seed: Value, wanted: NodeId) -> Value {
    let on_the_way = reachable_from(graph, wanted);
    let mut signals: Vec<Option<Value>> = vec![None; graph.nodes.len()];
    signals[graph.output()] = Some(seed);
    for id in (wanted + 1..graph.nodes.len()).rev() {
        let Some(signal) = signals[id].take().filter(|_| on_the_way[id]) else { continue };
        let node = &graph.nodes[id];
        let kept = Kept {
            shapes: node.inputs.iter().map(|&input| tape.shapes[input].as_slice()).collect(),
            output: tape.values[id].as_ref(),
        };
        for (&input, signal) in node.inputs.iter().zip(node.op.gradient(&weights[id], &kept, signal)) {
            if on_the_way[input] {
                signals[input] = Some(match signals[input].take() {
                    Some(sum) => sum + signal,
                    None => signal,
                });
            }
        }
    }
    signals[wanted].take().expect("the wanted node leads to the output")
}

/// Which nodes depend on `start`, itself included.
fn reachable_from(graph: &Graph, start: NodeId) -> Vec<bool> {
    let mut reached = vec![false; graph.nodes.len()];
    reached[start] = true;
    for id in start + 1..graph.nodes.len() {
        reached[id] = graph.nodes[id].inputs.iter().any(|&input| reached[input]);
    }
    reached
}
