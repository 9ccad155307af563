//! The backward pass: walks the graph in reverse and asks each node's rule for the signal at its inputs.
//!
//! Only what lies between a seed and a wanted node is walked, and weight gradients are never computed.

use super::forward::Tape;
use super::graph::{Graph, NodeId};
use super::op::{Kept, Weights};
use super::rule::Rules;
use super::value::Value;

/// The signal at each wanted node, given the seeds: (node, signal at its output).
///
/// With the rules of the plain gradient and a seed of ones at one logit this is that logit's derivative. A batch has a
/// seed a picture, so each may have a target of its own.
///
/// # Shapes
/// Each seed and each result: its node's.
///
/// # Panics
/// If the tape was not made for these rules.
#[must_use]
pub fn run(
    graph: &Graph,
    weights: &[Weights],
    tape: &Tape,
    seeds: Vec<(NodeId, Value)>,
    rules: &Rules,
    wanted: &[NodeId],
) -> Vec<Value> {
    let device = seeds.first().expect("at least one seed").1.device();
    let mut pass = Pass { tape, on_the_way: on_the_way(graph, wanted), signals: vec![None; graph.nodes.len()] };
    for (node, seed) in seeds {
        pass.add(node, seed);
    }
    let first = wanted.iter().copied().min().unwrap_or(0);
    for id in (first..graph.nodes.len()).rev() {
        let node = &graph.nodes[id];
        if !node.inputs.iter().any(|&input| pass.on_the_way[input]) {
            continue;
        }
        let signal = if wanted.contains(&id) { pass.signals[id].clone() } else { pass.signals[id].take() };
        let Some(signal) = signal else { continue };
        let signals = rules.at(&node.op).signals(&node.op, &weights[id], &pass.kept(id, &node.inputs), signal);
        for (&input, signal) in node.inputs.iter().zip(signals) {
            pass.add(input, signal);
        }
    }
    let signal = |&id: &NodeId| pass.signals[id].clone().unwrap_or_else(|| Value::zeros(&tape.shapes[id], &device));
    wanted.iter().map(signal).collect()
}

struct Pass<'a> {
    tape: &'a Tape,
    on_the_way: Vec<bool>,
    signals: Vec<Option<Value>>,
}

impl Pass<'_> {
    /// Adds to the signal at a node, if anything wanted lies there or behind.
    fn add(&mut self, node: NodeId, signal: Value) {
        if self.on_the_way[node] {
            self.signals[node] = Some(match self.signals[node].take() {
                Some(sum) => sum + signal,
                None => signal,
            });
        }
    }

    fn kept(&self, id: NodeId, inputs: &[NodeId]) -> Kept<'_> {
        Kept {
            shapes: inputs.iter().map(|&input| self.tape.shapes[input].as_slice()).collect(),
            inputs: inputs.iter().map(|&input| self.tape.values[input].as_ref()).collect(),
            output: self.tape.values[id].as_ref(),
        }
    }
}

/// Which nodes depend on a wanted one, those included.
fn on_the_way(graph: &Graph, wanted: &[NodeId]) -> Vec<bool> {
    let mut reached = vec![false; graph.nodes.len()];
    for &node in wanted {
        reached.iter_mut().zip(graph.reachable_from(node)).for_each(|(reached, here)| *reached |= here);
    }
    reached
}
