//! Sliding windows by the published formulas: PyTorch's `Conv2d`, `MaxPool2d` and `AvgPool2d`, TensorFlow's "SAME".

use crate::array::Array;
use tessera_core::network::op::{Padding, Window};

/// One axis of a sliding window.
pub struct Axis {
    pub size: usize,
    kernel: usize,
    stride: usize,
    dilation: usize,
    pub before: usize,
    pub after: usize,
    ceil: bool,
}

impl Axis {
    pub fn of(window: &Window, axis: usize, size: usize) -> Axis {
        let (kernel, stride, dilation) = (window.kernel[axis], window.stride[axis], window.dilation[axis]);
        // TensorFlow: outputs = ceil(size / stride), padding in all = max((outputs - 1) stride + reach - size, 0).
        let outputs = (size as f64 / stride as f64).ceil() as usize;
        let reach = dilation * (kernel - 1) + 1;
        let all = (outputs - 1) * stride + reach;
        let all = all.saturating_sub(size);
        let (before, after) = match (window.padding, axis) {
            (Padding::Explicit { rows, .. }, 0) => rows,
            (Padding::Explicit { columns, .. }, _) => columns,
            (Padding::Same, _) => (all / 2, all - all / 2),
            (Padding::SameLower, _) => (all - all / 2, all / 2),
        };
        Axis { size, kernel, stride, dilation, before, after, ceil: window.ceil }
    }

    /// PyTorch: `(size + padding - dilation (kernel - 1) - 1) / stride + 1`, rounded down or up; a window that would
    /// start in the padding behind is ignored.
    pub fn outputs(&self) -> usize {
        let room = self.size + self.before + self.after - self.dilation * (self.kernel - 1) - 1;
        let steps = room as f64 / self.stride as f64;
        let outputs = if self.ceil { steps.ceil() } else { steps.floor() } as usize + 1;
        if self.ceil && (outputs - 1) * self.stride >= self.size + self.before { outputs - 1 } else { outputs }
    }

    /// For each tap of a window, its place counted from the picture's first; places outside are negative or too large.
    pub fn taps(&self, output: usize) -> impl Iterator<Item = isize> {
        let start = (output * self.stride) as isize - self.before as isize;
        let dilation = self.dilation;
        (0..self.kernel).map(move |tap| start + (tap * dilation) as isize)
    }

    /// Whether a place lies in the padding or the picture.
    pub fn padded(&self, place: isize) -> bool {
        -(self.before as isize) <= place && place < (self.size + self.after) as isize
    }
}

/// The number at a place of a picture, if it is one.
pub fn inside(x: &Array, n: usize, c: usize, row: isize, column: isize) -> Option<f64> {
    let fits = |place: isize, size: usize| 0 <= place && place < size as isize;
    let found = fits(row, x.shape[2]) && fits(column, x.shape[3]);
    found.then(|| x.at(&[n, c, row as usize, column as usize]))
}
