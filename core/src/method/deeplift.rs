//! DeepLIFT, by its rescale rule: what the difference between photo and baseline adds to the target's.
//!
//! `R = (x - b) m`, `m` the gradient with each function's slope replaced by the quotient of the differences between photo
//! and baseline (Shrikumar, Greenside and Kundaje 2017; as a gradient Ancona et al. 2018). Sums to `y(x) - y(b)` but for
//! rounding, which is told with the map.

use super::prelude::*;
use crate::network::rule::Rules;
use crate::photo::baseline::BASELINE;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "deeplift",
    title: "DeepLIFT (rescale)",
    sentence: "What the difference between the photo and a picture that shows nothing adds to the class's logit.",
    formula: "R = (x - b) m, m as dy/dx but (f(z) - f(z_b)) / (z - z_b) for each slope f'(z)",
    caution: "It depends on the baseline: what looks like the baseline gets nothing.",
    citation: Citation {
        short: "Shrikumar et al. 2017",
        title: "Learning Important Features Through Propagating Activation Differences",
        source: "ICML 2017, arXiv 1704.02685",
    },
    family: Family::Propagation,
    needs: &[Need::Pointwise],
    sign: Sign::Signed,
    promises: &[Promise::CompleteToBaseline],
    params: &[BASELINE],
};

/// Passes it takes: photo and baseline go together.
pub(super) fn cost(_: &Settings, _: &Plan) -> Cost {
    Cost::of(3.0, 2.0)
}

/// Whether all that bends in the network is a function of one number, a max pool or a product.
fn fits(work: &Work<'_, '_>) -> Result<(), MethodError> {
    match work.session.network.graph.nodes.iter().find(|node| node.op.bends_jointly()) {
        None => Ok(()),
        Some(node) => Err(MethodError::Refused(format!(
            "DeepLIFT's rescale rule is about functions of one number, and the network's layer {} joins several (attention, \
             layer norms and quotients do): choose integrated gradients, which need no rules.",
            node.name
        ))),
    }
}

/// The map of the input's size.
///
/// # Shapes
/// `[3, H, W]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    fits(work)?;
    let baseline = work.baseline().await?;
    let x = work.session.input().pictures();
    let both = Tensor::cat(vec![x.clone(), baseline.clone()], 0);
    let rules = Rules::rescale();
    let mut pair = work.session.again_by(Value::from(both), &rules);
    let multipliers = pair.pull(&work.objective, &rules, &[0]).remove(0).pictures();
    let scores = pair.scores(&work.objective).read().await?;
    let map = (x - baseline) * multipliers.narrow(0, 0, 1);
    let values = Value::from(map).read().await?;
    Ok(Work::with_residual(work.map(values), f64::from(scores[0]) - f64::from(scores[1])))
}
