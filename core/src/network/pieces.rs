//! The way back through a network in pieces: of a batch that has to go through at once, only what stands between pieces is
//! kept, and each piece is run again when its turn comes (Chen et al. 2016, arXiv 1604.06174).
//!
//! For batches that cannot be cut, because their pictures are not apart from each other. Twice the forward passes for a
//! fraction of the memory; the numbers are the same.

use super::backward;
use super::forward::{self, Wanted};
use super::graph::{Graph, NodeId};
use super::op::Weights;
use super::rule::Rules;
use super::value::Value;
use std::ops::Range;

/// Pieces into which a network is cut if it lets itself be: about as many as make what is kept as large as what is run again.
const PIECES: usize = 12;

/// Values as large as the largest of a piece that exist for a moment: a normalisation's parts and signals.
const WORK: usize = 4;

/// A network in pieces: each takes the value of the node before its range and of none other.
#[derive(Clone, Debug, PartialEq)]
pub struct Pieces(Vec<Range<NodeId>>);

impl Pieces {
    /// Cuts a graph.
    ///
    /// # Shapes
    /// `shapes`: those of the nodes' values.
    #[must_use]
    pub fn of(graph: &Graph, shapes: &[Vec<usize>]) -> Pieces {
        let count = |id: NodeId| shapes[id].iter().product::<usize>();
        let enough = (0..shapes.len()).map(count).sum::<usize>() / PIECES;
        let (mut pieces, mut start, mut held) = (vec![], 1, 0);
        for id in 1..graph.nodes.len() {
            held += count(id);
            if id == graph.output() || (held >= enough && is_cut(graph, id)) {
                pieces.push(start..id + 1);
                (start, held) = (id + 1, 0);
            }
        }
        Pieces(pieces)
    }

    /// Numbers held at the peak: what stands between pieces, and of the largest what these rules keep and ops work with.
    /// Where traces are kept in place of values it is less.
    #[must_use]
    pub fn numbers(&self, graph: &Graph, shapes: &[Vec<usize>], rules: &Rules) -> usize {
        let kept = Wanted::of(graph, &[], &[rules], false).values;
        let count = |id: NodeId| shapes[id].iter().product::<usize>();
        let between: usize = self.0.iter().map(|piece| count(piece.start - 1)).sum();
        let inside = |piece: &Range<NodeId>| {
            let values: usize = piece.clone().filter(|&id| kept[id]).map(count).sum();
            values + WORK * piece.clone().map(count).max().unwrap_or(0)
        };
        between + self.0.iter().map(inside).max().unwrap_or(0)
    }

    /// What comes back to the input by these rules of the signal that `seed` makes of the output.
    ///
    /// # Shapes
    /// `input` and result: `[N, C, H, W]`.
    #[must_use]
    pub fn pull(
        &self,
        (graph, weights): (&Graph, &[Weights]),
        input: Value,
        rules: &Rules,
        seed: impl FnOnce(Value) -> Value,
    ) -> Value {
        let between: Vec<NodeId> = self.0.iter().map(|piece| piece.start - 1).collect();
        let mut tape = forward::run(graph, weights, input.clone(), &between, &[]);
        let mut signal = seed(tape.values[graph.output()].take().expect("the output is kept"));
        for piece in self.0.iter().rev() {
            let value = if piece.start == 1 { Some(input.clone()) } else { tape.values[piece.start - 1].take() };
            signal = pull_one((graph, weights), piece.clone(), value.expect("kept above"), rules, signal);
        }
        signal
    }
}

/// Whether all that lies behind a node takes its value alone of what lies before.
fn is_cut(graph: &Graph, id: NodeId) -> bool {
    graph.nodes[id + 1..].iter().flat_map(|node| &node.inputs).all(|&input| input >= id)
}

fn pull_one(
    (graph, weights): (&Graph, &[Weights]),
    piece: Range<NodeId>,
    value: Value,
    rules: &Rules,
    signal: Value,
) -> Value {
    let before = piece.start - 1;
    let mut alone = Graph::new();
    for node in &graph.nodes[piece.clone()] {
        let inputs: Vec<NodeId> = node.inputs.iter().map(|input| input - before).collect();
        alone.push(node.name.clone(), node.op.clone(), &inputs);
    }
    let own: Vec<Weights> = weights[before..piece.end].to_vec();
    let tape = forward::run(&alone, &own, value, &[], &[rules]);
    backward::run(&alone, &own, &tape, vec![(alone.output(), signal)], rules, &[0]).remove(0)
}
