//! A network as a list of nodes in topological order.

use super::op::Op;

/// Place of a node in its graph.
pub type NodeId = usize;

/// One use of an op. An op used twice is two nodes, so reuse can never mix two signals.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Name, unique in the graph; weights are called after it.
    pub name: String,
    /// What it computes.
    pub op: Op,
    /// The nodes it takes its inputs from, all before it.
    pub inputs: Vec<NodeId>,
}

/// A network: nodes in topological order; the first is the input, the last gives the logits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// The nodes.
    pub nodes: Vec<Node>,
    /// The last node whose value still has places: what class activation maps look at. Marked by the builder.
    pub features: NodeId,
}

impl Graph {
    /// A graph with nothing but its input.
    #[must_use]
    pub fn new() -> Graph {
        let input = Node { name: "input".into(), op: Op::Input, inputs: vec![] };
        Graph { nodes: vec![input], features: 0 }
    }

    /// Adds a node and returns its place.
    ///
    /// # Panics
    /// If an input does not exist yet: graphs are built in topological order.
    pub fn push(&mut self, name: impl Into<String>, op: Op, inputs: &[NodeId]) -> NodeId {
        assert!(inputs.iter().all(|&input| input < self.nodes.len()), "a node's inputs come before it");
        self.nodes.push(Node { name: name.into(), op, inputs: inputs.to_vec() });
        self.nodes.len() - 1
    }

    /// The node that gives the logits.
    #[must_use]
    pub fn output(&self) -> NodeId {
        self.nodes.len() - 1
    }

    /// For each node, the last node that takes its value (itself if none does).
    #[must_use]
    pub fn last_uses(&self) -> Vec<NodeId> {
        let mut last: Vec<NodeId> = (0..self.nodes.len()).collect();
        for (id, node) in self.nodes.iter().enumerate() {
            for &input in &node.inputs {
                last[input] = id;
            }
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_use_of_a_skip_connection_is_the_sum() {
        let mut graph = Graph::new();
        let a = graph.push("a", Op::Flatten, &[0]);
        let b = graph.push("b", Op::Flatten, &[a]);
        let sum = graph.push("sum", Op::Add, &[a, b]);
        assert_eq!(graph.last_uses(), vec![a, sum, sum, sum]);
    }
}
