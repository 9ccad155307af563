//! Networks as they are in training: batch norms take mean and variance of the batch itself.
//!
//! Nobody explains a network so on purpose; studies did whose networks were never put into evaluation mode, and their maps
//! can be had no other way. Dropout, which would be drawn at random, is left out.

use super::graph::{Graph, NodeId, Trained};
use super::op::{Op, OwnStatistics, Weights};
use super::value::Value;
use burn::tensor::Device;

/// The graph with each batch norm that is known as it was trained followed by one with the batch's own statistics, which
/// undoes what the fixed ones did; and its weights, which are shared with the given ones.
#[must_use]
pub fn in_training(graph: &Graph, weights: &[Weights], device: &Device) -> (Graph, Vec<Weights>) {
    let mut training = Graph { tokens: graph.tokens, picture: graph.picture, ..Graph::new() };
    let mut own = vec![Weights::default()];
    let mut place: Vec<NodeId> = vec![0; graph.nodes.len()];
    for (id, node) in graph.nodes.iter().enumerate().skip(1) {
        let inputs: Vec<NodeId> = node.inputs.iter().map(|&input| place[input]).collect();
        place[id] = training.push(node.name.clone(), node.op.clone(), &inputs);
        own.push(weights[id].clone());
        if let Some(norm) = graph.trained.iter().find(|norm| norm.node == id) {
            let (op, weights) = own_statistics(&node.name, norm, device);
            place[id] = training.push(format!("{}.own_statistics", node.name), op, &[place[id]]);
            own.push(weights);
        }
    }
    training.features = place[graph.features];
    (training, own)
}

fn own_statistics(name: &str, norm: &Trained, device: &Device) -> (Op, Weights) {
    let channels = norm.weight.len();
    let part = |part: &str| format!("{name}.own_statistics.{part}");
    let op = OwnStatistics { channels, spacing: part("spacing"), weight: part("weight"), bias: part("bias") };
    let put = |numbers: &Vec<f32>| Value::from_floats(numbers.clone(), &[1, channels, 1], device);
    // A channel that was scaled by zero is constant, and its deviation must not be zero.
    let spacing = norm.spacing.iter().map(|spacing| spacing.max(f32::MIN_POSITIVE)).collect();
    (Op::OwnStatistics(op), Weights::of(vec![put(&spacing), put(&norm.weight), put(&norm.bias)]))
}
