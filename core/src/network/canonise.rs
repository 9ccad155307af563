//! Canonisation: graph-to-graph functions that leave the outputs as they are.

use super::graph::{Graph, NodeId};
use super::op::{BatchNorm, Convolution, Op};
use super::parameters::{Parameter, Parameters};

/// Folds each batch norm that directly follows a convolution (and is its only taker) into the convolution's weights.
///
/// `W' = scale W`, `b' = scale b + shift`, worked out in f64. Exact but for one rounding a weight.
#[must_use]
pub fn fold_batch_norms(graph: &Graph, parameters: &Parameters) -> (Graph, Parameters) {
    let takers = count_takers(graph);
    let mut folded = Graph::new();
    let mut table = parameters.clone();
    let mut place: Vec<NodeId> = vec![0; graph.nodes.len()];
    for (id, node) in graph.nodes.iter().enumerate().skip(1) {
        let inputs: Vec<NodeId> = node.inputs.iter().map(|&input| place[input]).collect();
        place[id] = match (&node.op, inputs.as_slice()) {
            (Op::BatchNorm(norm), &[input]) if takers[node.inputs[0]] == 1 && is_convolution(&folded, input) => {
                fold_into(&mut folded, input, norm, &mut table);
                input
            }
            _ => folded.push(node.name.clone(), node.op.clone(), &inputs),
        };
    }
    folded.features = place[graph.features];
    (folded, table)
}

fn count_takers(graph: &Graph) -> Vec<usize> {
    let mut takers = vec![0; graph.nodes.len()];
    for &input in graph.nodes.iter().flat_map(|node| &node.inputs) {
        takers[input] += 1;
    }
    takers
}

fn is_convolution(graph: &Graph, id: NodeId) -> bool {
    matches!(graph.nodes[id].op, Op::Convolution(_))
}

fn fold_into(graph: &mut Graph, id: NodeId, norm: &BatchNorm, table: &mut Parameters) {
    let Op::Convolution(convolution) = &mut graph.nodes[id].op else { return };
    let (scale, shift) = norm.scale_and_shift(table);
    let bias = folded_bias(convolution, &scale, &shift, table);
    let weight = table.0.get_mut(&convolution.weight_name()).expect("weights were compared with the graph");
    let per_output = weight.values.len() / convolution.outputs;
    for (kernel, scale) in weight.values.chunks_exact_mut(per_output).zip(&scale) {
        kernel.iter_mut().for_each(|value| *value = (f64::from(*value) * scale) as f32);
    }
    table.0.insert(convolution.bias_name(), Parameter { shape: vec![convolution.outputs], values: bias });
    for part in ["weight", "bias", "running_mean", "running_var"] {
        table.0.remove(&format!("{}.{part}", norm.name));
    }
    convolution.bias = true;
}

fn folded_bias(convolution: &Convolution, scale: &[f64], shift: &[f64], table: &Parameters) -> Vec<f32> {
    let before = |c: usize| if convolution.bias { f64::from(table.values(&convolution.bias_name())[c]) } else { 0.0 };
    (0..convolution.outputs).map(|c| (before(c) * scale[c] + shift[c]) as f32).collect()
}
