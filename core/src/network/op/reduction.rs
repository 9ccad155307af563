//! Many numbers to one, along axes.

use super::{Keeps, Kept, Value};
use burn::tensor::Tensor;

/// What is made of the numbers along the axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// Their sum.
    Sum,
    /// Their mean.
    Mean,
    /// The greatest; its derivative goes to all that equal it, in equal parts.
    Maximum,
}

/// A reduction along axes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reduce {
    /// What is made of the numbers.
    pub reduction: Reduction,
    /// The axes.
    pub axes: Vec<usize>,
    /// Whether they stay, with length one.
    pub keep: bool,
}

impl Reduce {
    pub(super) fn keeps(&self) -> Keeps {
        if self.reduction == Reduction::Maximum { Keeps::INPUTS } else { Keeps::NOTHING }
    }

    /// The input's shape with length one along the axes.
    fn flat_shape(&self, input: &[usize]) -> Vec<usize> {
        let mut shape = input.to_vec();
        self.axes.iter().for_each(|&axis| shape[axis] = 1);
        shape
    }

    pub(super) fn shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        if let Some(axis) = self.axes.iter().find(|&&axis| axis >= input.len()) {
            return Err(format!("no axis {axis} in {input:?}"));
        }
        if self.axes.iter().enumerate().any(|(i, axis)| self.axes[..i].contains(axis)) {
            return Err(format!("an axis stands twice in {:?}", self.axes));
        }
        let shape = self.flat_shape(input);
        if self.keep {
            return Ok(shape);
        }
        Ok(shape.into_iter().enumerate().filter(|(axis, _)| !self.axes.contains(axis)).map(|(_, n)| n).collect())
    }

    pub(super) fn forward(&self, input: Value) -> Value {
        let shape = self.shape(input.shape()).unwrap_or_else(|reason| panic!("{reason}"));
        let reduced = self.axes.iter().fold(input, |value, &axis| {
            let mut shape = value.shape().to_vec();
            shape[axis] = 1;
            Value::along(self.along(value.around(axis)), &shape)
        });
        reduced.reshaped(&shape)
    }

    fn along(&self, x: Tensor<3>) -> Tensor<3> {
        match self.reduction {
            Reduction::Sum => x.sum_dim(1),
            Reduction::Mean => x.mean_dim(1),
            Reduction::Maximum => x.max_dim(1),
        }
    }

    pub(super) fn gradient(&self, kept: &Kept, signal: Value) -> Value {
        let shape = kept.shapes[0];
        let signal = signal.reshaped(&self.flat_shape(shape));
        let count: usize = self.axes.iter().map(|&axis| shape[axis]).product();
        match self.reduction {
            Reduction::Sum => stretched(signal, shape),
            Reduction::Mean => stretched(signal.map(|s| s / count as f32), shape),
            Reduction::Maximum => {
                let x = kept.input(0);
                let greatest = Reduce { keep: true, ..self.clone() }.forward(x.clone());
                let share = x.zip(stretched(greatest, shape), |x, y| x.equal(y).float());
                let equals = Reduce { reduction: Reduction::Sum, keep: true, ..self.clone() }.forward(share.clone());
                let each = signal.zip(equals, |s, n| s / n);
                stretched(each, shape).zip(share, |s, share| s * share)
            }
        }
    }
}

/// Axes of length one stretched to `shape`, one after another.
fn stretched(value: Value, shape: &[usize]) -> Value {
    (0..shape.len()).fold(value, |value, axis| {
        if value.shape()[axis] == shape[axis] {
            return value;
        }
        let mut longer = value.shape().to_vec();
        longer[axis] = shape[axis];
        let [before, _, after] = value.clone().around(axis).dims();
        Value::along(value.around(axis).expand([before, shape[axis], after]), &longer)
    })
}
