//! The weights of a product, packed; and those of the way back, read across the same numbers.

use super::across::Across;
use crate::convolution::Each;
use crate::isa::TileShape;
use pulp::Simd;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// Weights that leave the second cache between two panels, in numbers; more are read once for several panels.
pub(crate) const LARGE: usize = 1 << 17;

/// Rows of the right matrix taken at once, about: a gathered panel of so many stays in the first two caches.
const DEPTH: usize = 256;

/// Rows of the right matrix taken at once, at most.
pub(super) const DEEPEST: usize = 288;

/// The left matrix of a product: its weights, and one bias per row.
#[derive(Clone, Debug)]
pub(crate) struct Left {
    pub rows: usize,
    pub depth: usize,
    /// Depth that is taken at once.
    pub block: usize,
    pub bias: Vec<f32>,
    shape: TileShape,
    numbers: Numbers,
}

#[derive(Clone, Debug)]
enum Numbers {
    Packed(Arc<Packed>),
    Across(Across),
}

/// Weights in the order in which the tiles read them (block of depth, tile, k, row), zeros in place of missing rows.
#[derive(Debug)]
pub(super) struct Packed {
    pub rows: usize,
    pub depth: usize,
    pub block: usize,
    shape: TileShape,
    pub numbers: Vec<f32>,
    /// The same as the right-hand matrix, made when a small plane first asks for it.
    turned: OnceLock<Vec<f32>>,
}

/// Where the numbers of a matrix lie in a slice: row m, depth k at `row` · m + `depth[k]`.
pub(crate) struct Places {
    pub row: usize,
    pub depth: Vec<usize>,
}

/// Depth to be taken at once of channels with so many taps: whole tiles of channels if that can be, so that a tile of the
/// way back lies in one block.
fn block(shape: TileShape, taps: usize) -> usize {
    match shape.rows * taps.max(1) {
        whole if DEPTH.is_multiple_of(whole) || whole > DEEPEST => DEPTH,
        whole => DEEPEST / whole * whole,
    }
}

impl Left {
    /// Packs `rows` rows for tiles of `shape`; of so many taps each channel.
    pub fn new(
        shape: TileShape,
        rows: usize,
        bias: Option<&[f32]>,
        weights: &[f32],
        (places, taps): (&Places, usize),
    ) -> Self {
        let packed = Packed::new(shape, (rows, block(shape, taps)), weights, places);
        let (depth, block, bias) = (packed.depth, packed.block, padded_bias(shape, rows, bias));
        Self { rows, depth, block, bias, shape, numbers: Numbers::Packed(Arc::new(packed)) }
    }

    /// The matrix of the way back over these `taps` of `all`, read across the numbers of this one, of which no copy is made;
    /// none where tiles of the way back do not lie in whole blocks, or where there are no more than `large` numbers: then a
    /// copy is quicker.
    pub fn across(&self, taps: &[usize], all: usize, large: usize) -> Option<Self> {
        let Numbers::Packed(packed) = &self.numbers else { return None };
        let fits = self.shape.rows * all <= DEEPEST && packed.numbers.len() > large;
        let across = fits.then(|| Across { of: packed.clone(), taps: taps.to_vec(), all })?;
        let (rows, depth, block) = (self.depth / all, self.rows * taps.len(), block(self.shape, taps.len()));
        let bias = padded_bias(self.shape, rows, None);
        Some(Self { rows, depth, block, bias, shape: self.shape, numbers: Numbers::Across(across) })
    }

    /// The same with other numbers. What becomes of the zeros in place of missing rows never leaves a tile. Those of a matrix
    /// that is read across another are that one's.
    pub fn mapped(&self, each: Each, each_bias: Each, there: Option<&Left>) -> Self {
        let numbers = match (&self.numbers, there.map(|there| &there.numbers)) {
            (Numbers::Across(across), Some(Numbers::Packed(packed))) => {
                Numbers::Across(Across { of: packed.clone(), ..across.clone() })
            }
            (Numbers::Across(_), _) => unreachable!("it is read across the matrix of the way there"),
            (Numbers::Packed(packed), _) => Numbers::Packed(Arc::new(packed.mapped(each))),
        };
        Self { bias: each_bias(&self.bias), numbers, ..*self }
    }

    /// Puts the numbers back where they were taken from.
    pub fn unpack(&self, places: &Places, weights: &mut [f32]) {
        match &self.numbers {
            Numbers::Packed(packed) => packed.unpack(places, weights),
            Numbers::Across(_) => unreachable!("the weights of the way there are asked for"),
        }
    }

    /// Whether they are turned whenever they are read.
    pub fn is_across(&self) -> bool {
        matches!(self.numbers, Numbers::Across(_))
    }

    /// Whether they leave the second cache between two panels.
    pub fn is_large(&self) -> bool {
        self.rows * self.depth > LARGE
    }

    /// The block of depth `range` of the tile that begins at row `first`, and what is read after it. May lie in `memory`.
    #[inline(always)]
    pub fn part<'a, S: Simd>(
        &'a self,
        simd: S,
        first: usize,
        range: &Range<usize>,
        memory: &'a mut Vec<f32>,
    ) -> (&'a [f32], &'a [f32]) {
        let rows = self.shape.rows;
        match &self.numbers {
            Numbers::Packed(packed) => part(&packed.numbers, [self.rows, rows], first, range),
            Numbers::Across(across) => (across.read(simd, self.rows, (first, rows), range, memory), &[]),
        }
    }

    /// The block of depth `range` of the panel of columns that begins at `first`, turned: [k, tile columns]; and what
    /// is read after it. May lie in `memory`.
    #[inline(always)]
    pub fn turned<'a, S: Simd>(
        &'a self,
        simd: S,
        first: usize,
        range: &Range<usize>,
        memory: &'a mut Vec<f32>,
    ) -> (&'a [f32], &'a [f32]) {
        let columns = self.shape.columns();
        match &self.numbers {
            Numbers::Packed(packed) => {
                part(packed.turned.get_or_init(|| packed.turn()), [self.rows, columns], first, range)
            }
            Numbers::Across(across) => (across.read(simd, self.rows, (first, columns), range, memory), &[]),
        }
    }
}

/// The biases of all rows that tiles have, in both directions.
fn padded_bias(shape: TileShape, rows: usize, bias: Option<&[f32]>) -> Vec<f32> {
    let mut bias = bias.map_or(vec![0.0; rows], <[f32]>::to_vec);
    bias.resize(rows.next_multiple_of(shape.columns()).max(rows.next_multiple_of(shape.rows)), 0.0);
    bias
}

impl Packed {
    fn new(shape: TileShape, (rows, block): (usize, usize), weights: &[f32], places: &Places) -> Self {
        let (depth, padded) = (places.depth.len(), rows.next_multiple_of(shape.rows));
        let mut numbers = Vec::with_capacity(padded * depth);
        for block in places.depth.chunks(block) {
            for first in (0..rows).step_by(shape.rows) {
                let there = shape.rows.min(rows - first);
                for &k in block {
                    let from = &weights[first * places.row + k..];
                    numbers.extend((0..there).map(|row| from[row * places.row]));
                    numbers.extend((there..shape.rows).map(|_| 0.0));
                }
            }
        }
        Self { rows, depth, block, shape, numbers, turned: OnceLock::new() }
    }

    fn mapped(&self, each: Each) -> Self {
        let turned = self.turned.get().map_or_else(OnceLock::new, |turned| OnceLock::from(each(turned)));
        Self { numbers: each(&self.numbers), turned, ..*self }
    }

    fn unpack(&self, places: &Places, weights: &mut [f32]) {
        let mut numbers = self.numbers.chunks_exact(self.shape.rows);
        for block in places.depth.chunks(self.block) {
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

    fn turn(&self) -> Vec<f32> {
        let (rows, columns) = (self.shape.rows, self.shape.columns());
        let mut turned = Vec::with_capacity(self.rows.next_multiple_of(columns) * self.depth);
        for block in (0..self.depth).step_by(self.block) {
            let range = block..(block + self.block).min(self.depth);
            for first in (0..self.rows).step_by(columns) {
                for k in 0..range.len() {
                    turned.extend((first..first + columns).map(|row| match row < self.rows {
                        true => {
                            part(&self.numbers, [self.rows, rows], row / rows * rows, &range).0[k * rows + row % rows]
                        }
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
