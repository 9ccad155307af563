//! Batch norms with the batch's own statistics, put back where they were folded; and the way back in pieces, which lets
//! large batches through.

use super::net::{Net, add, convolution, crossroads, noise, relu};
use crate::array::Array;
use crate::case::{read, value};
use burn::tensor::Device;
use tessera_core::network::backward;
use tessera_core::network::canonise::fold_batch_norms;
use tessera_core::network::graph::Graph;
use tessera_core::network::op::{BatchNorm, Op, OwnStatistics, Window};
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
    let (graph, weights) = in_training(&folded.graph, &folded.weights, &Device::flex());
    let found = Net { graph, weights };
    for name in ["first.spacing", "second.spacing"] {
        parameters.0.insert(name.into(), Parameter { shape: vec![4], values: vec![1e-3; 4] });
    }
    let expected = Net::with(own, &Parameters(parameters.0));
    assert_near(&found.logits(&x), &expected.logits(&x));
    assert_eq!(folded.logits(&x).len(), expected.logits(&x).len());
}

#[test]
fn a_channel_scaled_by_zero_is_its_summand() {
    let fixed = graph(|name| Op::BatchNorm(BatchNorm::named(name, 4, 1e-3)));
    let mut parameters = noise(&fixed, 5);
    parameters.0.get_mut("first.weight").unwrap().values[1] = 0.0;
    let summand = parameters.values("first.bias")[1];
    let (graph, parameters) = fold_batch_norms(fixed, parameters);
    let folded = Net::with(graph, &parameters);
    let (graph, weights) = in_training(&folded.graph, &folded.weights, &Device::flex());
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
