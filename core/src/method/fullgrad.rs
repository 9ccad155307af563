//! FullGrad: the input's share of the answer, and every bias's, enlarged to the input and added up.
//!
//! `R = sum_c p(x dy/dx) + sum over layers of up(sum_k p(b_k dy/dz_k))`, `p` the size brought to 0 to 1 over all of a layer,
//! `up` by straight lines with corners aligned (Srinivas and Fleuret 2019, their own program). Before `p` it is complete in
//! networks of rectifiers: input and biases sum to the answer.

use super::prelude::*;
use crate::map::resample::{Interpolation, resample};
use crate::network::rule::Rules;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "fullgrad",
    title: "FullGrad",
    sentence: "What the input and every layer's bias contribute, added up over the layers.",
    formula: "R = sum over channels of p(x dy/dx) + sum over layers of up(sum over k of p(b_k dy/dz_k)), p(u) = |u| brought to 0 to 1 over the layer",
    caution: "Each layer is scaled by itself before they are added, so the map is not complete though its parts are.",
    citation: Citation {
        short: "Srinivas and Fleuret 2019",
        title: "Full-Gradient Representation for Neural Network Visualization",
        source: "NeurIPS 2019, arXiv 1905.00780",
    },
    family: Family::Gradient,
    needs: &[],
    sign: Sign::Positive,
    promises: &[Promise::Complete],
    params: &[],
};

/// Keeps a layer of zeros from a division by zero.
const EPSILON: f32 = 1e-6;

/// Passes it takes.
pub(super) fn cost(_: &Settings, _: &Plan) -> Cost {
    Cost::of(1.0, 1.0)
}

/// The map of the input's size.
///
/// # Shapes
/// `[1, H, W]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    let network = work.session.network;
    let biased: Vec<(NodeId, Value)> = (1..network.graph.nodes.len())
        .filter_map(|id| Some((id, network.graph.nodes[id].op.bias(&network.weights[id], &network.device)?)))
        .collect();
    let wanted: Vec<NodeId> = std::iter::once(0).chain(biased.iter().map(|(id, _)| *id)).collect();
    let mut signals = work.session.pull(&work.objective, &Rules::gradient(), &wanted).into_iter();
    let gradient = signals.next().expect("the input is wanted").pictures();
    let input = work.session.input().pictures() * gradient;
    // All that is read back, at once: the whole sum, then each layer's map.
    let mut sum = input.clone().sum();
    let mut maps = vec![flattened(input)];
    for ((_, bias), signal) in biased.into_iter().zip(signals) {
        sum = sum + share(&bias, &signal);
        // A perceptron over places (ConvNeXt's) counts for completeness alone, as in the authors' program.
        if bias.shape().len() == 4 {
            maps.push(flattened(signal.pictures() * bias.pictures()));
        }
    }
    let sizes: Vec<(usize, usize)> = maps.iter().map(|map| (map.dims()[2], map.dims()[3])).collect();
    let numbers = std::iter::once(sum).chain(maps.into_iter().map(|map| Value::from(map).flat())).collect();
    let numbers = Value::from(Tensor::cat(numbers, 0)).read().await?;
    let size = work.session.size;
    let (mut total, mut rest) = (vec![0.0f32; size.0 * size.1], &numbers[1..]);
    for from in sizes {
        let (map, left) = rest.split_at(from.0 * from.1);
        rest = left;
        total.iter_mut().zip(resample(map, from, size, Interpolation::Aligned)).for_each(|(total, v)| *total += v);
    }
    let expected = f64::from(work.session.scores(&work.objective).read().await?[0]);
    Ok(Work::with_sum(work.map(total), f64::from(numbers[0]), expected))
}

/// What a bias contributes in all.
fn share(bias: &Value, signal: &Value) -> Tensor<1> {
    match bias.shape().len() {
        4 => (signal.clone().pictures() * bias.clone().pictures()).sum(),
        _ => {
            let width = bias.count();
            let rows: Tensor<2> = signal.clone().flat().reshape([signal.count() / width, width]);
            (rows * bias.clone().flat().reshape([1, width])).sum()
        }
    }
}

/// Sizes brought to 0 to 1 over all channels and places together, summed over channels.
///
/// # Shapes
/// `[1, K, h, w]` to `[1, 1, h, w]`.
fn flattened(share: Tensor<4>) -> Tensor<4> {
    let sizes = share.abs();
    let least = sizes.clone().min().reshape([1, 1, 1, 1]);
    let above = sizes - least;
    let most = above.clone().max().reshape([1, 1, 1, 1]) + EPSILON;
    (above / most).sum_dim(1)
}
