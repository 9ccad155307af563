//! B-cos contributions: how much each pixel adds to the answer of a network that is linear once its scales are held fixed.
//!
//! `R = sum over the six channels of x w`, `w` the gradient with the scales held fixed, `x` the colours and their inverses
//! (Böhle, Fritz and Schiele 2022). Complete for convolutional B-cos networks: it sums to the logit less its bias.

use super::prelude::*;
use crate::map::weights::rgba;
use crate::network::op::{Activation, Kind, Op};
use crate::network::rule::Rules;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "bcos",
    title: "B-cos contributions",
    sentence: "What each pixel adds to the answer, read off a network that was built to be read.",
    formula: "R = sum over the six channels of x w, w = dy/dx with the network's scales held fixed",
    caution: "Faithful by construction, but the linear map it shows is this photo's alone: another photo has another.",
    citation: Citation {
        short: "Böhle et al. 2022",
        title: "B-cos Networks: Alignment is All We Need for Interpretability",
        source: "CVPR 2022, arXiv 2205.10268",
    },
    family: Family::Gradient,
    needs: &[Need::Scales],
    sign: Sign::Signed,
    promises: &[Promise::Complete],
    params: &[],
};

/// Passes it takes.
pub(super) fn cost(_: &Settings, _: &Plan) -> Cost {
    Cost::of(1.0, 1.0)
}

/// What the network sees (the colours, and one less each colour) and the weights by which it multiplies that, once its
/// scales are held fixed.
///
/// # Shapes
/// `[1, 6, H, W]`, both.
///
/// # Errors
/// If the network is no B-cos network.
pub fn factors(session: &mut Session<'_>, objective: &Objective) -> Result<(Tensor<4>, Tensor<4>), MethodError> {
    let graph = &session.network.graph;
    if !graph.nodes.iter().any(|node| node.op.kind() == Kind::Detachable) {
        let why = "The network is no B-cos network, whose scales could be held fixed: choose another method.";
        return Err(MethodError::Refused(why.into()));
    }
    // The colours and their inverses, where the network puts them together.
    let node = graph.nodes.iter().position(|node| node.op.kind() == Kind::Concat).unwrap_or(0);
    session.tap(node);
    let weights = session.pull(objective, &Rules::explanation(), &[node]).remove(0).pictures();
    Ok((session.value(node).pictures(), weights))
}

/// The map of the input's size.
///
/// # Shapes
/// `[1, H, W]`; its picture shows the weights.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    let (inputs, weights) = factors(work.session, &work.objective)?;
    let graph = &work.session.network.graph;
    let bias = match graph.nodes[graph.output()].op {
        Op::Activation(Activation::Affine { scale: 1.0, shift }) => f64::from(shift),
        _ => 0.0,
    };
    let map = (inputs.clone() * weights.clone()).sum_dim(1);
    let score = work.session.scores(&work.objective).flat();
    let all = [map, weights, inputs].map(|part| Value::from(part).flat()).into_iter().chain([score]).collect();
    let mut numbers = Value::from(Tensor::cat(all, 0)).read().await?;
    let score = f64::from(numbers.pop().expect("the score is last"));
    let (height, width) = work.session.size;
    let inputs = numbers.split_off(7 * height * width);
    let weights = numbers.split_off(height * width);
    let biases: f64 = work.objective.classes.iter().map(|&(_, weight)| f64::from(weight) * bias).sum();
    let map = Work::with_residual(work.map(numbers), score - biases);
    Ok(Map { picture: Some(rgba(&weights, &inputs, (height, width))), ..map })
}
