//! Max pooling over [N, C, H, W] and its gradient.

use std::ops::Range;

/// In place of a window's winner where it is all padding.
const NONE: u8 = u8::MAX;

/// The window of a max pool. Padding never wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxPool {
    /// Height and width of the window.
    pub kernel: [usize; 2],
    /// Vertical and horizontal step.
    pub stride: [usize; 2],
    /// Rows and columns added at the top, bottom, left and right.
    pub padding: [usize; 4],
}

/// The lines of a plane, looked at by the columns of windows.
struct Lines {
    columns: usize,
    /// The greatest in each window's columns.
    greatest: Vec<f32>,
    /// Which of the window's columns it stands in, if that is traced.
    taps: Vec<f32>,
}

impl MaxPool {
    /// Numbers of a window at most that a byte tells apart.
    pub const TRACEABLE: usize = NONE as usize;

    /// Height and width of the output for planes of this height and width.
    pub fn output_size(&self, [height, width]: [usize; 2]) -> [usize; 2] {
        let [top, bottom, left, right] = self.padding;
        let along = |size: usize, axis: usize| {
            size.checked_sub(self.kernel[axis]).map_or(0, |room| room / self.stride[axis] + 1)
        };
        [along(height + top + bottom, 0), along(width + left + right, 1)]
    }

    /// The largest number of every window: `input` is `[planes, height, width]`, `output` `[planes]` x
    /// [`Self::output_size`]. NaN wins; a window of nothing but padding gives -∞.
    pub fn run(&self, input: &[f32], size: [usize; 2], output: &mut [f32]) {
        self.search::<false>(input, size, output, &mut []);
    }

    /// The same, and which number of its window the first largest is, row after row, for [`Self::gradient`].
    pub fn run_traced(&self, input: &[f32], size: [usize; 2], output: &mut [f32], winners: &mut [u8]) {
        assert!(self.kernel[0] * self.kernel[1] <= Self::TRACEABLE, "a window of more numbers than a byte tells apart");
        assert_eq!(winners.len(), output.len(), "winners of another shape");
        self.search::<true>(input, size, output, winners);
    }

    /// Rows first, then columns: k + k comparisons in place of k · k, both over whole lines.
    fn search<const TRACED: bool>(&self, input: &[f32], size: [usize; 2], output: &mut [f32], winners: &mut [u8]) {
        let [_, columns] = self.output_size(size);
        let (first, mut won) = (self.first_taps(size[1], columns), vec![0.0; columns]);
        let traced = if TRACED { size[0] } else { 0 };
        let mut lines = Lines { columns, greatest: vec![0.0; size[0] * columns], taps: vec![0.0; traced * columns] };
        self.planes(input, size, output.len(), |plane, range| {
            self.along::<TRACED>(plane, size[1], &first, &mut lines);
            for (y, to) in output[range.clone()].chunks_exact_mut(columns).enumerate() {
                self.down::<TRACED>(&lines, y, to, &mut won);
                if TRACED {
                    let to = &mut winners[range.start + y * columns..][..columns];
                    to.iter_mut().zip(&won).for_each(|(to, &won)| *to = won.min(f32::from(NONE)) as u8);
                }
            }
        });
    }

    /// The greatest of each line of a plane in the columns of each window.
    fn along<const TRACED: bool>(&self, plane: &[f32], width: usize, first: &[f32], lines: &mut Lines) {
        let columns = lines.columns;
        lines.greatest.fill(f32::NEG_INFINITY);
        lines.taps.chunks_exact_mut(columns).for_each(|taps| taps.copy_from_slice(first));
        for (row, line) in plane.chunks_exact(width).enumerate() {
            for kx in 0..self.kernel[1] {
                let inside = self.inside(1, kx, width, columns);
                let Some(from) = inside.clone().next().map(|x| x * self.stride[1] + kx - self.padding[2]) else {
                    continue;
                };
                let from = line[from..].iter().step_by(self.stride[1]).map(|&x| (x, kx as f32));
                let inside = row * columns + inside.start..row * columns + inside.end;
                let taps = if TRACED { &mut lines.taps[inside.clone()] } else { &mut [] };
                keep_larger::<TRACED>(&mut lines.greatest[inside], taps, from);
            }
        }
    }

    /// The greatest of each window of a line of windows, and which it is.
    fn down<const TRACED: bool>(&self, lines: &Lines, y: usize, to: &mut [f32], won: &mut [f32]) {
        let (top, height) = (y * self.stride[0], lines.greatest.len() / lines.columns);
        let first = top.saturating_sub(self.padding[0]);
        to.fill(f32::NEG_INFINITY);
        won.fill(f32::from(NONE));
        for row in first..(top + self.kernel[0]).saturating_sub(self.padding[0]).min(height) {
            let line = row * lines.columns..(row + 1) * lines.columns;
            let before = ((row + self.padding[0] - top) * self.kernel[1]) as f32;
            let greatest = lines.greatest[line.clone()].iter().copied();
            if !TRACED {
                keep_larger::<TRACED>(to, &mut [], greatest.map(|x| (x, before)));
                continue;
            }
            let taps = lines.taps[line].iter().map(|tap| before + tap);
            if row == first {
                // Its winners count even where nothing is larger than the -∞ to begin with.
                won.iter_mut().zip(taps.clone()).for_each(|(won, tap)| *won = tap);
            }
            keep_larger::<TRACED>(to, won, greatest.zip(taps));
        }
    }

    /// For each output along a line the first tap that reads the input; more than any winner where none does.
    fn first_taps(&self, width: usize, columns: usize) -> Vec<f32> {
        let first = |x: usize| {
            let tap = self.padding[2].saturating_sub(x * self.stride[1]);
            let reads = tap < self.kernel[1] && x * self.stride[1] + tap < self.padding[2] + width;
            if reads { tap as f32 } else { f32::from(NONE) }
        };
        (0..columns).map(first).collect()
    }

    /// `gradient`, `[planes]` x `size`: every number of `signal` added where its window's winner was.
    pub fn gradient(&self, winners: &[u8], size: [usize; 2], signal: &[f32], gradient: &mut [f32]) {
        let [_, columns] = self.output_size(size);
        assert_eq!(winners.len(), signal.len(), "winners of another shape");
        let taps = (0..usize::from(NONE)).map(|tap| tap / self.kernel[1] * size[1] + tap % self.kernel[1]);
        let taps: Vec<usize> = taps.collect();
        let before = self.padding[0] * size[1] + self.padding[2];
        gradient.fill(0.0);
        self.planes_mut(gradient, size, signal.len(), |plane, range| {
            let lines = winners[range.clone()].chunks_exact(columns).zip(signal[range].chunks_exact(columns));
            for (y, (winners, signal)) in lines.enumerate() {
                let mut at = y * self.stride[0] * size[1];
                for (&winner, signal) in winners.iter().zip(signal) {
                    if let Some(tap) = taps.get(usize::from(winner)) {
                        plane[at + tap - before] += signal;
                    }
                    at += self.stride[1];
                }
            }
        });
    }

    /// Calls `visit` with every plane of the input and the range of its outputs.
    fn planes(&self, input: &[f32], size: [usize; 2], outputs: usize, mut visit: impl FnMut(&[f32], Range<usize>)) {
        let each = self.outputs(size, input.len(), outputs);
        input
            .chunks_exact(size[0] * size[1])
            .zip((0..outputs).step_by(each))
            .for_each(|(plane, first)| visit(plane, first..first + each));
    }

    /// The same for planes that are written.
    fn planes_mut(
        &self,
        input: &mut [f32],
        size: [usize; 2],
        outputs: usize,
        mut visit: impl FnMut(&mut [f32], Range<usize>),
    ) {
        let each = self.outputs(size, input.len(), outputs);
        input
            .chunks_exact_mut(size[0] * size[1])
            .zip((0..outputs).step_by(each))
            .for_each(|(plane, first)| visit(plane, first..first + each));
    }

    /// Outputs of a plane, at least one.
    fn outputs(&self, size: [usize; 2], inputs: usize, outputs: usize) -> usize {
        let [rows, columns] = self.output_size(size);
        assert!(inputs * rows * columns == outputs * size[0] * size[1], "an output of another shape");
        (rows * columns).max(1)
    }

    /// The outputs along an axis for which tap `tap` reads the input.
    fn inside(&self, axis: usize, tap: usize, size: usize, outputs: usize) -> std::ops::Range<usize> {
        let zeros = self.padding[2 * axis];
        let first = zeros.saturating_sub(tap).div_ceil(self.stride[axis]).min(outputs);
        let end = (size + zeros).saturating_sub(tap).div_ceil(self.stride[axis]).min(outputs);
        first..end.max(first)
    }
}

/// Keeps the larger of each number and what comes beside it, and if TRACED whose it was; NaN is the largest, and of equal
/// numbers the first stays.
#[inline(always)]
fn keep_larger<const TRACED: bool>(to: &mut [f32], whose: &mut [f32], from: impl Iterator<Item = (f32, f32)>) {
    if TRACED {
        for ((to, whose), (x, tap)) in to.iter_mut().zip(whose).zip(from) {
            let wins = x > *to || (x.is_nan() && !to.is_nan());
            (*to, *whose) = (if wins { x } else { *to }, if wins { tap } else { *whose });
        }
    } else {
        to.iter_mut().zip(from).for_each(|(to, (x, _))| *to = if x > *to || x.is_nan() { x } else { *to });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::noise;

    #[test]
    fn windows_give_their_largest_and_take_its_gradient() {
        let pools = [
            ([2, 2], [2, 2], [0; 4]),
            ([3, 3], [2, 2], [1; 4]),
            ([3, 2], [1, 3], [0, 1, 1, 0]),
            ([1, 1], [2, 1], [0; 4]),
        ];
        for ((kernel, stride, padding), size) in
            pools.into_iter().flat_map(|pool| [[7, 8], [5, 5], [3, 9]].map(|size| (pool, size)))
        {
            let pool = MaxPool { kernel, stride, padding };
            let [rows, columns] = pool.output_size(size);
            let (input, signal) = (noise(3 * size[0] * size[1], 1), noise(3 * rows * columns, 2));
            let (mut output, mut gradient) = (vec![f32::NAN; signal.len()], vec![f32::NAN; input.len()]);
            let mut wanted = vec![0.0; input.len()];
            pool.run(&input, size, &mut output);
            let (mut traced, mut winners) = (output.clone(), vec![0; output.len()]);
            pool.run_traced(&input, size, &mut traced, &mut winners);
            assert_eq!(traced, output, "{pool:?} {size:?}");
            pool.gradient(&winners, size, &signal, &mut gradient);
            for (at, found) in output.iter().enumerate() {
                let (plane, y, x) = (at / columns / rows, at / columns % rows, at % columns);
                let window = (0..kernel[0] * kernel[1]).filter_map(|k| {
                    let row = (y * stride[0] + k / kernel[1]).checked_sub(padding[0]).filter(|&row| row < size[0])?;
                    let column =
                        (x * stride[1] + k % kernel[1]).checked_sub(padding[2]).filter(|&column| column < size[1])?;
                    Some((plane * size[0] + row) * size[1] + column)
                });
                let winner = window.max_by(|&a, &b| input[a].total_cmp(&input[b])).expect("no window is all padding");
                assert_eq!(*found, input[winner], "{pool:?} {size:?} {at}");
                wanted[winner] += signal[at];
            }
            assert_eq!(gradient, wanted, "{pool:?} {size:?}");
        }
    }

    #[test]
    fn nan_wins() {
        let pool = MaxPool { kernel: [2, 2], stride: [1, 1], padding: [0; 4] };
        let mut output = [0.0];
        pool.run(&[1.0, f32::NAN, 3.0, 2.0], [2, 2], &mut output);
        assert!(output[0].is_nan());
        let (mut gradient, mut winners) = ([9.0; 4], [0]);
        pool.run_traced(&[1.0, f32::NAN, 3.0, 2.0], [2, 2], &mut output, &mut winners);
        assert!(output[0].is_nan());
        pool.gradient(&winners, [2, 2], &[1.0], &mut gradient);
        assert_eq!(gradient, [0.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn of_equal_numbers_the_first_wins_and_padding_never() {
        let pool = MaxPool { kernel: [3, 3], stride: [3, 3], padding: [1, 4, 1, 4] };
        let (mut output, mut winners, mut gradient) = ([0.0; 9], [0; 9], [9.0; 25]);
        for equal in [0.0, f32::NEG_INFINITY] {
            pool.run_traced(&[equal; 25], [5, 5], &mut output, &mut winners);
            // The first window begins with a row and a column of padding, the last of each line is nothing else.
            assert_eq!(winners, [4, 3, NONE, 1, 0, NONE, NONE, NONE, NONE]);
            pool.gradient(&winners, [5, 5], &[1.0; 9], &mut gradient);
            let wanted = [0, 2, 10, 12].map(|at| (at, 1.0));
            assert!(
                gradient.iter().enumerate().all(|(at, &g)| g == wanted.iter().find(|w| w.0 == at).map_or(0.0, |w| w.1))
            );
        }
    }
}
