//! B-cos layers, composed of explicit ops (Böhle, Fritz, Schiele 2022, arXiv 2205.10268; Böhle, Singh, Fritz, Schiele
//! 2024, arXiv 2306.10898).
//!
//! With `w` the kernel brought to unit norm and `x` the patch, a layer gives `(w x) |w x| / |x|`. The scale
//! `|w x| / |x|` goes through [`Op::Detachable`]: held fixed, the layer is linear in `x`, and so is the network.

use super::builder::{Builder, Kernels};
use crate::network::graph::NodeId;
use crate::network::op::{Activation, Arithmetic, Constant, Linear, Op, Pool, Pooling, Reduce, Reduction, Window};

/// What is added to the sum of squares of a patch.
const PATCH_EPSILON: f32 = 1e-6;
/// What is added to the length of a vector.
const VECTOR_EPSILON: f32 = 1e-12;
/// What layer norms add to the variance.
const NORM_EPSILON: f32 = 1e-5;

impl Builder<'_> {
    /// The picture and its inverse, `[r, g, b, 1 - r, 1 - g, 1 - b]`; the picture's values run from 0 to 1.
    pub fn add_inverse(&mut self) -> NodeId {
        let inverse = self.activation("add_inverse.inverse", 0, Activation::Affine { scale: -1.0, shift: 1.0 });
        self.join("add_inverse", &[0, inverse])
    }

    /// A B-cos convolution with the weight `name.linear.weight`.
    pub(super) fn bcos_convolution(&mut self, name: &str, at: NodeId, kernels: Kernels) -> NodeId {
        let kernels = kernels.bias(false);
        let linear = self.plain_convolution(&format!("{name}.linear"), at, kernels, true);
        let squares = self.squares(name, at, 1);
        let window = kernels.window();
        let mut patches = squares;
        if window != Window::square(1, 1, 0) {
            let pool = Pool { pooling: Pooling::Average { with_padding: true }, window };
            patches = self.push(format!("{name}.patches"), Op::Pool(pool), &[squares]);
        }
        let scale = (kernels.size * kernels.size) as f32;
        let sums =
            self.activation(&format!("{name}.sums"), patches, Activation::Affine { scale, shift: PATCH_EPSILON });
        let norm = self.activation(&format!("{name}.norm"), sums, Activation::Sqrt);
        self.scaled(name, linear, norm)
    }

    /// A B-cos matrix product along the last of `axes` axes, with the weight `name.linear.weight`.
    pub fn bcos_linear(&mut self, name: &str, at: NodeId, axes: usize, outputs: usize) -> NodeId {
        let op = Linear {
            inputs: self.channels(at),
            outputs,
            weight: format!("{name}.linear.weight"),
            bias: None,
            unit_norm: true,
        };
        let linear = self.push(format!("{name}.linear"), Op::Linear(op), &[at]);
        let squares = self.squares(name, at, axes - 1);
        let length = self.activation(&format!("{name}.length"), squares, Activation::Sqrt);
        let shift = Activation::Affine { scale: 1.0, shift: VECTOR_EPSILON };
        let norm = self.activation(&format!("{name}.norm"), length, shift);
        self.scaled(name, linear, norm)
    }

    /// Sums of squares along an axis, which stays.
    fn squares(&mut self, name: &str, at: NodeId, axis: usize) -> NodeId {
        let squares = self.activation(&format!("{name}.squares"), at, Activation::Square);
        let sum = Reduce { reduction: Reduction::Sum, axes: vec![axis], keep: true };
        self.push(format!("{name}.squares.sum"), Op::Reduce(sum), &[squares])
    }

    /// What was multiplied, times the cosine's absolute value.
    fn scaled(&mut self, name: &str, linear: NodeId, norm: NodeId) -> NodeId {
        let size = self.activation(&format!("{name}.size"), linear, Activation::Abs);
        let cosine = self.push(format!("{name}.cosine"), Op::Arithmetic(Arithmetic::Divide), &[size, norm]);
        let scale = self.push(format!("{name}.scale"), Op::Detachable, &[cosine]);
        self.push(name, Op::Arithmetic(Arithmetic::Multiply), &[linear, scale])
    }

    /// A layer norm along the last of `axes` axes without bias, its deviation held fixed in an explanation.
    pub fn detachable_layer_norm(&mut self, name: &str, at: NodeId, axes: usize) -> NodeId {
        let average = |b: &mut Self, part: &str, at| {
            let mean = Reduce { reduction: Reduction::Mean, axes: vec![axes - 1], keep: true };
            b.push(format!("{name}.{part}"), Op::Reduce(mean), &[at])
        };
        let mean = average(self, "mean", at);
        let centred = self.push(format!("{name}.centred"), Op::Arithmetic(Arithmetic::Subtract), &[at, mean]);
        let squares = self.activation(&format!("{name}.squares"), centred, Activation::Square);
        let variance = average(self, "variance", squares);
        let shift = Activation::Affine { scale: 1.0, shift: NORM_EPSILON };
        let shifted = self.activation(&format!("{name}.shifted"), variance, shift);
        let deviation = self.activation(&format!("{name}.deviation"), shifted, Activation::Sqrt);
        let fixed = self.push(format!("{name}.fixed"), Op::Detachable, &[deviation]);
        let standard = self.push(format!("{name}.standard"), Op::Arithmetic(Arithmetic::Divide), &[centred, fixed]);
        let weight = Constant { name: format!("{name}.weight"), shape: vec![self.channels(at)] };
        let weight = self.push(format!("{name}.weight"), Op::Constant(weight), &[]);
        self.push(name, Op::Arithmetic(Arithmetic::Multiply), &[standard, weight])
    }

    /// The bias `-ln(classes - 1)` of every logit: a network that sees nothing gives each class the probability
    /// `1 / classes`.
    pub fn logit_layer(&mut self, name: &str, at: NodeId) -> NodeId {
        let others = self.dimensions.classes.saturating_sub(1).max(1);
        let shift = -(others as f64).ln() as f32;
        self.activation(name, at, Activation::Affine { scale: 1.0, shift })
    }
}
