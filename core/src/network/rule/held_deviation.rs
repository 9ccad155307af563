//! Layer norms in relevance propagation: the deviation counts as a weight, and what is left, `(x - mean) w / deviation + b`,
//! is one affine map for the epsilon rule (Ali et al. 2022, arXiv 2202.07304; Achtibat et al. 2024, arXiv 2402.05602).

use super::{Site, Stabiliser};
use crate::network::op::Op;
use crate::network::value::Value;

pub(super) fn signals(site: &Site, relevance: Value, by: Stabiliser) -> Vec<Value> {
    let Op::LayerNorm(op) = site.op else { return site.gradient(relevance) };
    let x = site.kept.input(0);
    let share = by.quotient(relevance, site.op.forward(site.weights, vec![x.clone()]));
    vec![op.gradient_at_deviation(site.weights, &site.kept, share).zip(x, |g, x| g * x)]
}
