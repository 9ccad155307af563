//! Convolution of each channel with its own taps.
//!
//! A channel's frame is walked as one long line: the taps are constant offsets in it, so whole vectors are used even
//! where a plane has seven columns. What this computes for the zeros between two lines is dropped at write-back.

use crate::frame::Frame;
use crate::geometry::{Pass, Plan};
use crate::line;
use crate::mask::Bits;
use crate::scratch::at_least;
use crate::tile::{load, store};
use pulp::{Simd, WithSimd};

mod flat;

/// The most vectors of sums held in registers.
const VECTORS: usize = 8;

/// Numbers of frames and sums worked on at once: well in the first cache, and enough small planes that what was
/// written has left the store buffer before it is read in vectors that straddle it.
const TOGETHER: usize = 4096;

/// A depthwise convolution, or its input gradient, over [N, C, H, W].
pub(crate) struct Depthwise<'a> {
    pub plan: &'a Plan,
    pub frame: Frame,
    /// For every channel the taps of every pass in turn.
    pub weights: &'a [f32],
    pub bias: Option<&'a [f32]>,
    pub channels: usize,
    pub source: &'a [f32],
    pub mask: Option<Bits<'a>>,
    pub output: &'a mut [f32],
    pub output_size: [usize; 2],
    pub residual: Option<&'a [f32]>,
    pub clamp: Option<(f32, f32)>,
    pub frames: &'a mut Vec<f32>,
    pub sums: &'a mut Vec<f32>,
}

impl WithSimd for Depthwise<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        if self.is_flat() {
            return self.flat(simd);
        }
        let planes = self.output.len() / (self.output_size[0] * self.output_size[1]);
        let frame_len = self.frame.len() + self.frame.size[1] + (VECTORS + 1) * S::F32_LANES + line::SLACK;
        let pass_len = self.pass_len::<S>();
        let sums_len = self.plan.passes.len() * pass_len;
        let together = (TOGETHER / (frame_len + sums_len)).clamp(1, planes);
        let (mut frames, mut sums) = (std::mem::take(self.frames), std::mem::take(self.sums));
        at_least(&mut frames, together * frame_len).fill(0.0);
        at_least(&mut sums, together * sums_len);
        let offset_of = |pass: &Pass| pass.taps.iter().map(|tap| self.frame.offset(tap)).collect();
        let offsets: Vec<Vec<usize>> = self.plan.passes.iter().map(offset_of).collect();
        let taps = self.weights.len() / self.channels;
        let mut line = vec![0.0; self.output_size[1] + line::SLACK];
        for first in (0..planes).step_by(together) {
            let indices = || first..(first + together).min(planes);
            for (index, frame) in indices().zip(frames.chunks_exact_mut(frame_len)) {
                self.frame.fill(simd, (self.source, index * self.frame.source_len()), self.mask, frame);
            }
            for ((index, frame), sums) in
                indices().zip(frames.chunks_exact(frame_len)).zip(sums.chunks_exact_mut(sums_len))
            {
                let channel = index % self.channels;
                let bias = self.bias.map_or(0.0, |bias| bias[channel]);
                let mut weights = &self.weights[channel * taps..(channel + 1) * taps];
                for (offsets, sums) in offsets.iter().zip(sums.chunks_exact_mut(pass_len)) {
                    let (here, rest) = weights.split_at(offsets.len());
                    let summed = pass_len - S::F32_LANES;
                    accumulate(simd, frame, Taps { weights: here, offsets, bias }, &mut sums[..summed]);
                    weights = rest;
                }
            }
            for (index, sums) in indices().zip(sums.chunks_exact(sums_len)) {
                self.write(simd, index, (sums, pass_len), &mut line);
            }
        }
        (*self.frames, *self.sums) = (frames, sums);
    }
}

impl Depthwise<'_> {
    /// Numbers that a pass sums: all lines in whole vectors, and one that is only read together with the last.
    fn pass_len<S: Simd>(&self) -> usize {
        let [rows, columns] = self.plan.passes[0].size(self.output_size);
        ((rows - 1) * self.frame.size[1] + columns).next_multiple_of(S::F32_LANES) + S::F32_LANES
    }

    /// A plane of the output from the sums of every pass.
    #[inline(always)]
    fn write<S: Simd>(&mut self, simd: S, index: usize, (sums, pass_len): (&[f32], usize), assembled: &mut [f32]) {
        let ([height, width], steps) = (self.output_size, self.plan.passes[0].step);
        let (mut row, mut phase, mut at) = (0, 0, index * height * width);
        for _ in 0..height {
            let first = phase * steps[1] * pass_len + row;
            let line = if steps[1] == 1 {
                &sums[first..]
            } else {
                interleave(&sums[first..], pass_len, steps[1], &mut assembled[..width]);
                &*assembled
            };
            line::finish(simd, line, self.residual, self.clamp, (self.output, at), width);
            at += width;
            phase += 1;
            if phase == steps[0] {
                (phase, row) = (0, row + self.frame.size[1]);
            }
        }
    }
}

/// Number x of `to` is number x / step of the line at (x % step) · distance.
#[inline(always)]
fn interleave(lines: &[f32], distance: usize, step: usize, to: &mut [f32]) {
    if step == 2 {
        let pairs = lines.iter().zip(&lines[distance..]);
        let (whole, last) = to.as_chunks_mut::<2>();
        whole.iter_mut().zip(pairs).for_each(|(to, (&even, &odd))| *to = [even, odd]);
        last.iter_mut().for_each(|to| *to = lines[whole.len()]);
    } else {
        to.iter_mut().enumerate().for_each(|(x, to)| *to = lines[x % step * distance + x / step]);
    }
}

/// `sums[p] = bias + Σ weight · frame[offset + p]`, in blocks of about as many vectors each.
#[inline(always)]
fn accumulate<S: Simd>(simd: S, frame: &[f32], taps: Taps, sums: &mut [f32]) {
    let vectors = sums.len() / S::F32_LANES;
    let block = vectors.div_ceil(vectors.div_ceil(VECTORS));
    let mut at = 0;
    while at < vectors {
        let (frame, sums) = (&frame[at * S::F32_LANES..], &mut sums[at * S::F32_LANES..]);
        match block.min(vectors - at) {
            1 => accumulate_block::<S, 1>(simd, frame, taps, sums),
            2 => accumulate_block::<S, 2>(simd, frame, taps, sums),
            3 => accumulate_block::<S, 3>(simd, frame, taps, sums),
            4 => accumulate_block::<S, 4>(simd, frame, taps, sums),
            5 => accumulate_block::<S, 5>(simd, frame, taps, sums),
            6 => accumulate_block::<S, 6>(simd, frame, taps, sums),
            7 => accumulate_block::<S, 7>(simd, frame, taps, sums),
            _ => accumulate_block::<S, VECTORS>(simd, frame, taps, sums),
        }
        at += block;
    }
}

/// The taps of one pass over one channel.
#[derive(Clone, Copy)]
struct Taps<'a> {
    weights: &'a [f32],
    offsets: &'a [usize],
    bias: f32,
}

#[inline(always)]
fn accumulate_block<S: Simd, const V: usize>(simd: S, frame: &[f32], taps: Taps, sums: &mut [f32]) {
    let mut held = [simd.splat_f32s(taps.bias); V];
    for (&weight, &offset) in taps.weights.iter().zip(taps.offsets) {
        let from = load::<S, V>(&frame[offset..]);
        let weight = simd.splat_f32s(weight);
        for v in 0..V {
            held[v] = simd.mul_add_e_f32s(weight, from[v], held[v]);
        }
    }
    store::<S, V>(sums, held);
}
