//! A window that slides over the places of a picture: what convolutions and pools share.

/// How a picture is extended before the window slides over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// So many rows above and below, columns left and right.
    Explicit {
        /// Rows above and below.
        rows: (usize, usize),
        /// Columns left and right.
        columns: (usize, usize),
    },
    /// As many as it takes for `ceil(size / stride)` outputs; an odd one goes below and right (TensorFlow's "SAME",
    /// ONNX's SAME_UPPER).
    Same,
    /// The same, but an odd one goes above and left (ONNX's SAME_LOWER).
    SameLower,
}

/// The longest step, side or padding: products of two fit any machine's numbers.
const FARTHEST: usize = 1 << 15;

/// Size, steps and reach of a window. Arrays are rows, then columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Rows and columns it takes in.
    pub kernel: [usize; 2],
    /// Step down and to the right.
    pub stride: [usize; 2],
    /// Distance of what it takes in.
    pub dilation: [usize; 2],
    /// What is put around the picture.
    pub padding: Padding,
    /// Whether a last window counts that reaches beyond the padding, as long as it starts inside.
    pub ceil: bool,
}

impl Window {
    /// A square window with the same padding on all sides.
    #[must_use]
    pub fn square(kernel: usize, stride: usize, padding: usize) -> Window {
        let sides = (padding, padding);
        Window {
            kernel: [kernel; 2],
            stride: [stride; 2],
            dilation: [1, 1],
            padding: Padding::Explicit { rows: sides, columns: sides },
            ceil: false,
        }
    }

    /// Its length along `axis` (0: rows, 1: columns), gaps included.
    #[must_use]
    pub fn reach(&self, axis: usize) -> usize {
        (self.kernel[axis] - 1) * self.dilation[axis] + 1
    }

    /// What is put before and after along `axis` for a picture of that `size`.
    #[must_use]
    pub fn padding_along(&self, axis: usize, size: usize) -> (usize, usize) {
        let same = || {
            let outputs = size.div_ceil(self.stride[axis]).max(1);
            ((outputs - 1) * self.stride[axis] + self.reach(axis)).saturating_sub(size)
        };
        match self.padding {
            Padding::Explicit { rows, columns } => [rows, columns][axis],
            Padding::Same => (same() / 2, same() - same() / 2),
            Padding::SameLower => (same() - same() / 2, same() / 2),
        }
    }

    /// Windows along `axis`; `None` if the picture is smaller than the window.
    #[must_use]
    pub fn outputs_along(&self, axis: usize, size: usize) -> Option<usize> {
        let (before, after) = self.padding_along(axis, size);
        let room = (size + before + after).checked_sub(self.reach(axis))?;
        let stride = self.stride[axis];
        if !self.ceil {
            return Some(room / stride + 1);
        }
        let outputs = room.div_ceil(stride) + 1;
        let starts_outside = (outputs - 1) * stride >= size + before;
        Some(if starts_outside { outputs - 1 } else { outputs })
    }

    /// Windows down and to the right.
    ///
    /// # Errors
    /// If it does not slide, or the picture is smaller than the window.
    pub fn outputs(&self, size: [usize; 2]) -> Result<[usize; 2], String> {
        if !self.slides() {
            let Window { kernel, stride, dilation, .. } = self;
            return Err(format!(
                "a window's sides {kernel:?}, distances {dilation:?} and steps {stride:?} go from 1 to {FARTHEST}, its padding from 0"
            ));
        }
        match (self.outputs_along(0, size[0]), self.outputs_along(1, size[1])) {
            (Some(rows), Some(columns)) => Ok([rows, columns]),
            _ => Err(format!("a picture of {} x {} is smaller than the window, {:?}", size[0], size[1], self.kernel)),
        }
    }

    /// Whether no part of it is zero or so large that places could not be counted.
    fn slides(&self) -> bool {
        let sides = match self.padding {
            Padding::Explicit { rows, columns } => [rows.0, rows.1, columns.0, columns.1],
            Padding::Same | Padding::SameLower => [0; 4],
        };
        let mut parts = self.kernel.iter().chain(&self.stride).chain(&self.dilation);
        parts.all(|part| (1..=FARTHEST).contains(part)) && sides.iter().all(|side| *side <= FARTHEST)
    }

    /// What has to stand before and after along `axis` so that a window that never leaves it gives the same outputs.
    #[must_use]
    pub fn room_along(&self, axis: usize, size: usize) -> (usize, usize) {
        let (before, _) = self.padding_along(axis, size);
        let outputs = self.outputs_along(axis, size).unwrap_or(1);
        let end = (outputs - 1) * self.stride[axis] + self.reach(axis);
        (before, end.saturating_sub(size + before))
    }

    /// For each window along `axis`: how many places it takes in, with those of the padding or without.
    #[must_use]
    pub fn counts_along(&self, axis: usize, size: usize, with_padding: bool) -> Vec<usize> {
        let (before, after) = self.padding_along(axis, size);
        let places = if with_padding { 0..size + before + after } else { before..size + before };
        let taken = |output: usize| {
            let start = output * self.stride[axis];
            (0..self.kernel[axis]).filter(|tap| places.contains(&(start + tap * self.dilation[axis]))).count()
        };
        (0..self.outputs_along(axis, size).unwrap_or(0)).map(taken).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_odd_place_of_same_padding_goes_below_and_right() {
        let window = Window { padding: Padding::Same, ..Window::square(3, 2, 0) };
        assert_eq!(window.padding_along(0, 224), (0, 1));
        let window = Window { padding: Padding::SameLower, ..window };
        assert_eq!(window.padding_along(0, 224), (1, 0));
    }

    #[test]
    fn a_last_window_that_starts_in_the_padding_does_not_count() {
        // PyTorch: MaxPool2d(2, 2, padding=1, ceil_mode=True) on 3 x 3 gives 2 x 2; on 4 x 4 it gives 3 x 3.
        let window = Window { ceil: true, ..Window::square(2, 2, 1) };
        assert_eq!(window.outputs([3, 4]), Ok([2, 3]));
    }
}
