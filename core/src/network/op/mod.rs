//! The ops: one file a family, each with its parameters, shape, forward, gradient and cost.
//!
//! A new op is a file (or a struct in its family's file), a variant here and an arm in each `match` below.

pub mod activation;
pub mod arithmetic;
pub mod change;
pub mod constant;
pub mod convolution;
pub mod dropout;
pub mod kept;
pub mod linear;
pub mod normalisation;
pub mod pooling;
pub mod prepared;
pub mod reduction;
pub mod resampling;
pub mod shape_moving;
pub mod trace;
pub mod window;

use super::parameters::Parameters;
use super::value::Value;
use burn::tensor::{Device, Tensor};
use std::cell::OnceCell;

pub use activation::{Activation, PRelu, Softmax};
pub use arithmetic::Arithmetic;
pub use change::Change;
pub use constant::{Constant, Literal};
pub use convolution::Convolution;
pub use dropout::Dropout;
pub use kept::{Keeps, Kept};
pub use linear::Linear;
pub use normalisation::{BatchNorm, LayerNorm, OwnStatistics};
pub use pooling::{Pool, Pooling};
pub use reduction::{Reduce, Reduction};
pub use resampling::Resample;
pub use shape_moving::{Concat, Expand, Extent, Filling, Pad, Reshape, Select, Slice, Transpose};
pub use trace::Trace;
pub use window::{Padding, Window};

/// What a node computes.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// The picture handed in.
    Input,
    /// A weight as a value.
    Constant(Constant),
    /// Numbers of the graph itself.
    Literal(Literal),
    /// Convolution over places.
    Convolution(Convolution),
    /// Matrix product with a learned matrix.
    Linear(Linear),
    /// Product of two stacks of matrices.
    MatMul,
    /// Batch normalisation with fixed statistics.
    BatchNorm(BatchNorm),
    /// Batch normalisation with the batch's own statistics.
    OwnStatistics(OwnStatistics),
    /// Numbers left out at random, as in training.
    Dropout(Dropout),
    /// Layer normalisation.
    LayerNorm(LayerNorm),
    /// A function of each number by itself.
    Activation(Activation),
    /// ReLU with learned slopes.
    PRelu(PRelu),
    /// Softmax along an axis.
    Softmax(Softmax),
    /// Pool over a sliding window.
    Pool(Pool),
    /// Mean over all places.
    GlobalAveragePool,
    /// Many numbers to one, along axes.
    Reduce(Reduce),
    /// Arithmetic on two values.
    Arithmetic(Arithmetic),
    /// The same numbers along other axes.
    Reshape(Reshape),
    /// Axes in another order.
    Transpose(Transpose),
    /// Places at even distances along an axis.
    Slice(Slice),
    /// Chosen places along an axis.
    Select(Select),
    /// Values one after another along an axis.
    Concat(Concat),
    /// Axes of length one stretched.
    Expand(Expand),
    /// Something put around a value.
    Pad(Pad),
    /// Pictures to another size.
    Resample(Resample),
    /// Nothing is done; a backward rule may stop the signal here. B-cos networks are explained with their scales held
    /// fixed (Böhle et al. 2022), and this marks the scales.
    Detachable,
}

/// The kinds of op, as backward rules and listings name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Kind {
    Input,
    Constant,
    Convolution,
    Linear,
    MatMul,
    BatchNorm,
    OwnStatistics,
    Dropout,
    LayerNorm,
    /// ReLU and its clipped and leaky forms: what guided backpropagation and deconvolution speak of.
    Rectifier,
    /// Any other function of one number.
    Activation,
    Softmax,
    MaxPool,
    AveragePool,
    GlobalAveragePool,
    Reduce,
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Maximum,
    Minimum,
    Reshape,
    Transpose,
    Slice,
    Select,
    Concat,
    Expand,
    Pad,
    Resample,
    Detachable,
}

/// A weight an op wants: its name and shape.
pub type Want = (String, Vec<usize>);

/// A node's weights on a device, ready for both directions.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    /// Forward: in the order its op says.
    pub tensors: Vec<Value>,
    /// Backward: made from `tensors` when first asked for.
    pub backward: OnceCell<Tensor<4>>,
    /// On the processor, a convolution's weights are here and nowhere else.
    pub prepared: Option<prepared::Prepared>,
    /// The batch norm that was folded into them, for rules that treat it by itself.
    pub folded: Option<FoldedNorm>,
}

/// A batch norm that was folded into weights, per channel `scale x + shift`.
#[derive(Clone, Debug)]
pub struct FoldedNorm {
    /// Factors `[channels]`.
    pub scale: Value,
    /// Summands `[channels]`.
    pub shift: Value,
    /// Whether a factor is below zero.
    pub turns: bool,
}

impl Weights {
    /// Tensors alone.
    #[must_use]
    pub fn of(tensors: Vec<Value>) -> Weights {
        Weights { tensors, ..Weights::default() }
    }
}

impl Op {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Op::Input => Kind::Input,
            Op::Constant(_) | Op::Literal(_) => Kind::Constant,
            Op::Convolution(_) => Kind::Convolution,
            Op::Linear(_) => Kind::Linear,
            Op::MatMul => Kind::MatMul,
            Op::BatchNorm(_) => Kind::BatchNorm,
            Op::OwnStatistics(_) => Kind::OwnStatistics,
            Op::Dropout(_) => Kind::Dropout,
            Op::LayerNorm(_) => Kind::LayerNorm,
            Op::Activation(Activation::Relu | Activation::Clip { .. } | Activation::LeakyRelu { .. })
            | Op::PRelu(_) => Kind::Rectifier,
            Op::Activation(_) => Kind::Activation,
            Op::Softmax(_) => Kind::Softmax,
            Op::Pool(Pool { pooling: Pooling::Maximum, .. }) => Kind::MaxPool,
            Op::Pool(_) => Kind::AveragePool,
            Op::GlobalAveragePool => Kind::GlobalAveragePool,
            Op::Reduce(_) => Kind::Reduce,
            Op::Arithmetic(op) => op.kind(),
            Op::Reshape(_) => Kind::Reshape,
            Op::Transpose(_) => Kind::Transpose,
            Op::Slice(_) => Kind::Slice,
            Op::Select(_) => Kind::Select,
            Op::Concat(_) => Kind::Concat,
            Op::Expand(_) => Kind::Expand,
            Op::Pad(_) => Kind::Pad,
            Op::Resample(_) => Kind::Resample,
            Op::Detachable => Kind::Detachable,
        }
    }

    /// The weights it wants.
    #[must_use]
    pub fn wants(&self) -> Vec<Want> {
        match self {
            Op::Constant(op) => op.wants(),
            Op::Convolution(op) => op.wants(),
            Op::Linear(op) => op.wants(),
            Op::BatchNorm(op) => op.wants(),
            Op::OwnStatistics(op) => op.wants(),
            Op::LayerNorm(op) => op.wants(),
            Op::PRelu(op) => op.wants(),
            _ => vec![],
        }
    }

    /// Moves its weights to a device.
    ///
    /// # Panics
    /// If one is missing.
    #[must_use]
    pub fn upload(&self, parameters: &mut Parameters, device: &Device) -> Weights {
        match self {
            Op::Constant(op) => Weights::of(op.upload(parameters, device)),
            Op::Literal(op) => Weights::of(op.upload(device)),
            Op::Convolution(op) => op.upload(parameters, device),
            Op::Linear(op) => op.upload(parameters, device),
            Op::BatchNorm(op) => Weights::of(op.upload(parameters, device)),
            Op::OwnStatistics(op) => Weights::of(op.upload(parameters, device)),
            Op::LayerNorm(op) => Weights::of(op.upload(parameters, device)),
            Op::PRelu(op) => Weights::of(op.upload(parameters, device)),
            _ => Weights::default(),
        }
    }

    /// Its weights changed, its matrix or kernels in one way and its bias in another, for the same op to run with; none if
    /// it has neither matrix nor kernels. Nothing is kept: this is a pass over the weights, and over what a kernel has
    /// made of them for either direction.
    #[must_use]
    pub fn changed(&self, weights: &Weights, matrix: Change, bias: Change) -> Option<Weights> {
        match self {
            Op::Convolution(op) => Some(op.changed(weights, matrix, bias)),
            Op::Linear(op) => Some(op.changed(weights, matrix, bias)),
            _ => None,
        }
    }

    /// How many values it takes: the least and the most.
    #[must_use]
    pub fn arity(&self) -> (usize, usize) {
        match self {
            Op::Input | Op::Constant(_) | Op::Literal(_) => (0, 0),
            Op::MatMul | Op::Arithmetic(_) => (2, 2),
            Op::Concat(_) => (1, usize::MAX),
            _ => (1, 1),
        }
    }

    /// Shape of its output, or what does not fit: never an empty one. Touches no tensor.
    ///
    /// # Errors
    /// One sentence with expected and found shapes.
    pub fn shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        let (least, most) = self.arity();
        if inputs.len() < least || inputs.len() > most {
            let values = if least == 1 { "value" } else { "values" };
            return Err(format!("takes {least} {values}, found {}", inputs.len()));
        }
        if let Some(empty) = inputs.iter().find(|input| input.contains(&0)) {
            return Err(format!("takes no empty value, found {empty:?}"));
        }
        let shape = self.computed_shape(inputs)?;
        if shape.contains(&0) { Err(format!("gives an empty value, {shape:?}")) } else { Ok(shape) }
    }

    /// The same for inputs of the right number, none of them empty.
    fn computed_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        match self {
            Op::Input => Err("the input's shape is given, not inferred".into()),
            Op::Constant(op) => Ok(op.shape.clone()),
            Op::Literal(op) => op.shape(),
            Op::Convolution(op) => op.shape(inputs[0]),
            Op::Linear(op) => op.shape(inputs[0]),
            Op::MatMul => linear::matmul_shape(inputs),
            Op::BatchNorm(op) => op.shape(inputs[0]),
            Op::OwnStatistics(op) => op.shape(inputs[0]),
            Op::Dropout(op) => op.shape(inputs[0]),
            Op::LayerNorm(op) => op.shape(inputs[0]),
            Op::Activation(_) | Op::Detachable => Ok(inputs[0].to_vec()),
            Op::PRelu(op) => op.shape(inputs[0]),
            Op::Softmax(op) => op.shape(inputs[0]),
            Op::Pool(op) => op.shape(inputs[0]),
            Op::GlobalAveragePool => pooling::global_average_shape(inputs[0]),
            Op::Reduce(op) => op.shape(inputs[0]),
            Op::Arithmetic(op) => op.shape(inputs),
            Op::Reshape(op) => op.shape(inputs[0]),
            Op::Transpose(op) => op.shape(inputs[0]),
            Op::Slice(op) => op.shape(inputs[0]),
            Op::Select(op) => op.shape(inputs[0]),
            Op::Concat(op) => op.shape(inputs),
            Op::Expand(op) => op.shape(inputs[0]),
            Op::Pad(op) => op.shape(inputs[0]),
            Op::Resample(op) => op.shape(inputs[0]),
        }
    }

    /// Multiply-adds of one forward pass that yields `output`.
    #[must_use]
    pub fn cost(&self, inputs: &[&[usize]], output: &[usize]) -> u64 {
        match self {
            Op::Convolution(op) => op.cost(output),
            Op::Linear(op) => op.cost(output),
            Op::MatMul => output.iter().product::<usize>() as u64 * inputs[0].last().copied().unwrap_or(0) as u64,
            _ => 0,
        }
    }

    /// Whether its output is a linear function of its inputs, but for a constant.
    #[must_use]
    pub fn is_affine(&self) -> bool {
        match self {
            Op::Activation(op) => matches!(op, Activation::Affine { .. }),
            Op::Arithmetic(op) => matches!(op, Arithmetic::Add | Arithmetic::Subtract),
            Op::Pool(op) => op.pooling != Pooling::Maximum,
            Op::Reduce(op) => op.reduction != Reduction::Maximum,
            Op::Input | Op::Constant(_) | Op::Literal(_) | Op::Convolution(_) | Op::Linear(_) | Op::BatchNorm(_) => {
                true
            }
            Op::GlobalAveragePool | Op::Reshape(_) | Op::Transpose(_) | Op::Slice(_) | Op::Select(_) => true,
            Op::Concat(_) | Op::Expand(_) | Op::Pad(_) | Op::Dropout(_) | Op::Detachable => true,
            Op::MatMul | Op::OwnStatistics(_) | Op::LayerNorm(_) | Op::PRelu(_) => false,
            Op::Softmax(_) | Op::Resample(_) => false,
        }
    }

    /// Whether its output bends by several numbers at once, and it is neither a max pool nor a product.
    #[must_use]
    pub fn bends_jointly(&self) -> bool {
        match self {
            Op::Reduce(op) => op.reduction == Reduction::Maximum,
            Op::Softmax(_) | Op::OwnStatistics(_) | Op::LayerNorm(_) => true,
            Op::Arithmetic(op) => !matches!(op, Arithmetic::Add | Arithmetic::Subtract | Arithmetic::Multiply),
            _ => false,
        }
    }

    /// The constant that it adds to each of its outputs, if it adds any.
    ///
    /// # Shapes
    /// Stretches to that of its output.
    #[must_use]
    pub fn bias(&self, weights: &Weights, device: &Device) -> Option<Value> {
        match self {
            Op::Convolution(op) => op.bias_of(weights, device),
            Op::Linear(op) => op.bias_of(weights),
            Op::BatchNorm(_) => weights.tensors.get(1).cloned().map(|shift| {
                let channels = shift.count();
                shift.reshaped(&[1, channels, 1, 1])
            }),
            _ => None,
        }
    }

    /// What its gradient wants to be kept.
    #[must_use]
    pub fn keeps(&self) -> Keeps {
        match self {
            Op::Activation(op) => op.keeps(),
            Op::PRelu(_) | Op::MatMul => Keeps::INPUTS,
            Op::OwnStatistics(_) => OwnStatistics::KEEPS,
            Op::LayerNorm(_) => LayerNorm::KEEPS,
            Op::Softmax(_) => Keeps::OUTPUT,
            Op::Pool(op) => op.keeps(),
            Op::Reduce(op) => op.keeps(),
            Op::Arithmetic(op) => op.keeps(),
            _ => Keeps::NOTHING,
        }
    }

    /// Whether on the processor its gradient can do with a [`Trace`] of it in place of what [`Op::keeps`] asks for.
    #[must_use]
    pub fn leaves_trace(&self) -> bool {
        match self {
            Op::Pool(op) => op.leaves_trace(),
            op => op.limits().is_some(),
        }
    }

    /// The limits between which it passes numbers as they are, if that is all it does.
    #[must_use]
    pub fn limits(&self) -> Option<(f32, f32)> {
        match self {
            Op::Activation(op) => op.limits(),
            _ => None,
        }
    }

    /// Its output and a trace of it; none where it leaves none.
    #[must_use]
    pub fn traced(&self, inputs: &[Value]) -> Option<(Value, Trace)> {
        match self {
            Op::Activation(op) => {
                let output = op.forward(inputs[0].clone());
                let trace = Trace::passed(&output, op.limits()?)?;
                Some((output, trace))
            }
            Op::Pool(op) => op.traced(&inputs[0]),
            _ => None,
        }
    }

    /// Its output.
    ///
    /// # Panics
    /// On shapes that [`Op::shape`] refuses.
    #[must_use]
    pub fn forward(&self, weights: &Weights, mut inputs: Vec<Value>) -> Value {
        match self {
            Op::Constant(_) | Op::Literal(_) => return weights.tensors[0].clone(),
            Op::Concat(op) => return op.forward(inputs),
            _ => {}
        }
        let first = inputs.remove(0);
        match self {
            Op::Input | Op::Detachable => first,
            Op::Constant(_) | Op::Literal(_) | Op::Concat(_) => unreachable!("dealt with above"),
            Op::Convolution(op) => op.forward(weights, first),
            Op::Linear(op) => op.forward(weights, first),
            Op::MatMul => linear::matmul_forward(first, inputs.remove(0)),
            Op::BatchNorm(op) => op.forward(weights, first),
            Op::OwnStatistics(_) => OwnStatistics::forward(weights, first),
            Op::Dropout(op) => op.apply(first),
            Op::LayerNorm(op) => op.forward(weights, first),
            Op::Activation(op) => op.forward(first),
            Op::PRelu(op) => op.forward(weights, first),
            Op::Softmax(op) => op.forward(first),
            Op::Pool(op) => op.forward(first),
            Op::GlobalAveragePool => pooling::global_average_forward(first),
            Op::Reduce(op) => op.forward(first),
            Op::Arithmetic(op) => op.forward(first, inputs.remove(0)),
            Op::Reshape(op) => op.forward(first),
            Op::Transpose(op) => op.forward(first),
            Op::Slice(op) => op.forward(first),
            Op::Select(op) => op.forward(first),
            Op::Expand(op) => op.forward(first),
            Op::Pad(op) => op.forward(first),
            Op::Resample(op) => op.forward(first),
        }
    }

    /// The derivative's signal at each of its inputs, given the one at its output.
    ///
    /// # Panics
    /// If the forward pass did not keep what [`Op::keeps`] asks for.
    #[must_use]
    pub fn gradient(&self, weights: &Weights, kept: &Kept, signal: Value) -> Vec<Value> {
        let only = match self {
            Op::Input | Op::Constant(_) | Op::Literal(_) => return vec![],
            Op::MatMul => return linear::matmul_gradient(kept, signal),
            Op::Arithmetic(op) => return op.gradient(kept, signal),
            Op::Concat(op) => return op.gradient(kept, signal),
            Op::Convolution(op) => op.gradient(weights, kept, signal),
            Op::Linear(op) => op.gradient(weights, kept, signal),
            Op::BatchNorm(op) => op.gradient(weights, signal),
            Op::OwnStatistics(_) => OwnStatistics::gradient(weights, kept, signal),
            Op::Dropout(op) => op.apply(signal),
            Op::LayerNorm(op) => op.gradient(weights, kept, signal),
            Op::Activation(op) => op.gradient(kept, signal),
            Op::PRelu(op) => op.gradient(weights, kept, signal),
            Op::Softmax(op) => op.gradient(kept, signal),
            Op::Pool(op) => op.gradient(kept, signal),
            Op::GlobalAveragePool => pooling::global_average_gradient(kept, signal),
            Op::Reduce(op) => op.gradient(kept, signal),
            Op::Reshape(_) => Reshape::gradient(kept, signal),
            Op::Transpose(op) => op.gradient(signal),
            Op::Slice(op) => op.gradient(kept, signal),
            Op::Select(op) => op.gradient(kept, signal),
            Op::Expand(op) => op.gradient(kept, signal),
            Op::Pad(op) => op.gradient(kept, signal),
            Op::Resample(op) => op.gradient(kept, signal),
            Op::Detachable => signal,
        };
        vec![only]
    }
}
