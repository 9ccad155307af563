//! Arithmetic on two values, the shorter stretched along axes of length one.

use super::{Keeps, Kept, Kind, Value};
use burn::tensor::Tensor;

/// What is done with two numbers `a` and `b`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Arithmetic {
    /// `a + b`.
    Add,
    /// `a - b`.
    Subtract,
    /// `a b`.
    Multiply,
    /// `a / b`.
    Divide,
    /// `a^b`.
    Power,
    /// The greater; the derivative goes to `a` where both are equal.
    Maximum,
    /// The lesser; the derivative goes to `a` where both are equal.
    Minimum,
}

/// More runs of axes than this that take turns in being stretched are refused.
const RUNS: usize = 4;

/// Two shapes made alike: each maximal run of axes that both have, or that the same one stretches, is one axis.
struct Stretch {
    left: [usize; RUNS],
    right: [usize; RUNS],
    shape: Vec<usize>,
}

impl Stretch {
    fn of(left: &[usize], right: &[usize]) -> Result<Stretch, String> {
        let axes = left.len().max(right.len());
        let at = |shape: &[usize], i: usize| (i + shape.len()).checked_sub(axes).map_or(1, |i| shape[i]);
        let mut stretch = Stretch { left: [1; RUNS], right: [1; RUNS], shape: Vec::with_capacity(axes) };
        let (mut run, mut kind) = (None::<usize>, None);
        for (a, b) in (0..axes).map(|i| (at(left, i), at(right, i))) {
            if a != b && a != 1 && b != 1 {
                return Err(format!("{left:?} and {right:?} do not fit each other"));
            }
            stretch.shape.push(if a == 1 { b } else { a });
            if a == 1 && b == 1 {
                continue;
            }
            if kind != Some((a == 1, b == 1)) {
                run = Some(run.map_or(0, |run| run + 1));
                kind = Some((a == 1, b == 1));
            }
            let run = run.expect("set above");
            if run >= RUNS {
                return Err(format!("{left:?} and {right:?} are stretched in too many ways"));
            }
            stretch.left[run] *= a;
            stretch.right[run] *= b;
        }
        Ok(stretch)
    }
}

impl Arithmetic {
    pub(super) fn kind(self) -> Kind {
        match self {
            Arithmetic::Add => Kind::Add,
            Arithmetic::Subtract => Kind::Subtract,
            Arithmetic::Multiply => Kind::Multiply,
            Arithmetic::Divide => Kind::Divide,
            Arithmetic::Power => Kind::Power,
            Arithmetic::Maximum => Kind::Maximum,
            Arithmetic::Minimum => Kind::Minimum,
        }
    }

    pub(super) fn keeps(self) -> Keeps {
        match self {
            Arithmetic::Add | Arithmetic::Subtract => Keeps::NOTHING,
            _ => Keeps::INPUTS,
        }
    }

    pub(super) fn shape(self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        match inputs {
            [a, b] => Stretch::of(a, b).map(|stretch| stretch.shape),
            _ => Err(format!("takes two values, not {}", inputs.len())),
        }
    }

    pub(super) fn forward(self, left: Value, right: Value) -> Value {
        if left.shape() == right.shape() {
            return left.zip(right, |a, b| self.value(a, b));
        }
        let stretch = Stretch::of(left.shape(), right.shape()).unwrap_or_else(|reason| panic!("{reason}"));
        let (a, b) = (left.flat().reshape(stretch.left), right.flat().reshape(stretch.right));
        Value::along(self.value(a, b), &stretch.shape)
    }

    fn value<const D: usize>(self, a: Tensor<D>, b: Tensor<D>) -> Tensor<D> {
        match self {
            Arithmetic::Add => a + b,
            Arithmetic::Subtract => a - b,
            Arithmetic::Multiply => a * b,
            Arithmetic::Divide => a / b,
            Arithmetic::Power => a.powf(b),
            Arithmetic::Maximum => a.max_pair(b),
            Arithmetic::Minimum => a.min_pair(b),
        }
    }

    /// The signal at both sides, summed where a side was stretched.
    pub(super) fn gradient(self, kept: &Kept, signal: Value) -> Vec<Value> {
        let stretch = Stretch::of(kept.shapes[0], kept.shapes[1]).unwrap_or_else(|reason| panic!("{reason}"));
        let full: [usize; RUNS] = std::array::from_fn(|i| stretch.left[i].max(stretch.right[i]));
        let signal = signal.flat().reshape(full);
        let (left, right) = if self.keeps() == Keeps::NOTHING {
            (signal.clone(), if self == Arithmetic::Add { signal } else { signal.neg() })
        } else {
            let a = kept.input(0).flat().reshape(stretch.left).expand(full);
            let b = kept.input(1).flat().reshape(stretch.right).expand(full);
            self.slopes(signal, a, b)
        };
        vec![gathered(left, stretch.left, kept.shapes[0]), gathered(right, stretch.right, kept.shapes[1])]
    }

    fn slopes(self, s: Tensor<RUNS>, a: Tensor<RUNS>, b: Tensor<RUNS>) -> (Tensor<RUNS>, Tensor<RUNS>) {
        match self {
            Arithmetic::Add | Arithmetic::Subtract => unreachable!("keep nothing"),
            Arithmetic::Multiply => (s.clone() * b, s * a),
            Arithmetic::Divide => {
                let left = s / b.clone();
                (left.clone(), (left * a / b).neg())
            }
            Arithmetic::Power => {
                let left = s.clone() * b.clone() * a.clone().powf(b.clone() - 1.0);
                // a^b log a; where a is 0 the limit for b > 0 is 0.
                let log = a.clone().clamp_min(f32::MIN_POSITIVE).log();
                (left, s * a.powf(b) * log)
            }
            Arithmetic::Maximum => split(s, a.lower(b)),
            Arithmetic::Minimum => split(s, a.greater(b)),
        }
    }
}

/// The signal to the left but where `right` wins.
fn split<const D: usize>(s: Tensor<D>, right: Tensor<D, burn::tensor::Bool>) -> (Tensor<D>, Tensor<D>) {
    (s.clone().mask_fill(right.clone(), 0.0), s.mask_fill(right.bool_not(), 0.0))
}

/// Sums along the axes that were stretched.
fn gathered(mut signal: Tensor<RUNS>, to: [usize; RUNS], shape: &[usize]) -> Value {
    for (axis, &length) in to.iter().enumerate() {
        if signal.dims()[axis] != length {
            signal = signal.sum_dim(axis);
        }
    }
    Value::along(signal, shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_stretched_as_numpy_does() {
        let shape = |a: &[usize], b: &[usize]| Arithmetic::Add.shape(&[a, b]);
        assert_eq!(shape(&[2, 3, 4, 5], &[3, 1, 1]), Ok(vec![2, 3, 4, 5]));
        assert_eq!(shape(&[1, 197, 64], &[197, 64]), Ok(vec![1, 197, 64]));
        assert_eq!(shape(&[2, 1, 4], &[1, 3, 1]), Ok(vec![2, 3, 4]));
        assert!(shape(&[2, 3], &[2, 4]).is_err());
    }
}
