//! Both ends of a classifier: how its picture comes in, and what its last values mean.

use super::error::{OnnxError, Refusal};
use super::import::{Held, Import};
use super::{Declared, Layout};
use crate::network::graph::NodeId;
use crate::network::op::{Activation, Op, Reshape};

/// What the last values of a network mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// One number a class, of any size.
    Logits,
    /// The file ends in a softmax; the graph ends before it.
    Softmax,
    /// The file ends in a sigmoid for each class; the graph ends before it.
    Sigmoid,
}

impl Import<'_> {
    /// Binds the picture to the name of the file's input.
    ///
    /// # Errors
    /// If the graph cannot begin so.
    pub fn start(&mut self, declared: &Declared, classifier: bool) -> Result<(), OnnxError> {
        let mut id = 0;
        if classifier && declared.layout == Layout::ChannelsLast {
            id = self.transpose(0, vec![0, 2, 3, 1]).map_err(|_| OnnxError::Input("it is no picture".into()))?;
            self.graph.nodes[id].name = self.unique("input/channels_last".into());
        }
        self.bind(&declared.name, Held::Node(id));
        Ok(())
    }
}

/// The node before a final softmax or sigmoid, as one number a class.
///
/// # Errors
/// If the values are not one number a class.
pub fn before(import: &mut Import, output: NodeId) -> Result<(NodeId, Head), OnnxError> {
    let (id, head) = without_probabilities(import, output);
    match head {
        Head::Softmax => import.note("The file ends in a softmax; what comes before it is explained."),
        Head::Sigmoid => import.note("The file ends in a sigmoid for each class; what comes before it is explained."),
        Head::Logits => {}
    }
    let shape = import.shape(id).to_vec();
    let wrong = || OnnxError::Output(format!("its output has the shape {shape:?}"));
    // One row a picture: where a size does not fit, a file may shift numbers from places to pictures.
    if (0..2).any(|batch| import.shapes[id][batch].first() != Some(&import.batches[batch])) {
        return Err(wrong());
    }
    let classes = shape.get(1..).map_or(0, |rest| rest.iter().copied().max().unwrap_or(0));
    if shape.len() < 2 || classes == 0 || shape[1..].iter().product::<usize>() != classes {
        return Err(wrong());
    }
    if shape.len() == 2 {
        return Ok((id, head));
    }
    let id = import.push(Op::Reshape(Reshape::flatten()), &[id]).map_err(|_: Refusal| wrong())?;
    let name = import.unique("output".into());
    import.graph.nodes[id].name = name;
    Ok((id, head))
}

fn without_probabilities(import: &Import, output: NodeId) -> (NodeId, Head) {
    let mut id = output;
    // Reshapes after the softmax move nothing that matters.
    while let Op::Reshape(_) = import.graph.nodes[id].op {
        let input = import.graph.nodes[id].inputs[0];
        let classes = |id: NodeId| import.shape(id).iter().copied().max();
        if classes(input) != classes(id)
            || import.shape(input).iter().product::<usize>() != import.shape(id).iter().product::<usize>()
        {
            break;
        }
        id = input;
    }
    let node = &import.graph.nodes[id];
    let places: usize = import.shape(id).iter().skip(2).product();
    match &node.op {
        Op::Softmax(softmax)
            if import.shape(id).get(softmax.axis).is_some_and(|&n| n > 1)
                && softmax.axis > 0
                && (places == 1 || softmax.axis + 1 == import.shape(id).len()) =>
        {
            (node.inputs[0], Head::Softmax)
        }
        Op::Activation(Activation::Sigmoid) => (node.inputs[0], Head::Sigmoid),
        _ => (output, Head::Logits),
    }
}
