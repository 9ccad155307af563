//! The inner kernel: one register tile of a matrix product, out[r, p] = Σ_k a[k, r] · b[offset(k) + p].
//!
//! Every number of an output is one sum in one register, its terms in the order of k, fused or not as the instruction
//! set has it. So a number never depends on which tile, and which neighbours, it was computed with.

use crate::isa::TileShape;
use crate::prefetch::prefetch;
use pulp::{Simd, WithSimd};
use std::array::from_fn;

/// Where the sums of a tile begin.
#[derive(Clone, Copy)]
pub(crate) enum Start<'a> {
    /// Row r begins at number r.
    Rows(&'a [f32]),
    /// Row r begins at the vectors from r · stride on: partial sums, or with stride 0 one row for all.
    Load(&'a [f32], usize),
    /// The sums go on from what stands in the output.
    Output,
}

/// What happens to the finished sums on their way to memory.
#[derive(Clone, Copy, Default)]
pub(crate) struct Finish<'a> {
    /// Added first; row r from r · stride on.
    pub residual: Option<(&'a [f32], usize)>,
    /// Then clamped to [low, high].
    pub clamp: Option<(f32, f32)>,
}

/// The right matrix of a tile.
#[derive(Clone, Copy)]
pub(crate) enum Right<'a> {
    /// Rows of a full tile's columns, one after the other.
    Packed(&'a [f32]),
    /// Row k begins at `offsets[k] + base`.
    At { numbers: &'a [f32], offsets: &'a [usize], base: usize },
}

/// The operands of a tile.
#[derive(Clone, Copy)]
pub(crate) struct Operands<'a> {
    /// Left matrix, packed: for every k the `TileShape::rows` numbers of one column.
    pub a: &'a [f32],
    pub b: Right<'a>,
    /// What a later tile will read and should find in the cache.
    pub ahead: &'a [f32],
}

/// Computes the first `rows` rows and `vectors` vectors of a tile into `out`, row r from r · `stride` on.
/// `rows` is rounded up to 1, 2, 4 or 8: `out` must have room for that.
#[inline(always)]
pub(crate) fn compute<S: Simd>(
    simd: S,
    [rows, vectors]: [usize; 2],
    operands: Operands,
    start: Start,
    finish: Finish,
    (out, stride): (&mut [f32], usize),
) {
    macro_rules! dispatch {
        ($($p:literal: $(($r:literal, $v:literal)),*;)*) => {
            match (TileShape::of::<S>().rows, rounded(rows), vectors) {
                $($(($p, $r, $v) => simd.vectorize(Tile::<$p, $r, $v> { operands, start, finish, out, stride }),)*)*
                shape => unreachable!("no tile {shape:?}"),
            }
        };
    }
    dispatch! {
        8: (8, 3), (8, 2), (8, 1), (4, 3), (4, 2), (4, 1), (2, 3), (2, 2), (2, 1), (1, 3), (1, 2), (1, 1);
        4: (4, 3), (4, 2), (4, 1), (2, 3), (2, 2), (2, 1), (1, 3), (1, 2), (1, 1);
    }
}

/// The rows that a tile of `rows` rows computes.
pub(crate) const fn rounded(rows: usize) -> usize {
    rows.next_power_of_two()
}

struct Tile<'a, const P: usize, const R: usize, const V: usize> {
    operands: Operands<'a>,
    start: Start<'a>,
    finish: Finish<'a>,
    out: &'a mut [f32],
    stride: usize,
}

impl<const P: usize, const R: usize, const V: usize> WithSimd for Tile<'_, P, R, V> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let mut sums: [[S::f32s; V]; R] = match self.start {
            Start::Rows(numbers) => from_fn(|r| [simd.splat_f32s(numbers[r]); V]),
            Start::Load(numbers, stride) => from_fn(|r| load::<S, V>(&numbers[r * stride..])),
            Start::Output => from_fn(|r| load::<S, V>(&self.out[r * self.stride..])),
        };
        let Operands { a, b, ahead } = self.operands;
        match b {
            Right::Packed(b) => {
                multiply::<S, P, R, V>(simd, a, b.chunks_exact(TileShape::of::<S>().columns()), ahead, &mut sums);
            }
            Right::At { numbers, offsets, base } => {
                multiply::<S, P, R, V>(
                    simd,
                    a,
                    offsets.iter().map(|offset| &numbers[offset + base..]),
                    ahead,
                    &mut sums,
                );
            }
        }
        if let Some((residual, stride)) = self.finish.residual {
            for (r, row) in sums.iter_mut().enumerate() {
                let added = load::<S, V>(&residual[r * stride..]);
                for v in 0..V {
                    row[v] = simd.add_f32s(row[v], added[v]);
                }
            }
        }
        if let Some((low, high)) = self.finish.clamp {
            let (low, high) = (simd.splat_f32s(low), simd.splat_f32s(high));
            for x in sums.as_flattened_mut() {
                *x = clamp(simd, *x, low, high);
            }
        }
        for (r, row) in sums.into_iter().enumerate() {
            store::<S, V>(&mut self.out[r * self.stride..], row);
        }
    }
}

#[inline(always)]
fn multiply<'b, S: Simd, const P: usize, const R: usize, const V: usize>(
    simd: S,
    a: &[f32],
    b: impl Iterator<Item = &'b [f32]>,
    ahead: &[f32],
    sums: &mut [[S::f32s; V]; R],
) {
    let columns = a.as_chunks::<P>().0;
    let step = ahead.len() / columns.len().max(1);
    let mut soon = 0;
    for (column, row) in columns.iter().zip(b) {
        prefetch(ahead, soon);
        soon += step;
        let row = load::<S, V>(row);
        for r in 0..R {
            let factor = simd.splat_f32s(column[r]);
            for v in 0..V {
                sums[r][v] = simd.mul_add_e_f32s(factor, row[v], sums[r][v]);
            }
        }
    }
}

/// `x` in [low, high]; NaN stays NaN.
#[inline(always)]
pub(crate) fn clamp<S: Simd>(simd: S, x: S::f32s, low: S::f32s, high: S::f32s) -> S::f32s {
    let x = simd.select_f32s(simd.less_than_f32s(x, low), low, x);
    simd.select_f32s(simd.less_than_f32s(high, x), high, x)
}

/// The first `V` vectors of `from`.
#[inline(always)]
pub(crate) fn load<S: Simd, const V: usize>(from: &[f32]) -> [S::f32s; V] {
    let vectors = S::as_simd_f32s(&from[..V * S::F32_LANES]).0;
    from_fn(|v| vectors[v])
}

/// Writes `vectors` to the beginning of `to`.
#[inline(always)]
pub(crate) fn store<S: Simd, const V: usize>(to: &mut [f32], vectors: [S::f32s; V]) {
    let to = S::as_mut_simd_f32s(&mut to[..V * S::F32_LANES]).0;
    to[..V].copy_from_slice(&vectors);
}
