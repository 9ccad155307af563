//! The forward pass: walks the graph once and keeps what was asked for.

use super::graph::{Graph, Node, NodeId};
use super::op::prepared::{Finish, Prepared};
use super::op::{Arithmetic, Op, Trace, Weights};
use super::processor;
use super::rule::{Rule, Rules};
use super::value::Value;

/// Told of each step of a pass when it is done: on the processor, where nothing is put off, a clock can be read then.
pub type Watch<'a> = &'a mut dyn FnMut(NodeId);

/// What is left of a forward pass.
#[derive(Clone, Debug)]
pub struct Tape {
    /// Value of each node, where it was kept.
    pub values: Vec<Option<Value>>,
    /// What each node did with its numbers, where that was kept.
    pub traces: Vec<Option<Trace>>,
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
    let mut tape = Tape { values: vec![None; count], traces: vec![None; count], shapes: vec![vec![]; count] };
    let wanted = Wanted::of(graph, taps, rules, processor::is(&input.device()));
    tape.put(0, input);
    let included: Vec<bool> = (0..count).map(|id| id > 0).collect();
    Walk::new(graph, weights, wanted).go(tape, &included, watch)
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
        (start.values[id], start.traces[id]) = (None, None);
    }
    let mut wanted = Wanted::of(graph, taps, rules.as_slice(), processor::is(&value.device()));
    (0..downstream.len()).filter(|&id| !downstream[id]).for_each(|id| wanted.values[id] = true);
    start.put(node, value);
    downstream[node] = false;
    Walk::new(graph, weights, wanted).go(start, &downstream, &mut |_| ())
}

/// Runs the included nodes on a tape that holds what they need of the others, and keeps the output alone.
///
/// # Panics
/// If the tape did not keep a value that is needed.
#[must_use]
pub fn go_on(graph: &Graph, weights: &[Weights], tape: Tape, included: &[bool]) -> Tape {
    let mut wanted = Wanted::of(graph, &[], &[], false);
    included.iter().zip(&mut wanted.values).for_each(|(included, wanted)| *wanted |= !included);
    Walk::new(graph, weights, wanted).go(tape, included, &mut |_| ())
}

/// Whether a tape has kept all that a backward pass by these rules wants.
#[must_use]
pub fn suffices(graph: &Graph, tape: &Tape, rules: &Rules) -> bool {
    let there = |id: NodeId| tape.values[id].is_some();
    let suffices = |(id, rule): (NodeId, Rule)| {
        let Node { op, inputs, .. } = &graph.nodes[id];
        let keeps = rule.keeps(op);
        let by_values = (!keeps.output || there(id)) && (!keeps.inputs || inputs.iter().all(|&input| there(input)));
        by_values || (rule.follows_trace(op) && tape.traces[id].is_some())
    };
    there(graph.output()) && rules.of(graph).into_iter().enumerate().all(suffices)
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

/// What stays on a tape.
pub(super) struct Wanted {
    /// Nodes whose values stay.
    pub values: Vec<bool>,
    /// Nodes of which a trace stays.
    pub traces: Vec<bool>,
}

impl Wanted {
    /// The values of `taps` and of the output, and what backward passes by those `rules` want; traces in place of values
    /// where they will do and can be had.
    pub fn of(graph: &Graph, taps: &[NodeId], rules: &[&Rules], traceable: bool) -> Wanted {
        let count = graph.nodes.len();
        let mut wanted = Wanted { values: vec![false; count], traces: vec![false; count] };
        wanted.values[graph.output()] = true;
        taps.iter().for_each(|&tap| wanted.values[tap] = true);
        for (id, rule) in rules.iter().flat_map(|rules| rules.of(graph).into_iter().enumerate()) {
            wanted.add(id, &graph.nodes[id], rule, traceable);
        }
        wanted
    }

    fn add(&mut self, id: NodeId, node: &Node, rule: Rule, traceable: bool) {
        if traceable && rule.follows_trace(&node.op) {
            self.traces[id] = true;
            return;
        }
        let keeps = rule.keeps(&node.op);
        self.values[id] |= keeps.output;
        node.inputs.iter().for_each(|&input| self.values[input] |= keeps.inputs);
    }

    /// Gives up what is not wanted of a tape.
    pub fn keep(&self, tape: &mut Tape) {
        tape.values.iter_mut().zip(&self.values).filter(|(_, wanted)| !**wanted).for_each(|(value, _)| *value = None);
        tape.traces.iter_mut().zip(&self.traces).filter(|(_, wanted)| !**wanted).for_each(|(trace, _)| *trace = None);
    }
}

struct Walk<'a> {
    graph: &'a Graph,
    weights: &'a [Weights],
    last: Vec<NodeId>,
    takers: Vec<usize>,
    wanted: Wanted,
}

/// A convolution and what follows it, done in one go because nobody asks for what is between.
struct Chain {
    /// The sum at its end or before its clip, and what is added there.
    sum: Option<(NodeId, NodeId)>,
    /// The clip at its end, and its limits.
    clip: Option<(NodeId, (f32, f32))>,
}

impl<'a> Walk<'a> {
    fn new(graph: &'a Graph, weights: &'a [Weights], wanted: Wanted) -> Walk<'a> {
        Walk { graph, weights, last: graph.last_uses(), takers: graph.takers(), wanted }
    }

    fn go(&self, mut tape: Tape, included: &[bool], watch: Watch) -> Tape {
        let mut done = included.iter().map(|included| !included).collect::<Vec<_>>();
        for id in 0..self.graph.nodes.len() {
            if std::mem::replace(&mut done[id], true) {
                continue;
            }
            let node = &self.graph.nodes[id];
            let inputs = self.take(&mut tape, &node.inputs, id);
            let (end, value, trace) = match &self.weights[id].prepared {
                Some(prepared) => self.chain(id, inputs, prepared, &mut tape, &mut done),
                None => self.step(id, inputs),
            };
            tape.traces[end] = trace;
            tape.put(end, value);
            if !self.wanted.values[end] && self.last[end] == end {
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
            if self.last[id] == at && !self.wanted.values[id] {
                tape.values[id] = None;
            }
        }
        values
    }

    /// Runs one op; gives its node too, and what is wanted of a trace.
    fn step(&self, id: NodeId, inputs: Vec<Value>) -> (NodeId, Value, Option<Trace>) {
        let op = &self.graph.nodes[id].op;
        match self.wanted.traces[id].then(|| op.traced(&inputs)).flatten() {
            Some((value, trace)) => (id, value, Some(trace)),
            None => (id, op.forward(&self.weights[id], inputs), None),
        }
    }

    /// Runs a prepared convolution with the sum and the clip that follow it; gives the node it ended at, and what is wanted
    /// of a trace.
    fn chain(
        &self,
        id: NodeId,
        mut inputs: Vec<Value>,
        prepared: &Prepared,
        tape: &mut Tape,
        done: &mut [bool],
    ) -> (NodeId, Value, Option<Trace>) {
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
        let clip = chain.clip.map(|(_, limits)| limits);
        let value = prepared.forward(input, Finish { residual, clip });
        let trace = clip.filter(|_| self.wanted.traces[end]).and_then(|limits| Trace::passed(&value, limits));
        (end, value, trace)
    }

    fn follow(&self, id: NodeId, shape: &[usize], tape: &Tape, done: &[bool]) -> Chain {
        let next = |id: NodeId| {
            let next = self.last[id];
            (self.takers[id] == 1 && !self.wanted.values[id] && !done[next]).then_some(next)
        };
        let sum = next(id).and_then(|sum| {
            let node = &self.graph.nodes[sum];
            let other = node.inputs.iter().copied().find(|&input| input != id)?;
            let fits = tape.values[other].as_ref().is_some_and(|value| value.shape() == shape);
            (node.op == Op::Arithmetic(Arithmetic::Add) && fits).then_some((sum, other))
        });
        let clip = next(sum.map_or(id, |(sum, _)| sum));
        let clip = clip.and_then(|clip| self.graph.nodes[clip].op.limits().map(|limits| (clip, limits)));
        Chain { sum, clip }
    }
}
