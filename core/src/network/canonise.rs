//! Canonisation: graph-to-graph functions that leave the outputs as they are.

use super::graph::{Dropped, Folded, Graph, NodeId, Trained};
use super::op::{BatchNorm, Op};
use super::parameters::{Parameter, Parameters};

/// Folds each batch norm that directly follows a convolution or a linear op (and is its only taker) into the weights of
/// that op.
///
/// `W' = scale W`, `b' = scale b + shift`, worked out in f64. Exact but for one rounding a weight. Left alone is a weight
/// that serves twice or is brought to unit norm, an op whose own value is the features or had a dropout behind it, a
/// linear op on anything but vectors (a batch norm's channels are then another axis than the op's outputs), and a batch
/// norm that follows any other op.
#[must_use]
pub fn fold_batch_norms(graph: Graph, mut parameters: Parameters) -> (Graph, Parameters) {
    let takers = graph.takers();
    let tied = tied_weights(&graph);
    let vectors = vectors(&graph);
    let features = graph.features;
    let mut folded = Graph { tokens: graph.tokens, picture: graph.picture, ..Graph::new() };
    let mut place: Vec<NodeId> = vec![0; graph.nodes.len()];
    for (id, node) in graph.nodes.into_iter().enumerate().skip(1) {
        let inputs: Vec<NodeId> = node.inputs.iter().map(|&input| place[input]).collect();
        place[id] = match (node.op, inputs.as_slice()) {
            (Op::BatchNorm(norm), &[input])
                if takers[node.inputs[0]] == 1
                    && node.inputs[0] != features
                    && graph.dropped.iter().all(|dropped| dropped.node != node.inputs[0])
                    && !norm.names().any(|name| tied.contains(name))
                    && takes_folding(&folded.nodes[input].op, norm.channels, &tied, vectors[node.inputs[0]]) =>
            {
                remember_training(&mut folded.trained, input, &norm, &parameters);
                let (scale, shift) = fold_into(&mut folded.nodes[input].op, &norm, &mut parameters);
                remember(&mut folded.folded, input, &scale, &shift);
                norm.names().for_each(|name| drop(parameters.0.remove(name)));
                input
            }
            (op, _) => {
                let id = folded.push(node.name, op, &inputs);
                if let Op::BatchNorm(norm) = &folded.nodes[id].op {
                    remember_training(&mut folded.trained, id, norm, &parameters);
                }
                id
            }
        };
    }
    folded.features = place[graph.features];
    folded.dropped = graph.dropped.iter().map(|&dropped| Dropped { node: place[dropped.node], ..dropped }).collect();
    (folded, parameters)
}

/// Names of the weights that more than one node wants.
fn tied_weights(graph: &Graph) -> Vec<String> {
    let mut names: Vec<String> = graph.nodes.iter().flat_map(|node| node.op.wants()).map(|(name, _)| name).collect();
    names.sort_unstable();
    names.chunk_by(|a, b| a == b).filter(|same| same.len() > 1).map(|same| same[0].clone()).collect()
}

/// Which values are certainly one vector a picture, `[N, C]`, whatever the input's size.
fn vectors(graph: &Graph) -> Vec<bool> {
    let mut vectors = vec![false; graph.nodes.len()];
    for (id, node) in graph.nodes.iter().enumerate() {
        vectors[id] = match &node.op {
            Op::Reshape(op) => op.0.len() == 2,
            Op::Linear(_) | Op::BatchNorm(_) | Op::Activation(_) | Op::PRelu(_) | Op::Detachable => {
                vectors[node.inputs[0]]
            }
            _ => false,
        };
    }
    vectors
}

fn takes_folding(op: &Op, channels: usize, tied: &[String], vector: bool) -> bool {
    let free = |weight: &String, bias: &Option<String>| {
        !tied.contains(weight) && bias.as_ref().is_none_or(|bias| !tied.contains(bias))
    };
    match op {
        Op::Convolution(op) => op.outputs == channels && !op.unit_norm && free(&op.weight, &op.bias),
        Op::Linear(op) => vector && op.outputs == channels && !op.unit_norm && free(&op.weight, &op.bias),
        _ => false,
    }
}

/// Notes what was folded into a node; of several norms what they come to together.
fn remember(all: &mut Vec<Folded>, node: NodeId, scale: &[f64], shift: &[f64]) {
    let before = all.iter().position(|folded| folded.node == node).map(|at| all.swap_remove(at));
    let was = |of: fn(&Folded) -> &[f32], c: usize, without| before.as_ref().map_or(without, |one| of(one)[c].into());
    let scaled = |c: usize| (scale[c] * was(|one| &one.scale, c, 1.0)) as f32;
    let shifted = |c: usize| (scale[c] * was(|one| &one.shift, c, 0.0) + shift[c]) as f32;
    let (scale, shift) = (0..scale.len()).map(|c| (scaled(c), shifted(c))).unzip();
    all.push(Folded { node, scale, shift });
}

/// Notes what a norm needs to take a batch's own statistics. With them a norm right behind another undoes what that one did,
/// so the last counts; one that subtracts no mean (B-cos networks) is left out.
fn remember_training(all: &mut Vec<Trained>, node: NodeId, norm: &BatchNorm, parameters: &Parameters) {
    all.retain(|trained| trained.node != node);
    if norm.mean.is_none() {
        return;
    }
    let (scale, _) = norm.scale_and_shift(parameters);
    let values = |name: &Option<String>, without: f32| {
        name.as_ref().map_or_else(|| vec![without; norm.channels], |name| parameters.values(name).to_vec())
    };
    // The value is `scale` times what the norm is handed, so its variance is scaled too, and its sign may be turned.
    let spacing = scale.iter().map(|scale| (scale * scale * f64::from(norm.epsilon)) as f32).collect();
    let weight = values(&norm.weight, 1.0).into_iter().map(f32::abs).collect();
    all.push(Trained { node, spacing, weight, bias: values(&norm.bias, 0.0) });
}

/// Gives the norm's factors and summands.
fn fold_into(op: &mut Op, norm: &BatchNorm, parameters: &mut Parameters) -> (Vec<f64>, Vec<f64>) {
    let (weight, bias) = match op {
        Op::Convolution(op) => (&op.weight, &mut op.bias),
        Op::Linear(op) => (&op.weight, &mut op.bias),
        _ => unreachable!("asked before"),
    };
    let (scale, shift) = norm.scale_and_shift(parameters);
    let matrix = parameters.0.get_mut(weight).expect("weights were compared with the graph");
    let per_output = matrix.values.len() / norm.channels;
    for (kernel, scale) in matrix.values.chunks_exact_mut(per_output).zip(&scale) {
        kernel.iter_mut().for_each(|value| *value = (f64::from(*value) * scale) as f32);
    }
    let before = |c: usize| bias.as_ref().map_or(0.0, |bias| f64::from(parameters.values(bias)[c]));
    let values = (0..norm.channels).map(|c| (before(c) * scale[c] + shift[c]) as f32).collect();
    let name = bias.get_or_insert_with(|| format!("{weight}.folded_bias"));
    parameters.0.insert(name.clone(), Parameter { shape: vec![norm.channels], values });
    (scale, shift)
}
