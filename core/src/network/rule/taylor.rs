//! Softmax in relevance propagation, by its first Taylor polynomial at the input: `R_i = x_i (R_i - s_i sum_j R_j)`
//! (Achtibat et al. 2024, arXiv 2402.05602, proposition 3.1).

use super::Site;
use crate::network::op::Op;
use crate::network::value::Value;

pub(super) fn signals(site: &Site, relevance: Value) -> Vec<Value> {
    let Op::Softmax(op) = site.op else { return site.gradient(relevance) };
    let (shape, axis) = (relevance.shape().to_vec(), op.axis);
    let [r, s, x] = [relevance, site.kept.output(), site.kept.input(0)].map(|value| value.around(axis));
    let all = r.clone().sum_dim(1);
    vec![Value::along(x * (r - s * all), &shape)]
}
