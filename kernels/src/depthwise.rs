//! Convolution of each channel with its own taps.
//!
//! A channel's frame is walked as one long line: the taps are constant offsets in it, so whole vectors are used even
//! where a plane has seven columns. What this computes for the zeros between two lines is dropped at write-back.

use crate::frame::{Frame, Mask};
use crate::geometry::{Pass, Plan};
use crate::scratch::at_least;
use crate::tile::{clamp, load, store};
use pulp::{Simd, WithSimd};

/// Vectors of sums held in registers: enough to hide the latency of the additions.
const VECTORS: usize = 6;

/// A depthwise convolution, or its input gradient, over [N, C, H, W].
pub(crate) struct Depthwise<'a> {
    pub plan: &'a Plan,
    pub frame: Frame<'a>,
    /// [C, taps of the kernel]
    pub weights: &'a [f32],
    pub bias: Option<&'a [f32]>,
    pub channels: usize,
    pub source: &'a [f32],
    pub mask: Option<Mask<'a>>,
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
    fn with_simd<S: Simd>(self, simd: S) {
        let block = VECTORS * S::F32_LANES;
        let frame = at_least(self.frames, self.frame.len() + block);
        let [rows, columns] = self.frame.size;
        let sums = at_least(self.sums, rows * columns + block);
        let plane = self.output_size[0] * self.output_size[1];
        let source = self.frame.source_len();
        let taps = self.weights.len() / self.channels;
        for (at, output) in self.output.chunks_exact_mut(plane).enumerate() {
            let channel = at % self.channels;
            let range = at * source..(at + 1) * source;
            self.frame.fill(&self.source[range.clone()], self.mask.map(|mask| mask.part(range)), frame);
            let weights = &self.weights[channel * taps..(channel + 1) * taps];
            let write = Write {
                width: self.output_size[1],
                columns,
                residual: self.residual.map(|r| &r[at * plane..(at + 1) * plane]),
                clamp: self.clamp,
            };
            for pass in &self.plan.passes {
                let size = pass.size(self.output_size);
                if size.contains(&0) {
                    continue;
                }
                let bias = self.bias.map_or(0.0, |bias| bias[channel]);
                let taps = pass.taps.iter().map(|tap| (weights[tap.index], self.frame.offset(tap)));
                let len = (size[0] - 1) * columns + size[1];
                accumulate(simd, frame, taps, bias, &mut sums[..len.next_multiple_of(block)]);
                write.lines(simd, pass, size, sums, output);
            }
        }
    }
}

/// sums[p] = bias + Σ weight · frame[offset + p], in blocks of vectors.
#[inline(always)]
fn accumulate<S: Simd>(
    simd: S,
    frame: &[f32],
    taps: impl Iterator<Item = (f32, usize)> + Clone,
    bias: f32,
    sums: &mut [f32],
) {
    let block = VECTORS * S::F32_LANES;
    for (at, to) in sums.chunks_exact_mut(block).enumerate() {
        let mut held = [simd.splat_f32s(bias); VECTORS];
        for (weight, offset) in taps.clone() {
            let from = load::<S, VECTORS>(&frame[offset + at * block..]);
            let weight = simd.splat_f32s(weight);
            for v in 0..VECTORS {
                held[v] = simd.mul_add_e_f32s(weight, from[v], held[v]);
            }
        }
        store::<S, VECTORS>(to, held);
    }
}

/// How sums become a plane of the output.
struct Write<'a> {
    width: usize,
    columns: usize,
    residual: Option<&'a [f32]>,
    clamp: Option<(f32, f32)>,
}

impl Write<'_> {
    #[inline(always)]
    fn lines<S: Simd>(&self, simd: S, pass: &Pass, [rows, columns]: [usize; 2], sums: &mut [f32], output: &mut [f32]) {
        for row in 0..rows {
            let from = &mut sums[row * self.columns..row * self.columns + columns];
            let at = (pass.start[0] + row * pass.step[0]) * self.width + pass.start[1];
            if let Some(residual) = self.residual {
                let added = residual[at..].iter().step_by(pass.step[1]);
                from.iter_mut().zip(added).for_each(|(to, added)| *to += added);
            }
            if let Some(bounds) = self.clamp {
                clamp_line(simd, bounds, from);
            }
            let to = &mut output[at..];
            match pass.step[1] {
                1 => to[..columns].copy_from_slice(from),
                step => to.iter_mut().step_by(step).zip(from).for_each(|(to, from)| *to = *from),
            }
        }
    }
}

/// Clamps every number of a line.
#[inline(always)]
pub(crate) fn clamp_line<S: Simd>(simd: S, (low, high): (f32, f32), line: &mut [f32]) {
    let (body, rest) = S::as_mut_simd_f32s(line);
    let bounds = (simd.splat_f32s(low), simd.splat_f32s(high));
    body.iter_mut().for_each(|x| *x = clamp(simd, *x, bounds.0, bounds.1));
    for x in rest {
        let raised = if *x < low { low } else { *x };
        *x = if raised > high { high } else { raised };
    }
}
