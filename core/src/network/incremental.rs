//! What a network answers where a window of its input was changed: only what lies in the cone behind it is computed again.
//!
//! The values of the unchanged picture are kept once. What a layer sees of them beside the region that changed is cut out
//! around it; where a region comes to most of a value, or an op mixes all places, the rest of the pass is made whole. On the
//! processor alone: elsewhere a pass takes less time than cutting out.

use super::cone::{Cone, Look, Region, bare, look};
use super::forward::{self, Tape};
use super::graph::{Graph, NodeId};
use super::op::prepared::Finish;
use super::op::{Arithmetic, Op, Pool, Weights, Window};
use super::processor::{self, Numbers};
use super::shape::infer;
use super::value::Value;
use tessera_kernels::memory;

/// A network and the values of one picture.
pub struct Incremental<'a> {
    graph: &'a Graph,
    weights: &'a [Weights],
    cone: Cone,
    /// Of the unchanged picture.
    tape: Tape,
    /// The same, where something is cut out of it.
    clean: Vec<Option<Numbers>>,
    /// Which nodes depend on the input.
    behind: Vec<bool>,
    /// Which have a region and are taken by nodes that have none.
    edge: Vec<bool>,
    takers: Vec<usize>,
    last: Vec<NodeId>,
}

/// What is cut out of a value: so many places from there, which may lie outside.
struct Cut {
    size: [usize; 2],
    /// By picture.
    starts: Vec<[isize; 2]>,
    /// What stands where there is nothing.
    outside: f32,
}

impl<'a> Incremental<'a> {
    /// For such windows in a picture `[1, 3, H, W]`; none elsewhere than on the processor.
    #[must_use]
    pub fn new(graph: &'a Graph, weights: &'a [Weights], picture: Value, windows: Region) -> Option<Incremental<'a>> {
        let shape = picture.shape().try_into().ok().filter(|_| processor::is(&picture.device()))?;
        let shapes = infer(graph, shape).ok()?;
        let cone = Cone::new(graph, &shapes, windows);
        let behind = graph.reachable_from(0);
        let cut_out = cut_out(graph, &cone, &behind, &shapes);
        let taps: Vec<NodeId> = (0..cut_out.len()).filter(|&id| cut_out[id] || !behind[id]).collect();
        let tape = forward::run(graph, weights, picture, &taps, &[]);
        let numbers = |id: NodeId| cut_out[id].then(|| tape.values[id].clone().and_then(|v| Numbers::of(v.flat())));
        let clean = (0..cut_out.len()).map(|id| numbers(id).flatten()).collect();
        let edge = edge(graph, &cone);
        let (takers, last) = (graph.takers(), graph.last_uses());
        Some(Incremental { graph, weights, cone, tape, clean, behind, edge, takers, last })
    }

    /// The logits of pictures that differ from the first in a window each.
    ///
    /// # Shapes
    /// `windows`: `[n, 3, rows, columns]`; `places`: which of the rows and of the columns each begins at, in the order in which
    /// they were told. Result `[n, classes]`.
    #[must_use]
    pub fn logits(&self, windows: Value, places: &[[usize; 2]]) -> Value {
        let graph = self.graph;
        let mut run = Run { of: self, places, regions: vec![None; graph.nodes.len()], left: self.takers.clone() };
        run.regions[0] = Some(windows);
        let mut done: Vec<bool> = self.cone.regions.iter().map(Option::is_none).collect();
        for id in 1..graph.nodes.len() {
            if !std::mem::replace(&mut done[id], true) {
                run.step(id, &mut done);
            }
        }
        run.rest()
    }
}

/// Which nodes have a region and are taken by one that has none.
fn edge(graph: &Graph, cone: &Cone) -> Vec<bool> {
    let mut edge = vec![false; graph.nodes.len()];
    let whole = graph.nodes.iter().zip(&cone.regions).filter(|(_, region)| region.is_none());
    whole.flat_map(|(node, _)| &node.inputs).for_each(|&input| edge[input] = cone.regions[input].is_some());
    edge
}

/// Which values of the unchanged picture something is cut out of.
fn cut_out(graph: &Graph, cone: &Cone, behind: &[bool], shapes: &[Vec<usize>]) -> Vec<bool> {
    let mut wanted = vec![false; graph.nodes.len()];
    for (id, node) in graph.nodes.iter().enumerate() {
        for &input in node.inputs.iter().filter(|&&input| cone.regions[input].is_some()) {
            let same = cone.regions[id] == cone.regions[input] && sees_itself(&node.op, &shapes[input]);
            wanted[input] |= behind[id] && !same;
        }
    }
    wanted
}

/// Whether each number comes of those at its own place.
fn sees_itself(op: &Op, input: &[usize]) -> bool {
    match look(op, input) {
        Some(Look::Here) => true,
        Some(Look::Through(window)) => window.reach(0) == 1 && window.reach(1) == 1 && window.stride == [1, 1],
        None => false,
    }
}

/// One batch on its way.
struct Run<'a> {
    of: &'a Incremental<'a>,
    places: &'a [[usize; 2]],
    /// What changed of each value.
    regions: Vec<Option<Value>>,
    /// How many have yet to take each value.
    left: Vec<usize>,
}

impl Run<'_> {
    fn shape(&self, id: NodeId) -> [usize; 4] {
        self.of.tape.shapes[id][..].try_into().expect("regions are of pictures")
    }

    fn start(&self, id: NodeId, picture: usize) -> [usize; 2] {
        let region = self.of.cone.regions[id].as_ref().expect("a value with a region");
        [0, 1].map(|axis| region[axis].starts[self.places[picture][axis]])
    }

    fn size(&self, id: NodeId) -> [usize; 2] {
        let region = self.of.cone.regions[id].as_ref().expect("a value with a region");
        [region[0].size, region[1].size]
    }

    /// Computes a node's region, and with a convolution the sum and the clip behind it where nobody asks for what is between.
    fn step(&mut self, id: NodeId, done: &mut [bool]) {
        let Incremental { graph, weights, .. } = *self.of;
        let node = &graph.nodes[id];
        let mut ends = vec![id];
        let value = match (&node.op, &weights[id].prepared) {
            (Op::Convolution(op), Some(prepared)) => {
                let input = self.seen(node.inputs[0], op.window, id, 0.0);
                let sum = self.next(id, done).and_then(|sum| self.addend(sum, id));
                let residual = sum.map(|(_, other)| self.here(other, id));
                ends.extend(sum.map(|(sum, _)| sum));
                let clip = self.next(ends[ends.len() - 1], done).and_then(|clip| self.limits(clip));
                ends.extend(clip.map(|(clip, _)| clip));
                prepared.bare(input, Finish { residual, clip: clip.map(|(_, limits)| limits) })
            }
            (Op::Pool(pool), _) => {
                let input = self.seen(node.inputs[0], pool.window, id, f32::MIN);
                Op::Pool(Pool { window: bare(pool.window), ..*pool }).forward(&weights[id], vec![input])
            }
            _ => {
                let inputs = node.inputs.iter().map(|&input| self.here(input, id)).collect();
                node.op.forward(&weights[id], inputs)
            }
        };
        for &end in &ends {
            done[end] = true;
            self.taken(end);
        }
        self.regions[ends[ends.len() - 1]] = Some(value);
    }

    /// The only node that takes this one's region, if that has the same places and was not computed.
    fn next(&self, id: NodeId, done: &[bool]) -> Option<NodeId> {
        let (next, regions) = (self.of.last[id], &self.of.cone.regions);
        (self.of.takers[id] == 1 && !done[next] && regions[next] == regions[id]).then_some(next)
    }

    /// A sum and what is added there to the value of `id`, if that is known by now.
    fn addend(&self, sum: NodeId, id: NodeId) -> Option<(NodeId, NodeId)> {
        let node = &self.of.graph.nodes[sum];
        let other = node.inputs.iter().copied().find(|&input| input != id)?;
        let fits = self.regions[other].is_some() && self.shape(other) == self.shape(id);
        (node.op == Op::Arithmetic(Arithmetic::Add) && fits).then_some((sum, other))
    }

    fn limits(&self, clip: NodeId) -> Option<(NodeId, (f32, f32))> {
        self.of.graph.nodes[clip].op.limits().map(|limits| (clip, limits))
    }

    /// Gives up the regions that this node was the last to take.
    fn taken(&mut self, id: NodeId) {
        let graph = self.of.graph;
        for &input in &graph.nodes[id].inputs {
            self.left[input] = self.left[input].saturating_sub(1);
            if self.left[input] == 0 {
                self.regions[input] = None;
            }
        }
    }

    /// The places of an input at which a node looks through a window.
    fn seen(&self, input: NodeId, window: Window, id: NodeId, outside: f32) -> Value {
        let ([_, _, h, w], size) = (self.shape(input), self.size(id));
        let of = |axis: usize| (size[axis] - 1) * window.stride[axis] + window.reach(axis);
        let before = [window.padding_along(0, h).0, window.padding_along(1, w).0];
        let begins =
            |start: [usize; 2]| [0, 1].map(|axis| (start[axis] * window.stride[axis]) as isize - before[axis] as isize);
        let starts = (0..self.places.len()).map(|picture| begins(self.start(id, picture))).collect();
        self.cut(input, &Cut { size: [of(0), of(1)], starts, outside })
    }

    /// The same places of an input as the node's region; all of what does not depend on the picture.
    fn here(&self, input: NodeId, id: NodeId) -> Value {
        if !self.of.behind[input] {
            return self.of.tape.values[input].clone().expect("constants are kept");
        }
        let starts =
            (0..self.places.len()).map(|picture| self.start(id, picture).map(|start| start as isize)).collect();
        self.cut(input, &Cut { size: self.size(id), starts, outside: 0.0 })
    }

    /// Cuts out of the unchanged value, with the changed region laid over it.
    fn cut(&self, input: NodeId, cut: &Cut) -> Value {
        let region = self.regions[input].clone().expect("computed before, and not the last to take it");
        let n = self.places.len();
        let at: Vec<[isize; 2]> =
            (0..n).map(|picture| self.start(input, picture).map(|start| start as isize)).collect();
        if cut.size == self.size(input) && cut.starts == at {
            return region;
        }
        let [_, channels, h, w] = self.shape(input);
        let clean = self.of.clean[input].as_ref().expect("kept for those who cut");
        let (device, part) = (region.device(), self.size(input));
        let changed = Numbers::of(region.flat()).expect("it lies on the processor");
        let (length, plane) = (cut.size[0] * cut.size[1], part[0] * part[1]);
        let mut numbers = memory::take(n * channels * length);
        for (index, to) in numbers.chunks_exact_mut(length).enumerate() {
            let (picture, channel) = (index / channels, index % channels);
            let whole = Plane { numbers: &clean.slice()[channel * h * w..][..h * w], size: [h, w], start: [0, 0] };
            let over = &changed.slice()[index * plane..][..plane];
            to.fill(cut.outside);
            whole.lay(to, cut.size, cut.starts[picture]);
            Plane { numbers: over, size: part, start: at[picture] }.lay(to, cut.size, cut.starts[picture]);
        }
        Value::from_floats(numbers, &[n, channels, cut.size[0], cut.size[1]], &device)
    }

    /// What lies behind the cone, made whole.
    fn rest(self) -> Value {
        let Incremental { graph, weights, cone, tape, behind, .. } = self.of;
        let mut start = tape.clone();
        for id in (0..graph.nodes.len()).filter(|&id| behind[id]) {
            start.values[id] = self.of.edge[id].then(|| self.whole(id));
        }
        let included: Vec<bool> = (0..graph.nodes.len()).map(|id| behind[id] && cone.regions[id].is_none()).collect();
        let tape = forward::go_on(graph, weights, start, &included);
        tape.values[graph.output()].clone().expect("the output is kept")
    }

    /// All of a value whose region is known.
    fn whole(&self, id: NodeId) -> Value {
        let [_, _, h, w] = self.shape(id);
        self.cut(id, &Cut { size: [h, w], starts: vec![[0, 0]; self.places.len()], outside: 0.0 })
    }
}

/// Some places of a plane.
struct Plane<'a> {
    numbers: &'a [f32],
    size: [usize; 2],
    start: [isize; 2],
}

impl Plane<'_> {
    /// Copies what lies within a cut of that size from there.
    fn lay(&self, to: &mut [f32], size: [usize; 2], start: [isize; 2]) {
        let [rows, columns] = [0, 1].map(|axis| {
            let first = self.start[axis].max(start[axis]);
            let end = (self.start[axis] + self.size[axis] as isize).min(start[axis] + size[axis] as isize);
            first..end
        });
        let width = (columns.end - columns.start).max(0) as usize;
        for row in rows {
            let from = (row - self.start[0]) as usize * self.size[1] + (columns.start - self.start[1]) as usize;
            let at = (row - start[0]) as usize * size[1] + (columns.start - start[1]) as usize;
            to[at..at + width].copy_from_slice(&self.numbers[from..from + width]);
        }
    }
}
