//! A product of packed weights with the columns of a lattice of outputs: out[m, p] = Σ_k w[m, k] · source[offset(k) + at(p)].
//!
//! Outputs are taken in panels of as many columns as the register tile has. Where a panel's columns lie side by side
//! in the source its rows are read in place; otherwise (line ends, picture ends, padding) they are first gathered into
//! a packed panel: an im2col of one panel at a time, that never leaves the cache.

use crate::isa::TileShape;
use crate::line;
use crate::scratch::at_least;
use crate::tile::{Finish, Operands, Start, compute, rounded};
use pulp::{Simd, WithSimd};
use std::mem::take;
use std::ops::Range;

/// Rows of the right matrix taken at once: a gathered panel of so many stays in the first two caches.
const DEPTH: usize = 256;

/// Weights in the order in which the tile reads them, zeros in place of missing rows, and one bias per row.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    rows: usize,
    depth: usize,
    numbers: Vec<f32>,
    bias: Vec<f32>,
}

impl Packed {
    /// Packs `weight(row, k)` for tiles of `shape`.
    pub fn new(shape: TileShape, [rows, depth]: [usize; 2], bias: Option<&[f32]>, weight: impl Fn(usize, usize) -> f32) -> Self {
        let padded = rows.next_multiple_of(shape.rows);
        let mut numbers = Vec::with_capacity(padded * depth);
        for first in (0..rows).step_by(shape.rows) {
            for k in 0..depth {
                numbers.extend((first..first + shape.rows).map(|row| if row < rows { weight(row, k) } else { 0.0 }));
            }
        }
        let mut bias = bias.map_or(vec![0.0; rows], <[f32]>::to_vec);
        bias.resize(padded, 0.0);
        Self { rows, depth, numbers, bias }
    }

    /// The `range` of k of the tile that begins at row `first`.
    fn part(&self, first: usize, range: &Range<usize>, tile_rows: usize) -> &[f32] {
        let at = first * self.depth;
        &self.numbers[at + range.start * tile_rows..at + range.end * tile_rows]
    }
}

/// Where the columns of the right matrix lie: pictures, lines, outputs side by side.
#[derive(Clone, Copy)]
pub(crate) struct Columns<'a> {
    pub source: &'a [f32],
    /// Where row k of the right matrix begins in `source`.
    pub offsets: &'a [usize],
    pub picture_stride: usize,
    pub line_stride: usize,
    pub pictures: usize,
    pub size: [usize; 2],
}

/// Where the outputs go: row m of the product to the plane at m · `row_stride`.
#[derive(Clone, Copy)]
pub(crate) struct Destination<'a> {
    pub start: usize,
    pub picture_stride: usize,
    pub row_stride: usize,
    pub line_stride: usize,
    pub step: usize,
    /// Like the output, added to it.
    pub residual: Option<&'a [f32]>,
    pub clamp: Option<(f32, f32)>,
}

/// The product as an operation on one instruction set.
pub(crate) struct Dense<'a> {
    pub weights: &'a Packed,
    pub columns: Columns<'a>,
    pub destination: Destination<'a>,
    pub output: &'a mut [f32],
    pub memory: &'a mut Memory,
}

/// What a product works in.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Rows of the right matrix, gathered.
    panel: Vec<f32>,
    /// Sums over the rows so far, tile after tile.
    partial: Vec<f32>,
    /// A tile whose outputs do not lie side by side.
    tile: Vec<f32>,
    /// What is added to that tile.
    residual: Vec<f32>,
}

/// Columns of a panel that lie side by side in the source and evenly in the output.
#[derive(Clone, Copy)]
struct Run {
    column: usize,
    len: usize,
    source: usize,
    output: usize,
}

/// Some columns of the right matrix, at most a tile's.
struct Panel<'a> {
    width: usize,
    runs: &'a [Run],
}

/// Rows `from..to` of the right matrix: row k begins at `offsets[k - from] + base`.
struct Rows<'a> {
    range: Range<usize>,
    numbers: &'a [f32],
    offsets: &'a [usize],
    base: usize,
}

impl WithSimd for Dense<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let shape = TileShape::of::<S>();
        let count = self.columns.pictures * self.columns.size[0] * self.columns.size[1];
        self.memory.reserve(shape, self.weights.rows);
        let mut runs = Vec::new();
        for first in (0..count).step_by(shape.columns()) {
            let width = shape.columns().min(count - first);
            self.find_runs(first, width, &mut runs);
            self.panel(simd, Panel { width, runs: &runs });
        }
    }
}

impl Memory {
    fn reserve(&mut self, shape: TileShape, rows: usize) {
        let tile = shape.rows * shape.columns();
        at_least(&mut self.panel, DEPTH * shape.columns() + shape.lanes);
        at_least(&mut self.partial, rows.div_ceil(shape.rows) * tile);
        at_least(&mut self.tile, tile);
        at_least(&mut self.residual, tile);
    }
}

impl Dense<'_> {
    fn find_runs(&self, first: usize, width: usize, runs: &mut Vec<Run>) {
        let (from, to) = (&self.columns, &self.destination);
        let [rows, columns] = from.size;
        runs.clear();
        let mut column = 0;
        while column < width {
            let (line, x) = ((first + column) / columns, (first + column) % columns);
            let (picture, y) = (line / rows, line % rows);
            let run = Run {
                column,
                len: (columns - x).min(width - column),
                source: picture * from.picture_stride + y * from.line_stride + x,
                output: to.start + picture * to.picture_stride + y * to.line_stride + x * to.step,
            };
            column += run.len;
            match runs.last_mut() {
                Some(last) if last.source + last.len == run.source && last.output + last.len * to.step == run.output => {
                    last.len += run.len;
                }
                _ => runs.push(run),
            }
        }
    }

    /// All rows of the product for one panel, a block of depth after the other.
    #[inline(always)]
    fn panel<S: Simd>(&mut self, simd: S, panel: Panel) {
        let shape = TileShape::of::<S>();
        let (Columns { source, offsets, .. }, depth) = (self.columns, self.weights.depth);
        let base = panel.runs[0].source;
        let last = offsets.iter().max().copied().unwrap_or(0) + base;
        let in_place = panel.runs.len() == 1 && last + panel.width.next_multiple_of(shape.lanes) <= source.len();
        let packed: [usize; DEPTH] = std::array::from_fn(|k| k * shape.columns());
        let mut gathered = take(&mut self.memory.panel);
        for from in (0..depth.max(1)).step_by(DEPTH) {
            let range = from..(from + DEPTH).min(depth);
            let rows = if in_place {
                Rows { offsets: &offsets[range.clone()], range, numbers: source, base }
            } else {
                self.gather::<S>(panel.runs, range.clone(), &mut gathered);
                Rows { offsets: &packed[..range.len()], range, numbers: &gathered, base: 0 }
            };
            self.tiles(simd, &panel, &rows);
        }
        self.memory.panel = gathered;
    }

    /// Copies rows `range` of the panel's columns side by side.
    #[inline(always)]
    fn gather<S: Simd>(&self, runs: &[Run], range: Range<usize>, panel: &mut [f32]) {
        let columns = TileShape::of::<S>().columns();
        let Columns { source, offsets, .. } = self.columns;
        for (row, &offset) in offsets[range].iter().enumerate() {
            for run in runs {
                line::copy::<S>((source, offset + run.source), (panel, row * columns + run.column), run.len);
            }
        }
    }

    /// One block of depth for one panel, tile after tile.
    #[inline(always)]
    fn tiles<S: Simd>(&mut self, simd: S, panel: &Panel, rows: &Rows) {
        let (shape, weights, to) = (TileShape::of::<S>(), self.weights, self.destination);
        let vectors = panel.width.div_ceil(shape.lanes);
        let side_by_side = panel.runs.len() == 1 && to.step == 1 && panel.width == vectors * shape.lanes;
        let stride = shape.columns();
        for first in (0..weights.rows).step_by(shape.rows) {
            let size = [shape.rows.min(weights.rows - first), vectors];
            let a = weights.part(first, &rows.range, shape.rows);
            let operands = Operands { a, b: rows.numbers, offsets: rows.offsets, base: rows.base };
            let partial = &mut self.memory.partial[first * stride..(first + shape.rows) * stride];
            let begins = rows.range.start == 0;
            if rows.range.end < weights.depth {
                let start = if begins { Start::Rows(&weights.bias[first..]) } else { Start::Output };
                compute(simd, size, operands, start, Finish::default(), (partial, stride));
                continue;
            }
            let start = if begins { Start::Rows(&weights.bias[first..]) } else { Start::Load(partial, stride) };
            if side_by_side && size[0] == rounded(size[0]) {
                let at = first * to.row_stride + panel.runs[0].output;
                let finish = Finish { residual: to.residual.map(|r| (&r[at..], to.row_stride)), clamp: to.clamp };
                compute(simd, size, operands, start, finish, (&mut self.output[at..], to.row_stride));
            } else {
                let (tile, added) = (&mut self.memory.tile, &mut self.memory.residual);
                let at = first * to.row_stride;
                let residual = to.residual.map(|from| {
                    to.collect(panel.runs, &from[at..], (added, stride), size[0]);
                    (&added[..], stride)
                });
                compute(simd, size, operands, start, Finish { residual, clamp: to.clamp }, (tile, stride));
                to.scatter(panel.runs, (tile, stride), &mut self.output[at..], size[0]);
            }
        }
    }
}

impl Destination<'_> {
    /// Writes `rows` rows of a tile to where its runs lie in `output`.
    #[inline(always)]
    fn scatter(&self, runs: &[Run], (tile, stride): (&[f32], usize), output: &mut [f32], rows: usize) {
        for (row, tile) in tile.chunks_exact(stride).take(rows).enumerate() {
            for run in runs {
                let (from, to) = (&tile[run.column..run.column + run.len], &mut output[row * self.row_stride + run.output..]);
                if self.step == 1 {
                    to[..run.len].copy_from_slice(from);
                } else {
                    to.iter_mut().step_by(self.step).zip(from).for_each(|(to, from)| *to = *from);
                }
            }
        }
    }

    /// The way back: reads a tile from where its runs lie.
    #[inline(always)]
    fn collect(&self, runs: &[Run], from: &[f32], (tile, stride): (&mut [f32], usize), rows: usize) {
        for (row, tile) in tile.chunks_exact_mut(stride).take(rows).enumerate() {
            for run in runs {
                let (to, from) = (&mut tile[run.column..run.column + run.len], &from[row * self.row_stride + run.output..]);
                to.iter_mut().zip(from.iter().step_by(self.step)).for_each(|(to, from)| *to = *from);
            }
        }
    }
}
