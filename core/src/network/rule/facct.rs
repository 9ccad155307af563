//! Rules of the FAccT 2024 study "Classification Metrics for Image Explanations" (doi 10.1145/3630106.3658537), where they
//! differ from the field's: a batch norm is a layer of its own, whose shift takes its share, and what raises a convolution's
//! sums from inputs above zero and from those below is shared by two sums, not by one.
//!
//! Batch norms that were folded into a convolution are taken apart again: `scale z` is the convolution's output less the
//! shift, and the shares of a convolution do not change with the size of its kernels, only with their sign.

use super::term::{Bounds, Input, Part, Term, Weight, share};
use super::z_box;
use super::{Site, Stabiliser};
use crate::network::op::{Change, Kept, Op, Weights};
use crate::network::value::Value;
use burn::tensor::Tensor;

/// What the study adds to denominators.
const EPSILON: f32 = 1e-9;

/// A rule of the study.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facct {
    /// Of a convolution that sees pixels: z-box between the picture's own least and greatest number.
    First,
    /// Of any other convolution.
    Convolution,
    /// Of a batch norm `z + c`, with `z = scale x`: `R z / (z + |c| sign(z))`.
    BatchNorm,
}

impl Facct {
    pub(super) fn signals(self, site: &Site, relevance: Value) -> Vec<Value> {
        let (terms, by) = match self {
            Facct::BatchNorm => return vec![at_norm(site, relevance)],
            Facct::First => (z_box::terms(Bounds::Picture), Stabiliser::Added(EPSILON)),
            Facct::Convolution => (apart(), Stabiliser::Added(0.0)),
        };
        let (weights, relevance) = unfolded(site, relevance);
        let kept = Kept { shapes: site.kept.shapes.clone(), inputs: site.kept.inputs.clone(), output: None };
        let weights = weights.as_ref().unwrap_or(site.weights);
        let site = Site { op: site.op, weights, kept, nonnegative: site.nonnegative, factors: vec![] };
        share(&site, relevance, &terms, by)
    }
}

fn apart() -> Vec<Term> {
    [(Input::Positive, Weight::Positive), (Input::Negative, Weight::Negative)]
        .map(|(input, weight)| Term::whole(vec![Part::new(input, weight, Weight::Zeros)]))
        .to_vec()
}

fn at_norm(site: &Site, relevance: Value) -> Value {
    let (Op::BatchNorm(_), [scale, shift]) = (site.op, &site.weights.tensors[..]) else {
        return site.gradient(relevance).remove(0);
    };
    let scaled = site.kept.input(0).around(1) * scale.clone().tensor();
    shared(relevance, scaled, shift.clone().tensor())
}

/// The relevance before a batch norm that was folded into the op, and the op's weights with the signs they had.
fn unfolded(site: &Site, relevance: Value) -> (Option<Weights>, Value) {
    let Some([scale, shift]) = &site.weights.folded else { return (None, relevance) };
    let output = site.op.forward(site.weights, site.inputs());
    let shift: Tensor<3> = shift.clone().flat().reshape([1, -1, 1]);
    let relevance = shared(relevance, output.around(1) - shift.clone(), shift);
    let signs: Tensor<2> = scale.clone().flat().sign().reshape([-1, 1]);
    let signed = |kernels: Value| {
        let (outputs, shape) = (kernels.shape()[0] as i32, kernels.shape().to_vec());
        Value::along(kernels.flat().reshape([outputs, -1]) * signs.clone(), &shape)
    };
    let change = Change { matrix: &signed, bias: &|bias| bias };
    (site.op.changed(site.weights, change, &relevance.device()), relevance)
}

/// `R z / (z + e + |c| sign(z + e))`, channels along the axis in the middle.
fn shared(relevance: Value, z: Tensor<3>, c: Tensor<3>) -> Value {
    let above = z.clone() + EPSILON;
    let sums = above.clone() + c.abs() * above.sign();
    let shape = relevance.shape().to_vec();
    let part = Stabiliser::Added(0.0).quotient(Value::along(z, &shape), Value::along(sums, &shape));
    relevance.zip(part, |r, part| r * part)
}
