//! The product turned round, for planes whose size is no multiple of a vector: 7 x 7 outputs fill four vectors of 16 by
//! three quarters. Here the vectors run over output channels and the numbers broadcast are those of the plane, a tile's
//! rows at a time; what comes out is turned back on its way to the output. The sums and their order are the same.

use super::{Block, Dense, Destination, Panel};
use crate::isa::TileShape;
use crate::tile::{Finish, Operands, Right, Start, compute};
use pulp::Simd;
use std::mem::take;
use std::ops::Range;

/// Sums so short that turning them back would cost more than the vectors save.
const SHORT: usize = 512;

/// Numbers turned at once, in both directions.
const SQUARE: usize = 8;

impl Dense<'_> {
    /// Whether vectors over channels do clearly less for nothing than vectors over `count` columns.
    pub(super) fn is_better_turned(&self, count: usize, shape: TileShape) -> bool {
        let work = |size: usize| size.next_multiple_of(shape.lanes) * 100 / size;
        self.weights.depth >= SHORT && work(count) > work(self.weights.rows) + 15
    }

    /// One block of depth for some panels of a tile's rows each.
    #[inline(always)]
    pub(super) fn multiply_turned<S: Simd>(&mut self, simd: S, group: &[Panel], block: &Block) {
        let shape = TileShape::of::<S>();
        let columns = shape.columns();
        let mut partial = take(&mut self.memory.partial);
        let (gathered, mut left) = (take(&mut self.memory.gathered), take(&mut self.memory.left));
        let mut partials = partial.chunks_exact_mut(shape.rows * columns);
        for first in (0..self.weights.rows).step_by(columns) {
            let (b, next) = self.weights.turned(simd, first, &block.range, &mut left);
            for (at, panel) in group.iter().enumerate() {
                let a = &gathered[at * super::DEEPEST * shape.rows..][..block.range.len() * shape.rows];
                let ahead = &next[at * next.len() / group.len()..(at + 1) * next.len() / group.len()];
                let operands = Operands { a, b: Right::Packed(b), ahead };
                let partial = partials.next().expect("memory for every tile");
                self.tile_turned(simd, first, panel, operands, (&block.range, partial));
            }
        }
        (self.memory.partial, self.memory.gathered, self.memory.left) = (partial, gathered, left);
    }

    /// One block of depth for one tile, and after the last the way to the output.
    #[inline(always)]
    fn tile_turned<S: Simd>(
        &mut self,
        simd: S,
        first: usize,
        panel: &Panel,
        operands: Operands,
        (range, partial): (&Range<usize>, &mut [f32]),
    ) {
        let (shape, weights, to) = (TileShape::of::<S>(), self.weights, self.destination);
        let columns = shape.columns();
        let channels = columns.min(weights.rows - first);
        let size = [panel.width, channels.div_ceil(shape.lanes)];
        let start = if range.start == 0 { Start::Load(&weights.bias[first..], 0) } else { Start::Output };
        if range.end < weights.depth {
            return compute(simd, size, operands, start, Finish::default(), (partial, columns));
        }
        let start = if range.start == 0 { start } else { Start::Load(partial, columns) };
        let at = first * to.row_stride;
        let (tile, added) = (&mut self.memory.tile, &mut self.memory.residual);
        let residual = to.residual.map(|from| {
            to.collect_turned(panel, &from[at..], (added, columns), channels);
            (&added[..], columns)
        });
        compute(simd, size, operands, start, Finish { residual, clamp: to.clamp }, (tile, columns));
        to.scatter_turned(panel, (tile, columns), &mut self.output[at..], channels);
    }
}

impl Destination<'_> {
    /// Writes the columns of a turned tile to where their numbers lie in `output`.
    #[inline(always)]
    fn scatter_turned(&self, panel: &Panel, (tile, stride): (&[f32], usize), output: &mut [f32], channels: usize) {
        let square = panel.runs.len() == 1 && self.step == 1 && panel.width == SQUARE;
        let whole = if square { channels / SQUARE * SQUARE } else { 0 };
        for channel in (0..whole).step_by(SQUARE) {
            let rows: [[f32; SQUARE]; SQUARE] = std::array::from_fn(|row| line(&tile[row * stride + channel..]));
            for i in 0..SQUARE {
                let at = (channel + i) * self.row_stride + panel.runs[0].output;
                output[at..at + SQUARE].copy_from_slice(&rows.map(|row| row[i]));
            }
        }
        for channel in whole..channels {
            for run in &panel.runs {
                let to = output[channel * self.row_stride + run.output..].iter_mut().step_by(self.step).take(run.len);
                to.enumerate().for_each(|(i, to)| *to = tile[(run.column + i) * stride + channel]);
            }
        }
    }

    /// The way back: reads a turned tile from where its numbers lie.
    #[inline(always)]
    fn collect_turned(&self, panel: &Panel, from: &[f32], (tile, stride): (&mut [f32], usize), channels: usize) {
        for channel in 0..channels {
            for run in &panel.runs {
                let from = from[channel * self.row_stride + run.output..].iter().step_by(self.step).take(run.len);
                from.enumerate().for_each(|(i, from)| tile[(run.column + i) * stride + channel] = *from);
            }
        }
    }
}

#[inline(always)]
fn line(from: &[f32]) -> [f32; SQUARE] {
    std::array::from_fn(|i| from[..SQUARE][i])
}
