//! Matrix products.

use super::convolution::to_unit_norm;
use super::{Arithmetic, Expand, Kept, Value, Want, Weights};
use crate::network::parameters::Parameters;
use burn::tensor::{Device, Tensor};

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

    pub(super) fn upload(&self, parameters: &mut Parameters, device: &Device) -> Vec<Value> {
        let mut matrix = parameters.take(&self.weight);
        if self.unit_norm {
            matrix.chunks_exact_mut(self.inputs).for_each(to_unit_norm);
        }
        let mut tensors = vec![Value::from_floats(matrix, &[self.outputs, self.inputs], device)];
        if let Some(bias) = &self.bias {
            tensors.push(Value::from_floats(parameters.take(bias), &[1, self.outputs], device));
        }
        tensors
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
        let matrix = weights.tensors[0].clone().tensor::<2>();
        let product = rows(input, self.inputs).matmul(matrix.transpose());
        let sum = match weights.tensors.get(1) {
            Some(bias) => product + bias.clone().tensor::<2>(),
            None => product,
        };
        Value::along(sum, &shape)
    }

    pub(super) fn gradient(&self, weights: &Weights, kept: &Kept, signal: Value) -> Value {
        let matrix = weights.tensors[0].clone().tensor::<2>();
        Value::along(rows(signal, self.outputs).matmul(matrix), kept.shapes[0])
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
