//! Batch norms with the batch's own statistics and dropouts, put back where they were; and the way back in pieces, which
//! lets large batches through.

use super::net::{Net, add, convolution, crossroads, noise, relu};
use crate::array::Array;
use crate::case::{read, value};
use burn::tensor::Device;
use tessera_core::network::backward;
use tessera_core::network::canonise::fold_batch_norms;
use tessera_core::network::graph::{Dropped, Graph};
use tessera_core::network::op::{BatchNorm, Op, OwnStatistics, Weights, Window};
use tessera_core::network::parameters::{Parameter, Parameters};
use tessera_core::network::pieces::Pieces;
use tessera_core::network::rule::Rules;
use tessera_core::network::shape::infer;
use tessera_core::network::training::in_training;

/// Of the greatest number, how far any may be off: the norm takes folded kernels apart again.
const TOLERANCE: f32 = 5e-6;

fn assert_near(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    let greatest = expected.iter().fold(0.0f32, |greatest, v| greatest.max(v.abs()));
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= TOLERANCE * greatest, "{found} instead of {expected}");
    }
}

/// A convolution with a norm, a rectifier, and a norm that follows a sum and cannot be folded.
fn graph(norm: impl Fn(&str) -> Op) -> Graph {
    let mut graph = Graph::new();
    let conv = graph.push("conv", convolution("conv", 3, 4, 1, Window::square(3, 1, 1)), &[0]);
    let first = graph.push("first", norm("first"), &[conv]);
    let relu = graph.push("relu", relu(), &[first]);
    let sum = graph.push("sum", add(), &[relu, first]);
    graph.push("second", norm("second"), &[sum]);
    graph
}

#[test]
fn norms_take_the_batchs_own_statistics_as_if_never_folded() {
    let fixed = graph(|name| Op::BatchNorm(BatchNorm::named(name, 4, 1e-3)));
    let own = graph(|name| {
        let part = |part: &str| format!("{name}.{part}");
        let (spacing, weight, bias) = (part("spacing"), part("weight"), part("bias"));
        Op::OwnStatistics(OwnStatistics { channels: 4, spacing, weight, bias })
    });
    let mut parameters = noise(&fixed, 5);
    assert!(parameters.values("first.weight").iter().any(|&weight| weight < 0.0), "a factor that turns");
    let x = Array::noise(9, &[3, 3, 6, 6]);
    let folded = fold_batch_norms(fixed, parameters.clone());
    assert_eq!((folded.0.trained.len(), folded.0.nodes.len()), (2, 5));
    let folded = Net::with(folded.0, &folded.1);
    let (graph, weights) = in_training(&folded.graph, &folded.weights, 0, &Device::flex());
    let found = Net { graph, weights };
    for name in ["first.spacing", "second.spacing"] {
        parameters.0.insert(name.into(), Parameter { shape: vec![4], values: vec![1e-3; 4] });
    }
    let expected = Net::with(own, &Parameters(parameters.0));
    assert_near(&found.logits(&x), &expected.logits(&x));
    assert_eq!(folded.logits(&x).len(), expected.logits(&x).len());
}

/// Mean and mean square of the picture's ones after a dropout of that share.
fn moments(share: f64, seed: u64) -> (f64, f64, f64) {
    let mut graph = Graph::new();
    let relu = graph.push("relu", relu(), &[0]);
    graph.dropped.push(Dropped { node: relu, share, whole: false });
    let (graph, weights) = in_training(&graph, &[Weights::default(), Weights::default()], seed, &Device::flex());
    let ones = Array { shape: vec![2, 3, 128, 128], values: vec![1.0; 98_304] };
    let numbers = Net { graph, weights }.logits(&ones);
    let count = numbers.len() as f64;
    let mean = |of: &dyn Fn(f64) -> f64| numbers.iter().map(|&v| of(f64::from(v))).sum::<f64>() / count;
    (mean(&|v| f64::from(u8::from(v == 0.0))), mean(&|v| v), mean(&|v| v * v))
}

#[test]
fn dropout_sets_its_share_to_zero_and_keeps_the_mean() {
    for share in [0.2, 0.5] {
        for seed in 0..3 {
            let (zeros, mean, square) = moments(share, seed);
            // Four standard errors of 98 304 draws: those of a share, and what they make of the mean.
            let error = 4.0 * (share * (1.0 - share) / 98_304.0).sqrt();
            assert!((zeros - share).abs() < error, "{zeros} of {share}");
            assert!((mean - 1.0).abs() < error / (1.0 - share), "{mean}");
            assert!((square - mean / (1.0 - share)).abs() < 1e-6, "all that is kept is enlarged alike: {square}");
        }
    }
}

#[test]
fn pictures_of_a_batch_and_dropouts_of_a_graph_have_draws_of_their_own() {
    let mut graph = Graph::new();
    let first = graph.push("first", relu(), &[0]);
    let second = graph.push("second", relu(), &[first]);
    for node in [first, second] {
        graph.dropped.push(Dropped { node, share: 0.5, whole: false });
    }
    let weights = vec![Weights::default(); 3];
    let masks = |seed: u64, shape: &[usize]| {
        let (graph, weights) = in_training(&graph, &weights, seed, &Device::flex());
        let net = Net { graph, weights };
        let ones = Array { shape: shape.to_vec(), values: vec![1.0; shape.iter().product()] };
        let (first, both) = (net.node("first.dropout.0"), net.node("second.dropout.1"));
        let all = net.everything(&ones);
        (all[first].clone(), all[both].clone())
    };
    let (first, both) = masks(0, &[2, 3, 8, 8]);
    let left = both.iter().filter(|&&v| v > 0.0).count();
    // A quarter is left of 384, with four standard errors: one mask used twice would leave a half.
    assert!((62..130).contains(&left), "{left}");
    assert_ne!(first[..192], first[192..]);
    assert_eq!(first[..192], masks(0, &[1, 3, 8, 8]).0, "a picture's draws hang on its place alone");
    assert_ne!(first, masks(1, &[2, 3, 8, 8]).0);
}

#[test]
fn a_norm_behind_a_dropout_is_not_folded() {
    let mut graph = Graph::new();
    let conv = graph.push("conv", convolution("conv", 3, 4, 1, Window::square(3, 1, 1)), &[0]);
    let norm = graph.push("norm", Op::BatchNorm(BatchNorm::named("norm", 4, 1e-3)), &[conv]);
    graph.dropped.push(Dropped { node: norm, share: 0.5, whole: false });
    let parameters = noise(&graph, 5);
    let folded = fold_batch_norms(graph.clone(), parameters.clone()).0;
    assert_eq!((folded.nodes.len(), folded.dropped[0].node), (2, conv), "one behind a norm goes where the norm goes");
    graph.dropped[0].node = conv;
    assert_eq!(fold_batch_norms(graph, parameters).0.nodes.len(), 3);
}

#[test]
fn a_channel_scaled_by_zero_is_its_summand() {
    let fixed = graph(|name| Op::BatchNorm(BatchNorm::named(name, 4, 1e-3)));
    let mut parameters = noise(&fixed, 5);
    parameters.0.get_mut("first.weight").unwrap().values[1] = 0.0;
    let summand = parameters.values("first.bias")[1];
    let (graph, parameters) = fold_batch_norms(fixed, parameters);
    let folded = Net::with(graph, &parameters);
    let (graph, weights) = in_training(&folded.graph, &folded.weights, 0, &Device::flex());
    let net = Net { graph, weights };
    let numbers = net.everything(&Array::noise(9, &[1, 3, 6, 6]));
    let at = net.node("conv.own_statistics");
    assert!(numbers[at][36..72].iter().all(|&value| value == summand), "{:?}", &numbers[at][36..72]);
}

#[test]
fn the_way_back_in_pieces_is_the_way_back() {
    let (net, x, rules) = (crossroads(), Array::noise(3, &[3, 3, 6, 6]), Rules::gradient());
    let shapes = infer(&net.graph, [3, 3, 6, 6]).unwrap();
    let pieces = Pieces::of(&net.graph, &shapes);
    let one = infer(&net.graph, [1, 3, 6, 6]).unwrap();
    assert_eq!(Pieces::of(&net.graph, &one), pieces, "a larger batch is cut alike");
    let numbers = |shapes| pieces.numbers(&net.graph, shapes, &rules);
    assert_eq!(numbers(&shapes), 3 * numbers(&one), "constants, which no batch makes longer, are not kept");
    let seed = value(&Array::noise(4, &[3, 5]));
    let tape = net.run(&x, &[], Some(&rules));
    let seeds = vec![(net.graph.output(), seed.clone())];
    let whole = backward::run(&net.graph, &net.weights, &tape, seeds, &rules, &[0]).remove(0);
    let found = pieces.pull((&net.graph, &net.weights), value(&x), &rules, |_| seed);
    assert_eq!(read(found), read(whole));
}
