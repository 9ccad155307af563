//! The weights of a product, packed.

use super::DEPTH;
use crate::convolution::Each;
use crate::isa::TileShape;
use std::ops::Range;
use std::sync::OnceLock;

/// Weights that leave the second cache between two panels, in numbers; more are read once for several panels.
const LARGE: usize = 1 << 17;

/// Weights in the order in which the tiles read them (block of depth, tile, k, row), zeros in place of missing rows,
/// and one bias per row.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    pub rows: usize,
    pub depth: usize,
    pub bias: Vec<f32>,
    shape: TileShape,
    numbers: Vec<f32>,
    /// The same as the right-hand matrix, made when a small plane first asks for it.
    turned: OnceLock<Vec<f32>>,
}

/// Where the numbers of a matrix lie in a slice: row m, depth k at `row` · m + `depth[k]`.
pub(crate) struct Places {
    pub row: usize,
    pub depth: Vec<usize>,
}

impl Packed {
    /// Packs `rows` rows for tiles of `shape`.
    pub fn new(shape: TileShape, rows: usize, bias: Option<&[f32]>, weights: &[f32], places: &Places) -> Self {
        let (depth, padded) = (places.depth.len(), rows.next_multiple_of(shape.rows));
        let mut numbers = Vec::with_capacity(padded * depth);
        for block in places.depth.chunks(DEPTH) {
            for first in (0..rows).step_by(shape.rows) {
                let there = shape.rows.min(rows - first);
                for &k in block {
                    let from = &weights[first * places.row + k..];
                    numbers.extend((0..there).map(|row| from[row * places.row]));
                    numbers.extend((there..shape.rows).map(|_| 0.0));
                }
            }
        }
        let mut bias = bias.map_or(vec![0.0; rows], <[f32]>::to_vec);
        bias.resize(rows.next_multiple_of(shape.columns()).max(padded), 0.0);
        Self { rows, depth, bias, shape, numbers, turned: OnceLock::new() }
    }

    /// The same with other numbers. What becomes of the zeros in place of missing rows never leaves a tile.
    pub fn mapped(&self, each: Each, each_bias: Each) -> Self {
        let turned = self.turned.get().map_or_else(OnceLock::new, |turned| OnceLock::from(each(turned)));
        Self { bias: each_bias(&self.bias), numbers: each(&self.numbers), turned, ..*self }
    }

    /// Puts the numbers back where they were taken from.
    pub fn unpack(&self, places: &Places, weights: &mut [f32]) {
        let mut numbers = self.numbers.chunks_exact(self.shape.rows);
        for block in places.depth.chunks(DEPTH) {
            for first in (0..self.rows).step_by(self.shape.rows) {
                for (&k, tile) in block.iter().zip(&mut numbers) {
                    let there = self.shape.rows.min(self.rows - first);
                    tile[..there].iter().enumerate().for_each(|(row, number)| {
                        weights[(first + row) * places.row + k] = *number;
                    });
                }
            }
        }
    }

    /// Whether they leave the second cache between two panels.
    pub fn is_large(&self) -> bool {
        self.numbers.len() > LARGE
    }

    /// The block of depth `range` of the tile that begins at row `first`, and what is read after it.
    pub fn part(&self, first: usize, range: &Range<usize>) -> (&[f32], &[f32]) {
        part(&self.numbers, [self.rows, self.shape.rows], first, range)
    }

    /// The block of depth `range` of the panel of columns that begins at `first`, turned: [k, tile columns]; and what
    /// is read after it.
    pub fn turned(&self, first: usize, range: &Range<usize>) -> (&[f32], &[f32]) {
        part(self.turned.get_or_init(|| self.turn()), [self.rows, self.shape.columns()], first, range)
    }

    fn turn(&self) -> Vec<f32> {
        let (rows, columns) = (self.shape.rows, self.shape.columns());
        let mut turned = Vec::with_capacity(self.rows.next_multiple_of(columns) * self.depth);
        for block in (0..self.depth).step_by(DEPTH) {
            let range = block..(block + DEPTH).min(self.depth);
            for first in (0..self.rows).step_by(columns) {
                for k in 0..range.len() {
                    turned.extend((first..first + columns).map(|row| match row < self.rows {
                        true => self.part(row / rows * rows, &range).0[k * rows + row % rows],
                        false => 0.0,
                    }));
                }
            }
        }
        turned
    }
}

/// The block of depth `range` of the part of `width` rows that begins at row `first`, and as much after it.
fn part<'a>(
    numbers: &'a [f32],
    [rows, width]: [usize; 2],
    first: usize,
    range: &Range<usize>,
) -> (&'a [f32], &'a [f32]) {
    let at = range.start * rows.next_multiple_of(width) + first * range.len();
    let (here, after) = numbers[at..].split_at(range.len() * width);
    (here, &after[..here.len().min(after.len())])
}
