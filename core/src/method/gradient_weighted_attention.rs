//! Gradient-weighted attention: attention that speaks for the class, followed through the layers.
//!
//! `R = I`, then for each layer `R = R + C_l R`, `C_l` the mean over heads of `max(A_l dy/dA_l, 0)`; drawn is the class
//! token's row (Chefer, Gur and Wolf 2021, the rules for self-attention), or the mean of all rows without one.

use super::attention::{Attention, drawn};
use super::prelude::*;
use crate::network::rule::Rules;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "gradient_weighted_attention",
    title: "Gradient-weighted attention",
    sentence: "Attention that speaks for the class, followed through all layers back to the picture.",
    formula: "R = I;  for each layer R = R + C_l R, C_l = mean over heads of max(A_l dy/dA_l, 0)",
    caution: "Only attention is followed: what perceptrons between the layers do is left out.",
    citation: Citation {
        short: "Chefer et al. 2021",
        title: "Generic Attention-model Explainability for Interpreting Bi-Modal and Encoder-Decoder Transformers",
        source: "ICCV 2021, arXiv 2103.15679",
    },
    family: Family::Attention,
    needs: &[Need::Attention],
    sign: Sign::Positive,
    promises: &[],
    params: &[],
};

/// Passes it takes.
pub(super) fn cost(_: &Settings, _: &Plan) -> Cost {
    Cost::of(1.0, 1.0)
}

/// The map at the size of the grid of tokens.
///
/// # Shapes
/// `[1, h, w]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    let layers = Attention::of(work)?;
    let signals = work.session.pull(&work.objective, &Rules::gradient(), &layers.nodes);
    let weighted = layers.nodes.iter().zip(signals).map(|(&node, signal)| {
        (work.session.value(node).tensor::<4>() * signal.tensor::<4>()).clamp_min(0.0).mean_dim(1)
    });
    let weighted = weighted.collect();
    let layers = layers.read(weighted).await?;
    let mut rolled = layers.identity();
    for layer in layers.matrices() {
        let wide: Vec<f64> = layer.iter().map(|&v| f64::from(v)).collect();
        let more = layers.product(&wide, &rolled);
        rolled.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
    }
    // The identity it began with is no one's attention.
    rolled.iter_mut().zip(layers.identity()).for_each(|(sum, own)| *sum -= own);
    drawn(work, &layers, &rolled)
}
