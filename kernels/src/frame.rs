//! Copies of planes with zeros around them, split by phase: what a [`Plan`] reads.

use crate::geometry::{Plan, Tap};
use crate::line;
use crate::mask::Bits;
use pulp::Simd;
use std::ops::Range;

/// How one plane becomes a frame.
#[derive(Clone)]
pub(crate) struct Frame {
    step: [usize; 2],
    source: [usize; 2],
    /// Rows and columns of one phase.
    pub size: [usize; 2],
    windows: Vec<Window>,
    plain: bool,
}

/// What of a phase is not padding.
#[derive(Clone)]
struct Window {
    rows: Range<usize>,
    columns: Range<usize>,
    /// Row and column of the source at the window's first number.
    first: [usize; 2],
}

impl Frame {
    /// The frame of a plane of size `source` from which a plane of size `output` is computed.
    pub fn new(plan: &Plan, source: [usize; 2], output: [usize; 2]) -> Self {
        let size = plan.phase_size(output);
        let window = |phase: &[usize; 2]| {
            let [rows, columns] = [0, 1].map(|axis| {
                let zeros = plan.before[axis] - phase[axis] as isize;
                let first = |bound: isize| ceiling(bound, plan.step[axis]).min(size[axis]);
                first(zeros)..first(zeros + source[axis] as isize).max(first(zeros))
            });
            let at = |axis: usize, row: usize| (row * plan.step[axis] + phase[axis]) as isize - plan.before[axis];
            let first = [at(0, rows.start), at(1, columns.start)].map(|at| at.max(0) as usize);
            Window { rows, columns, first }
        };
        let plain = plan.step == [1, 1] && plan.before == [0, 0] && size == source;
        Self { step: plan.step, source, size, windows: plan.phases.iter().map(window).collect(), plain }
    }

    /// Whether the frame is the plane itself.
    pub fn is_plain(&self) -> bool {
        self.plain
    }

    /// Rows and columns of the plane.
    pub fn source(&self) -> [usize; 2] {
        self.source
    }

    /// Numbers in the plane.
    pub fn source_len(&self) -> usize {
        self.source[0] * self.source[1]
    }

    /// Numbers in a frame.
    pub fn len(&self) -> usize {
        self.windows.len() * self.size[0] * self.size[1]
    }

    /// Where in the frame a tap reads the first output.
    pub fn offset(&self, tap: &Tap) -> usize {
        (tap.phase * self.size[0] + tap.at[0]) * self.size[1] + tap.at[1]
    }

    /// Writes the plane at `at` in `source` into its frame `to`, which has [`line::SLACK`] numbers more. What lies
    /// above and below the plane must be zero already.
    #[inline(always)]
    pub fn fill<S: Simd>(&self, simd: S, (source, at): (&[f32], usize), mask: Option<Bits>, to: &mut [f32]) {
        let [rows, columns] = self.size;
        for (phase, window) in self.windows.iter().enumerate() {
            let (before, len) = (window.columns.start, window.columns.len());
            let mut line = (phase * rows + window.rows.start) * columns;
            let mut from = at + window.first[0] * self.source[1] + window.first[1];
            // The end of a line and the beginning of the next, or all that was copied too far.
            let between = (columns - len).max(if self.step[1] > 1 { line::PICKED } else { 1 });
            line::zero(simd, (to, line), before);
            for _ in window.rows.clone() {
                match mask {
                    _ if self.step[1] > 1 => line::pick((source, from), self.step[1], (to, line + before), len),
                    Some(mask) => line::copy_masked(simd, mask, (source, from), (to, line + before), len),
                    None => line::copy::<S>((source, from), (to, line + before), len),
                }
                line::zero(simd, (to, line + before + len), between);
                from += self.step[0] * self.source[1];
                line += columns;
            }
        }
    }
}

/// `bound` / `step` rounded up, and 0 for what is negative.
fn ceiling(bound: isize, step: usize) -> usize {
    (bound.max(0) as usize).div_ceil(step)
}
