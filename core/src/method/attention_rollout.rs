//! Attention rollout: attention followed through the layers, back to the picture's tokens.
//!
//! `R = A_L ... A_1`, `A_l` the mean over heads of layer `l`'s attention plus the identity, rows brought to sum one; drawn is
//! the class token's row (Abnar and Zuidema 2020), or the mean of all rows in a network without one.

use super::attention::{Attention, drawn};
use super::prelude::*;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "attention_rollout",
    title: "Attention rollout",
    sentence: "Attention followed through all layers, from the answer's token back to the picture.",
    formula: "R = A_L ... A_1, A_l = (mean over heads of attention + I) / 2",
    caution: "The same for every class: it follows where tokens look, not what they carry.",
    citation: Citation {
        short: "Abnar and Zuidema 2020",
        title: "Quantifying Attention Flow in Transformers",
        source: "ACL 2020, arXiv 2005.00928",
    },
    family: Family::Attention,
    needs: &[Need::Attention],
    sign: Sign::Positive,
    promises: &[Promise::ClassBlind],
    params: &[],
};

/// Passes it takes.
pub(super) fn cost(_: &Settings, _: &Plan) -> Cost {
    Cost::SHARED
}

/// The map at the size of the grid of tokens.
///
/// # Shapes
/// `[1, h, w]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    let layers = Attention::of(work)?;
    let means = layers.nodes.iter().map(|&node| work.session.value(node).tensor::<4>().mean_dim(1)).collect();
    let layers = layers.read(means).await?;
    let mut rolled = layers.identity();
    for layer in layers.matrices() {
        let own: Vec<f64> = layer.iter().zip(layers.identity()).map(|(a, i)| f64::from(*a) + i).collect();
        rolled = layers.product(&layers.to_sum_one(own), &rolled);
    }
    drawn(work, &layers, &rolled)
}
