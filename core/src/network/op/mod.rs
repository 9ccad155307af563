//! The ops: one file a family, each with its parameters, shape, forward, gradient and cost.
//!
//! A new op is a file (or a struct in its family's file), a variant here and an arm in each `match` below.

pub mod activation;
pub mod arithmetic;
pub mod convolution;
pub mod linear;
pub mod normalisation;
pub mod pooling;
pub mod shape_moving;

use super::parameters::Parameters;
use super::value::Value;
use burn::tensor::{Device, Tensor};
use std::cell::OnceCell;

pub use activation::Clip;
pub use convolution::{Convolution, Padding};
pub use linear::Linear;
pub use normalisation::BatchNorm;

/// What a node computes.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// The picture handed in.
    Input,
    /// Convolution over places.
    Convolution(Convolution),
    /// Batch normalisation with fixed statistics.
    BatchNorm(BatchNorm),
    /// Values held between two limits, such as ReLU6.
    Clip(Clip),
    /// Sum of two values.
    Add,
    /// Mean over all places.
    GlobalAveragePool,
    /// All axes after the first become one.
    Flatten,
    /// Matrix product with a bias.
    Linear(Linear),
}

/// A weight an op wants: its name and shape.
pub type Want = (String, Vec<usize>);

/// A node's weights on a device, ready for both directions.
#[derive(Debug, Default)]
pub struct Weights {
    /// Forward: in the order its op says.
    pub tensors: Vec<Value>,
    /// Backward: made from `tensors` when first asked for.
    pub backward: OnceCell<Tensor<4>>,
}

/// What an op's gradient wants to be kept of the forward pass. Inputs' shapes are always known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// Nothing: the op is linear.
    Nothing,
    /// Its output.
    Output,
}

/// What is left of the forward pass for one node's gradient.
pub struct Kept<'a> {
    /// Shape of each input.
    pub shapes: Vec<&'a [usize]>,
    /// Its output, if [`Keeps::Output`].
    pub output: Option<&'a Value>,
}

impl Op {
    /// Name of the kind, as a listing shows it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Op::Input => "Input",
            Op::Convolution(_) => "Convolution",
            Op::BatchNorm(_) => "BatchNorm",
            Op::Clip(_) => "Clip",
            Op::Add => "Add",
            Op::GlobalAveragePool => "GlobalAveragePool",
            Op::Flatten => "Flatten",
            Op::Linear(_) => "Linear",
        }
    }

    /// The weights it wants.
    #[must_use]
    pub fn wants(&self) -> Vec<Want> {
        match self {
            Op::Convolution(op) => op.wants(),
            Op::BatchNorm(op) => op.wants(),
            Op::Linear(op) => op.wants(),
            Op::Input | Op::Clip(_) | Op::Add | Op::GlobalAveragePool | Op::Flatten => vec![],
        }
    }

    /// Puts its weights on a device.
    #[must_use]
    pub fn upload(&self, parameters: &Parameters, device: &Device) -> Weights {
        let tensors = match self {
            Op::Convolution(op) => op.upload(parameters, device),
            Op::BatchNorm(op) => op.upload(parameters, device),
            Op::Linear(op) => op.upload(parameters, device),
            Op::Input | Op::Clip(_) | Op::Add | Op::GlobalAveragePool | Op::Flatten => vec![],
        };
        Weights { tensors, backward: OnceCell::new() }
    }

    /// Shape of its output, or what does not fit. Touches no tensor.
    ///
    /// # Errors
    /// One sentence with expected and found shapes.
    pub fn shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        match self {
            Op::Input => Err("the input's shape is given, not inferred".into()),
            Op::Convolution(op) => op.shape(inputs[0]),
            Op::BatchNorm(op) => op.shape(inputs[0]),
            Op::Clip(_) => Ok(inputs[0].to_vec()),
            Op::Add => arithmetic::add_shape(inputs),
            Op::GlobalAveragePool => pooling::global_average_shape(inputs[0]),
            Op::Flatten => shape_moving::flatten_shape(inputs[0]),
            Op::Linear(op) => op.shape(inputs[0]),
        }
    }

    /// Multiply-adds of one forward pass that yields `output`.
    #[must_use]
    pub fn cost(&self, output: &[usize]) -> u64 {
        match self {
            Op::Convolution(op) => op.cost(output),
            Op::Linear(op) => op.cost(output),
            Op::Input | Op::BatchNorm(_) | Op::Clip(_) | Op::Add | Op::GlobalAveragePool | Op::Flatten => 0,
        }
    }

    /// What its gradient wants to be kept.
    #[must_use]
    pub fn keeps(&self) -> Keeps {
        match self {
            Op::Clip(_) => Keeps::Output,
            _ => Keeps::Nothing,
        }
    }

    /// Its output.
    ///
    /// # Panics
    /// On shapes that [`Op::shape`] refuses.
    #[must_use]
    pub fn forward(&self, weights: &Weights, mut inputs: Vec<Value>) -> Value {
        let first = inputs.remove(0);
        match self {
            Op::Input => first,
            Op::Convolution(op) => op.forward(weights, first),
            Op::BatchNorm(op) => op.forward(weights, first),
            Op::Clip(op) => op.forward(first),
            Op::Add => first + inputs.remove(0),
            Op::GlobalAveragePool => pooling::global_average_forward(first),
            Op::Flatten => shape_moving::flatten_forward(first),
            Op::Linear(op) => op.forward(weights, first),
        }
    }

    /// The derivative's signal at each of its inputs, given the one at its output.
    ///
    /// # Panics
    /// If the forward pass did not keep what [`Op::keeps`] asks for.
    #[must_use]
    pub fn gradient(&self, weights: &Weights, kept: &Kept, signal: Value) -> Vec<Value> {
        match self {
            Op::Input => vec![],
            Op::Convolution(op) => vec![op.gradient(weights, kept, signal)],
            Op::BatchNorm(op) => vec![op.gradient(weights, signal)],
            Op::Clip(op) => vec![op.gradient(kept, signal)],
            Op::Add => vec![signal.clone(), signal],
            Op::GlobalAveragePool => vec![pooling::global_average_gradient(kept, signal)],
            Op::Flatten => vec![shape_moving::flatten_gradient(kept, signal)],
            Op::Linear(op) => vec![op.gradient(weights, signal)],
        }
    }
}
