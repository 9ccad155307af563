//! Matrix products.

use super::convolution::to_unit_norm;
use super::{Arithmetic, Expand, Kept, Value, Want, Weights};
use crate::network::parameters::Parameters;
use crate::network::processor;
use burn::tensor::{Device, Tensor};

/// Numbers of a matrix that a graphics processor takes in one piece: 128 MiB, the least that WebGPU promises for a binding.
/// VGG's first linear op has three times as many.
const LONGEST: usize = 1 << 25;

/// `y = W x + b` for each vector along the last axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// Length of the vectors it takes.
    pub inputs: usize,
    /// Length of the vectors it gives.
    pub outputs: usize,
    /// Name of the matrix `[outputs, inputs]`.
    pub weight: String,
    /// Name of the bias `[outputs]`, if it has one.
    pub bias: Option<String>,
    /// Whether each row of the matrix is divided by its Euclidean norm before use (B-cos).
    pub unit_norm: bool,
}

impl Linear {
    pub(super) fn wants(&self) -> Vec<Want> {
        let mut wants = vec![(self.weight.clone(), vec![self.outputs, self.inputs])];
        wants.extend(self.bias.iter().map(|bias| (bias.clone(), vec![self.outputs])));
        wants
    }

    pub(super) fn upload(&self, parameters: &mut Parameters, device: &Device) -> Weights {
        let mut matrix = parameters.take(&self.weight);
        if self.unit_norm {
            matrix.chunks_exact_mut(self.inputs).for_each(to_unit_norm);
        }
        let bias = self.bias.as_ref().map(|bias| parameters.take(bias));
        self.split(matrix, bias, if processor::is(device) { usize::MAX } else { LONGEST }, device)
    }

    /// The matrix in runs of rows of at most `longest` numbers, and the bias after them.
    fn split(&self, matrix: Vec<f32>, bias: Option<Vec<f32>>, longest: usize, device: &Device) -> Weights {
        let rows = (longest / self.inputs.max(1)).clamp(1, self.outputs);
        let part = |part: Vec<f32>| {
            let rows = part.len() / self.inputs;
            Value::from_floats(part, &[rows, self.inputs], device)
        };
        let mut tensors: Vec<Value> = if rows == self.outputs {
            vec![part(matrix)]
        } else {
            matrix.chunks(rows * self.inputs).map(|numbers| part(numbers.to_vec())).collect()
        };
        tensors.extend(bias.map(|bias| Value::from_floats(bias, &[1, self.outputs], device)));
        Weights::of(tensors)
    }

    /// The runs of rows of the matrix, and the bias.
    fn parts<'a>(&self, weights: &'a Weights) -> (&'a [Value], Option<&'a Value>) {
        match (&self.bias, weights.tensors.split_last()) {
            (Some(_), Some((bias, matrix))) => (matrix, Some(bias)),
            _ => (&weights.tensors, None),
        }
    }

    pub(super) fn shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        match input {
            [before @ .., last] if *last == self.inputs && !before.is_empty() => Ok([before, &[self.outputs]].concat()),
            _ => Err(format!("expected [N, ..., {}], found {input:?}", self.inputs)),
        }
    }

    pub(super) fn cost(&self, output: &[usize]) -> u64 {
        output.iter().product::<usize>() as u64 * self.inputs as u64
    }

    pub(super) fn forward(&self, weights: &Weights, input: Value) -> Value {
        let shape = self.shape(input.shape()).unwrap_or_else(|reason| panic!("{reason}"));
        let (matrix, bias) = self.parts(weights);
        let input = rows(input, self.inputs);
        let products = matrix.iter().map(|part| input.clone().matmul(part.clone().tensor::<2>().transpose()));
        let product = Tensor::cat(products.collect(), 1);
        Value::along(
            match bias {
                Some(bias) => product + bias.clone().tensor::<2>(),
                None => product,
            },
            &shape,
        )
    }

    pub(super) fn gradient(&self, weights: &Weights, kept: &Kept, signal: Value) -> Value {
        let signal = rows(signal, self.outputs);
        let mut first = 0;
        let mut products = self.parts(weights).0.iter().map(|part| {
            let rows = part.shape()[0];
            first += rows;
            signal.clone().narrow(1, first - rows, rows).matmul(part.clone().tensor::<2>())
        });
        let product = products.next().expect("a matrix has at least one row");
        Value::along(products.fold(product, |sum, product| sum + product), kept.shapes[0])
    }
}

/// All vectors of the last axis as rows of one matrix.
fn rows(value: Value, length: usize) -> Tensor<2> {
    let count = value.count() / length;
    value.flat().reshape([count, length])
}

/// Shape of a product of two stacks of matrices: `[..., R, K]` and `[..., K, C]` to `[..., R, C]`, the shorter stack
/// stretched along axes of length one.
///
/// # Errors
/// If they do not fit.
pub fn matmul_shape(inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
    let [left @ [before_left @ .., r, k], right @ [before_right @ .., k_right, c]] = inputs else {
        return Err(format!("takes two stacks of matrices, found {inputs:?}"));
    };
    match Arithmetic::Add.shape(&[before_left, before_right]) {
        Ok(before) if k == k_right => Ok([&before[..], &[*r, *c]].concat()),
        _ => Err(format!("{left:?} and {right:?} cannot be multiplied")),
    }
}

/// `[..., R, C]` as `[stack, R, C]`.
fn stack(value: Value) -> Tensor<3> {
    let &[r, c] = value.shape().last_chunk().expect("shape inference saw two axes");
    let count = value.count() / (r * c).max(1);
    value.flat().reshape([count, r, c])
}

/// The same stretched to a product whose shape is `product`; a single matrix is left alone, for it fits any stack.
fn stretched(value: Value, product: &[usize]) -> Tensor<3> {
    let full = full(value.shape(), product);
    let single = value.shape().iter().rev().skip(2).all(|&length| length == 1);
    let fits = single || value.count() == full.iter().product::<usize>();
    stack(if fits { value } else { Expand(full).forward(value) })
}

/// The shape of one side, stretched to a product whose shape is `product`.
fn full(side: &[usize], product: &[usize]) -> Vec<usize> {
    [&product[..product.len() - 2], &side[side.len() - 2..]].concat()
}

/// The product of two stacks of matrices.
pub(super) fn matmul_forward(left: Value, right: Value) -> Value {
    let shape = matmul_shape(&[left.shape(), right.shape()]).unwrap_or_else(|reason| panic!("{reason}"));
    Value::along(stretched(left, &shape).matmul(stretched(right, &shape)), &shape)
}

/// `S B^T` and `A^T S`, summed where a matrix served several.
pub(super) fn matmul_gradient(kept: &Kept, signal: Value) -> Vec<Value> {
    let product = signal.shape().to_vec();
    let (a, b) = (stretched(kept.input(0), &product), stretched(kept.input(1), &product));
    let s = stack(signal);
    let sides = [s.clone().matmul(b.transpose()), a.transpose().matmul(s)];
    let gathered = |(side, &shape): (Tensor<3>, &&[usize])| {
        let full = full(shape, &product);
        let side = Value::along(side, &full);
        let kept = Kept { shapes: vec![shape], inputs: vec![], output: None };
        if full == shape { side } else { Expand(full).gradient(&kept, side) }
    };
    sides.into_iter().zip(&kept.shapes).map(gathered).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_in_parts_gives_what_it_gives_in_one() {
        let device = Device::flex();
        let op = Linear { inputs: 3, outputs: 5, weight: "w".into(), bias: Some("b".into()), unit_norm: false };
        let numbers = |count: usize| (0..count).map(|i| (i as f32 * 0.7).sin()).collect::<Vec<_>>();
        let read = |value: Value| pollster::block_on(value.read()).unwrap();
        let run = |longest: usize| {
            let weights = op.split(numbers(15), Some(numbers(5)), longest, &device);
            let kept = Kept { shapes: vec![&[2, 3]], inputs: vec![], output: None };
            let forward = op.forward(&weights, Value::from_floats(numbers(6), &[2, 3], &device));
            let gradient = op.gradient(&weights, &kept, Value::from_floats(numbers(10), &[2, 5], &device));
            (weights.tensors.len(), read(forward), read(gradient))
        };
        let (whole, parts) = (run(usize::MAX), run(7));
        assert_eq!((whole.0, parts.0), (2, 4));
        assert_eq!(whole.1, parts.1);
        let close = whole.2.iter().zip(&parts.2).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(close, "{:?} {:?}", whole.2, parts.2);
    }
}
