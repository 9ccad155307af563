//! A network as a list of nodes in topological order.

use super::op::{Kind, Op};

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

/// How the places of a picture lie in a value of tokens, `[N, tokens, C]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// Tokens before those of the picture: a class token, say.
    pub before: usize,
    /// Rows and columns of the picture's tokens.
    pub grid: [usize; 2],
}

/// A batch norm that was folded into the node before it: per channel `scale x + shift`.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded {
    /// The node that took it.
    pub node: NodeId,
    /// Factors.
    pub scale: Vec<f32>,
    /// Summands.
    pub shift: Vec<f32>,
}

/// A batch norm as it was trained, whose fixed statistics are part of the value it stands at. With the batch's own it is
/// `(v - mean(v)) / sqrt(variance(v) + spacing) weight + bias` of that value `v`, exactly: `v` differs from what the norm
/// was handed by a factor and a summand a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Trained {
    /// The node whose value the norm gives.
    pub node: NodeId,
    /// What is added to the variance of each channel.
    pub spacing: Vec<f32>,
    /// Factors.
    pub weight: Vec<f32>,
    /// Summands.
    pub bias: Vec<f32>,
}

/// A dropout that stood behind a node's value in training; networks are run without it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropped {
    /// The node.
    pub node: NodeId,
    /// Share of its numbers that was set to zero, less than 1.
    pub share: f64,
    /// Whether the numbers of a picture went together: stochastic depth.
    pub whole: bool,
}

/// A network: nodes in topological order; the first is the input, the last gives the logits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// The nodes.
    pub nodes: Vec<Node>,
    /// The last node whose value still has places: what class activation maps look at. Marked by the builder.
    pub features: NodeId,
    /// Where the places are, if the features are tokens.
    pub tokens: Option<Tokens>,
    /// Rows and columns of the only pictures it takes; any that its ops take, without.
    pub picture: Option<[usize; 2]>,
    /// Batch norms that are part of other nodes, by those.
    pub folded: Vec<Folded>,
    /// Batch norms as they were trained, where that is known: what they need to take a batch's own statistics.
    pub trained: Vec<Trained>,
    /// Where training had a dropout, in order, as far as that is known.
    pub dropped: Vec<Dropped>,
}

impl Graph {
    /// A graph with nothing but its input.
    #[must_use]
    pub fn new() -> Graph {
        let input = Node { name: "input".into(), op: Op::Input, inputs: vec![] };
        Graph { nodes: vec![input], ..Graph::default() }
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

    /// The node of that name; for a name that is only the first parts of others (`layer2` of `layer2.0.conv1`), the last
    /// node inside, whose value is what the module of that name gives.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<NodeId> {
        let inside = |node: &Node| node.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        let exact = self.nodes.iter().position(|node| node.name == name);
        exact.or_else(|| self.nodes.iter().rposition(inside))
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

    /// For each node, how many nodes take its value.
    #[must_use]
    pub fn takers(&self) -> Vec<usize> {
        let mut takers = vec![0; self.nodes.len()];
        for &input in self.nodes.iter().flat_map(|node| &node.inputs) {
            takers[input] += 1;
        }
        takers
    }

    /// The nodes that hold attention, first layer first: a softmax along the last axis whose value is multiplied as a matrix.
    pub fn attention(&self) -> impl Iterator<Item = NodeId> + '_ {
        let multiplied = |id: NodeId| self.nodes.iter().any(|node| node.op == Op::MatMul && node.inputs[0] == id);
        (0..self.nodes.len()).filter(move |&id| self.nodes[id].op.kind() == Kind::Softmax && multiplied(id))
    }

    /// Whether the output is a linear function of this node's value, but for a constant.
    #[must_use]
    pub fn is_affine_behind(&self, node: NodeId) -> bool {
        let behind = self.reachable_from(node);
        (node + 1..self.nodes.len()).filter(|&id| behind[id]).all(|id| self.nodes[id].op.is_affine())
    }

    /// Which nodes depend on `start`, itself included.
    #[must_use]
    pub fn reachable_from(&self, start: NodeId) -> Vec<bool> {
        let mut reached = vec![false; self.nodes.len()];
        reached[start] = true;
        for id in start + 1..self.nodes.len() {
            reached[id] = self.nodes[id].inputs.iter().any(|&input| reached[input]);
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::op::Arithmetic;

    #[test]
    fn a_module_is_the_last_node_inside() {
        let mut graph = Graph::new();
        for name in ["layer1.0.conv", "layer1.0", "layer10.0", "layer1.1.relu"] {
            graph.push(name, Op::GlobalAveragePool, &[0]);
        }
        assert_eq!(graph.node("layer1.0"), Some(2));
        assert_eq!(graph.node("layer1"), Some(4));
        assert_eq!(graph.node("layer"), None);
    }

    #[test]
    fn last_use_of_a_skip_connection_is_the_sum() {
        let mut graph = Graph::new();
        let a = graph.push("a", Op::GlobalAveragePool, &[0]);
        let b = graph.push("b", Op::GlobalAveragePool, &[a]);
        let sum = graph.push("sum", Op::Arithmetic(Arithmetic::Add), &[a, b]);
        assert_eq!(graph.last_uses(), vec![a, sum, sum, sum]);
    }
}
