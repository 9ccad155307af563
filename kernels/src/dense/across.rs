//! The matrix of the way back, read from that of the way there: input channels are its rows, and its depth are output
//! channels by taps. Squares of a tile's rows by as many output channels are turned as they are read, a block of depth of
//! one tile at a time, so that no second copy of the weights is held.

use super::weights::Packed;
use crate::isa::TileShape;
use crate::prefetch::prefetch;
use crate::scratch::at_least;
use crate::square::turned;
use pulp::Simd;
use std::ops::Range;
use std::sync::Arc;

/// Numbers of a line of the cache.
const LINE: usize = 16;

/// Weights of the way there, and which of all their taps a pass of the way back reads.
#[derive(Clone, Debug)]
pub(super) struct Across {
    pub of: Arc<Packed>,
    pub taps: Vec<usize>,
    pub all: usize,
}

impl Across {
    /// The block of depth `range` of `width` of the `rows` rows, from `first` on: [k, width].
    #[inline(always)]
    pub fn read<'a, S: Simd>(
        &self,
        simd: S,
        rows: usize,
        (first, width): (usize, usize),
        range: &Range<usize>,
        memory: &'a mut Vec<f32>,
    ) -> &'a [f32] {
        let shape = TileShape::of::<S>();
        let to = at_least(memory, range.len() * width);
        if range.is_empty() {
            return to;
        }
        if first + width > rows {
            to.fill(0.0);
        }
        for row in (first..rows.min(first + width)).step_by(shape.rows) {
            let to = (&mut *to, row - first, width);
            match shape.rows {
                8 => self.read_tile::<S, 8>(simd, row..rows.min(row + 8), range, to),
                4 => self.read_tile::<S, 4>(simd, row..rows.min(row + 4), range, to),
                other => unreachable!("no tile has {other} rows"),
            }
        }
        to
    }

    /// The same of a tile's rows; `to` and where they begin in each of its lines of `width`.
    #[inline(always)]
    fn read_tile<S: Simd, const P: usize>(
        &self,
        simd: S,
        rows: Range<usize>,
        range: &Range<usize>,
        (to, at, width): (&mut [f32], usize, usize),
    ) {
        let (of, taps) = (&*self.of, self.taps.len());
        let k = rows.start * self.all;
        let block = k / of.block * of.block;
        // Counted in a tile's rows from here on: one output channel each there, one input channel here.
        let (there, to) = (of.numbers.as_chunks::<P>().0, to.as_chunks_mut::<P>().0);
        let (at, width) = (at / P, width / P);
        let start = block * of.rows.div_ceil(P) + (k - block);
        let step = of.block.min(of.depth - block);
        let outputs = range.start / taps..range.end / taps;
        let last = rows.len() - 1;
        for first in outputs.clone().step_by(P) {
            let from = &there[start + first / P * step..];
            for (place, &tap) in self.taps.iter().enumerate() {
                // What is the next tile's lies right behind.
                let next = P * (P * self.all + tap * P);
                (0..P * P / LINE).for_each(|line| prefetch(from.as_flattened(), next + line * LINE));
                let mut square = [[0.0; P]; P];
                square.iter_mut().enumerate().for_each(|(row, to)| *to = from[row.min(last) * self.all + tap]);
                let first_line = (first - outputs.start) * taps + place;
                for (column, output) in turned(simd, square).iter().zip(0..outputs.end - first) {
                    to[(first_line + output * taps) * width + at] = *column;
                }
            }
        }
    }
}
