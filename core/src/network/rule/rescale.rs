//! DeepLIFT's rescale rule: at a function of one number, in place of its slope the quotient of the differences between
//! picture and baseline, `(y - y_b) / (x - x_b)` (Shrikumar et al. 2017, arXiv 1704.02685; as a gradient Ancona et al.
//! 2018, arXiv 1711.06104).
//!
//! A max pool hands on `y - y_b` in two steps, by way of the greater of both: that to where the picture's greatest stands,
//! this to where the baseline's does, over the difference there. A product's slope is taken in the middle between picture
//! and baseline, where it is exact. The first half of a batch are pictures, the second their baselines; both halves of the
//! signal are the same.

use super::Site;
use crate::network::op::{Keeps, Kept, Kind, Op};
use crate::network::processor::Numbers;
use crate::network::value::Value;
use burn::tensor::{Bool, Tensor};
use tessera_kernels::memory;

/// Of a number, or of one if that is more, how much picture and baseline must differ for their quotient to be more than
/// rounding.
const LEAST: f32 = 1e-6;

pub(super) fn keeps(op: &Op) -> Keeps {
    match op.keeps() {
        Keeps::NOTHING => Keeps::NOTHING,
        _ if matches!(op.kind(), Kind::Multiply | Kind::MatMul) => Keeps::INPUTS,
        _ => Keeps { inputs: true, output: true },
    }
}

pub(super) fn signals(site: &Site, signal: Value) -> Vec<Value> {
    match site.op.kind() {
        _ if site.op.keeps() == Keeps::NOTHING => site.gradient(signal),
        Kind::Multiply | Kind::MatMul => in_the_middle(site, signal),
        Kind::MaxPool => vec![pooled(site, signal)],
        _ => vec![pointwise(site, signal)],
    }
}

fn pointwise(site: &Site, signal: Value) -> Value {
    let slope = site.gradient(signal.clone()).remove(0);
    let [x, y] = [site.kept.input(0), site.kept.output()];
    if let Some(found) = in_one_pass([&x, &y, &signal, &slope]) {
        return Value::from_floats(found, x.shape(), &x.device());
    }
    let (slope, (far, same)) = (first(slope), apart(&x));
    let rise = difference(y);
    both(&x, (first(signal) * rise / far).mask_where(same, slope))
}

/// The same on the processor, where each of burn's steps would read and write all numbers; none elsewhere.
fn in_one_pass(values: [&Value; 4]) -> Option<Vec<f32>> {
    let [x, y, signal, slope] = values.map(|value| Numbers::of(value.clone().flat()));
    let (x, y, signal, slope) = (x?, y?, signal?, slope?);
    let half = x.slice().len() / 2;
    let ((x, x_b), (y, y_b)) = (x.slice().split_at(half), y.slice().split_at(half));
    let (signal, slope) = (&signal.slice()[..half], &slope.slice()[..half]);
    let mut found = memory::take(2 * half);
    let (own, other) = found.split_at_mut(half);
    for i in 0..half {
        let far = x[i] - x_b[i];
        let same = far.abs() < x[i].abs().max(1.0) * LEAST;
        own[i] = if same { slope[i] } else { signal[i] * (y[i] - y_b[i]) / far };
    }
    other.copy_from_slice(own);
    Some(found)
}

fn pooled(site: &Site, signal: Value) -> Value {
    let (x, y) = (site.kept.input(0), site.kept.output());
    let (far, same) = apart(&x);
    let [g, own, other] = [first(signal.clone()), first(y.clone()), second(y)];
    let greater = own.clone().max_pair(other.clone());
    let steps = Tensor::cat(vec![g.clone() * (greater.clone() - other), g * (own - greater)], 0);
    let there = site.gradient(Value::along(steps, signal.shape())).remove(0);
    let sum = first(there.clone()) + second(there);
    both(&x, (sum / far).mask_fill(same, 0.0))
}

/// Both sides' slopes between picture and baseline; exact, for a product is linear in each side. A side that is no batch is
/// a constant.
fn in_the_middle(site: &Site, signal: Value) -> Vec<Value> {
    let pictures = signal.shape()[0];
    let middle = |x: Value| {
        let batch = x.shape().len() == signal.shape().len() && x.shape()[0] == pictures;
        if batch { both(&x, (first(x.clone()) + second(x.clone())) * 0.5) } else { x }
    };
    let inputs: Vec<Value> = site.inputs().into_iter().map(middle).collect();
    let kept =
        Kept { shapes: site.kept.shapes.clone(), inputs: inputs.iter().map(Some).collect(), output: None, trace: None };
    site.op.gradient(site.weights, &kept, signal)
}

/// The differences of picture and baseline, ones where they are too small, and where that is.
fn apart(x: &Value) -> (Tensor<1>, Tensor<1, Bool>) {
    let far = difference(x.clone());
    let enough = first(x.clone()).abs().clamp_min(1.0) * LEAST;
    let same = far.clone().abs().lower(enough);
    (far.mask_fill(same.clone(), 1.0), same)
}

fn difference(x: Value) -> Tensor<1> {
    first(x.clone()) - second(x)
}

fn first(x: Value) -> Tensor<1> {
    let half = x.count() / 2;
    x.flat().narrow(0, 0, half)
}

fn second(x: Value) -> Tensor<1> {
    let half = x.count() / 2;
    x.flat().narrow(0, half, half)
}

/// The same for pictures and baselines.
fn both(like: &Value, half: Tensor<1>) -> Value {
    Value::along(Tensor::cat(vec![half.clone(), half], 0), like.shape())
}
