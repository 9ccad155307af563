//! Numbers in a file, and tensors as views of them: strides and an offset, gathered to f32 row after row.

use half::{bf16, f16};

/// What the numbers of a tensor are; all little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    F32,
    F16,
    Bf16,
    F64,
    /// Whole numbers and truth values: no weights. Bytes of one.
    Whole(usize),
    /// Anything else.
    Other {
        /// Bytes of one number.
        width: usize,
        /// How a person calls it.
        name: &'static str,
    },
}

impl Element {
    /// Bytes of one number; never zero.
    pub(super) fn width(self) -> usize {
        match self {
            Element::F16 | Element::Bf16 => 2,
            Element::F32 => 4,
            Element::F64 => 8,
            Element::Whole(width) | Element::Other { width, .. } => width.max(1),
        }
    }
}

/// A tensor as places in a row of numbers: the value at `[i, j, ...]` lies at `offset + i*stride[0] + j*stride[1] + ...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct View {
    /// Lengths of its axes.
    pub(super) shape: Vec<usize>,
    /// Numbers between neighbours, for each axis.
    pub(super) stride: Vec<usize>,
    /// Place of the first value.
    pub(super) offset: usize,
}

impl View {
    /// Numbers that lie row after row from the beginning. Lengths that overflow give strides that [`View::reach`]
    /// refuses.
    pub(super) fn rows(shape: &[usize]) -> Self {
        let mut stride = vec![1_usize; shape.len()];
        for axis in (1..shape.len()).rev() {
            stride[axis - 1] = stride[axis].saturating_mul(shape[axis].max(1));
        }
        Self { shape: shape.to_vec(), stride, offset: 0 }
    }

    /// Values in all; none if that overflows.
    pub(super) fn count(&self) -> Option<usize> {
        if self.shape.contains(&0) {
            return Some(0);
        }
        self.shape.iter().try_fold(1_usize, |count, length| count.checked_mul(*length))
    }

    /// How many numbers there must be for every value to have one; none if that overflows.
    pub(super) fn reach(&self) -> Option<usize> {
        if self.shape.contains(&0) {
            return Some(0);
        }
        let mut last = self.offset;
        for (length, stride) in self.shape.iter().zip(&self.stride) {
            last = last.checked_add((length - 1).checked_mul(*stride)?)?;
        }
        last.checked_add(1)
    }

    /// The values as f32, last axis fastest: exact from half floats, rounded to nearest from f64.
    ///
    /// `data` must hold [`View::reach`] numbers; numbers that are no weights come out as none at all.
    pub(super) fn gather(&self, element: Element, data: &[u8]) -> Vec<f32> {
        match element {
            Element::F32 => self.collect(data, f32::from_le_bytes),
            Element::F16 => self.collect(data, |bytes| f16::from_le_bytes(bytes).to_f32()),
            Element::Bf16 => self.collect(data, |bytes| bf16::from_le_bytes(bytes).to_f32()),
            Element::F64 => self.collect(data, |bytes| f64::from_le_bytes(bytes) as f32),
            Element::Whole(_) | Element::Other { .. } => vec![],
        }
    }

    fn collect<const N: usize>(&self, data: &[u8], read: impl Fn([u8; N]) -> f32) -> Vec<f32> {
        let count = self.count().unwrap_or(0);
        if count == 0 {
            return vec![];
        }
        let (numbers, _) = data.as_chunks::<N>();
        if self.is_rows() {
            return numbers[self.offset..][..count].iter().map(|bytes| read(*bytes)).collect();
        }
        let mut values = Vec::with_capacity(count);
        let mut at = vec![0; self.shape.len()];
        let mut place = self.offset;
        for _ in 0..count {
            values.push(read(numbers[place]));
            place = self.step(&mut at, place);
        }
        values
    }

    /// Whether the values lie row after row. Strides of axes of length one are never used.
    fn is_rows(&self) -> bool {
        let rows = Self::rows(&self.shape);
        let mut axes = self.shape.iter().zip(self.stride.iter().zip(&rows.stride));
        axes.all(|(length, (stride, row))| *length == 1 || stride == row)
    }

    /// Counts `at` up by one and gives the place that belongs to it.
    fn step(&self, at: &mut [usize], mut place: usize) -> usize {
        for axis in (0..at.len()).rev() {
            if at[axis] + 1 < self.shape[axis] {
                at[axis] += 1;
                return place + self.stride[axis];
            }
            place -= at[axis] * self.stride[axis];
            at[axis] = 0;
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize) -> Vec<u8> {
        (0..count).flat_map(|value| (value as f32).to_le_bytes()).collect()
    }

    #[test]
    fn a_transposed_view_comes_row_after_row() {
        let view = View { shape: vec![3, 2], stride: vec![1, 3], offset: 1 };
        assert_eq!(view.reach(), Some(7));
        assert_eq!(view.gather(Element::F32, &numbers(7)), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    }

    #[test]
    fn a_scalar_has_one_value_and_an_empty_axis_none() {
        let scalar = View { shape: vec![], stride: vec![], offset: 2 };
        assert_eq!((scalar.count(), scalar.reach()), (Some(1), Some(3)));
        assert_eq!(scalar.gather(Element::F32, &numbers(3)), [2.0]);
        let empty = View { shape: vec![4, 0], stride: vec![usize::MAX, 1], offset: 9 };
        assert_eq!((empty.count(), empty.reach()), (Some(0), Some(0)));
        assert!(empty.gather(Element::F32, &numbers(3)).is_empty());
    }

    #[test]
    fn sizes_that_overflow_are_none() {
        let view = View { shape: vec![usize::MAX, 2], stride: vec![0, usize::MAX], offset: 1 };
        assert_eq!((view.count(), view.reach()), (None, None));
    }

    #[test]
    fn rows_and_a_walk_agree() {
        let data = numbers(24);
        let rows = View::rows(&[2, 3, 4]);
        let walked = View { shape: vec![2, 3, 4], stride: vec![12, 4, 1], offset: 0 };
        assert_eq!(rows, walked);
        let broadcast = View { shape: vec![2, 2], stride: vec![0, 1], offset: 0 };
        assert_eq!(broadcast.gather(Element::F32, &data), [0.0, 1.0, 0.0, 1.0]);
    }
}
