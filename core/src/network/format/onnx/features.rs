//! What is left of a graph when only one output counts, and what class activation maps look at in it.

use crate::network::graph::{Graph, Node, NodeId, Tokens};
use crate::network::op::{Extent, Op, Reshape, Transpose};

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
        Graph {
            nodes: vec![],
            features: self.features,
            tokens: self.tokens,
            picture: self.picture,
            folded: vec![],
            trained: vec![],
            dropped: vec![],
        }
    }
}

/// Marks the last value that still has places: pictures `[N, C, H, W]`, or tokens `[N, T, C]`. Pictures whose channels
/// are their last axis are seen as tokens, by two reshapes that change nothing.
pub fn marked(mut graph: Graph, shapes: &[Vec<usize>]) -> Graph {
    let moves = graph.reachable_from(0);
    let mut walk = Walk { id: graph.output(), channels_last: false, picked: false };
    loop {
        let id = walk.id;
        walk.enter(&graph.nodes[id]);
        match shapes[id][..] {
            [_, _, rows, columns] if !walk.channels_last && rows * columns > 1 => {
                graph.features = id;
                return graph;
            }
            [_, rows, columns, _] if walk.channels_last && rows * columns > 1 => {
                return as_tokens(graph, id, [rows, columns]);
            }
            _ => {}
        }
        if let Some((features, tokens)) = tokens(&graph, shapes, &walk) {
            (graph.features, graph.tokens) = (features, Some(tokens));
            return graph;
        }
        walk.leave(&graph.nodes[id], &shapes[id]);
        let before = graph.nodes[id].inputs.iter().copied().filter(|&input| moves[input]);
        match before.max_by_key(|&input| (shapes[input].iter().product::<usize>(), input)) {
            Some(input) => walk.id = input,
            None => return graph,
        }
    }
}

/// The way back from the output.
struct Walk {
    id: NodeId,
    /// Whether the channels are the last axis here: behind a swap of axes, or before a mean over the two in the middle.
    channels_last: bool,
    /// Whether a single token was taken out further on.
    picked: bool,
}

impl Walk {
    fn enter(&mut self, node: &Node) {
        match &node.op {
            Op::Transpose(Transpose(order)) if order[..] == [0, 2, 3, 1] => self.channels_last = true,
            Op::Transpose(Transpose(order)) if order[..] == [0, 3, 1, 2] => self.channels_last = false,
            _ => {}
        }
    }

    fn leave(&mut self, node: &Node, shape: &[usize]) {
        match &node.op {
            Op::Transpose(Transpose(order)) if order[..] == [0, 2, 3, 1] => self.channels_last = false,
            Op::Transpose(Transpose(order)) if order[..] == [0, 3, 1, 2] => self.channels_last = true,
            Op::Reduce(reduce) if reduce.axes == [1, 2] => self.channels_last = true,
            Op::Slice(slice) if slice.axis == 1 && slice.count == 1 && shape.len() == 3 => self.picked = true,
            Op::Select(select) if select.axis == 1 && select.places.len() == 1 => self.picked = true,
            _ => {}
        }
    }
}

/// The graph with the value `[N, H, W, C]` of a node seen as tokens and back again.
fn as_tokens(graph: Graph, id: NodeId, grid: [usize; 2]) -> Graph {
    let names: Vec<String> = graph.nodes.iter().map(|node| node.name.clone()).collect();
    let named = |part: &str| {
        let wanted = format!("{}/{part}", names[id]);
        (1..).map(|i| format!("{wanted}{}", "#".repeat(i - 1))).find(|name| !names.contains(name)).unwrap_or(wanted)
    };
    let tokens = Some(Tokens { before: 0, grid });
    let mut with = Graph { nodes: vec![], features: id + 1, tokens, ..graph.clone_marks() };
    for (at, mut node) in graph.nodes.into_iter().enumerate() {
        for input in &mut node.inputs {
            *input += if *input >= id { 2 } else { 0 };
        }
        with.nodes.push(node);
        if at == id {
            let tokens = Reshape(vec![Extent::Of(0), Extent::Rest, Extent::Of(3)]);
            with.push(named("tokens"), Op::Reshape(tokens), &[id]);
            let back = Reshape(vec![Extent::Of(0), Extent::Is(grid[0]), Extent::Rest, Extent::Of(2)]);
            with.push(named("places"), Op::Reshape(back), &[id + 1]);
        }
    }
    with
}

/// Where the features are if a value is tokens. After a class token was taken out it is what goes into the last
/// attention, because afterwards the others have no say.
fn tokens(graph: &Graph, shapes: &[Vec<usize>], walk: &Walk) -> Option<(NodeId, Tokens)> {
    let &[_, count, width] = &shapes[walk.id][..] else { return None };
    let patches = (0..walk.id).rev().find_map(|id| match shapes[id][..] {
        [_, channels, rows, columns] if channels == width && rows * columns > 1 => Some([rows, columns]),
        _ => None,
    })?;
    let before = count.checked_sub(patches[0] * patches[1]).filter(|&before| before < 16)?;
    let tokens = Tokens { before, grid: patches };
    if !walk.picked {
        return Some((walk.id, tokens));
    }
    let attention = (0..walk.id).rev().find(|&id| matches!(graph.nodes[id].op, Op::Softmax(_)))?;
    let alike = |id: &NodeId| shapes[*id].len() == 3 && shapes[*id][1..] == [count, width];
    let norm = |id: &NodeId| matches!(graph.nodes[*id].op, Op::LayerNorm(_));
    let features = (0..attention).rev().find(|id| alike(id) && norm(id));
    Some((features.or_else(|| (0..attention).rev().find(alike))?, tokens))
}
