//! Folding batch norms: the outputs stay, and what may not be folded is left alone.

use super::net::{Net, add, convolution, linear, noise, relu};
use crate::array::Array;
use tessera_core::network::canonise::fold_batch_norms;
use tessera_core::network::graph::{Graph, NodeId};
use tessera_core::network::op::{BatchNorm, Convolution, Extent, Linear, Op, Reshape, Transpose, Window};
use tessera_core::network::parameters::Parameters;

/// Of the greatest output, how far any may be off: folding rounds each weight once more, and up to eight layers follow
/// one another.
const TOLERANCE: f32 = 5e-6;

fn norm(name: &str, channels: usize) -> Op {
    Op::BatchNorm(BatchNorm::named(name, channels, 1e-3))
}

fn square(name: &str, inputs: usize, outputs: usize, groups: usize) -> Op {
    convolution(name, inputs, outputs, groups, Window::square(3, 1, 1))
}

/// Folds and compares outputs and features on noise; returns the folded network and how many norms are left.
fn folded(graph: Graph, input: &[usize], seed: u64) -> (Graph, Parameters, usize) {
    let parameters = noise(&graph, seed);
    let x = Array::noise(seed + 1000, input);
    let before = Net::with(graph.clone(), &parameters);
    let (graph, parameters) = fold_batch_norms(graph, parameters);
    let after = Net::with(graph.clone(), &parameters);
    let (old, new) = (before.everything(&x), after.everything(&x));
    assert_near(&new[after.graph.output()], &old[before.graph.output()]);
    assert_near(&new[after.graph.features], &old[before.graph.features]);
    let mut wanted: Vec<String> = graph.nodes.iter().flat_map(|node| node.op.wants()).map(|(name, _)| name).collect();
    wanted.sort();
    wanted.dedup();
    assert_eq!(parameters.0.keys().cloned().collect::<Vec<_>>(), wanted, "weights that no node wants");
    let left = graph.nodes.iter().filter(|node| matches!(node.op, Op::BatchNorm(_))).count();
    (graph, parameters, left)
}

fn assert_near(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    let greatest = expected.iter().fold(1.0f32, |greatest, v| greatest.max(v.abs()));
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= TOLERANCE * greatest, "{found} instead of {expected}");
    }
}

/// How many norms are left of a chain of ops on pictures of four channels and 5 x 5 places.
fn left_of(ops: Vec<Op>) -> usize {
    let mut graph = Graph::new();
    for (i, op) in ops.into_iter().enumerate() {
        graph.push(format!("op {i}"), op, &[i]);
    }
    folded(graph, &[2, 4, 5, 5], 1).2
}

#[test]
fn norms_are_folded_into_what_they_follow() {
    assert_eq!(left_of(vec![square("c", 4, 3, 1), norm("n", 3)]), 0, "a convolution");
    assert_eq!(left_of(vec![square("c", 4, 6, 2), norm("n", 6), relu()]), 0, "a grouped one");
    assert_eq!(left_of(vec![square("c", 4, 4, 4), norm("n", 4)]), 0, "a depthwise one");
    let flat = Op::Reshape(Reshape::flatten());
    assert_eq!(left_of(vec![flat.clone(), linear("l", 100, 3), norm("n", 3)]), 0, "a matrix");
    assert_eq!(left_of(vec![flat, linear("l", 100, 3), relu(), linear("m", 3, 2), norm("n", 2)]), 0, "a second one");
    assert_eq!(left_of(vec![square("c", 4, 3, 1), norm("n", 3), norm("m", 3)]), 0, "two norms in a row");
}

#[test]
fn norms_that_may_not_be_folded_stay() {
    assert_eq!(left_of(vec![norm("n", 4), square("c", 4, 3, 1)]), 1, "before a padded convolution");
    assert_eq!(left_of(vec![square("c", 4, 3, 1), relu(), norm("n", 3)]), 1, "behind a rectifier");
    let unit = Convolution {
        inputs: 4,
        outputs: 3,
        groups: 1,
        window: Window::square(3, 1, 1),
        weight: "c".into(),
        bias: None,
        unit_norm: true,
    };
    assert_eq!(left_of(vec![Op::Convolution(unit), norm("n", 3)]), 1, "kernels brought to unit norm");
    let unit = Linear { inputs: 100, outputs: 3, weight: "l".into(), bias: None, unit_norm: true };
    assert_eq!(left_of(vec![Op::Reshape(Reshape::flatten()), Op::Linear(unit), norm("n", 3)]), 1, "rows likewise");
    // A batch norm on tokens `[N, T, C]` counts T its channels, and here both are 4.
    let tokens = Op::Reshape(Reshape(vec![Extent::Of(0), Extent::Of(1), Extent::Rest]));
    assert_eq!(left_of(vec![tokens, linear("l", 25, 4), norm("n", 4)]), 1, "another axis");
    assert_eq!(left_of(vec![linear("l", 5, 4), norm("n", 4)]), 1, "another axis of pictures");
}

#[test]
fn what_serves_twice_is_left_alone() {
    let two = |second_conv: &str, second_norm: &str| {
        let mut graph = Graph::new();
        let a = graph.push("a", square("c", 4, 4, 1), &[0]);
        let a = graph.push("a norm", norm("n", 4), &[a]);
        let b = graph.push("b", square(second_conv, 4, 4, 1), &[a]);
        graph.push("b norm", norm(second_norm, 4), &[b]);
        folded(graph, &[2, 4, 5, 5], 2).2
    };
    assert_eq!(two("d", "m"), 0, "each of its own");
    assert_eq!(two("c", "m"), 2, "one convolution");
    assert_eq!(two("d", "n"), 2, "one norm");
    assert_eq!(two("c", "n"), 2, "one of each");
    // A convolution that two nodes take.
    let mut graph = Graph::new();
    let conv = graph.push("conv", square("c", 4, 4, 1), &[0]);
    let norm = graph.push("norm", norm("n", 4), &[conv]);
    graph.push("sum", add(), &[conv, norm]);
    assert_eq!(folded(graph, &[2, 4, 5, 5], 3).2, 1);
}

#[test]
fn features_stay_what_they_were() {
    let graph = |features: NodeId| {
        let mut graph = Graph::new();
        let conv = graph.push("conv", square("c", 4, 3, 1), &[0]);
        let norm = graph.push("norm", norm("n", 3), &[conv]);
        let relu = graph.push("relu", relu(), &[norm]);
        graph.push("head", Op::GlobalAveragePool, &[relu]);
        graph.features = features;
        graph
    };
    let left = [1, 2, 3].map(|features| folded(graph(features), &[2, 4, 5, 5], 4).2);
    assert_eq!(left, [1, 0, 0], "only the convolution's own value forbids it");
}

/// Chains and skips drawn by a counter: every folded one gives what it gave.
#[test]
fn random_networks_keep_their_outputs() {
    for seed in 0..40u64 {
        let draw = Array::noise(seed + 500, &[24]);
        let mut drawn = draw.values.iter().map(|v| ((v + 1.0) * 3.5) as usize);
        let mut graph = Graph::new();
        let (mut at, mut before) = (0, 0);
        for i in 0..8 {
            let name = format!("op {i}");
            let op = match drawn.next().expect("24 numbers") {
                0 => square(&name, 4, 4, 1),
                1 => square(&name, 4, 4, 2),
                2 => square(&name, 4, 4, 4),
                3 => relu(),
                4 if before != at => add(),
                5 => Op::Transpose(Transpose(vec![0, 1, 3, 2])),
                _ => norm(&name, 4),
            };
            let inputs = if op == add() { vec![before, at] } else { vec![at] };
            before = if drawn.next().expect("24 numbers") < 3 { at } else { before };
            at = graph.push(name, op, &inputs);
            if matches!(graph.nodes[at].op, Op::Convolution(_)) {
                at = graph.push(format!("norm {i}"), norm(&format!("norm {i}"), 4), &[at]);
            }
        }
        graph.features = before;
        let (_, parameters, _) = folded(graph, &[1, 4, 5, 5], 10 * seed);
        assert!(parameters.0.values().all(|weight| weight.values.iter().all(|value| value.is_finite())));
    }
}
