//! The backward pass: walks the graph in reverse and asks each node's rule for the signal at its inputs.
//!
//! Only what lies between a seed and a wanted node is walked, and weight gradients are never computed.

use super::forward::{Tape, Watch};
use super::graph::{Graph, NodeId};
use super::op::{Kept, Trace, Weights};
use super::rule::{Rule, Rules, Site, absorbed, factors, nonnegative};
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
    watched(graph, weights, tape, seeds, rules, wanted, &mut |_| ())
}

/// The same; `watch` is told of every step when it is done, by its node.
///
/// # Panics
/// If the tape was not made for these rules.
#[must_use]
pub fn watched(
    graph: &Graph,
    weights: &[Weights],
    tape: &Tape,
    seeds: Vec<(NodeId, Value)>,
    rules: &Rules,
    wanted: &[NodeId],
    watch: Watch,
) -> Vec<Value> {
    let device = seeds.first().expect("at least one seed").1.device();
    let mut pass = Pass::new(graph, weights, tape, rules, wanted);
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
        if let Some(convolution) = pass.hands_on(id) {
            pass.add(convolution, signal);
            pass.clips[convolution] = Some(id);
            continue;
        }
        for (&input, signal) in node.inputs.iter().zip(pass.back(id, signal)) {
            if let Some(signal) = signal {
                pass.add(input, signal);
            }
        }
        watch(id);
    }
    let signal = |&id: &NodeId| pass.signals[id].clone().unwrap_or_else(|| Value::zeros(&tape.shapes[id], &device));
    wanted.iter().map(signal).collect()
}

struct Pass<'a> {
    graph: &'a Graph,
    weights: &'a [Weights],
    tape: &'a Tape,
    rules: Vec<Rule>,
    nonnegative: Vec<bool>,
    /// For a layer, the batch norm whose shift counts as its bias.
    norms: Vec<Option<NodeId>>,
    wanted: &'a [NodeId],
    on_the_way: Vec<bool>,
    takers: Vec<usize>,
    signals: Vec<Option<Value>>,
    /// For a convolution, the clip after it whose derivative it takes on.
    clips: Vec<Option<NodeId>>,
}

impl<'a> Pass<'a> {
    fn new(graph: &'a Graph, weights: &'a [Weights], tape: &'a Tape, rules: &Rules, wanted: &'a [NodeId]) -> Pass<'a> {
        let count = graph.nodes.len();
        let (on_the_way, takers) = (on_the_way(graph, wanted), graph.takers());
        let (signals, clips) = (vec![None; count], vec![None; count]);
        let (rules, nonnegative, norms) = (rules.of(graph), nonnegative(graph), absorbed(graph));
        Pass { graph, weights, tape, rules, nonnegative, norms, wanted, on_the_way, takers, signals, clips }
    }

    /// The prepared convolution right before a clip, if it can take on the clip's derivative while it reads the signal.
    fn hands_on(&self, clip: NodeId) -> Option<NodeId> {
        let node = &self.graph.nodes[clip];
        node.op.limits()?;
        let &convolution = node.inputs.first()?;
        let plain = [clip, convolution].iter().all(|&id| self.rules[id] == Rule::Gradient);
        let unseeded = self.signals[convolution].is_none() && !self.wanted.contains(&convolution);
        let alone = self.takers[convolution] == 1 && unseeded;
        (plain && alone && self.weights[convolution].prepared.is_some()).then_some(convolution)
    }

    /// The signal at each of a node's inputs.
    fn back(&self, id: NodeId, signal: Value) -> Vec<Option<Value>> {
        let node = &self.graph.nodes[id];
        if let (Some(prepared), Some(clip)) = (&self.weights[id].prepared, self.clips[id]) {
            let limits = self.graph.nodes[clip].op.limits().expect("asked before");
            let Some(Trace::Passed(passed)) = self.kept(clip, &[]).passed(limits) else {
                panic!("a clip keeps its output or a trace of it");
            };
            let &[_, _, h, w] = &self.tape.shapes[node.inputs[0]][..] else { panic!("expected [N, C, H, W]") };
            return vec![Some(prepared.backward(signal, Some(&passed), [h, w]))];
        }
        let site = Site {
            op: &node.op,
            weights: &self.weights[id],
            kept: self.kept(id, &node.inputs),
            nonnegative: node.inputs.first().is_some_and(|&input| self.nonnegative[input]),
            factors: factors(self.graph, id),
            shift: self.shift(id),
        };
        self.rules[id].signals(&site, signal)
    }

    /// Adds to the signal at a node, if anything wanted lies there or behind.
    fn add(&mut self, node: NodeId, signal: Value) {
        if self.on_the_way[node] {
            self.signals[node] = Some(match self.signals[node].take() {
                Some(sum) => sum + signal,
                None => signal,
            });
        }
    }

    /// The shift of a batch norm that lets relevance pass, for the layer that takes it over.
    fn shift(&self, id: NodeId) -> Option<&'a Value> {
        let norm = self.norms[id].filter(|&norm| self.rules[norm] == Rule::Pass)?;
        self.weights[norm].tensors.get(1)
    }

    fn kept(&self, id: NodeId, inputs: &[NodeId]) -> Kept<'_> {
        Kept {
            shapes: inputs.iter().map(|&input| self.tape.shapes[input].as_slice()).collect(),
            inputs: inputs.iter().map(|&input| self.tape.values[input].as_ref()).collect(),
            output: self.tape.values[id].as_ref(),
            trace: self.tape.traces[id].as_ref(),
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
