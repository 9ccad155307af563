//! Shape inference: every error of a graph and an input size, before a tensor is touched.

use super::graph::{Graph, NodeId};

/// Numbers that one value may hold: 2 GiB of them.
pub const LARGEST: usize = 1 << 29;

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

/// Shape of every node's value for an input of shape `[N, C, H, W]`. A node's shape is at most as long as
/// [`LARGEST`] numbers, so that a stranger's graph cannot ask for more memory than there is.
///
/// # Errors
/// The first node whose inputs do not fit.
pub fn infer(graph: &Graph, input: [usize; 4]) -> Result<Vec<Vec<usize>>, ShapeError> {
    if let Some([rows, columns]) = graph.picture.filter(|only| input[2..] != only[..]) {
        let reason = format!("it takes pictures of {rows} x {columns} alone, found {} x {}", input[2], input[3]);
        return Err(ShapeError { node: graph.nodes[0].name.clone(), reason });
    }
    let mut shapes: Vec<Vec<usize>> = vec![input.to_vec()];
    for node in &graph.nodes[1..] {
        let inputs: Vec<&[usize]> = node.inputs.iter().map(|&id: &NodeId| shapes[id].as_slice()).collect();
        let refuse = |reason| ShapeError { node: node.name.clone(), reason };
        let shape = node.op.shape(&inputs).map_err(refuse)?;
        let count = shape.iter().try_fold(1usize, |count, &length| count.checked_mul(length));
        if count.is_none_or(|count| count > LARGEST) {
            return Err(refuse(format!("a value of {shape:?} is too large")));
        }
        shapes.push(shape);
    }
    Ok(shapes)
}
