//! A batch of inputs on one network: its forward pass is made once and shared by all methods that ask.

use super::backward;
use super::forward::{self, Tape};
use super::graph::{Graph, NodeId};
use super::load::Network;
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
    tape: Option<Tape>,
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
        let features = marked(network, &infer(&network.graph, shape)?);
        let input = Value::from_floats(values, &shape, &network.device);
        Ok(Session {
            network,
            size: (shape[2], shape[3]),
            features,
            input,
            taps: [taps, &[features]].concat(),
            tape: None,
        })
    }

    fn tape(&mut self) -> &Tape {
        let (network, input, taps) = (self.network, &self.input, &self.taps);
        self.tape.get_or_insert_with(|| {
            forward::run(&network.graph, &network.weights, input.clone(), taps, Some(&Rules::gradient()))
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

    /// The derivative of the target's logit at a node; node 0 is the input. All inputs have the same target.
    ///
    /// # Shapes
    /// The node's.
    pub fn gradient(&mut self, target: usize, node: NodeId) -> Value {
        let targets = vec![vec![(target, 1.0)]; self.input.shape()[0]];
        self.signals(&targets, &Rules::gradient(), &[node]).remove(0)
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
        let seeds = vec![(network.graph.output(), seed)];
        backward::run(&network.graph, &network.weights, self.tape(), seeds, rules, wanted)
    }
}

/// The node the graph has marked, if its value has places.
fn marked(network: &Network, shapes: &[Vec<usize>]) -> NodeId {
    let Graph { features, tokens, .. } = network.graph;
    let places = match (&shapes[features][..], tokens) {
        ([_, _, _, _], _) => true,
        ([_, count, _], Some(tokens)) => tokens.before + tokens.grid[0] * tokens.grid[1] <= *count,
        _ => false,
    };
    if places { features } else { 0 }
}
