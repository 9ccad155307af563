//! Small planes that keep their size (stride 1), without lines: the plane is one run of numbers with zeros before and
//! after. A tap one column to the right is then the run shifted by one, in which the first number of every line has
//! wandered to the end of the line before: it is zeroed once for each column of the kernel, and every tap is a
//! constant offset again. Nothing is copied line by line, neither in nor out.

use super::{Depthwise, TOGETHER, Taps, VECTORS, accumulate};
use crate::line;
use crate::scratch::at_least;
use pulp::Simd;

/// Numbers of all shifted copies above which lines are better copied one by one: copies that leave the first cache cost
/// more than the lines do.
const LARGE: usize = 3000;

/// Where the shifted copies of a plane lie.
struct Layout {
    plane: usize,
    /// Columns to the right for each copy; the first, unshifted, is the plane itself.
    shifts: Vec<isize>,
    /// Zeros before the plane, and numbers of a copy in all.
    head: usize,
    len: usize,
    /// For each tap, in order, where it reads the first output.
    offsets: Vec<usize>,
    /// For each shift the numbers of the plane that stay on their line: 1, and 0 elsewhere.
    kept: Vec<Vec<f32>>,
}

impl Layout {
    fn new(job: &Depthwise, lanes: usize) -> Self {
        let [height, width] = job.output_size;
        let plane = height * width;
        let away = |at: [usize; 2], axis: usize| at[axis] as isize - job.plan.before[axis];
        let taps = || job.plan.passes[0].taps.iter().map(|tap| [away(tap.at, 0), away(tap.at, 1)]);
        let mut shifts: Vec<isize> = vec![0];
        for [_, x] in taps() {
            if !shifts.contains(&x) {
                shifts.push(x);
            }
        }
        let reach = |axis: usize| taps().map(|tap| tap[axis].unsigned_abs()).max().unwrap_or(0);
        let head = reach(0) * width + reach(1);
        let len = head + plane.next_multiple_of(lanes) + head + VECTORS * lanes;
        let offset = |[y, x]: [isize; 2]| {
            let copy = shifts.iter().position(|&shift| shift == x).expect("a copy for every column");
            (copy * len + head).wrapping_add_signed(y * width as isize)
        };
        let stays = |at: usize, x: isize| at < plane && (at % width).checked_add_signed(x).is_some_and(|x| x < width);
        let kept = |&x: &isize| (0..plane.next_multiple_of(lanes)).map(|at| f32::from(stays(at, x))).collect();
        let (offsets, kept) = (taps().map(offset).collect(), shifts.iter().map(kept).collect());
        Self { plane, shifts, head, len, offsets, kept }
    }
}

impl Depthwise<'_> {
    /// Whether this is a small plane that keeps its size.
    pub(super) fn is_flat(&self) -> bool {
        let (plan, [height, width]) = (self.plan, self.output_size);
        let keeps_size = plan.step == [1, 1] && plan.passes.len() == 1 && self.frame.source() == self.output_size;
        keeps_size && height * width * plan.passes[0].taps.len().isqrt() <= LARGE
    }

    #[inline(always)]
    pub(super) fn flat<S: Simd>(self, simd: S) {
        let layout = Layout::new(&self, S::F32_LANES);
        let planes = self.output.len() / layout.plane;
        let size = layout.shifts.len() * layout.len;
        let together = (TOGETHER / size).clamp(1, planes);
        let copies = at_least(self.frames, together * size);
        copies.fill(0.0);
        let sums = at_least(self.sums, layout.plane.next_multiple_of(S::F32_LANES));
        for first in (0..planes).step_by(together) {
            let indices = || first..(first + together).min(planes);
            for (index, copies) in indices().zip(copies.chunks_exact_mut(size)) {
                let (from, to) = ((self.source, index * layout.plane), (&mut *copies, layout.head));
                match self.mask {
                    Some(mask) => line::copy_masked(simd, mask, from, to, layout.plane),
                    None => line::copy::<S>(from, to, layout.plane),
                }
                line::zero(simd, (copies, layout.head + layout.plane), 1);
            }
            for copies in copies.chunks_exact_mut(size).take(indices().len()) {
                shift(simd, &layout, copies);
            }
            for (index, copies) in indices().zip(copies.chunks_exact(size)) {
                let (channel, count) = (index % self.channels, layout.offsets.len());
                let weights = &self.weights[channel * count..(channel + 1) * count];
                let bias = self.bias.map_or(0.0, |bias| bias[channel]);
                accumulate(simd, copies, Taps { weights, offsets: &layout.offsets, bias }, sums);
                let to = (&mut *self.output, index * layout.plane);
                line::finish(simd, sums, self.residual, self.clamp, to, layout.plane);
            }
        }
    }
}

/// Makes the shifted copies from the plane itself.
#[inline(always)]
fn shift<S: Simd>(simd: S, layout: &Layout, copies: &mut [f32]) {
    let (plane, shifted) = copies.split_at_mut(layout.len);
    let zero = simd.splat_f32s(0.0);
    for ((&x, kept), to) in layout.shifts.iter().zip(&layout.kept).skip(1).zip(shifted.chunks_exact_mut(layout.len)) {
        let from = &plane[layout.head.wrapping_add_signed(x)..][..kept.len()];
        let to = &mut to[layout.head..][..kept.len()];
        for ((from, kept), to) in
            S::as_simd_f32s(from).0.iter().zip(S::as_simd_f32s(kept).0).zip(S::as_mut_simd_f32s(to).0)
        {
            *to = simd.select_f32s(simd.less_than_f32s(zero, *kept), *from, zero);
        }
    }
}
