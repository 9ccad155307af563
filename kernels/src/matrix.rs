//! Matrix products over row-major slices: linear layers and their gradients ([`Matrix`]), and products of two
//! matrices that change from call to call ([`product`]).
//!
//! Both are out[m, n] = Σ_k left[m, k] · right[k, n] with the right matrix packed in panels of a tile's columns: a
//! linear layer packs its weights once, so that a batch of one reads them once, in order.

use crate::isa::{Isa, TileShape};
use crate::scratch::{Scratch, at_least};
use crate::tile::{Finish, Operands, Right, Start, compute};
use pulp::{Simd, WithSimd};

/// k taken at once: a panel of so many rows stays in the first two caches.
const DEPTH: usize = 256;

/// A matrix as it lies in memory: row-major, or the transpose of that.
#[derive(Clone, Copy, Debug)]
pub enum Layout {
    /// Number (i, j) of a matrix of c columns lies at i · c + j.
    Rows,
    /// Number (i, j) of a matrix of r rows lies at j · r + i.
    Columns,
}

impl Layout {
    /// The distances in memory of two rows and of two columns of a matrix of this size.
    fn strides(self, [rows, columns]: [usize; 2]) -> [usize; 2] {
        match self {
            Self::Rows => [columns, 1],
            Self::Columns => [1, rows],
        }
    }
}

/// A right-hand matrix [depth, columns], prepared; with it the weights of a linear layer or of its gradient.
#[derive(Clone, Debug)]
pub struct Matrix {
    isa: Isa,
    size: [usize; 2],
    numbers: Vec<f32>,
    bias: Option<Vec<f32>>,
}

impl Matrix {
    /// Prepares a matrix of `size` (rows k, columns n) for this processor, and a bias `[n]` that is added to every row
    /// of a product. The weights [outputs, inputs] of a linear layer are, for the layer, the matrix
    /// `[inputs, outputs]` in [`Layout::Columns`]; for its gradient `[outputs, inputs]` in [`Layout::Rows`].
    pub fn new(size: [usize; 2], numbers: &[f32], layout: Layout, bias: Option<&[f32]>) -> Self {
        Self::for_isa(Isa::detect(), size, numbers, layout, bias)
    }

    /// The same for a given instruction set.
    pub fn for_isa(isa: Isa, size: [usize; 2], numbers: &[f32], layout: Layout, bias: Option<&[f32]>) -> Self {
        assert_eq!(numbers.len(), size[0] * size[1], "a matrix of another size");
        assert!(bias.is_none_or(|bias| bias.len() == size[1]), "one bias for every column");
        let shape = isa.tile();
        let padded = size[1].next_multiple_of(shape.columns());
        let mut packed = Vec::new();
        pack(shape.columns(), [size[1], size[0]], numbers, layout.strides(size), &mut packed);
        let bias = bias.map(|bias| {
            let mut bias = bias.to_vec();
            bias.resize(padded, 0.0);
            bias
        });
        Self { isa, size, numbers: packed, bias }
    }

    /// `output` [rows, n] = `left` [rows, k] · this + bias.
    pub fn multiply(&self, left: &[f32], rows: usize, output: &mut [f32], scratch: &mut Scratch) {
        let [depth, columns] = self.size;
        assert_eq!(left.len(), rows * depth, "a left matrix of another size");
        let left = Left { numbers: left, strides: [depth, 1] };
        let size = [rows, depth, columns];
        run(self.isa, size, left, &self.numbers, self.bias.as_deref(), output, (&mut scratch.left, &mut scratch.sums));
    }
}

/// `output` [m, n] = `left` [m, k] · `right` [k, n], row-major, with `size` = [m, k, n].
pub fn product(
    size: [usize; 3],
    left: (&[f32], Layout),
    right: (&[f32], Layout),
    output: &mut [f32],
    scratch: &mut Scratch,
) {
    product_on(Isa::detect(), size, left, right, output, scratch);
}

/// The same on a given instruction set.
pub fn product_on(
    isa: Isa,
    [m, k, n]: [usize; 3],
    left: (&[f32], Layout),
    right: (&[f32], Layout),
    output: &mut [f32],
    scratch: &mut Scratch,
) {
    assert_eq!(left.0.len(), m * k, "a left matrix of another size");
    assert_eq!(right.0.len(), k * n, "a right matrix of another size");
    let columns = isa.tile().columns();
    pack(columns, [n, k], right.0, right.1.strides([k, n]), &mut scratch.frames);
    let left = Left { numbers: left.0, strides: left.1.strides([m, k]) };
    run(isa, [m, k, n], left, &scratch.frames, None, output, (&mut scratch.left, &mut scratch.sums));
}

/// The left matrix: number (i, k) at `i · strides[0] + k · strides[1]`.
#[derive(Clone, Copy)]
struct Left<'a> {
    numbers: &'a [f32],
    strides: [usize; 2],
}

/// Packs a matrix of `across` x `depth` numbers by blocks of depth, in each by panels of `width` across, in each by
/// depth; zeros fill the last panel. Number (a, k) is taken from `k · strides[0] + a · strides[1]`.
fn pack(width: usize, [across, depth]: [usize; 2], numbers: &[f32], strides: [usize; 2], to: &mut Vec<f32>) {
    let padded = across.next_multiple_of(width);
    let to = at_least(to, padded * depth);
    for block in (0..depth).step_by(DEPTH) {
        let rows = DEPTH.min(depth - block);
        let to = &mut to[block * padded..(block + rows) * padded];
        for (panel, to) in to.chunks_exact_mut(rows * width).enumerate() {
            pack_panel(
                &numbers[block * strides[0] + panel * width * strides[1]..],
                width,
                width.min(across - panel * width),
                strides,
                to,
            );
        }
    }
}

fn pack_panel(numbers: &[f32], width: usize, filled: usize, strides: [usize; 2], to: &mut [f32]) {
    if strides[1] == 1 {
        for (k, to) in to.chunks_exact_mut(width).enumerate() {
            to[..filled].copy_from_slice(&numbers[k * strides[0]..k * strides[0] + filled]);
            to[filled..].fill(0.0);
        }
        return;
    }
    if filled < width {
        to.fill(0.0);
    }
    for a in 0..filled {
        let from = numbers[a * strides[1]..].iter().step_by(strides[0]);
        to[a..].iter_mut().step_by(width).zip(from).for_each(|(to, from)| *to = *from);
    }
}

fn run(
    isa: Isa,
    size: [usize; 3],
    left: Left,
    right: &[f32],
    bias: Option<&[f32]>,
    output: &mut [f32],
    (packed, tile): (&mut Vec<f32>, &mut Vec<f32>),
) {
    let [m, k, n] = size;
    assert_eq!(output.len(), m * n, "an output of another size");
    if output.is_empty() || k == 0 {
        let bias = bias.unwrap_or(&[]);
        return output.iter_mut().enumerate().for_each(|(at, to)| *to = bias.get(at % n).copied().unwrap_or(0.0));
    }
    let shape = isa.tile();
    pack(shape.rows, [m, k], left.numbers, [left.strides[1], left.strides[0]], packed);
    let tile = at_least(tile, shape.rows * shape.columns());
    isa.run(Product { size, left: packed, right, bias, output, tile });
}

/// The product of two packed matrices as an operation on one instruction set.
struct Product<'a> {
    size: [usize; 3],
    left: &'a [f32],
    right: &'a [f32],
    bias: Option<&'a [f32]>,
    output: &'a mut [f32],
    tile: &'a mut [f32],
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let (shape, [m, depth, n]) = (TileShape::of::<S>(), self.size);
        let (rows, columns) = (shape.rows, shape.columns());
        let padded = [m.next_multiple_of(rows), n.next_multiple_of(columns)];
        for block in (0..depth).step_by(DEPTH) {
            let len = DEPTH.min(depth - block);
            for column in (0..n).step_by(columns) {
                let (b, next) = self.right[block * padded[1] + column * len..].split_at(len * columns);
                let next = &next[..next.len().min(b.len())];
                for row in (0..m).step_by(rows) {
                    let a = &self.left[block * padded[0] + row * len..][..len * rows];
                    let ahead = &next[row * next.len() / padded[0]..(row + rows) * next.len() / padded[0]];
                    let operands = Operands { a, b: Right::Packed(b), ahead };
                    self.tile(simd, [row, column], operands, block == 0);
                }
            }
        }
    }
}

impl Product<'_> {
    #[inline(always)]
    fn tile<S: Simd>(&mut self, simd: S, [row, column]: [usize; 2], operands: Operands, begins: bool) {
        let (shape, [m, _, n]) = (TileShape::of::<S>(), self.size);
        let (columns, zeros) = (shape.columns(), [0.0; 64]);
        let (here, width) = (shape.rows.min(m - row), columns.min(n - column));
        let size = [here, width.div_ceil(shape.lanes)];
        let start = match self.bias {
            _ if !begins => Start::Output,
            Some(bias) => Start::Load(&bias[column..], 0),
            None => Start::Load(&zeros, 0),
        };
        let at = row * n + column;
        if width == size[1] * shape.lanes && here.is_power_of_two() {
            return compute(simd, size, operands, start, Finish::default(), (&mut self.output[at..], n));
        }
        let lines = |tile: usize| tile * columns..tile * columns + width;
        for row in (0..here).filter(|_| !begins) {
            self.tile[lines(row)].copy_from_slice(&self.output[at + row * n..at + row * n + width]);
        }
        compute(simd, size, operands, start, Finish::default(), (self.tile, columns));
        for row in 0..here {
            self.output[at + row * n..at + row * n + width].copy_from_slice(&self.tile[lines(row)]);
        }
    }
}

#[cfg(test)]
mod tests;
