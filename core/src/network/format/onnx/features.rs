//! What is left of a graph when only one output counts, and what class activation maps look at in it.

use crate::network::graph::{Graph, Node, NodeId, Tokens};
use crate::network::op::{Op, Transpose};

/// Shapes of the values for the two batches.
type Shapes = [Vec<usize>; 2];

/// The graph with only what `output` needs, which comes last, and the shapes of its values.
pub fn pruned(graph: Graph, shapes: &[Shapes], output: NodeId) -> (Graph, Vec<Vec<usize>>) {
    let mut needed = vec![false; graph.nodes.len()];
    needed[0] = true;
    needed[output] = true;
    for id in (0..=output).rev() {
        if needed[id] {
            graph.nodes[id].inputs.iter().for_each(|&input| needed[input] = true);
        }
    }
    let mut place = vec![0; graph.nodes.len()];
    let (mut left, mut kept) = (Graph { nodes: vec![], ..graph.clone_marks() }, vec![]);
    for (id, node) in graph.nodes.into_iter().enumerate().take(output + 1) {
        if needed[id] {
            place[id] = left.nodes.len();
            let inputs = node.inputs.iter().map(|&input| place[input]).collect();
            left.nodes.push(Node { inputs, ..node });
            kept.push(shapes[id][0].clone());
        }
    }
    (left, kept)
}

impl Graph {
    fn clone_marks(&self) -> Graph {
        Graph { nodes: vec![], features: self.features, tokens: self.tokens, picture: self.picture }
    }
}

/// Marks the last value that still has places: pictures `[N, C, H, W]`, or tokens `[N, T, C]`.
pub fn marked(mut graph: Graph, shapes: &[Vec<usize>]) -> Graph {
    let moves = graph.reachable_from(0);
    let mut id = graph.output();
    // Whether the channels are the last axis here: behind a swap of axes, or before a mean over the two in the middle.
    let mut channels_last = false;
    loop {
        let shape = &shapes[id];
        match &graph.nodes[id].op {
            Op::Transpose(Transpose(order)) if order[..] == [0, 2, 3, 1] => channels_last = true,
            Op::Transpose(Transpose(order)) if order[..] == [0, 3, 1, 2] => channels_last = false,
            _ => {}
        }
        if shape.len() == 4 && !channels_last && shape[2] * shape[3] > 1 {
            graph.features = id;
            return graph;
        }
        if let Some((features, tokens)) = tokens(&graph, shapes, id) {
            (graph.features, graph.tokens) = (features, Some(tokens));
            return graph;
        }
        match &graph.nodes[id].op {
            Op::Transpose(Transpose(order)) if order[..] == [0, 2, 3, 1] => channels_last = false,
            Op::Transpose(Transpose(order)) if order[..] == [0, 3, 1, 2] => channels_last = true,
            Op::Reduce(reduce) if reduce.axes == [1, 2] => channels_last = true,
            _ => {}
        }
        let before = graph.nodes[id].inputs.iter().copied().filter(|&input| moves[input]);
        match before.max_by_key(|&input| (shapes[input].iter().product::<usize>(), input)) {
            Some(input) => id = input,
            None => return graph,
        }
    }
}

/// Where the features are if a value is tokens: what goes into the last attention, because a class token that is taken
/// out later leaves the others without a say.
fn tokens(graph: &Graph, shapes: &[Vec<usize>], id: NodeId) -> Option<(NodeId, Tokens)> {
    let &[_, count, width] = &shapes[id][..] else { return None };
    let patches = (0..id).rev().find_map(|id| match shapes[id][..] {
        [_, channels, rows, columns] if channels == width && rows * columns > 1 => Some([rows, columns]),
        _ => None,
    })?;
    let before = count.checked_sub(patches[0] * patches[1]).filter(|&before| before < 16)?;
    let attention = (0..id).rev().find(|&id| matches!(graph.nodes[id].op, Op::Softmax(_)))?;
    let features = (0..attention).rev().find(|&id| {
        shapes[id].len() == 3 && shapes[id][1..] == [count, width] && matches!(graph.nodes[id].op, Op::LayerNorm(_))
    });
    let features = features.or_else(|| (0..attention).rev().find(|&id| shapes[id].get(1..) == Some(&[count, width])));
    Some((features?, Tokens { before, grid: patches }))
}
