//! One input on one network: its forward pass is made once and shared by all methods that ask.

use super::backward;
use super::forward::{self, Tape};
use super::graph::NodeId;
use super::load::Network;
use super::rule::Rules;
use super::shape::{ShapeError, infer};
use super::value::{ReadError, Value};

/// One input on one network.
pub struct Session<'a> {
    /// The network.
    pub network: &'a Network,
    /// Rows and columns of the input.
    pub size: (usize, usize),
    input: Value,
    tape: Option<Tape>,
}

impl<'a> Session<'a> {
    /// Puts an input on the network's device.
    ///
    /// # Shapes
    /// `values`: `[3, H, W]`, normalised.
    ///
    /// # Errors
    /// If the network does not take this size.
    pub fn new(network: &'a Network, values: Vec<f32>, height: usize, width: usize) -> Result<Session<'a>, ShapeError> {
        infer(&network.graph, [1, 3, height, width])?;
        let input = Value::from_floats(values, &[1, 3, height, width], &network.device);
        Ok(Session { network, size: (height, width), input, tape: None })
    }

    fn tape(&mut self) -> &Tape {
        let (network, input) = (self.network, &self.input);
        self.tape.get_or_insert_with(|| {
            forward::run(
                &network.graph,
                &network.weights,
                input.clone(),
                &[network.graph.features],
                Some(&Rules::gradient()),
            )
        })
    }

    /// The logits, read back.
    ///
    /// # Errors
    /// If the device fails.
    pub async fn logits(&mut self) -> Result<Vec<f32>, ReadError> {
        let output = self.network.graph.output();
        self.value(output).read().await
    }

    /// The value at a kept node: the features or the output.
    ///
    /// # Panics
    /// If the node was not kept.
    pub fn value(&mut self, node: NodeId) -> Value {
        self.tape().values[node].clone().expect("only features and output are kept")
    }

    /// The derivative of the target's logit at a node; node 0 is the input.
    ///
    /// # Shapes
    /// The node's.
    pub fn gradient(&mut self, target: usize, node: NodeId) -> Value {
        let network = self.network;
        self.tape();
        let mut seed = vec![0.0; network.card.classes];
        seed[target] = 1.0;
        let seed = Value::from_floats(seed, &[1, network.card.classes], &network.device);
        let tape = self.tape.as_ref().expect("made above");
        let seeds = vec![(network.graph.output(), seed)];
        backward::run(&network.graph, &network.weights, tape, seeds, &Rules::gradient(), &[node]).remove(0)
    }
}
