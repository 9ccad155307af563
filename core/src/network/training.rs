//! Networks as they are in training: batch norms take mean and variance of the batch itself, and dropout is at work.
//!
//! Nobody explains a network so on purpose; studies did whose networks were never put into evaluation mode, and their maps
//! can be had no other way.

use super::graph::{Dropped, Graph, NodeId, Trained};
use super::op::{Dropout, Op, OwnStatistics, Weights};
use super::value::Value;
use crate::random::Stream;
use burn::tensor::Device;

/// The graph with each batch norm that is known as it was trained followed by one with the batch's own statistics, which
/// undoes what the fixed ones did, and with the dropouts that training had; and its weights, which are shared with the
/// given ones. Dropout number `n`, from 0 on, draws from the stream `dropout.n` of the seed.
#[must_use]
pub fn in_training(graph: &Graph, weights: &[Weights], seed: u64, device: &Device) -> (Graph, Vec<Weights>) {
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
        for (number, dropped) in graph.dropped.iter().enumerate().filter(|(_, dropped)| dropped.node == id) {
            let name = format!("{}.dropout.{number}", node.name);
            place[id] = training.push(name, dropout(number, dropped, seed), &[place[id]]);
            own.push(Weights::default());
        }
    }
    training.features = place[graph.features];
    (training, own)
}

fn dropout(number: usize, &Dropped { share, whole, .. }: &Dropped, seed: u64) -> Op {
    Op::Dropout(Dropout { share, whole, draws: Stream::new(seed, &format!("dropout.{number}")) })
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
