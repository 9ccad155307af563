//! A network in plain text: its layers, shapes, weights and multiply-adds.

use super::graph::Graph;
use super::shape::{ShapeError, infer};
use std::fmt::Write;

/// A listing of the graph for an input of shape `[N, C, H, W]`: a line a node, and a line of sums.
///
/// # Errors
/// If the input does not fit.
pub fn listing(graph: &Graph, input: [usize; 4]) -> Result<String, ShapeError> {
    let shapes = infer(graph, input)?;
    let mut text = String::new();
    let (mut weights, mut multiply_adds) = (0, 0);
    for (node, shape) in graph.nodes.iter().zip(&shapes) {
        let count: usize = node.op.wants().iter().map(|(_, shape)| shape.iter().product::<usize>()).sum();
        let inputs: Vec<&[usize]> = node.inputs.iter().map(|&input| shapes[input].as_slice()).collect();
        let cost = node.op.cost(&inputs, shape);
        weights += count;
        multiply_adds += cost;
        let shape = shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" x ");
        let kind = format!("{:?}", node.op.kind());
        let _ = writeln!(text, "{:<28} {kind:<18} {shape:<20} {count:>9} {cost:>11}", node.name);
    }
    let _ = writeln!(text, "{} nodes, {weights} weights, {multiply_adds} multiply-adds", graph.nodes.len());
    Ok(text)
}
