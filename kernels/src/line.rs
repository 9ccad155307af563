//! Lines of numbers moved in whole vectors. Most lines here are shorter than two vectors, so that a call of `memcpy`
//! would cost more than the copy. Where the memory goes on, a line is therefore written up to the next whole vector:
//! callers write in ascending order, and what is written too far is written again.

use crate::mask::Bits;
use crate::tile::clamp;
use pulp::Simd;

/// Numbers that must follow in a buffer whose last line is written with [`zero`], [`copy`] or [`pick`].
pub(crate) const SLACK: usize = 32;

/// Whether `len` numbers from `at`, rounded up to whole vectors, lie in `memory`.
#[inline(always)]
fn goes_on<S: Simd>(memory: &[f32], at: usize, len: usize) -> bool {
    at + len.next_multiple_of(S::F32_LANES) <= memory.len()
}

/// Whole vectors that hold `len` numbers from `at`.
#[inline(always)]
fn vectors<S: Simd>(memory: &[f32], at: usize, len: usize) -> &[S::f32s] {
    S::as_simd_f32s(&memory[at..at + len.next_multiple_of(S::F32_LANES)]).0
}

#[inline(always)]
fn vectors_mut<S: Simd>(memory: &mut [f32], at: usize, len: usize) -> &mut [S::f32s] {
    S::as_mut_simd_f32s(&mut memory[at..at + len.next_multiple_of(S::F32_LANES)]).0
}

/// Zeros from `at` on. Mostly one vector, so the rest is a case of its own: a loop would become a call of `memset`.
#[inline(always)]
pub(crate) fn zero<S: Simd>(simd: S, (to, at): (&mut [f32], usize), len: usize) {
    if len == 0 {
        return;
    }
    vectors_mut::<S>(to, at, 1)[0] = simd.splat_f32s(0.0);
    if len > S::F32_LANES {
        to[at + S::F32_LANES..at + len].fill(0.0);
    }
}

/// A line from one place to another.
#[inline(always)]
pub(crate) fn copy<S: Simd>(from: (&[f32], usize), to: (&mut [f32], usize), len: usize) {
    if goes_on::<S>(from.0, from.1, len) {
        let from = vectors::<S>(from.0, from.1, len);
        from.iter().zip(vectors_mut::<S>(to.0, to.1, len)).for_each(|(from, to)| *to = *from);
    } else {
        to.0[to.1..to.1 + len].copy_from_slice(&from.0[from.1..from.1 + len]);
    }
}

/// A line from one place to another where the mask lets it pass, zeros elsewhere.
#[inline(always)]
pub(crate) fn copy_masked<S: Simd>(simd: S, mask: Bits, from: (&[f32], usize), to: (&mut [f32], usize), len: usize) {
    if goes_on::<S>(from.0, from.1, len) {
        let signal = vectors::<S>(from.0, from.1, len);
        let places = (from.1..).step_by(S::F32_LANES);
        for ((&signal, at), to) in signal.iter().zip(places).zip(vectors_mut::<S>(to.0, to.1, len)) {
            *to = mask.vector(simd, at, signal);
        }
    } else {
        let signal = &from.0[from.1..from.1 + len];
        for ((&signal, at), to) in signal.iter().zip(from.1..).zip(&mut to.0[to.1..]) {
            *to = mask.number(at, signal);
        }
    }
}

/// Numbers that [`pick`] writes at once.
pub(crate) const PICKED: usize = 8;

/// Every `step`th number of a line; `len` of them.
#[inline(always)]
pub(crate) fn pick((from, start): (&[f32], usize), step: usize, (to, at): (&mut [f32], usize), len: usize) {
    let padded = len.next_multiple_of(PICKED);
    if step == 2 && start + 2 * padded <= from.len() {
        let (from, _) = from[start..start + 2 * padded].as_chunks::<{ 2 * PICKED }>();
        let (to, _) = to[at..at + padded].as_chunks_mut::<PICKED>();
        from.iter().zip(to).for_each(|(from, to)| *to = std::array::from_fn(|i| from[2 * i]));
    } else {
        let from = from[start..].iter().step_by(step);
        to[at..at + len].iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    }
}

/// A line with what is added to it, clamped, to its place in an output.
#[inline(always)]
pub(crate) fn finish<S: Simd>(
    simd: S,
    from: &[f32],
    residual: Option<&[f32]>,
    bounds: Option<(f32, f32)>,
    (to, at): (&mut [f32], usize),
    len: usize,
) {
    if !goes_on::<S>(to, at, len) {
        for (i, (&from, to)) in from[..len].iter().zip(&mut to[at..]).enumerate() {
            let sum = residual.map_or(from, |residual| from + residual[at + i]);
            *to = bounds.map_or(sum, |bounds| clamp_one(sum, bounds));
        }
        return;
    }
    let from = vectors::<S>(from, 0, len);
    let to = vectors_mut::<S>(to, at, len);
    let residual = residual.map(|residual| vectors::<S>(residual, at, len));
    let bounds = bounds.map(|(low, high)| (simd.splat_f32s(low), simd.splat_f32s(high)));
    for (i, (&from, to)) in from.iter().zip(to).enumerate() {
        let sum = residual.map_or(from, |residual| simd.add_f32s(from, residual[i]));
        *to = bounds.map_or(sum, |(low, high)| clamp(simd, sum, low, high));
    }
}

/// `x` in [low, high]; NaN stays NaN.
pub(crate) fn clamp_one(x: f32, (low, high): (f32, f32)) -> f32 {
    let raised = if x < low { low } else { x };
    if raised > high { high } else { raised }
}
