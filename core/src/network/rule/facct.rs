//! Rules of the FAccT 2024 study "Classification Metrics for Image Explanations" (doi 10.1145/3630106.3658537), where they
//! differ from the field's: a batch norm is a layer of its own, whose shift takes its share, and what raises a convolution's
//! sums from inputs above zero and from those below is shared by two sums, not by one.
//!
//! Batch norms that were folded into a convolution are taken apart again: `scale z` is the convolution's output less the
//! shift, and the shares of a convolution do not change with the size of its kernels, only with their sign.

use super::Site;
use super::stabiliser::Stabiliser;
use super::term::{Bounds, Input, Part, Term, share};
use crate::network::op::{Change, FoldedNorm, Op};
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
        let Some(norm) = site.weights.folded.as_ref().filter(|_| self != Facct::BatchNorm) else {
            return self.plain(site, relevance, false);
        };
        let relevance = before(norm, site, relevance);
        if !norm.turns {
            return self.plain(site, relevance, false);
        }
        // Kernels that the batch norm has turned over are those whose raising weights now are below zero.
        let sides = [false, true].map(|turned| {
            let own = of_channels(relevance.clone(), norm, turned);
            self.plain(site, own, turned).remove(0)
        });
        sides.into_iter().reduce(|a, b| a + b).into_iter().collect()
    }

    fn plain(self, site: &Site, relevance: Value, turned: bool) -> Vec<Value> {
        let signs = if turned { [Change::Negative, Change::Positive] } else { [Change::Positive, Change::Negative] };
        match self {
            Facct::BatchNorm => vec![at_norm(site, relevance)],
            Facct::First => share(site, relevance, &boxed(signs), Stabiliser::Added(EPSILON)),
            Facct::Convolution => share(site, relevance, &apart(signs), Stabiliser::Added(0.0)),
        }
    }
}

/// Inputs above zero by the weights that raise, those below by those that lower, each by a sum of its own.
fn apart([raising, lowering]: [Change; 2]) -> Vec<Term> {
    let whole = |input, weight| Term::whole(vec![Part::new(input, weight, Change::Zeros)]);
    vec![whole(Input::Positive, raising), whole(Input::Negative, lowering)]
}

/// The z-box rule between the picture's own bounds.
fn boxed([raising, lowering]: [Change; 2]) -> Vec<Term> {
    let part = |factor, input, weight| Part { factor, ..Part::new(input, weight, Change::Zeros) };
    vec![Term::whole(vec![
        part(1.0, Input::Same, Change::Same),
        part(-1.0, Input::Low(Bounds::Picture), raising),
        part(-1.0, Input::High(Bounds::Picture), lowering),
    ])]
}

fn at_norm(site: &Site, relevance: Value) -> Value {
    let (Op::BatchNorm(_), [scale, shift]) = (site.op, &site.weights.tensors[..]) else {
        return site.gradient(relevance).remove(0);
    };
    let scaled = site.kept.input(0).around(1) * scale.clone().tensor();
    shared(relevance, scaled, shift.clone().tensor())
}

/// The relevance before a batch norm that was folded into the op.
fn before(norm: &FoldedNorm, site: &Site, relevance: Value) -> Value {
    let output = site.op.forward(site.weights, site.inputs());
    let shift: Tensor<3> = norm.shift.clone().flat().reshape([1, -1, 1]);
    shared(relevance, output.around(1) - shift.clone(), shift)
}

/// The relevance of the channels whose factor is below zero, or of the others.
fn of_channels(relevance: Value, norm: &FoldedNorm, below: bool) -> Value {
    let shape = relevance.shape().to_vec();
    let negative: Tensor<3> = norm.scale.clone().flat().lower_elem(0.0).float().reshape([1, -1, 1]);
    let own = if below { negative } else { negative.neg() + 1.0 };
    Value::along(relevance.around(1) * own, &shape)
}

/// `R z / (z + e + |c| sign(z + e))`, channels along the axis in the middle.
fn shared(relevance: Value, z: Tensor<3>, c: Tensor<3>) -> Value {
    let above = z.clone() + EPSILON;
    let sums = above.clone() + c.abs() * above.sign();
    let shape = relevance.shape().to_vec();
    let part = Stabiliser::Added(0.0).quotient(Value::along(z, &shape), Value::along(sums, &shape));
    relevance.zip(part, |r, part| r * part)
}
