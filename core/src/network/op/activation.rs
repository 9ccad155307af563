//! Activations: each value by itself.

use super::{Kept, Value};
use burn::tensor::Tensor;

/// `min(max(x, low), high)`. ReLU6 is `low = 0, high = 6` (Krizhevsky 2010, Convolutional deep belief networks on CIFAR-10).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clip {
    /// Least value that passes.
    pub low: f32,
    /// Greatest value that passes.
    pub high: f32,
}

impl Clip {
    /// The clipped value, of the same shape.
    #[must_use]
    pub fn forward(&self, input: Value) -> Value {
        match input {
            Value::Vectors(tensor) => Value::Vectors(tensor.clamp(self.low, self.high)),
            Value::Pictures(tensor) => Value::Pictures(tensor.clamp(self.low, self.high)),
        }
    }

    /// The signal where the output lies strictly between the limits, zero elsewhere; at a kink itself the derivative
    /// is taken as zero, as PyTorch's ReLU6 does.
    #[must_use]
    pub fn gradient(&self, kept: &Kept, signal: Value) -> Value {
        match (signal, kept.output.expect("a clip keeps its output")) {
            (Value::Vectors(signal), Value::Vectors(output)) => Value::Vectors(self.mask(signal, output)),
            (Value::Pictures(signal), Value::Pictures(output)) => Value::Pictures(self.mask(signal, output)),
            (signal, output) => panic!("signal {:?} against output {:?}", signal.shape(), output.shape()),
        }
    }

    fn mask<const D: usize>(&self, signal: Tensor<D>, output: &Tensor<D>) -> Tensor<D> {
        let outside = output.clone().lower_equal_elem(self.low).bool_or(output.clone().greater_equal_elem(self.high));
        signal.mask_fill(outside, 0.0)
    }
}
