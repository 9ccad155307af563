//! A product of packed weights with the columns of a lattice of outputs: out[m, p] = Σ_k w[m, k] · source[offset(k) + at(p)].
//!
//! Outputs are taken in panels of as many columns as the register tile has. Where a panel's columns lie side by side
//! in the source its rows are read in place; otherwise (line ends, picture ends, padding) they are first gathered into
//! a packed panel: an im2col of one panel at a time, that never leaves the cache.

use crate::isa::TileShape;
use crate::line;
use crate::mask::Bits;
use crate::scratch::at_least;
use crate::tile::{Finish, Operands, Right, Start, compute, rounded};
use pulp::{Simd, WithSimd};
use std::mem::take;
use std::ops::Range;

mod across;
mod turned;
mod weights;

use weights::DEEPEST;
pub(crate) use weights::{LARGE, Left, Places};

/// Tiles of rows that do not repay the gathering of a panel.
const FEW: usize = 4;

/// Columns of the panels that large weights are read once for, and that weights are turned once for.
const TOGETHER: [usize; 2] = [256, 512];

/// Where the columns of the right matrix lie: pictures, lines, outputs side by side.
#[derive(Clone, Copy)]
pub(crate) struct Columns<'a> {
    pub source: &'a [f32],
    pub mask: Option<Bits<'a>>,
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
    pub weights: &'a Left,
    pub columns: Columns<'a>,
    pub destination: Destination<'a>,
    pub output: &'a mut [f32],
    pub memory: &'a mut Memory,
}

/// What a product works in.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Rows of the left matrix, read across.
    left: Vec<f32>,
    /// Rows of the right matrix, gathered: panel after panel.
    gathered: Vec<f32>,
    /// Sums over the blocks of depth so far, tile after tile.
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
struct Panel {
    width: usize,
    vectors: usize,
    runs: Vec<Run>,
    /// Whether the tile reads the source itself.
    in_place: bool,
}

/// A block of depth.
struct Block<'a> {
    range: Range<usize>,
    /// Where its rows begin in the source.
    offsets: &'a [usize],
}

impl WithSimd for Dense<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let (shape, depth) = (TileShape::of::<S>(), self.weights.depth);
        let count = self.columns.pictures * self.columns.size[0] * self.columns.size[1];
        if count == 0 {
            return;
        }
        let turned = self.is_better_turned(count, shape);
        let (lanes, width) = if turned { (1, shape.rows) } else { (shape.lanes, shape.columns()) };
        // What panels divide: a line where they are to be read in place, else all columns.
        let length = if !turned && self.is_better_by_line(shape) { self.columns.size[1] } else { count };
        let (units, each) = (length.div_ceil(lanes), length.div_ceil(width));
        let panels = each * (count / length);
        let together = TOGETHER[usize::from(self.weights.is_across())].div_ceil(width).min(panels);
        let together = if turned || self.weights.is_large() { together } else { 1 };
        self.memory.reserve(shape, self.weights.rows, together);
        for first in (0..panels).step_by(together) {
            // Panels of nearly the same width: a last one of few columns would cost more than its share.
            let within = |panel: usize| if turned { panel * width } else { panel * units / each * lanes };
            let start = |panel: usize| panel / each * length + within(panel % each).min(length);
            let group: Vec<Panel> = (first..(first + together).min(panels))
                .map(|panel| self.find(start(panel)..start(panel + 1), shape, turned))
                .collect();
            for from in (0..depth.max(1)).step_by(self.weights.block) {
                let range = from..(from + self.weights.block).min(depth);
                let block = Block { offsets: &self.columns.offsets[range.clone()], range };
                self.gather(simd, &group, &block, width);
                if turned {
                    self.multiply_turned(simd, &group, &block);
                } else {
                    self.multiply(simd, &group, &block);
                }
            }
        }
    }
}

impl Memory {
    fn reserve(&mut self, shape: TileShape, rows: usize, panels: usize) {
        let tile = shape.rows * shape.columns();
        at_least(&mut self.gathered, panels * DEEPEST * shape.columns() + 2 * shape.lanes);
        let tiles = rows.div_ceil(shape.rows).max(rows.div_ceil(shape.columns()));
        at_least(&mut self.partial, tiles * panels * tile);
        at_least(&mut self.tile, tile);
        at_least(&mut self.residual, tile);
    }
}

impl Dense<'_> {
    /// Whether panels should end with their line: where few rows would use what was gathered, and vectors fill lines.
    fn is_better_by_line(&self, shape: TileShape) -> bool {
        let (width, rows) = (self.columns.size[1], self.weights.rows);
        let filled = width.next_multiple_of(shape.lanes) * 9 <= width * 10;
        filled && rows <= FEW * shape.rows && self.columns.line_stride != width
    }

    /// Where the columns of a panel lie.
    fn find(&self, columns: Range<usize>, shape: TileShape, turned: bool) -> Panel {
        let (from, to) = (&self.columns, &self.destination);
        let mut runs: Vec<Run> = Vec::with_capacity(2);
        let mut at = columns.start;
        while at < columns.end {
            let (line, x) = (at / from.size[1], at % from.size[1]);
            let (picture, y) = (line / from.size[0], line % from.size[0]);
            let run = Run {
                column: at - columns.start,
                len: (from.size[1] - x).min(columns.end - at),
                source: picture * from.picture_stride + y * from.line_stride + x,
                output: to.start + picture * to.picture_stride + y * to.line_stride + x * to.step,
            };
            at += run.len;
            match runs.last_mut() {
                Some(last)
                    if last.source + last.len == run.source && last.output + last.len * to.step == run.output =>
                {
                    last.len += run.len;
                }
                _ => runs.push(run),
            }
        }
        let (width, vectors) = (columns.len(), columns.len().div_ceil(shape.lanes));
        let last = from.offsets.iter().max().copied().unwrap_or(0) + runs[0].source + vectors * shape.lanes;
        let in_place = runs.len() == 1 && last <= from.source.len() && from.mask.is_none() && !turned;
        Panel { width, vectors, runs, in_place }
    }

    /// Copies a block of the panels' columns side by side, where they do not lie so.
    #[inline(always)]
    fn gather<S: Simd>(&mut self, simd: S, group: &[Panel], block: &Block, columns: usize) {
        let Columns { source, mask, .. } = self.columns;
        for (panel, to) in group.iter().zip((0..).step_by(DEEPEST * columns)).filter(|(panel, _)| !panel.in_place) {
            for (&offset, row) in block.offsets.iter().zip((0..).step_by(columns)) {
                for run in &panel.runs {
                    let (from, to) =
                        ((source, offset + run.source), (&mut self.memory.gathered[..], to + row + run.column));
                    match mask {
                        Some(mask) => line::copy_masked(simd, mask, from, to, run.len),
                        None => line::copy::<S>(from, to, run.len),
                    }
                }
            }
        }
    }

    /// One block of depth for some panels, tile after tile.
    #[inline(always)]
    fn multiply<S: Simd>(&mut self, simd: S, group: &[Panel], block: &Block) {
        let shape = TileShape::of::<S>();
        let columns = shape.columns();
        let mut partial = take(&mut self.memory.partial);
        let (gathered, mut left) = (take(&mut self.memory.gathered), take(&mut self.memory.left));
        let mut partials = partial.chunks_exact_mut(shape.rows * columns);
        for first in (0..self.weights.rows).step_by(shape.rows) {
            let (a, next) = self.weights.part(simd, first, &block.range, &mut left);
            for (at, panel) in group.iter().enumerate() {
                let ahead = &next[at * next.len() / group.len()..(at + 1) * next.len() / group.len()];
                let b = if panel.in_place {
                    Right::At { numbers: self.columns.source, offsets: block.offsets, base: panel.runs[0].source }
                } else {
                    Right::Packed(&gathered[at * DEEPEST * columns..])
                };
                let operands = Operands { a, b, ahead };
                let partial = partials.next().expect("memory for every tile");
                self.tile(simd, first, panel, operands, (&block.range, partial));
            }
        }
        (self.memory.partial, self.memory.gathered, self.memory.left) = (partial, gathered, left);
    }

    /// One block of depth for one tile, and after the last the way to the output.
    #[inline(always)]
    fn tile<S: Simd>(
        &mut self,
        simd: S,
        first: usize,
        panel: &Panel,
        operands: Operands,
        (range, partial): (&Range<usize>, &mut [f32]),
    ) {
        let (shape, weights, to) = (TileShape::of::<S>(), self.weights, self.destination);
        let (size, columns) = ([shape.rows.min(weights.rows - first), panel.vectors], shape.columns());
        let bias = Start::Rows(&weights.bias[first..]);
        if range.end < weights.depth {
            let start = if range.start == 0 { bias } else { Start::Output };
            return compute(simd, size, operands, start, Finish::default(), (partial, columns));
        }
        let start = if range.start == 0 { bias } else { Start::Load(partial, columns) };
        let at = first * to.row_stride;
        let side_by_side = panel.runs.len() == 1 && to.step == 1 && panel.width == panel.vectors * shape.lanes;
        if side_by_side && size[0] == rounded(size[0]) {
            let at = at + panel.runs[0].output;
            let finish = Finish { residual: to.residual.map(|r| (&r[at..], to.row_stride)), clamp: to.clamp };
            compute(simd, size, operands, start, finish, (&mut self.output[at..], to.row_stride));
        } else {
            let (tile, added) = (&mut self.memory.tile, &mut self.memory.residual);
            let residual = to.residual.map(|from| {
                to.collect(&panel.runs, &from[at..], (added, columns), size[0]);
                (&added[..], columns)
            });
            compute(simd, size, operands, start, Finish { residual, clamp: to.clamp }, (tile, columns));
            to.scatter(&panel.runs, (tile, columns), &mut self.output[at..], size[0]);
        }
    }
}

impl Destination<'_> {
    /// Writes `rows` rows of a tile to where its runs lie in `output`.
    #[inline(always)]
    fn scatter(&self, runs: &[Run], (tile, stride): (&[f32], usize), output: &mut [f32], rows: usize) {
        for (row, tile) in tile.chunks_exact(stride).take(rows).enumerate() {
            for run in runs {
                let (from, to) =
                    (&tile[run.column..run.column + run.len], &mut output[row * self.row_stride + run.output..]);
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
                let (to, from) =
                    (&mut tile[run.column..run.column + run.len], &from[row * self.row_stride + run.output..]);
                to.iter_mut().zip(from.iter().step_by(self.step)).for_each(|(to, from)| *to = *from);
            }
        }
    }
}
