//! The forward pass: walks the graph once and keeps what was asked for.

use super::graph::{Graph, NodeId};
use super::op::prepared::{Finish, Prepared};
use super::op::{Arithmetic, Op, Weights};
use super::rule::Rules;
use super::value::Value;

/// Told of each step of a pass when it is done: on the processor, where nothing is put off, a clock can be read then.
pub type Watch<'a> = &'a mut dyn FnMut(NodeId);

/// What is left of a forward pass.
#[derive(Clone, Debug)]
pub struct Tape {
    /// Value of each node, where it was kept.
    pub values: Vec<Option<Value>>,
    /// Shape of each node's value.
    pub shapes: Vec<Vec<usize>>,
}

impl Tape {
    fn put(&mut self, node: NodeId, value: Value) {
        self.shapes[node] = value.shape().to_vec();
        self.values[node] = Some(value);
    }
}

/// Runs the graph on a batch.
///
/// Keeps the values of `taps` and of the output, and what a backward pass by those `rules` wants. Every other value is
/// freed after its last use.
///
/// # Shapes
/// `input`: `[N, C, H, W]`, one that [`super::shape::infer`] has passed.
#[must_use]
pub fn run(graph: &Graph, weights: &[Weights], input: Value, taps: &[NodeId], rules: &[&Rules]) -> Tape {
    watched(graph, weights, input, taps, rules, &mut |_| ())
}

/// The same; `watch` is told of every step when it is done, by the node it began with.
#[must_use]
pub fn watched(
    graph: &Graph,
    weights: &[Weights],
    input: Value,
    taps: &[NodeId],
    rules: &[&Rules],
    watch: Watch,
) -> Tape {
    let count = graph.nodes.len();
    let mut tape = Tape { values: vec![None; count], shapes: vec![vec![]; count] };
    tape.put(0, input);
    let included: Vec<bool> = (0..count).map(|id| id > 0).collect();
    Walk::new(graph, weights, kept(graph, taps, rules)).go(tape, &included, watch)
}

/// Runs only what depends on `node`, whose value is replaced by `value`, possibly of a larger batch. Everything else
/// comes from `tape`, which must have kept what [`frontier`] lists. Keeps what a backward pass by those `rules` to `node`
/// wants.
///
/// # Panics
/// If the tape did not keep a value that is needed.
#[must_use]
pub fn resume(
    graph: &Graph,
    weights: &[Weights],
    tape: &Tape,
    node: NodeId,
    value: Value,
    taps: &[NodeId],
    rules: Option<&Rules>,
) -> Tape {
    let mut downstream = graph.reachable_from(node);
    let mut start = tape.clone();
    for id in (0..graph.nodes.len()).filter(|&id| downstream[id]) {
        start.values[id] = None;
    }
    let mut kept = kept(graph, taps, rules.as_slice());
    (0..kept.len()).filter(|&id| !downstream[id]).for_each(|id| kept[id] = true);
    start.put(node, value);
    downstream[node] = false;
    Walk::new(graph, weights, kept).go(start, &downstream, &mut |_| ())
}

/// Runs the included nodes on a tape that holds what they need of the others, and keeps the output alone.
///
/// # Panics
/// If the tape did not keep a value that is needed.
#[must_use]
pub fn go_on(graph: &Graph, weights: &[Weights], tape: Tape, included: &[bool]) -> Tape {
    let kept: Vec<bool> = (0..graph.nodes.len()).map(|id| !included[id] || id == graph.output()).collect();
    Walk::new(graph, weights, kept).go(tape, included, &mut |_| ())
}

/// Whether a tape has kept all that a backward pass by these rules wants.
#[must_use]
pub fn suffices(graph: &Graph, tape: &Tape, rules: &Rules) -> bool {
    kept(graph, &[], &[rules]).iter().zip(&tape.values).all(|(wanted, value)| !wanted || value.is_some())
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
pub(super) fn kept(graph: &Graph, taps: &[NodeId], rules: &[&Rules]) -> Vec<bool> {
    let mut kept = vec![false; graph.nodes.len()];
    kept[graph.output()] = true;
    taps.iter().for_each(|&tap| kept[tap] = true);
    for rules in rules {
        for (id, (node, rule)) in graph.nodes.iter().zip(rules.of(graph)).enumerate() {
            let keeps = rule.keeps(&node.op);
            kept[id] |= keeps.output;
            node.inputs.iter().for_each(|&input| kept[input] |= keeps.inputs);
        }
    }
    kept
}

struct Walk<'a> {
    graph: &'a Graph,
    weights: &'a [Weights],
    last: Vec<NodeId>,
    takers: Vec<usize>,
    kept: Vec<bool>,
}

/// A convolution and what follows it, done in one go because nobody asks for what is between.
struct Chain {
    /// The sum at its end or before its clip, and what is added there.
    sum: Option<(NodeId, NodeId)>,
    /// The clip at its end, and its limits.
    clip: Option<(NodeId, (f32, f32))>,
}

impl<'a> Walk<'a> {
    fn new(graph: &'a Graph, weights: &'a [Weights], kept: Vec<bool>) -> Walk<'a> {
        Walk { graph, weights, last: graph.last_uses(), takers: graph.takers(), kept }
    }

    fn go(&self, mut tape: Tape, included: &[bool], watch: Watch) -> Tape {
        let mut done = included.iter().map(|included| !included).collect::<Vec<_>>();
        for id in 0..self.graph.nodes.len() {
            if std::mem::replace(&mut done[id], true) {
                continue;
            }
            let node = &self.graph.nodes[id];
            let inputs = self.take(&mut tape, &node.inputs, id);
            let (end, value) = match &self.weights[id].prepared {
                Some(prepared) => self.chain(id, inputs, prepared, &mut tape, &mut done),
                None => (id, node.op.forward(&self.weights[id], inputs)),
            };
            tape.put(end, value);
            if !self.kept[end] && self.last[end] == end {
                tape.values[end] = None;
            }
            watch(id);
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

    /// Runs a prepared convolution with the sum and the clip that follow it; gives the node it ended at.
    fn chain(
        &self,
        id: NodeId,
        mut inputs: Vec<Value>,
        prepared: &Prepared,
        tape: &mut Tape,
        done: &mut [bool],
    ) -> (NodeId, Value) {
        let input = inputs.remove(0);
        let shape = self.graph.nodes[id].op.shape(&[input.shape()]).unwrap_or_else(|reason| panic!("{reason}"));
        let chain = self.follow(id, &shape, tape, done);
        let residual = chain.sum.map(|(sum, other)| self.take(tape, &[other], sum).remove(0));
        let mut end = id;
        for next in [chain.sum.map(|(sum, _)| sum), chain.clip.map(|(clip, _)| clip)].into_iter().flatten() {
            tape.shapes[end].clone_from(&shape);
            done[next] = true;
            end = next;
        }
        (end, prepared.forward(input, Finish { residual, clip: chain.clip.map(|(_, limits)| limits) }))
    }

    fn follow(&self, id: NodeId, shape: &[usize], tape: &Tape, done: &[bool]) -> Chain {
        let next = |id: NodeId| {
            let next = self.last[id];
            (self.takers[id] == 1 && !self.kept[id] && !done[next]).then_some(next)
        };
        let sum = next(id).and_then(|sum| {
            let node = &self.graph.nodes[sum];
            let other = node.inputs.iter().copied().find(|&input| input != id)?;
            let fits = tape.values[other].as_ref().is_some_and(|value| value.shape() == shape);
            (node.op == Op::Arithmetic(Arithmetic::Add) && fits).then_some((sum, other))
        });
        let clip = next(sum.map_or(id, |(sum, _)| sum)).and_then(|clip| match self.graph.nodes[clip].op {
            Op::Activation(op) => op.limits().map(|limits| (clip, limits)),
            _ => None,
        });
        Chain { sum, clip }
    }
}
