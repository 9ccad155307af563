//! Convolution over places, grouped and dilated, with symmetric, asymmetric or "SAME" padding.
//!
//! Its gradient is a convolution too: the signal, with `stride - 1` zeros between its places, convolved with the kernel
//! turned by half a turn and its channel axes swapped (Dumoulin and Visin 2016, arXiv 1603.07285, relationship 14).
//! So one kind of kernel serves both directions on every device.

use super::{Kept, Value, Want, Weights};
use crate::network::parameters::Parameters;
use burn::tensor::{Device, Tensor, module::conv2d, ops::ConvOptions};

/// How a picture is extended with zeros before a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// So many rows above and below, columns left and right.
    Explicit {
        /// Rows above and below.
        rows: (usize, usize),
        /// Columns left and right.
        columns: (usize, usize),
    },
    /// As many as it takes for `ceil(size / stride)` outputs; an odd one goes below and right (TensorFlow's "SAME").
    Same,
}

/// A convolution. Its weights are called `name.weight` `[outputs, inputs / groups, kernel, kernel]` and, if it has one,
/// `name.bias` `[outputs]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Convolution {
    /// Name its weights are called after.
    pub name: String,
    /// Channels it takes.
    pub inputs: usize,
    /// Channels it gives.
    pub outputs: usize,
    /// Rows and columns of the kernel.
    pub kernel: [usize; 2],
    /// Step down and to the right.
    pub stride: [usize; 2],
    /// Distance of the kernel's taps.
    pub dilation: [usize; 2],
    /// Groups of channels that do not see each other.
    pub groups: usize,
    /// Zeros around the picture.
    pub padding: Padding,
    /// Whether it has a bias.
    pub bias: bool,
}

impl Convolution {
    /// Name of its kernel weights.
    #[must_use]
    pub fn weight_name(&self) -> String {
        format!("{}.weight", self.name)
    }

    /// Name of its bias.
    #[must_use]
    pub fn bias_name(&self) -> String {
        format!("{}.bias", self.name)
    }

    fn weight_shape(&self) -> [usize; 4] {
        [self.outputs, self.inputs / self.groups, self.kernel[0], self.kernel[1]]
    }

    pub(super) fn wants(&self) -> Vec<Want> {
        let mut wants = vec![(self.weight_name(), self.weight_shape().to_vec())];
        if self.bias {
            wants.push((self.bias_name(), vec![self.outputs]));
        }
        wants
    }

    pub(super) fn upload(&self, parameters: &Parameters, device: &Device) -> Vec<Value> {
        let weight = parameters.values(&self.weight_name()).to_vec();
        let mut tensors = vec![Value::from_floats(weight, &self.weight_shape(), device)];
        if self.bias {
            let bias = parameters.values(&self.bias_name()).to_vec();
            tensors.push(Value::from_floats(bias, &[1, self.outputs], device));
        }
        tensors
    }

    /// Length of the kernel along `axis`, gaps included.
    fn reach(&self, axis: usize) -> usize {
        (self.kernel[axis] - 1) * self.dilation[axis] + 1
    }

    /// Zeros before and after along `axis` (0: rows, 1: columns) for a picture of that `size`.
    fn padding_along(&self, axis: usize, size: usize) -> (usize, usize) {
        match self.padding {
            Padding::Explicit { rows, columns } => [rows, columns][axis],
            Padding::Same => {
                let outputs = size.div_ceil(self.stride[axis]);
                let total = ((outputs - 1) * self.stride[axis] + self.reach(axis)).saturating_sub(size);
                (total / 2, total - total / 2)
            }
        }
    }

    fn outputs_along(&self, axis: usize, size: usize) -> Option<usize> {
        let (before, after) = self.padding_along(axis, size.max(1));
        let room = (size + before + after).checked_sub(self.reach(axis))?;
        Some(room / self.stride[axis] + 1)
    }

    pub(super) fn shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        let &[n, c, h, w] = input else { return Err(format!("expected [N, {}, H, W], found {input:?}", self.inputs)) };
        if c != self.inputs {
            return Err(format!("expected [N, {}, H, W], found {input:?}", self.inputs));
        }
        match (self.outputs_along(0, h), self.outputs_along(1, w)) {
            (Some(rows), Some(columns)) if h * w > 0 => Ok(vec![n, self.outputs, rows, columns]),
            _ => Err(format!("a picture of {h} x {w} is smaller than the kernel, {:?}", self.kernel)),
        }
    }

    pub(super) fn cost(&self, output: &[usize]) -> u64 {
        let per_output = self.inputs / self.groups * self.kernel[0] * self.kernel[1];
        output.iter().product::<usize>() as u64 * per_output as u64
    }

    pub(super) fn forward(&self, weights: &Weights, input: Value) -> Value {
        let input = input.pictures();
        let [_, _, h, w] = input.dims();
        let mut options = ConvOptions::new(self.stride, [0, 0], self.dilation, self.groups);
        options.padding = [self.padding_along(0, h), self.padding_along(1, w)];
        let weight = weights.tensors[0].clone().pictures();
        let bias = weights.tensors.get(1).map(|bias| bias.clone().vectors().reshape([self.outputs]));
        Value::Pictures(conv2d(input, weight, bias, options))
    }

    pub(super) fn gradient(&self, weights: &Weights, kept: &Kept, signal: Value) -> Value {
        let &[_, _, h, w] = kept.shapes[0] else { panic!("expected [N, C, H, W], found {:?}", kept.shapes[0]) };
        let weight = weights.backward.get_or_init(|| self.turned(weights.tensors[0].clone().pictures())).clone();
        let signal = spread(spread(signal.pictures(), 2, self.stride[0]), 3, self.stride[1]);
        let [_, _, rows, columns] = signal.dims();
        let (above, below) = self.backward_padding(0, h, rows);
        let (left, right) = self.backward_padding(1, w, columns);
        let mut options = ConvOptions::new([1, 1], [0, 0], self.dilation, self.groups);
        options.padding =
            [(above.max(0) as usize, below.max(0) as usize), (left.max(0) as usize, right.max(0) as usize)];
        let gradient = conv2d(signal, weight, None, options);
        Value::Pictures(cut(cut(gradient, 2, above, h), 3, left, w))
    }

    /// Zeros before and after the spread signal of length `spread` so that the result has length `size`; a negative
    /// number means that so many places are to be cut off.
    fn backward_padding(&self, axis: usize, size: usize, spread: usize) -> (isize, isize) {
        let reach = self.reach(axis) as isize;
        let before = reach - 1 - self.padding_along(axis, size).0 as isize;
        (before, size as isize + reach - 1 - spread as isize - before)
    }

    /// `[O, I / G, h, w]` to `[I, O / G, h, w]`, each kernel turned by half a turn.
    fn turned(&self, weight: Tensor<4>) -> Tensor<4> {
        let [outputs, per_group, rows, columns] = weight.dims();
        let grouped = weight.reshape([self.groups, outputs / self.groups, per_group, rows, columns]);
        grouped.swap_dims(1, 2).reshape([self.inputs, outputs / self.groups, rows, columns]).flip([2, 3])
    }
}

/// Puts `stride - 1` zeros after each place along `axis`.
fn spread(signal: Tensor<4>, axis: usize, stride: usize) -> Tensor<4> {
    if stride == 1 {
        return signal;
    }
    let shape = signal.dims();
    let (before, after) = (shape[..axis].iter().product(), shape[axis + 1..].iter().product());
    let column: Tensor<4> = signal.reshape([before, shape[axis], 1, after]);
    let zeros = Tensor::zeros([before, shape[axis], stride - 1, after], &column.device());
    let mut spread = shape;
    spread[axis] *= stride;
    Tensor::cat(vec![column, zeros], 2).reshape(spread)
}

/// Keeps `size` places along `axis`, after skipping `-before` of them if that is above zero.
fn cut(gradient: Tensor<4>, axis: usize, before: isize, size: usize) -> Tensor<4> {
    let skip = (-before).max(0) as usize;
    if gradient.dims()[axis] == size { gradient } else { gradient.narrow(axis, skip, size) }
}
