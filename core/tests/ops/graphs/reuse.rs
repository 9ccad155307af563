//! An op that serves at two places is two nodes: the same network as its unrolled twin.

use super::net::{Net, add, convolution, relu};
use crate::array::Array;
use crate::case::{read, value};
use burn::tensor::Device;
use tessera_core::network::backward;
use tessera_core::network::card::{Card, Output};
use tessera_core::network::graph::Graph;
use tessera_core::network::load::Model;
use tessera_core::network::op::{BatchNorm, Op, Pool, Pooling, Window};
use tessera_core::network::parameters::{Parameter, Parameters};
use tessera_core::network::rule::Rules;
use tessera_core::photo::{Filter, Order, Preprocess};

/// Twice convolution, norm, rectifier and pool, with a skip. With `tied` the second time by the first's very weights.
fn twice(tied: bool) -> Graph {
    let mut graph = Graph::new();
    let mut at = 0;
    for round in ["a", "b"] {
        let name = if tied { "a" } else { round };
        let conv = convolution(&format!("{name}.conv"), 3, 3, 1, Window::square(3, 1, 1));
        let conv = graph.push(format!("{round} conv"), conv, &[at]);
        let norm = Op::BatchNorm(BatchNorm::named(&format!("{name}.norm"), 3, 1e-3));
        let norm = graph.push(format!("{round} norm"), norm, &[conv]);
        let relu = graph.push(format!("{round} relu"), relu(), &[norm]);
        let sum = graph.push(format!("{round} sum"), add(), &[relu, at]);
        let pool = Pool { pooling: Pooling::Maximum, window: Window::square(2, 2, 0) };
        at = graph.push(format!("{round} pool"), Op::Pool(pool), &[sum]);
    }
    graph
}

/// Noise for the first round's weights, and the same again under the second's names if it is not tied.
fn parameters(tied: bool) -> Parameters {
    let mut all = super::net::noise(&twice(true), 20);
    if !tied {
        let again: Vec<(String, Parameter)> =
            all.0.iter().map(|(name, weight)| (format!("b{}", &name[1..]), weight.clone())).collect();
        all.0.extend(again);
    }
    all
}

fn card() -> Card {
    let (filter, order) = (Filter::Bilinear, Order::Rgb);
    let preprocess = Preprocess { size: 8, resize: 8, filter, mean: [0.0; 3], std: [1.0; 3], order };
    Card {
        id: "twice".into(),
        title: "Twice".into(),
        architecture: "none".into(),
        classes: 3,
        weights: String::new(),
        bytes: 0,
        sha256: String::new(),
        preprocess,
        output: Output::Softmax,
        names: vec![],
        beside: vec![],
        licence: String::new(),
        source: String::new(),
    }
}

/// Logits and input signals under the plain gradient and guided backpropagation.
fn answers(net: &Net, x: &Array) -> Vec<Vec<f32>> {
    let mut answers = vec![net.logits(x)];
    for rules in [Rules::gradient(), Rules::guided(), Rules::deconvolution()] {
        let tape = net.run(x, &[], Some(&rules));
        let out = net.graph.output();
        let seed = value(&Array::noise(5, &tape.shapes[out]));
        let signal = backward::run(&net.graph, &net.weights, &tape, vec![(out, seed)], &rules, &[0]).remove(0);
        answers.push(read(signal));
    }
    answers
}

#[test]
fn an_op_that_serves_twice_equals_its_unrolled_twin() {
    let x = Array::noise(6, &[2, 3, 8, 8]);
    let [tied, unrolled] = [true, false].map(|tied| answers(&Net::with(twice(tied), &parameters(tied)), &x));
    assert_eq!(tied, unrolled);
}

/// Through the loader, which shares weights and folds what it may: the twin's norms, not the tied ones.
#[test]
fn weights_that_serve_twice_are_loaded_for_both() {
    let x = Array::noise(6, &[2, 3, 8, 8]);
    let before = answers(&Net::with(twice(true), &parameters(true)), &x);
    for tied in [true, false] {
        let model = Model { card: card(), graph: twice(tied), parameters: parameters(tied), notes: vec![] };
        let network = model.upload(&Device::flex()).expect("it fits");
        let norms = network.graph.nodes.iter().filter(|node| matches!(node.op, Op::BatchNorm(_))).count();
        assert_eq!(norms, if tied { 2 } else { 0 });
        let loaded = answers(&Net { graph: network.graph, weights: network.weights }, &x);
        for (loaded, before) in loaded.iter().flatten().zip(before.iter().flatten()) {
            // Folding rounds each weight once.
            assert!((loaded - before).abs() < 2e-5, "{loaded} instead of {before}");
        }
    }
}
