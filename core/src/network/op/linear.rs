//! Matrix product with a bias.

use super::{Value, Want, Weights};
use crate::network::parameters::Parameters;
use burn::tensor::Device;

/// `y = W x + b` for each vector.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// Length of the vectors it takes.
    pub inputs: usize,
    /// Length of the vectors it gives.
    pub outputs: usize,
    /// Name of the matrix `[outputs, inputs]`.
    pub weight: String,
    /// Name of the bias `[outputs]`.
    pub bias: String,
}

impl Linear {
    pub(super) fn wants(&self) -> Vec<Want> {
        vec![(self.weight.clone(), vec![self.outputs, self.inputs]), (self.bias.clone(), vec![self.outputs])]
    }

    pub(super) fn upload(&self, parameters: &Parameters, device: &Device) -> Vec<Value> {
        let weight = parameters.values(&self.weight).to_vec();
        let bias = parameters.values(&self.bias).to_vec();
        vec![
            Value::from_floats(weight, &[self.outputs, self.inputs], device),
            Value::from_floats(bias, &[1, self.outputs], device),
        ]
    }

    pub(super) fn shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        match *input {
            [n, c] if c == self.inputs => Ok(vec![n, self.outputs]),
            _ => Err(format!("expected [N, {}], found {input:?}", self.inputs)),
        }
    }

    pub(super) fn cost(&self, output: &[usize]) -> u64 {
        output.iter().product::<usize>() as u64 * self.inputs as u64
    }

    pub(super) fn forward(&self, weights: &Weights, input: Value) -> Value {
        let [weight, bias] = &weights.tensors[..] else { panic!("a linear op has a weight and a bias") };
        Value::Vectors(input.vectors().matmul(weight.clone().vectors().transpose()) + bias.clone().vectors())
    }

    pub(super) fn gradient(&self, weights: &Weights, signal: Value) -> Value {
        Value::Vectors(signal.vectors().matmul(weights.tensors[0].clone().vectors()))
    }
}
