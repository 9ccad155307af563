//! Convolution over places, grouped and dilated, with symmetric, asymmetric or "SAME" padding.
//!
//! Its gradient is a convolution too: the signal, with `stride - 1` zeros between its places, convolved with the kernel
//! turned by half a turn and its channel axes swapped (Dumoulin and Visin 2016, arXiv 1603.07285, relationship 14).
//! So one kind of kernel serves both directions on every device. Where windows lie side by side (patches), most of that
//! would be products with zeros, and the gradient is a matrix product instead.

use super::prepared::{Finish, Prepared};
use super::{Kept, Padding, Value, Want, Weights, Window};
use crate::network::parameters::Parameters;
use crate::network::processor;
use burn::tensor::{
    Device, Tensor,
    module::conv2d,
    ops::{ConvOptions, PadMode},
};

/// A convolution.
#[derive(Clone, Debug, PartialEq)]
pub struct Convolution {
    /// Channels it takes.
    pub inputs: usize,
    /// Channels it gives.
    pub outputs: usize,
    /// Groups of channels that do not see each other.
    pub groups: usize,
    /// How its kernel slides.
    pub window: Window,
    /// Name of the kernels `[outputs, inputs / groups, rows, columns]`.
    pub weight: String,
    /// Name of the bias `[outputs]`, if it has one.
    pub bias: Option<String>,
    /// Whether each output's kernel is divided by its Euclidean norm before use (B-cos).
    pub unit_norm: bool,
}

impl Convolution {
    /// Shape of its kernels.
    #[must_use]
    pub fn weight_shape(&self) -> [usize; 4] {
        let [rows, columns] = self.window.kernel;
        [self.outputs, self.inputs / self.groups.max(1), rows, columns]
    }

    pub(super) fn wants(&self) -> Vec<Want> {
        let mut wants = vec![(self.weight.clone(), self.weight_shape().to_vec())];
        wants.extend(self.bias.iter().map(|bias| (bias.clone(), vec![self.outputs])));
        wants
    }

    pub(super) fn upload(&self, parameters: &mut Parameters, device: &Device) -> Weights {
        let mut weight = parameters.take(&self.weight);
        if self.unit_norm {
            weight.chunks_exact_mut(self.weight_shape()[1..].iter().product()).for_each(to_unit_norm);
        }
        if processor::is(device) {
            let bias = self.bias.as_ref().map(|bias| parameters.take(bias));
            let prepared = Prepared::new(self.window, [self.inputs, self.outputs], self.groups, weight, bias);
            return Weights { prepared: Some(prepared), ..Weights::default() };
        }
        let mut tensors = vec![Value::from_floats(weight, &self.weight_shape(), device)];
        if let Some(bias) = &self.bias {
            tensors.push(Value::from_floats(parameters.take(bias), &[self.outputs], device));
        }
        Weights::of(tensors)
    }

    /// What it adds to each place, `[1, outputs, 1, 1]`.
    pub(super) fn bias_of(&self, weights: &Weights, device: &Device) -> Option<Value> {
        let shape = [1, self.outputs, 1, 1];
        match &weights.prepared {
            Some(prepared) => Some(Value::from_floats(prepared.bias()?.to_vec(), &shape, device)),
            None => Some(weights.tensors.get(1)?.clone().reshaped(&shape)),
        }
    }

    pub(super) fn shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        let Convolution { inputs, outputs, groups, .. } = *self;
        if groups == 0 || inputs % groups != 0 || outputs % groups != 0 {
            return Err(format!("{inputs} channels to {outputs} cannot be in {groups} groups"));
        }
        match *input {
            [n, c, h, w] if c == self.inputs => {
                let [rows, columns] = self.window.outputs([h, w])?;
                Ok(vec![n, self.outputs, rows, columns])
            }
            _ => Err(format!("expected [N, {}, H, W], found {input:?}", self.inputs)),
        }
    }

    pub(super) fn cost(&self, output: &[usize]) -> u64 {
        let per_output: usize = self.weight_shape()[1..].iter().product();
        output.iter().product::<usize>() as u64 * per_output as u64
    }

    pub(super) fn forward(&self, weights: &Weights, input: Value) -> Value {
        if let Some(prepared) = &weights.prepared {
            return prepared.forward(input, Finish::default());
        }
        let kernels = weights.tensors[0].clone().pictures();
        let bias = weights.tensors.get(1).map(|bias| bias.clone().flat());
        Value::from(slide(&self.window, self.groups, input.pictures(), kernels, bias))
    }

    pub(super) fn gradient(&self, weights: &Weights, kept: &Kept, signal: Value) -> Value {
        let &[_, _, h, w] = kept.shapes[0] else { panic!("expected [N, C, H, W], found {:?}", kept.shapes[0]) };
        if let Some(prepared) = &weights.prepared {
            return prepared.backward(signal, None, [h, w]);
        }
        if self.cuts_patches() {
            return Value::from(patched(signal.pictures(), weights.tensors[0].clone().pictures(), [h, w]));
        }
        let turned = weights.backward.get_or_init(|| self.turned(weights.tensors[0].clone().pictures())).clone();
        Value::from(slide_back(&self.window, self.groups, signal.pictures(), turned, [h, w]))
    }

    /// Whether its windows lie side by side, without gaps, overlaps or padding.
    fn cuts_patches(&self) -> bool {
        let none = Padding::Explicit { rows: (0, 0), columns: (0, 0) };
        let Window { kernel, stride, dilation, padding, ceil } = self.window;
        kernel == stride && kernel != [1, 1] && dilation == [1, 1] && padding == none && !ceil && self.groups == 1
    }

    /// `[O, I / G, h, w]` to `[I, O / G, h, w]`, each kernel turned by half a turn.
    fn turned(&self, weight: Tensor<4>) -> Tensor<4> {
        let [outputs, per_group, rows, columns] = weight.dims();
        let grouped = weight.reshape([self.groups, outputs / self.groups, per_group, rows, columns]);
        grouped.swap_dims(1, 2).reshape([self.inputs, outputs / self.groups, rows, columns]).flip([2, 3])
    }
}

/// Divides numbers by their Euclidean norm; worked out in f64.
pub(super) fn to_unit_norm(numbers: &mut [f32]) {
    let norm = numbers.iter().map(|&v| f64::from(v) * f64::from(v)).sum::<f64>().sqrt();
    numbers.iter_mut().for_each(|value| *value = (f64::from(*value) / norm) as f32);
}

/// The convolution of pictures `[N, C, H, W]` with kernels `[O, C / groups, rows, columns]`.
pub(super) fn slide(
    window: &Window,
    groups: usize,
    input: Tensor<4>,
    kernels: Tensor<4>,
    bias: Option<Tensor<1>>,
) -> Tensor<4> {
    let [_, _, h, w] = input.dims();
    let mut options = ConvOptions::new(window.stride, [0, 0], window.dilation, groups);
    options.padding = [window.room_along(0, h), window.room_along(1, w)];
    conv2d(input, kernels, bias, options)
}

/// Its gradient, for pictures of that `size`: the signal spread by the stride and convolved with the turned kernels.
pub(super) fn slide_back(
    window: &Window,
    groups: usize,
    signal: Tensor<4>,
    turned: Tensor<4>,
    [h, w]: [usize; 2],
) -> Tensor<4> {
    let signal = spread(spread(signal, 2, window.stride[0]), 3, window.stride[1]);
    let [_, _, rows, columns] = signal.dims();
    let (above, below) = backward_padding(window, 0, h, rows);
    let (left, right) = backward_padding(window, 1, w, columns);
    let mut options = ConvOptions::new([1, 1], [0, 0], window.dilation, groups);
    options.padding = [(above.max(0) as usize, below.max(0) as usize), (left.max(0) as usize, right.max(0) as usize)];
    let gradient = conv2d(signal, turned, None, options);
    cut(cut(gradient, 2, above, h), 3, left, w)
}

/// The gradient where windows lie side by side: each patch is the kernels' sum weighted by its signal; zeros where the
/// picture goes on beyond the last window.
fn patched(signal: Tensor<4>, kernels: Tensor<4>, [h, w]: [usize; 2]) -> Tensor<4> {
    let ([n, _, down, right], [outputs, inputs, rows, columns]) = (signal.dims(), kernels.dims());
    let places = signal.permute([0, 2, 3, 1]).reshape([n * down * right, outputs]);
    let patches: Tensor<6> = places
        .matmul(kernels.reshape([outputs, inputs * rows * columns]))
        .reshape([n, down, right, inputs, rows, columns]);
    let picture = patches.permute([0, 3, 1, 4, 2, 5]).reshape([n, inputs, down * rows, right * columns]);
    picture.pad([(0, h - down * rows), (0, w - right * columns)], PadMode::Constant(0.0))
}

/// Zeros before and after the spread signal of length `spread` so that the result has length `size`; a negative
/// number means that so many places are to be cut off.
fn backward_padding(window: &Window, axis: usize, size: usize, spread: usize) -> (isize, isize) {
    let reach = window.reach(axis) as isize;
    let before = reach - 1 - window.padding_along(axis, size).0 as isize;
    (before, size as isize + reach - 1 - spread as isize - before)
}

/// Puts `stride - 1` zeros after each place along `axis`.
pub(super) fn spread<const D: usize>(signal: Tensor<D>, axis: usize, stride: usize) -> Tensor<D> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_gradients_of_patches_are_the_same() {
        let device = Device::flex();
        let numbers = |count: usize| (0..count).map(|i| (i * 37 % 23) as f32 - 11.0).collect::<Vec<_>>();
        let kernels = Value::from_floats(numbers(2 * 3 * 6), &[2, 3, 2, 3], &device).pictures();
        let signal = Value::from_floats(numbers(2 * 2 * 2 * 2), &[2, 2, 2, 2], &device).pictures();
        let window = Window { kernel: [2, 3], stride: [2, 3], ..Window::square(1, 1, 0) };
        let turned = kernels.clone().swap_dims(0, 1).flip([2, 3]);
        for size in [[4, 6], [5, 8]] {
            let slow = Value::from(slide_back(&window, 1, signal.clone(), turned.clone(), size));
            let fast = Value::from(patched(signal.clone(), kernels.clone(), size));
            assert_eq!(slow.shape(), fast.shape());
            assert_eq!(pollster::block_on(slow.read()), pollster::block_on(fast.read()));
        }
    }
}
