//! The forward pass: walks the graph once and keeps what was asked for.

use super::graph::{Graph, NodeId};
use super::op::Weights;
use super::rule::Rules;
use super::value::Value;

/// What is left of a forward pass.
#[derive(Clone, Debug)]
pub struct Tape {
    /// Value of each node, where it was kept.
    pub values: Vec<Option<Value>>,
    /// Shape of each node's value.
    pub shapes: Vec<Vec<usize>>,
}

/// Runs the graph on a batch.
///
/// Keeps the values of `taps` and of the output, and what a backward pass by those `rules` wants. Every other value is
/// freed after its last use.
///
/// # Shapes
/// `input`: `[N, C, H, W]`, one that [`super::shape::infer`] has passed.
#[must_use]
pub fn run(graph: &Graph, weights: &[Weights], input: Value, taps: &[NodeId], rules: Option<&Rules>) -> Tape {
    let count = graph.nodes.len();
    let tape = Tape { values: vec![None; count], shapes: vec![vec![]; count] };
    Walk { graph, weights, last: graph.last_uses(), kept: kept(graph, taps, rules) }.go(
        tape,
        0,
        input,
        &vec![true; count],
    )
}

/// Runs only what depends on `node`, whose value is replaced by `value`, possibly of a larger batch. Everything else
/// comes from `tape`, which must have kept what [`frontier`] lists.
///
/// # Panics
/// If the tape did not keep a value that is needed.
#[must_use]
pub fn resume(graph: &Graph, weights: &[Weights], tape: &Tape, node: NodeId, value: Value, taps: &[NodeId]) -> Tape {
    let downstream = graph.reachable_from(node);
    let mut start = tape.clone();
    for id in (0..graph.nodes.len()).filter(|&id| downstream[id]) {
        start.values[id] = None;
    }
    let mut kept = kept(graph, taps, None);
    (0..kept.len()).filter(|&id| !downstream[id]).for_each(|id| kept[id] = true);
    Walk { graph, weights, last: graph.last_uses(), kept }.go(start, node, value, &downstream)
}

/// The nodes before or beside `node` whose values [`resume`] needs.
#[must_use]
pub fn frontier(graph: &Graph, node: NodeId) -> Vec<NodeId> {
    let downstream = graph.reachable_from(node);
    let mut needed: Vec<NodeId> = (node + 1..graph.nodes.len())
        .filter(|&id| downstream[id])
        .flat_map(|id| graph.nodes[id].inputs.iter().copied().filter(|&input| !downstream[input]))
        .collect();
    needed.sort_unstable();
    needed.dedup();
    needed
}

/// Which values stay on the tape.
fn kept(graph: &Graph, taps: &[NodeId], rules: Option<&Rules>) -> Vec<bool> {
    let mut kept = vec![false; graph.nodes.len()];
    kept[graph.output()] = true;
    taps.iter().for_each(|&tap| kept[tap] = true);
    for (id, node) in graph.nodes.iter().enumerate() {
        let Some(rules) = rules else { break };
        let keeps = rules.at(&node.op).keeps(&node.op);
        kept[id] |= keeps.output;
        node.inputs.iter().for_each(|&input| kept[input] |= keeps.inputs);
    }
    kept
}

struct Walk<'a> {
    graph: &'a Graph,
    weights: &'a [Weights],
    last: Vec<NodeId>,
    kept: Vec<bool>,
}

impl Walk<'_> {
    fn go(&self, mut tape: Tape, start: NodeId, value: Value, included: &[bool]) -> Tape {
        tape.shapes[start] = value.shape().to_vec();
        tape.values[start] = Some(value);
        for id in (start + 1..self.graph.nodes.len()).filter(|&id| included[id]) {
            let node = &self.graph.nodes[id];
            let inputs = self.take(&mut tape, &node.inputs, id);
            let value = node.op.forward(&self.weights[id], inputs);
            tape.shapes[id] = value.shape().to_vec();
            tape.values[id] = (self.kept[id] || self.last[id] > id).then_some(value);
        }
        tape
    }

    /// The inputs' values; moved out of the tape at their last use, so that a device may reuse their memory.
    fn take(&self, tape: &mut Tape, inputs: &[NodeId], at: NodeId) -> Vec<Value> {
        let values = inputs.iter().map(|&id| tape.values[id].clone().expect("kept, or just computed")).collect();
        for &id in inputs {
            if self.last[id] == at && !self.kept[id] {
                tape.values[id] = None;
            }
        }
        values
    }
}
