//! Shape inference: every error of a graph and an input size, before a tensor is touched.

use super::graph::{Graph, NodeId};

/// A node that cannot take what it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeError {
    /// Name of the node.
    pub node: String,
    /// Expected and found.
    pub reason: String,
}

impl std::fmt::Display for ShapeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "The network does not take this input at its layer {}: {}. Choose another crop or size.",
            self.node, self.reason
        )
    }
}

/// Shape of every node's value for an input of shape `[N, C, H, W]`.
///
/// # Errors
/// The first node whose inputs do not fit.
pub fn infer(graph: &Graph, input: [usize; 4]) -> Result<Vec<Vec<usize>>, ShapeError> {
    let mut shapes: Vec<Vec<usize>> = vec![input.to_vec()];
    for node in &graph.nodes[1..] {
        let inputs: Vec<&[usize]> = node.inputs.iter().map(|&id: &NodeId| shapes[id].as_slice()).collect();
        let shape = node.op.shape(&inputs).map_err(|reason| ShapeError { node: node.name.clone(), reason })?;
        shapes.push(shape);
    }
    Ok(shapes)
}
