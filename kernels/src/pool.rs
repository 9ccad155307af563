//! Max pooling over [N, C, H, W] and its gradient.

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

impl MaxPool {
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
        let [_, columns] = self.output_size(size);
        let mut across = vec![0.0; size[0] * columns];
        self.planes(input, size, output.len(), |plane, first, last| {
            // Rows first, then columns: k + k comparisons in place of k · k, both over whole lines.
            across.fill(f32::NEG_INFINITY);
            for (line, to) in plane.chunks_exact(size[1]).zip(across.chunks_exact_mut(columns)) {
                for kx in 0..self.kernel[1] {
                    let inside = self.inside(1, kx, size[1], columns);
                    let Some(from) = inside.clone().next().map(|x| x * self.stride[1] + kx - self.padding[2]) else {
                        continue;
                    };
                    to[inside]
                        .iter_mut()
                        .zip(line[from..].iter().step_by(self.stride[1]))
                        .for_each(|(to, &x)| *to = larger(*to, x));
                }
            }
            for (y, to) in output[first..last].chunks_exact_mut(columns).enumerate() {
                to.fill(f32::NEG_INFINITY);
                let rows = (y * self.stride[0]).saturating_sub(self.padding[0])
                    ..(y * self.stride[0] + self.kernel[0]).saturating_sub(self.padding[0]).min(size[0]);
                for line in rows.map(|row| &across[row * columns..(row + 1) * columns]) {
                    to.iter_mut().zip(line).for_each(|(to, &x)| *to = larger(*to, x));
                }
            }
        });
    }

    /// `gradient`, of the input's shape: every number of `signal` added where its window's first largest number was.
    pub fn gradient(&self, input: &[f32], size: [usize; 2], signal: &[f32], gradient: &mut [f32]) {
        let [_, columns] = self.output_size(size);
        assert_eq!(gradient.len(), input.len(), "a gradient of another shape");
        gradient.fill(0.0);
        let mut done = 0;
        self.planes(input, size, signal.len(), |plane, first, last| {
            for (at, &signal) in signal[first..last].iter().enumerate() {
                if let Some(winner) = self.winner(plane, size, [at / columns, at % columns]) {
                    gradient[done + winner] += signal;
                }
            }
            done += plane.len();
        });
    }

    /// Calls `visit` with every plane of the input and the range of its outputs.
    fn planes(&self, input: &[f32], size: [usize; 2], outputs: usize, mut visit: impl FnMut(&[f32], usize, usize)) {
        let plane = size[0] * size[1];
        let [rows, columns] = self.output_size(size);
        assert!(input.len() * rows * columns == outputs * plane, "an output of another shape");
        if outputs > 0 {
            input
                .chunks_exact(plane)
                .enumerate()
                .for_each(|(at, from)| visit(from, at * rows * columns, (at + 1) * rows * columns));
        }
    }

    /// The outputs along an axis for which tap `tap` reads the input.
    fn inside(&self, axis: usize, tap: usize, size: usize, outputs: usize) -> std::ops::Range<usize> {
        let zeros = self.padding[2 * axis];
        let first = zeros.saturating_sub(tap).div_ceil(self.stride[axis]).min(outputs);
        let end = (size + zeros).saturating_sub(tap).div_ceil(self.stride[axis]).min(outputs);
        first..end.max(first)
    }

    /// The index in the plane of the first largest number of a window; none if it is all padding.
    fn winner(&self, plane: &[f32], size: [usize; 2], output: [usize; 2]) -> Option<usize> {
        let range = |axis: usize| {
            let first = output[axis] * self.stride[axis];
            let zeros = self.padding[2 * axis];
            first.saturating_sub(zeros)..(first + self.kernel[axis]).saturating_sub(zeros).min(size[axis])
        };
        let indices = range(0).flat_map(|y| range(1).map(move |x| y * size[1] + x));
        indices.reduce(
            |best, at| if plane[at] > plane[best] || plane[at].is_nan() && !plane[best].is_nan() { at } else { best },
        )
    }
}

/// The larger of two; NaN is the largest.
fn larger(a: f32, b: f32) -> f32 {
    if b > a || b.is_nan() { b } else { a }
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
            pool.gradient(&input, size, &signal, &mut gradient);
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
        let mut gradient = [9.0; 4];
        pool.gradient(&[1.0, f32::NAN, 3.0, 2.0], [2, 2], &[1.0], &mut gradient);
        assert_eq!(gradient, [0.0, 1.0, 0.0, 0.0]);
    }
}
