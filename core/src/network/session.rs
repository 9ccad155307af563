//! A batch of inputs on one network: its forward pass is made once and shared by all methods that ask.

use super::backward;
use super::cone::Region;
use super::forward::{self, Tape, Wanted};
use super::graph::NodeId;
use super::incremental::Incremental;
use super::load::Network;
use super::objective::Objective;
use super::pieces::Pieces;
use super::plan::{Plan, has_places};
use super::processor;
use super::rule::Rules;
use super::shape::{ShapeError, infer};
use super::value::{ReadError, Value};
use burn::tensor::Tensor;

/// A batch of inputs on one network.
pub struct Session<'a> {
    /// The network.
    pub network: &'a Network,
    /// Rows and columns of the inputs.
    pub size: (usize, usize),
    /// The last node whose value has places, or the input where the graph has marked none that has.
    pub features: NodeId,
    input: Value,
    taps: Vec<NodeId>,
    /// What the forward pass keeps beside taps: whatever backward passes by these want, one for each.
    rules: Vec<Rules>,
    tape: Option<Tape>,
    gradients: Vec<(Objective, NodeId, Value)>,
    plan: Plan,
}

impl<'a> Session<'a> {
    /// Puts one input on the network's device.
    ///
    /// # Shapes
    /// `values`: `[3, H, W]`, normalised.
    ///
    /// # Errors
    /// If the network does not take this size.
    pub fn new(network: &'a Network, values: Vec<f32>, height: usize, width: usize) -> Result<Session<'a>, ShapeError> {
        Session::batch(network, values, [1, 3, height, width], &[])
    }

    /// Puts several inputs on the network's device. The values of `taps`, of the features and of the output are kept.
    ///
    /// # Shapes
    /// `values`: `[N, 3, H, W]`, normalised.
    ///
    /// # Errors
    /// If the network does not take this size.
    pub fn batch(
        network: &'a Network,
        values: Vec<f32>,
        shape: [usize; 4],
        taps: &[NodeId],
    ) -> Result<Session<'a>, ShapeError> {
        let shapes = infer(&network.graph, shape)?;
        let input = Value::from_floats(values, &shape, &network.device);
        Ok(Session::of(network, input, &shapes, taps))
    }

    fn of(network: &'a Network, input: Value, shapes: &[Vec<usize>], taps: &[NodeId]) -> Session<'a> {
        let features = marked(network, shapes);
        let taps = [taps, &[features]].concat();
        let plan = Plan::of(&network.graph, shapes, features, &network.device);
        let size = (shapes[0][2], shapes[0][3]);
        let rules = vec![Rules::gradient()];
        Session { network, size, features, input, taps, rules, tape: None, gradients: vec![], plan }
    }

    /// Inputs of the same size on another network on the same device.
    ///
    /// # Shapes
    /// `input`: `[N, 3, H, W]`.
    ///
    /// # Errors
    /// If that network does not take so many of this size.
    pub fn on<'b>(&self, network: &'b Network, input: Value) -> Result<Session<'b>, ShapeError> {
        let shapes = infer(&network.graph, [input.shape()[0], 3, self.size.0, self.size.1])?;
        Ok(Session::of(network, input, &shapes, &[]))
    }

    /// Other inputs of the same size on the same network.
    ///
    /// # Shapes
    /// `input`: `[N, 3, H, W]`.
    #[must_use]
    pub fn again(&self, input: Value) -> Session<'a> {
        let Session { network, size, features, plan, .. } = *self;
        let (taps, rules) = (self.taps.clone(), vec![Rules::gradient()]);
        Session { network, size, features, input, taps, rules, tape: None, gradients: vec![], plan }
    }

    /// The same, with a forward pass that keeps what these rules want.
    ///
    /// # Shapes
    /// `input`: `[N, 3, H, W]`.
    #[must_use]
    pub fn again_by(&self, input: Value, rules: &Rules) -> Session<'a> {
        let mut session = self.again(input);
        let Network { graph, weights, .. } = self.network;
        session.tape = Some(forward::run(graph, weights, session.input(), &session.taps, &[rules]));
        session
    }

    /// What comes back to the inputs by these rules, holding less than [`Session::pull`] does. All inputs have the same
    /// objective.
    ///
    /// # Shapes
    /// `[N, 3, H, W]`.
    ///
    /// # Errors
    /// If it would still hold more than `most` numbers: how many inputs would not.
    pub fn pull_in_pieces(&self, objective: &Objective, rules: &Rules, most: usize) -> Result<Value, usize> {
        let Network { graph, weights, card, .. } = self.network;
        let one = infer(graph, [1, 3, self.size.0, self.size.1]).expect("inferred before");
        let pieces = Pieces::of(graph, &one);
        let fit = most / pieces.numbers(graph, &one, rules).max(1);
        if self.input.shape()[0] > fit {
            return Err(fit);
        }
        Ok(pieces.pull((graph, weights), self.input(), rules, |logits| objective.seed(logits, card.output)))
    }

    /// The inputs, normalised.
    ///
    /// # Shapes
    /// `[N, 3, H, W]`.
    #[must_use]
    pub fn input(&self) -> Value {
        self.input.clone()
    }

    /// What a run on this size takes.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Lets no more pictures than these go through the network at once.
    pub fn limit(&mut self, most: usize) {
        self.plan.most = most;
    }

    /// Whether the values of a node have places.
    #[must_use]
    pub fn has_places(&self, node: NodeId) -> bool {
        let [rows, columns] = self.plan.input;
        let shapes = infer(&self.network.graph, [1, 3, rows, columns]).expect("inferred before");
        has_places(&self.network.graph, &shapes[node])
    }

    /// Keeps the value of this node too.
    pub fn tap(&mut self, node: NodeId) {
        if !self.taps.contains(&node) {
            self.taps.push(node);
            self.tape = self.tape.take().filter(|tape| tape.values[node].is_some());
        }
    }

    /// Says which backward passes the shared forward pass will be asked for, if it was not made yet: it keeps what they
    /// want, until each was made. Others make a forward pass of their own. Gradients alone, if nothing is said.
    pub fn foresee(&mut self, rules: Vec<Rules>) {
        self.rules = rules;
    }

    fn tape(&mut self) -> &Tape {
        let (network, input, taps, rules) = (self.network, &self.input, &self.taps, &self.rules);
        self.tape.get_or_insert_with(|| {
            let rules: Vec<&Rules> = rules.iter().collect();
            forward::run(&network.graph, &network.weights, input.clone(), taps, &rules)
        })
    }

    /// The logits of each input, read back.
    ///
    /// # Shapes
    /// `[N, classes]`.
    ///
    /// # Errors
    /// If the device fails.
    pub async fn logits(&mut self) -> Result<Vec<f32>, ReadError> {
        let output = self.network.graph.output();
        self.value(output).read().await
    }

    /// The value at a tapped node or the output.
    ///
    /// # Panics
    /// If the node was not tapped.
    pub fn value(&mut self, node: NodeId) -> Value {
        self.tape().values[node].clone().expect("only taps and output are kept")
    }

    /// A value at the feature node, or the signal there, as maps over places. Tokens that stand for no place are left
    /// out.
    ///
    /// # Shapes
    /// `[N, C, h, w]`.
    #[must_use]
    pub fn maps(&self, value: Value) -> Tensor<4> {
        let (&[n, _, c], Some(tokens)) = (value.shape(), self.network.graph.tokens) else { return value.pictures() };
        let [h, w] = tokens.grid;
        value.tensor::<3>().narrow(1, tokens.before, h * w).swap_dims(1, 2).reshape([n, c, h, w])
    }

    /// A value at a node with other maps; tokens that stand for no place stay.
    ///
    /// # Shapes
    /// `maps`: `[N, C, h, w]`; result: the node's, of a batch of N.
    ///
    /// # Panics
    /// If the node was not tapped.
    pub fn replaced(&mut self, node: NodeId, maps: Tensor<4>) -> Value {
        let value = self.value(node);
        let [n, c, h, w] = maps.dims();
        let (&[_, count, _], Some(tokens)) = (value.shape(), self.network.graph.tokens) else {
            return Value::from(maps);
        };
        let rest = |from: usize, count: usize| value.clone().tensor::<3>().narrow(1, from, count).expand([n, count, c]);
        let after = tokens.before + h * w;
        let parts = [
            (tokens.before > 0).then(|| rest(0, tokens.before)),
            Some(maps.reshape([n, c, h * w]).swap_dims(1, 2)),
            (count > after).then(|| rest(after, count - after)),
        ];
        Value::from(Tensor::cat(parts.into_iter().flatten().collect(), 1))
    }

    /// The derivative of the objective at a node; node 0 is the input. All inputs have the same objective. Worked out
    /// once, for all who ask.
    ///
    /// # Shapes
    /// The node's.
    pub fn gradient(&mut self, objective: &Objective, node: NodeId) -> Value {
        let known = self.gradients.iter().find(|(of, at, _)| of == objective && *at == node);
        if let Some((_, _, gradient)) = known {
            return gradient.clone();
        }
        let gradient = self.pull(objective, &Rules::gradient(), &[node]).remove(0);
        self.gradients.push((objective.clone(), node, gradient.clone()));
        gradient
    }

    /// The objective of each input when the value of a node is replaced. Only what lies behind the node is run, and the
    /// batch may be another than that of the inputs.
    ///
    /// # Shapes
    /// `value`: the node's, of a batch of N; result `[N]`.
    pub fn scores_from(&mut self, node: NodeId, value: Value, objective: &Objective) -> Value {
        let (_, logits) = self.suffix(node, value, None);
        objective.score(logits, self.network.card.output)
    }

    /// Runs what lies behind a node whose value is replaced: the tape and the logits.
    fn suffix(&mut self, node: NodeId, value: Value, rules: Option<&Rules>) -> (Tape, Value) {
        let Network { graph, weights, .. } = self.network;
        forward::frontier(graph, node).into_iter().for_each(|beside| self.tap(beside));
        let tape = forward::resume(graph, weights, self.tape(), node, value, &[], rules);
        let logits = tape.values[graph.output()].clone().expect("the output is kept");
        (tape, logits)
    }

    /// The objective's derivative at a node whose maps are replaced. Only what lies behind the node is run, and the batch may
    /// be another than that of the inputs.
    ///
    /// # Shapes
    /// `maps` and result: `[N, C, h, w]`.
    ///
    /// # Panics
    /// If the node was not tapped.
    pub fn pull_from(&mut self, node: NodeId, maps: Tensor<4>, objective: &Objective) -> Tensor<4> {
        let Network { graph, weights, card, .. } = self.network;
        let (rules, value) = (Rules::gradient(), self.replaced(node, maps));
        let (tape, logits) = self.suffix(node, value, Some(&rules));
        let seeds = vec![(graph.output(), objective.seed(logits, card.output))];
        let signal = backward::run(graph, weights, &tape, seeds, &rules, &[node]).remove(0);
        self.maps(signal)
    }

    /// What comes back to each wanted node by these rules. All inputs have the same objective.
    ///
    /// # Shapes
    /// Each node's.
    pub fn pull(&mut self, objective: &Objective, rules: &Rules, wanted: &[NodeId]) -> Vec<Value> {
        let seed = objective.seed(self.value(self.network.graph.output()), self.network.card.output);
        self.back(seed, rules, wanted)
    }

    /// What comes back of a signal at the output. Rules that keep more of a forward pass than the shared one has make one
    /// of their own, which is given up afterwards.
    fn back(&mut self, seed: Value, rules: &Rules, wanted: &[NodeId]) -> Vec<Value> {
        let Network { graph, weights, .. } = self.network;
        let seeds = vec![(graph.output(), seed)];
        if forward::suffices(graph, self.tape(), rules) {
            let signals = backward::run(graph, weights, self.tape(), seeds, rules, wanted);
            self.release(rules);
            return signals;
        }
        let tape = forward::run(graph, weights, self.input(), &[], &[rules]);
        backward::run(graph, weights, &tape, seeds, rules, wanted)
    }

    /// Gives up what was kept for one pass by these rules.
    fn release(&mut self, rules: &Rules) {
        let Some(at) = self.rules.iter().position(|foreseen| foreseen == rules) else { return };
        self.rules.remove(at);
        let (others, Network { graph, device, .. }) = (self.rules.iter().collect::<Vec<_>>(), self.network);
        let wanted = Wanted::of(graph, &self.taps, &others, processor::is(device));
        if let Some(tape) = &mut self.tape {
            wanted.keep(tape);
        }
    }

    /// What each logit adds to the objective: what relevance propagation starts with.
    ///
    /// # Shapes
    /// `[N, classes]`.
    pub fn parts(&mut self, objective: &Objective) -> Value {
        objective.parts(self.value(self.network.graph.output()), self.network.card.output)
    }

    /// The relevance at each wanted node by these rules, which starts with what each logit adds to the objective. All
    /// inputs have the same objective.
    ///
    /// # Shapes
    /// Each node's.
    pub fn relevance(&mut self, objective: &Objective, rules: &Rules, wanted: &[NodeId]) -> Vec<Value> {
        let start = self.parts(objective);
        self.back(start, rules, wanted)
    }

    /// The sum of the relevance at each node, over all inputs; zero where none comes by. Holds the relevance of all nodes
    /// at once.
    ///
    /// # Errors
    /// If the device fails.
    pub async fn relevance_sums(&mut self, objective: &Objective, rules: &Rules) -> Result<Vec<f64>, ReadError> {
        let all: Vec<NodeId> = (0..self.network.graph.nodes.len()).collect();
        let mut sums = vec![];
        for relevance in self.relevance(objective, rules, &all) {
            sums.push(relevance.read().await?.iter().map(|&r| f64::from(r)).sum());
        }
        Ok(sums)
    }

    /// The objective of each input. Keeps nothing for a gradient.
    ///
    /// # Shapes
    /// `[N]`.
    #[must_use]
    pub fn scores(&self, objective: &Objective) -> Value {
        let network = self.network;
        let output = network.graph.output();
        let logits = self.tape.as_ref().and_then(|tape| tape.values[output].clone());
        let logits = logits.unwrap_or_else(|| {
            let tape = forward::run(&network.graph, &network.weights, self.input(), &[], &[]);
            tape.values[output].clone().expect("the output is kept")
        });
        objective.score(logits, network.card.output)
    }

    /// A way to the logits of pictures that differ from the first input in a window each, which makes but a part of a pass
    /// for each; none where there is none.
    #[must_use]
    pub fn windows(&self, windows: Region) -> Option<Incremental<'a>> {
        let first = Value::from(self.input().pictures().narrow(0, 0, 1));
        Incremental::new(&self.network.graph, &self.network.weights, first, windows)
    }

    /// What comes back to each wanted node by these rules, when each input's seed is its weighted sum of logits:
    /// `[(a, 1.0), (b, -1.0)]` asks why class `a` and not `b`.
    ///
    /// # Shapes
    /// `targets`: one list of (class, weight) an input. Results: each node's.
    ///
    /// # Panics
    /// If there is no such class, or not a list for each input.
    pub fn signals(&mut self, targets: &[Vec<(usize, f32)>], rules: &Rules, wanted: &[NodeId]) -> Vec<Value> {
        let network = self.network;
        let classes = network.card.classes;
        assert_eq!(targets.len(), self.input.shape()[0], "one list of targets an input");
        let mut seed = vec![0.0; targets.len() * classes];
        for (row, targets) in seed.chunks_exact_mut(classes).zip(targets) {
            targets.iter().for_each(|&(class, weight)| row[class] += weight);
        }
        let seed = Value::from_floats(seed, &[targets.len(), classes], &network.device);
        self.back(seed, rules, wanted)
    }
}

/// The node the graph has marked, if its value has places.
fn marked(network: &Network, shapes: &[Vec<usize>]) -> NodeId {
    let features = network.graph.features;
    if has_places(&network.graph, &shapes[features]) { features } else { 0 }
}
