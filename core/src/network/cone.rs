//! Which places of each value change when a window of the input does: the cone behind the window.
//!
//! A layer's own window widens a region by its reach, its step narrows it (Nakandala, Kumar and Papakonstantinou 2019,
//! "Incremental and Approximate Inference for Faster Occlusion-based Deep CNN Explanations", SIGMOD). Wherever the input's
//! window lies, a value's region has the same size, so that several go through the network together; what of it did not
//! change is computed again to the same numbers.

use super::graph::{Graph, NodeId};
use super::op::{Concat, Op, Padding, Pool, Pooling, Window};

/// A region along one axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Along {
    /// Places of it.
    pub size: usize,
    /// Where it begins, for each place at which a window begins in the input.
    pub starts: Vec<usize>,
}

/// Rows and columns of a region.
pub type Region = [Along; 2];

/// The region of each node's value; none where it is all of it, or does not depend on the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cone {
    /// By node.
    pub regions: Vec<Option<Region>>,
}

/// How far an op looks.
pub(super) enum Look {
    /// At the same place of each value.
    Here,
    /// Through a window.
    Through(Window),
}

/// More than this share of a value's places, and all of them are computed: cutting a region out takes time too.
const MOST: f64 = 0.75;

impl Cone {
    /// The cone behind windows of the input: their rows and columns, and where they begin.
    ///
    /// # Shapes
    /// `shapes`: each node's, for one picture.
    #[must_use]
    pub fn new(graph: &Graph, shapes: &[Vec<usize>], windows: Region) -> Cone {
        let behind = graph.reachable_from(0);
        let mut regions: Vec<Option<Region>> = vec![Some(windows)];
        for id in 1..graph.nodes.len() {
            let region = region(graph, (shapes, &behind), &regions, id);
            regions.push(region.filter(|region| share(region, &shapes[id]) < MOST));
        }
        Cone { regions }
    }

    /// Share of `costs`, what each node costs, that is left.
    #[must_use]
    pub fn share(&self, shapes: &[Vec<usize>], costs: &[u64]) -> f64 {
        let left = |id: NodeId| self.regions[id].as_ref().map_or(1.0, |region| share(region, &shapes[id]));
        let all: u64 = costs.iter().sum();
        costs.iter().enumerate().map(|(id, &cost)| cost as f64 * left(id)).sum::<f64>() / all.max(1) as f64
    }
}

/// Share of a value's places that lie in a region.
fn share(region: &Region, shape: &[usize]) -> f64 {
    (region[0].size * region[1].size) as f64 / (shape[2] * shape[3]) as f64
}

fn region(
    graph: &Graph,
    (shapes, behind): (&[Vec<usize>], &[bool]),
    regions: &[Option<Region>],
    id: NodeId,
) -> Option<Region> {
    let node = &graph.nodes[id];
    let look = look(&node.op, &shapes[*node.inputs.first()?])?;
    let [_, _, rows, columns] = shapes[id][..] else { return None };
    let mut inputs: Vec<&Region> = vec![];
    for &input in &node.inputs {
        match &regions[input] {
            Some(region) if shapes[input].len() == 4 => inputs.push(region),
            // What is the same at every place needs no region.
            None if !behind[input] && matches!(shapes[input][..], [1, _, 1, 1]) => {}
            _ => return None,
        }
    }
    let size = |axis: usize| shapes[node.inputs[0]][2 + axis];
    let along = |axis: usize, all: usize| {
        let of: Vec<&Along> = inputs.iter().map(|region| &region[axis]).collect();
        reached(&look, axis, size(axis), &of, all)
    };
    (!inputs.is_empty()).then(|| [along(0, rows), along(1, columns)])
}

/// Where the op looks if that is a matter of places; `input` is the shape of what it looks at first.
pub(super) fn look(op: &Op, input: &[usize]) -> Option<Look> {
    match op {
        Op::Activation(_) | Op::PRelu(_) | Op::BatchNorm(_) | Op::Detachable | Op::Arithmetic(_) => Some(Look::Here),
        Op::Concat(Concat { axis: 1 }) => Some(Look::Here),
        Op::Convolution(op) => Some(Look::Through(op.window)),
        Op::Pool(Pool { pooling: Pooling::Maximum, window }) => Some(Look::Through(*window)),
        // Windows at the border would be divided by other counts.
        Op::Pool(Pool { window, .. }) => {
            let &[_, _, h, w] = input else { return None };
            let none = window.room_along(0, h) == (0, 0) && window.room_along(1, w) == (0, 0);
            none.then_some(Look::Through(*window))
        }
        _ => None,
    }
}

/// The region that regions of the inputs reach, of `all` places.
fn reached(look: &Look, axis: usize, size: usize, inputs: &[&Along], all: usize) -> Along {
    let ranges: Vec<(usize, usize)> = (0..inputs[0].starts.len())
        .map(|at| {
            let first = inputs.iter().map(|input| input.starts[at]).min().expect("an input");
            let end = inputs.iter().map(|input| input.starts[at] + input.size).max().expect("an input");
            match look {
                Look::Here => (first, end),
                Look::Through(window) => seen(window, axis, size, (first, end), all),
            }
        })
        .collect();
    let size = ranges.iter().map(|(first, end)| end - first).max().expect("a window lies somewhere");
    Along { size, starts: ranges.iter().map(|&(first, _)| first.min(all - size)).collect() }
}

/// The places whose windows see any of `first..end`; one where none does, because steps are longer than the window.
fn seen(window: &Window, axis: usize, size: usize, (first, end): (usize, usize), all: usize) -> (usize, usize) {
    let (before, stride) = (window.padding_along(axis, size).0, window.stride[axis]);
    let from = (first + before + 1).saturating_sub(window.reach(axis)).div_ceil(stride).min(all - 1);
    (from, ((end - 1 + before) / stride + 1).clamp(from + 1, all))
}

/// The window without padding: all it sees lies in what was cut out for it.
#[must_use]
pub(super) fn bare(window: Window) -> Window {
    let none = Padding::Explicit { rows: (0, 0), columns: (0, 0) };
    Window { padding: none, ceil: false, ..window }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The places of one axis that change, tried out place by place.
    fn tried(window: &Window, size: usize, changed: std::ops::Range<usize>) -> Vec<usize> {
        let before = window.padding_along(0, size).0 as isize;
        let sees = |output: usize| {
            (0..window.kernel[0]).any(|tap| {
                let place = (output * window.stride[0] + tap * window.dilation[0]) as isize - before;
                changed.contains(&(place.max(-1) as usize))
            })
        };
        (0..window.outputs_along(0, size).unwrap()).filter(|&output| sees(output)).collect()
    }

    #[test]
    fn every_place_that_changes_lies_in_the_region() {
        let squares = [(1, 1, 0), (3, 1, 1), (3, 2, 1), (7, 2, 3), (5, 2, 2), (1, 2, 0), (2, 2, 0), (11, 4, 2)];
        let windows = squares.map(|(kernel, stride, padding)| Window::square(kernel, stride, padding)).into_iter();
        let same = [(3, 2), (5, 1)]
            .map(|(kernel, stride)| Window { padding: Padding::Same, ..Window::square(kernel, stride, 0) });
        let size = 33;
        for window in windows.chain(same).chain([Window { dilation: [2, 2], ..Window::square(3, 1, 2) }]) {
            let all = window.outputs_along(0, size).unwrap();
            for side in [1, 4, 9] {
                let input = Along { size: side, starts: (0..=size - side).collect() };
                let found = reached(&Look::Through(window), 0, size, &[&input], all);
                for (at, &start) in found.starts.iter().enumerate() {
                    let region = start..start + found.size;
                    assert!(region.end <= all, "{window:?}");
                    let changed = tried(&window, size, at..at + side);
                    assert!(
                        changed.iter().all(|place| region.contains(place)),
                        "{window:?} {side} at {at}: {region:?}"
                    );
                    assert!(found.size <= (side + window.reach(0) - 2) / window.stride[0] + 1, "{window:?}");
                }
            }
        }
    }
}
