//! What a run on inputs of one size takes: the numbers from which passes, seconds and memory are foretold.

use super::cone::{Along, Cone};
use super::graph::{Graph, NodeId};
use super::op::Kind;
use super::processor;
use super::shape::{ShapeError, infer};
use crate::descriptor::Need;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

/// What a run on inputs of one size takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Rows and columns of the input.
    pub input: [usize; 2],
    /// Channels, rows and columns of the features.
    pub features: [usize; 3],
    /// Multiply-adds of a forward pass of one picture.
    pub multiply_adds: u64,
    /// Share of them behind the features.
    pub suffix: f64,
    /// Whether the output is a linear function of the features, but for a constant.
    pub affine: bool,
    /// Nodes with attention: a softmax over tokens.
    pub attention: usize,
    /// Numbers of all values of one picture.
    pub numbers: usize,
    /// Numbers of the largest value of one picture.
    pub largest: usize,
    /// Pictures of a batch at most.
    pub most: usize,
    /// Pictures of a batch that goes through the whole network, at most.
    pub whole: usize,
    /// Share of a pass that is made again where a window of the picture changed whose side is 1/32, 1/16, ... 1 of the
    /// picture's.
    #[serde(default = "whole")]
    pub local: [f64; WINDOWS],
}

/// Windows for which the share of a pass is known.
const WINDOWS: usize = 6;

/// Passes are made whole.
fn whole() -> [f64; WINDOWS] {
    [1.0; WINDOWS]
}

/// Numbers that a batch may hold at once, 256 MB of them: more makes no device faster, and a browser's tab smaller.
const ROOM: usize = 1 << 26;

/// Pictures of a batch: the kernels gain nothing by more.
const MOST: usize = 16;

/// Numbers of a batch's largest value on the processor: more leave its caches between one layer and the next, and a pass takes
/// up to a quarter longer (docs/bench.md). Two pictures go through together in any case, as one alone may be added up in
/// another order.
const CACHED: usize = 1 << 21;

/// What each picture of a batch goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// The network.
    Forward,
    /// The network, and the way back.
    Gradient,
    /// Only some of it: what lies behind a layer, or what a window changes.
    Part,
}

impl Plan {
    /// The plan for a picture of that size on a device, looked at by its marked features.
    ///
    /// # Errors
    /// If the network does not take the size.
    pub fn new(graph: &Graph, [rows, columns]: [usize; 2], device: &Device) -> Result<Plan, ShapeError> {
        let shapes = infer(graph, [1, 3, rows, columns])?;
        Ok(Plan::of(graph, &shapes, graph.features, device))
    }

    /// The plan for inferred shapes of one picture or more.
    #[must_use]
    pub fn of(graph: &Graph, shapes: &[Vec<usize>], features: NodeId, device: &Device) -> Plan {
        let pictures = shapes[0][0].max(1);
        let costs: Vec<u64> = graph
            .nodes
            .iter()
            .zip(shapes)
            .map(|(node, shape)| {
                let inputs: Vec<&[usize]> = node.inputs.iter().map(|&input| shapes[input].as_slice()).collect();
                node.op.cost(&inputs, shape) / pictures as u64
            })
            .collect();
        let behind = graph.reachable_from(features);
        let suffix: u64 = (features + 1..costs.len()).filter(|&id| behind[id]).map(|id| costs[id]).sum();
        let multiply_adds: u64 = costs.iter().sum();
        let counts = || shapes.iter().map(|shape| shape.iter().product::<usize>() / pictures);
        let (on_processor, largest) = (processor::is(device), counts().max().unwrap_or(1).max(1));
        Plan {
            input: [shapes[0][2], shapes[0][3]],
            features: places(graph, &shapes[features]),
            multiply_adds,
            suffix: suffix as f64 / multiply_adds.max(1) as f64,
            affine: graph.is_affine_behind(features),
            attention: graph.attention().count(),
            numbers: counts().sum(),
            largest,
            most: MOST,
            whole: if on_processor { (CACHED / largest).clamp(2, MOST) } else { MOST },
            local: if on_processor { local(graph, shapes, &costs) } else { whole() },
        }
    }

    /// Share of a pass that is made again where a window of that many rows and columns changed.
    #[must_use]
    pub fn share(&self, window: [usize; 2]) -> f64 {
        let side = ((window[0] * window[1]) as f64 / (self.input[0] * self.input[1]).max(1) as f64).sqrt();
        let at = (libm::log2(side) + (WINDOWS - 1) as f64).clamp(0.0, (WINDOWS - 1) as f64);
        let (first, between) = (at as usize, at.fract());
        self.local[first] + (self.local[(first + 1).min(WINDOWS - 1)] - self.local[first]) * between
    }

    /// How many pictures go through at once, so that memory stays bounded.
    #[must_use]
    pub fn batch(&self, pass: Pass) -> usize {
        let most = if pass == Pass::Part { self.most } else { self.most.min(self.whole) };
        (ROOM / self.held(pass)).clamp(1, most.max(1))
    }

    /// Bytes that such a batch holds at its peak, beside the weights.
    #[must_use]
    pub fn memory(&self, pass: Pass) -> u64 {
        4 * (self.held(pass) * self.batch(pass)) as u64
    }

    /// Numbers of a picture that live at once. Without a gradient they are few: what a block keeps beside itself and what it
    /// works on.
    fn held(&self, pass: Pass) -> usize {
        if pass == Pass::Gradient { self.numbers.max(1) } else { 4 * self.largest.max(1) }
    }
}

/// Shares of a pass for windows in the middle.
fn local(graph: &Graph, shapes: &[Vec<usize>], costs: &[u64]) -> [f64; WINDOWS] {
    let share = |step: usize| {
        let along = |axis: usize| {
            let size = shapes[0][2 + axis].div_ceil(1 << (WINDOWS - 1 - step));
            Along { size, starts: vec![(shapes[0][2 + axis] - size) / 2] }
        };
        Cone::new(graph, shapes, [along(0), along(1)]).share(shapes, costs)
    };
    std::array::from_fn(share)
}

/// What can be known of a network before anything runs: what methods would cost, where they may look, what they miss.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    /// What a run takes.
    pub plan: Plan,
    /// The layers whose values have places, in order.
    pub layers: Vec<Layer>,
    /// The layer that is looked at when nothing is said.
    pub features: String,
    /// What it lacks of what methods may need.
    pub lacks: Vec<Need>,
    /// Whether it takes pictures of other sizes too.
    #[serde(default)]
    pub any_size: bool,
}

/// A layer whose values have places.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    /// Its name.
    pub name: String,
    /// Channels, rows and columns.
    pub size: [usize; 3],
}

impl Outline {
    /// What can be known of a graph for pictures of that size on a device.
    ///
    /// # Errors
    /// If the network does not take the size.
    pub fn new(graph: &Graph, [rows, columns]: [usize; 2], device: &Device) -> Result<Outline, ShapeError> {
        let shapes = infer(graph, [1, 3, rows, columns])?;
        let all = graph.nodes.iter().zip(&shapes).skip(1);
        let layers = all.filter(|(node, shape)| has_places(graph, shape) && node.op.kind() != Kind::Constant);
        let layers = layers.map(|(node, shape)| Layer { name: node.name.clone(), size: places(graph, shape) });
        Ok(Outline {
            plan: Plan::of(graph, &shapes, graph.features, device),
            layers: layers.collect(),
            features: graph.nodes[graph.features].name.clone(),
            lacks: lacks(graph, &shapes),
            any_size: infer(graph, [1, 3, rows * 2, columns * 2]).is_ok(),
        })
    }
}

fn lacks(graph: &Graph, shapes: &[Vec<usize>]) -> Vec<Need> {
    let none = |kind: Kind| !graph.nodes.iter().any(|node| node.op.kind() == kind);
    let mut lacks = Vec::new();
    if graph.features == 0 || !has_places(graph, &shapes[graph.features]) {
        lacks.push(Need::Features);
    }
    lacks.extend(none(Kind::Rectifier).then_some(Need::Rectifiers));
    lacks.extend((graph.attention().count() == 0).then_some(Need::Attention));
    lacks.extend(none(Kind::Detachable).then_some(Need::Scales));
    lacks.extend(graph.nodes.iter().any(|node| node.op.bends_jointly()).then_some(Need::Pointwise));
    lacks
}

/// Whether a node's values have places: rows and columns, or a picture's tokens among others.
pub(super) fn has_places(graph: &Graph, shape: &[usize]) -> bool {
    match (shape, graph.tokens) {
        ([_, _, _, _], _) => true,
        ([_, count, _], Some(tokens)) => tokens.before + tokens.grid[0] * tokens.grid[1] <= *count,
        _ => false,
    }
}

fn places(graph: &Graph, shape: &[usize]) -> [usize; 3] {
    match (shape, graph.tokens) {
        (&[_, channels, rows, columns], _) => [channels, rows, columns],
        (&[_, _, channels], Some(tokens)) => [channels, tokens.grid[0], tokens.grid[1]],
        _ => [0, 0, 0],
    }
}
