//! Small networks with noise for weights.

use crate::array::Array;
use crate::case::{named, read, upload, value};
use tessera_core::network::forward::{self, Tape};
use tessera_core::network::graph::{Graph, NodeId};
use tessera_core::network::op::resampling::{Kernel, Place, Resample, Target};
use tessera_core::network::op::{
    Activation, Arithmetic, BatchNorm, Concat, Constant, Convolution, Extent, LayerNorm, Linear, Op, Pool, Pooling,
    Reshape, Select, Softmax, Transpose, Weights, Window,
};
use tessera_core::network::parameters::{Parameter, Parameters};
use tessera_core::network::rule::Rules;

/// A graph with its weights on the processor.
pub struct Net {
    pub graph: Graph,
    pub weights: Vec<Weights>,
}

impl Net {
    /// Noise for weights: each by its op, so that twins of an op have the same numbers.
    pub fn new(graph: Graph) -> Net {
        let weights = graph.nodes.iter().map(|node| upload(&node.op, &named(&node.op))).collect();
        Net { graph, weights }
    }

    /// With weights of one's own.
    pub fn with(graph: Graph, parameters: &Parameters) -> Net {
        let upload = |op: &Op| op.upload(&mut parameters.clone(), &burn::tensor::Device::flex());
        let weights = graph.nodes.iter().map(|node| upload(&node.op)).collect();
        Net { graph, weights }
    }

    pub fn run(&self, x: &Array, taps: &[NodeId], rules: Option<&Rules>) -> Tape {
        forward::run(&self.graph, &self.weights, value(x), taps, rules.as_slice())
    }

    /// The numbers of every node.
    pub fn everything(&self, x: &Array) -> Vec<Vec<f32>> {
        let all: Vec<NodeId> = (0..self.graph.nodes.len()).collect();
        self.run(x, &all, None).values.into_iter().map(|value| read(value.expect("tapped"))).collect()
    }

    pub fn logits(&self, x: &Array) -> Vec<f32> {
        read(self.run(x, &[], None).values.pop().flatten().expect("the output is kept"))
    }

    pub fn node(&self, name: &str) -> NodeId {
        self.graph.node(name).expect("a node of that name")
    }
}

/// Noise for all weights of a graph, each name with numbers of its own; variances are positive.
pub fn noise(graph: &Graph, seed: u64) -> Parameters {
    let wants = graph.nodes.iter().flat_map(|node| node.op.wants()).enumerate();
    let weights = wants.map(|(i, (name, shape))| {
        let noise = Array::noise(seed + i as u64, &shape);
        let noise = if name.ends_with("running_var") { noise.map(|v| v.abs() + 0.1) } else { noise };
        (name, Parameter { shape, values: noise.floats() })
    });
    Parameters(weights.collect())
}

pub fn convolution(name: &str, inputs: usize, outputs: usize, groups: usize, window: Window) -> Op {
    let (weight, bias) = (format!("{name}.weight"), Some(format!("{name}.bias")));
    Op::Convolution(Convolution { inputs, outputs, groups, window, weight, bias, unit_norm: false })
}

pub fn linear(name: &str, inputs: usize, outputs: usize) -> Op {
    let (weight, bias) = (format!("{name}.weight"), Some(format!("{name}.bias")));
    Op::Linear(Linear { inputs, outputs, weight, bias, unit_norm: false })
}

pub fn relu() -> Op {
    Op::Activation(Activation::Relu)
}

pub fn add() -> Op {
    Op::Arithmetic(Arithmetic::Add)
}

fn reshape(extents: &[Extent]) -> Op {
    Op::Reshape(Reshape(extents.to_vec()))
}

/// A network with everything that makes a walk hard: skips, branches that meet again, a branch that leads nowhere,
/// constants, attention with two heads. Takes `[N, 3, 6, 6]`, gives `[N, 5]`.
pub fn crossroads() -> Net {
    let mut graph = Graph::new();
    let body = body(&mut graph);
    let tokens = tokens(&mut graph, body);
    let attended = attention(&mut graph, tokens);
    let both = graph.push("both", add(), &[tokens, attended]);
    let class = graph.push("class", Op::Select(Select { axis: 1, places: vec![0], keep: false }), &[both]);
    graph.push("head", linear("head", 8, 5), &[class]);
    Net::new(graph)
}

/// Convolutions with a skip, two pools side by side: `[N, 8, 3, 3]`.
fn body(graph: &mut Graph) -> NodeId {
    let pool = |pooling, window| Op::Pool(Pool { pooling, window });
    let conv = graph.push("conv", convolution("conv", 3, 4, 1, Window::square(3, 1, 1)), &[0]);
    let mut norm = BatchNorm::named("norm", 4, 1e-3);
    norm.variance = "variance".into();
    let norm = graph.push("norm", Op::BatchNorm(norm), &[conv]);
    let relu = graph.push("relu", self::relu(), &[norm]);
    graph.push("aside", Op::Activation(Activation::Tanh), &[relu]);
    let depthwise = graph.push("depthwise", convolution("depthwise", 4, 4, 4, Window::square(3, 1, 1)), &[relu]);
    let skip = graph.push("skip", add(), &[relu, depthwise]);
    let greatest = graph.push("greatest", pool(Pooling::Maximum, Window::square(2, 2, 0)), &[skip]);
    let kernel = Kernel::Linear(Place::HalfPixel);
    let smaller = Op::Resample(Resample { size: Target::Size([3, 3]), kernel });
    let smaller = graph.push("smaller", smaller, &[conv]);
    graph.push("concat", Op::Concat(Concat { axis: 1 }), &[greatest, smaller])
}

/// Places as tokens with a class token and positions: `[N, 10, 8]`.
fn tokens(graph: &mut Graph, body: NodeId) -> NodeId {
    let constant = |name: &str, shape: &[usize]| Op::Constant(Constant { name: name.into(), shape: shape.to_vec() });
    let flat = graph.push("flat", reshape(&[Extent::Of(0), Extent::Is(8), Extent::Rest]), &[body]);
    let tokens = graph.push("tokens", Op::Transpose(Transpose(vec![0, 2, 1])), &[flat]);
    let class = graph.push("class token", constant("class token", &[1, 1, 8]), &[]);
    let all = graph.push("all tokens", Op::Concat(Concat { axis: 1 }), &[class, tokens]);
    let positions = graph.push("positions", constant("positions", &[1, 10, 8]), &[]);
    graph.push("placed", add(), &[all, positions])
}

fn attention(graph: &mut Graph, tokens: NodeId) -> NodeId {
    let weight = Some("ln.weight".into());
    let norm = LayerNorm { axes: (2, 3), count: 8, epsilon: 1e-5, weight, bias: None };
    let norm = graph.push("ln", Op::LayerNorm(norm), &[tokens]);
    let mut heads = |name: &str, width: usize, order: [usize; 4]| {
        let all = graph.push(name, linear(name, 8, 2 * width), &[norm]);
        let split = reshape(&[Extent::Of(0), Extent::Of(1), Extent::Is(2), Extent::Is(width)]);
        let split = graph.push(format!("{name} split"), split, &[all]);
        graph.push(format!("{name} heads"), Op::Transpose(Transpose(order.to_vec())), &[split])
    };
    let queries = heads("queries", 2, [0, 2, 1, 3]);
    let keys = heads("keys", 2, [0, 2, 3, 1]);
    let values = heads("values", 4, [0, 2, 1, 3]);
    let scores = graph.push("scores", Op::MatMul, &[queries, keys]);
    let shares = graph.push("shares", Op::Softmax(Softmax { axis: 3, log: false }), &[scores]);
    let mixed = graph.push("mixed", Op::MatMul, &[shares, values]);
    let back = graph.push("heads back", Op::Transpose(Transpose(vec![0, 2, 1, 3])), &[mixed]);
    graph.push("joined", reshape(&[Extent::Of(0), Extent::Of(1), Extent::Rest]), &[back])
}
