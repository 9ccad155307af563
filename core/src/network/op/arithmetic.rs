//! Arithmetic on two values, the shorter stretched along axes of length one.

use super::{Keeps, Kept, Kind, Value};
use burn::tensor::{Bool, Tensor};

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
    /// `a^b`. The derivative for `b` is 0 where `a` is not above 0.
    Power,
    /// The greater; where both are equal, half of the derivative goes to each, as PyTorch's.
    Maximum,
    /// The lesser; where both are equal, half of the derivative goes to each, as PyTorch's.
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
            // A new shape may come from a file, so its product is not known to fit.
            let longer = |run: usize, by| run.checked_mul(by).ok_or(format!("{left:?} and {right:?} are too large"));
            stretch.left[run] = longer(stretch.left[run], a)?;
            stretch.right[run] = longer(stretch.right[run], b)?;
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
                // Where b is 0 the power is 1 whatever a is, a = 0 included.
                let slope = (b.clone() * a.clone().powf(b.clone() - 1.0)).mask_fill(b.clone().equal_elem(0.0), 0.0);
                // a^b log a; where a is 0 the limit for b > 0 is 0, and below there is none.
                let log = a.clone().clamp_min(f32::MIN_POSITIVE).log();
                let below = a.clone().lower_equal_elem(0.0);
                (s.clone() * slope, (s * a.powf(b) * log).mask_fill(below, 0.0))
            }
            Arithmetic::Maximum => split(s, a.clone().lower(b.clone()), a.equal(b)),
            Arithmetic::Minimum => split(s, a.clone().greater(b.clone()), a.equal(b)),
        }
    }
}

/// The signal to the right where `right` wins, half of it at a draw, and what is left to the left.
fn split(s: Tensor<RUNS>, right: Tensor<RUNS, Bool>, draw: Tensor<RUNS, Bool>) -> (Tensor<RUNS>, Tensor<RUNS>) {
    let share = right.float() + draw.float() * 0.5;
    (s.clone() * (share.clone().neg() + 1.0), s * share)
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
