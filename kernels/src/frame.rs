//! Copies of planes with zeros around them, split by phase: what a [`Plan`](crate::geometry::Plan) reads.

use crate::geometry::{Plan, Tap};
use std::ops::Range;

/// Zeroes a signal where the clamp that made `output` was flat: outside the open interval (low, high).
#[derive(Clone, Copy, Debug)]
pub struct Mask<'a> {
    /// What the clamp put out; the shape of the signal.
    pub output: &'a [f32],
    /// The clamp's lower bound.
    pub low: f32,
    /// The clamp's upper bound.
    pub high: f32,
}

impl<'a> Mask<'a> {
    /// The mask of a part of the signal.
    pub(crate) fn part(self, range: Range<usize>) -> Self {
        Self { output: &self.output[range], ..self }
    }
}

/// How one plane becomes a frame.
#[derive(Clone, Copy)]
pub(crate) struct Frame<'a> {
    plan: &'a Plan,
    source: [usize; 2],
    /// Rows and columns of one phase.
    pub size: [usize; 2],
}

impl<'a> Frame<'a> {
    /// The frame of a plane of size `source` from which a plane of size `output` is computed.
    pub fn new(plan: &'a Plan, source: [usize; 2], output: [usize; 2]) -> Self {
        Self { plan, source, size: plan.phase_size(output) }
    }

    /// Whether the frame is the plane itself.
    pub fn is_plain(&self) -> bool {
        self.plan.step == [1, 1] && self.plan.before == [0, 0] && self.size == self.source
    }

    /// Numbers in the plane.
    pub fn source_len(&self) -> usize {
        self.source[0] * self.source[1]
    }

    /// Numbers in a frame.
    pub fn len(&self) -> usize {
        self.plan.phases.len() * self.size[0] * self.size[1]
    }

    /// Where in the frame a tap reads the first output.
    pub fn offset(&self, tap: &Tap) -> usize {
        (tap.phase * self.size[0] + tap.at[0]) * self.size[1] + tap.at[1]
    }

    /// Writes the frame of `plane` to `to`.
    #[inline(always)]
    pub fn fill(&self, plane: &[f32], mask: Option<Mask>, to: &mut [f32]) {
        let width = self.source[1];
        let [rows, columns] = self.size;
        for (&phase, to) in self.plan.phases.iter().zip(to.chunks_exact_mut((rows * columns).max(1))) {
            let inside = self.inside(1, phase[1]);
            let x = self.coordinate(1, phase[1], inside.start);
            let height = self.inside(0, phase[0]);
            for (row, to) in to.chunks_exact_mut(columns).enumerate() {
                if !height.contains(&row) || inside.is_empty() {
                    to.fill(0.0);
                    continue;
                }
                let from = self.coordinate(0, phase[0], row) * width;
                to[..inside.start].fill(0.0);
                to[inside.end..].fill(0.0);
                let line = &plane[from + x..from + width];
                copy_line(line, mask.map(|mask| mask.part(from + x..from + width)), self.plan.step[1], &mut to[inside.clone()]);
            }
        }
    }

    /// The frame rows (axis 0) or columns (axis 1) that lie in the source.
    fn inside(&self, axis: usize, phase: usize) -> Range<usize> {
        let (step, zeros) = (self.plan.step[axis] as isize, self.plan.before[axis] - phase as isize);
        let first = |bound: isize| ((bound + step - 1).div_euclid(step).max(0) as usize).min(self.size[axis]);
        first(zeros)..first(zeros + self.source[axis] as isize).max(first(zeros))
    }

    /// The source coordinate of a frame coordinate inside.
    fn coordinate(&self, axis: usize, phase: usize, at: usize) -> usize {
        ((at * self.plan.step[axis] + phase) as isize - self.plan.before[axis]).max(0) as usize
    }
}

/// Every `step`th number of `line`, masked, to `to`.
#[inline(always)]
fn copy_line(line: &[f32], mask: Option<Mask>, step: usize, to: &mut [f32]) {
    match (mask, step) {
        (None, 1) => to.copy_from_slice(&line[..to.len()]),
        (None, 2) => pick::<2>(line, to),
        (None, _) => to.iter_mut().zip(line.iter().step_by(step)).for_each(|(to, from)| *to = *from),
        (Some(mask), _) => {
            let (line, output) = (line.iter().step_by(step), mask.output.iter().step_by(step));
            for ((to, &signal), &output) in to.iter_mut().zip(line).zip(output) {
                *to = if output > mask.low && output < mask.high { signal } else { 0.0 };
            }
        }
    }
}

/// Every `STEP`th number, with the step known to the compiler.
#[inline(always)]
fn pick<const STEP: usize>(line: &[f32], to: &mut [f32]) {
    let (whole, _) = line.as_chunks::<STEP>();
    let (head, last) = to.split_at_mut(whole.len().min(to.len()));
    head.iter_mut().zip(whole).for_each(|(to, from)| *to = from[0]);
    last.iter_mut().zip(&line[whole.len() * STEP..]).for_each(|(to, from)| *to = *from);
}
