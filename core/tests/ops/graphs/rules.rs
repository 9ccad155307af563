//! Backward rules against their definitions, written out by hand in f64 for networks of a few nodes.

use super::net::{Net, convolution, linear, relu};
use crate::array::{Array, places};
use crate::case::{TOLERANCE, named, read, value};
use tessera_core::network::graph::Graph;
use tessera_core::network::op::{
    Activation, Arithmetic, Convolution, Linear, Op, Padding, Pool, Pooling, Reduce, Reduction, Reshape, Window,
};
use tessera_core::network::rule::Rules;
use tessera_core::network::{backward, forward};

/// The signal at the input for a seed at the output.
fn signal(net: &Net, x: &Array, seed: &Array, rules: &Rules) -> Vec<f64> {
    let tape = net.run(x, &[], Some(rules));
    let seeds = vec![(net.graph.output(), value(seed))];
    let signal = backward::run(&net.graph, &net.weights, &tape, seeds, rules, &[0]).remove(0);
    read(signal).into_iter().map(f64::from).collect()
}

fn assert_near(found: &[f64], expected: &[f64]) {
    let greatest = expected.iter().fold(1.0f64, |greatest, v| greatest.max(v.abs()));
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= TOLERANCE * greatest, "{found} instead of {expected}");
    }
    assert_eq!(found.len(), expected.len());
}

/// Convolution, rectifier, pool, linear on pictures of one channel and 4 x 4 places.
fn small() -> Net {
    let mut graph = Graph::new();
    let conv = graph.push("conv", convolution("conv", 1, 2, 1, Window::square(3, 1, 1)), &[0]);
    let relu = graph.push("relu", relu(), &[conv]);
    let pool = Pool { pooling: Pooling::Maximum, window: Window::square(2, 2, 0) };
    let pool = graph.push("pool", Op::Pool(pool), &[relu]);
    let flat = graph.push("flat", Op::Reshape(Reshape::flatten()), &[pool]);
    graph.push("linear", linear("linear", 8, 3), &[flat]);
    Net::new(graph)
}

#[test]
fn traces_in_place_of_values_give_the_same_bits() {
    let net = small();
    let (x, seed) = (Array::noise(3, &[2, 1, 4, 4]), Array::noise(4, &[2, 3]));
    let all: Vec<usize> = (0..net.graph.nodes.len()).collect();
    for rules in [Rules::gradient(), Rules::guided()] {
        let traced = net.run(&x, &[], Some(&rules));
        // The rectifier's value serves the pool alone, and of the pool's nothing is asked.
        assert!([1, 2, 3].iter().all(|&id| traced.values[id].is_none()));
        assert!(traced.traces[2].is_some() && traced.traces[3].is_some());
        assert!(forward::suffices(&net.graph, &traced, &rules));
        let by_values = net.run(&x, &all, None);
        assert!(by_values.traces.iter().all(Option::is_none) && forward::suffices(&net.graph, &by_values, &rules));
        let [found, wanted] = [&traced, &by_values].map(|tape| {
            let seeds = vec![(net.graph.output(), value(&seed))];
            read(backward::run(&net.graph, &net.weights, tape, seeds, &rules, &[0]).remove(0))
        });
        assert!(found.iter().zip(&wanted).all(|(a, b)| a.to_bits() == b.to_bits()));
        assert!(found.iter().any(|&g| g != 0.0));
    }
    assert!(!forward::suffices(&net.graph, &net.run(&x, &[], None), &Rules::gradient()));
}

/// The same backward in f64: `rectified` is what the rectifier makes of (what came in, the signal).
fn small_backward(net: &Net, x: &Array, seed: &Array, rectified: fn(f64, f64) -> f64) -> Vec<f64> {
    let (conv, linear) = (named(&net.graph.nodes[1].op), named(&net.graph.nodes[5].op));
    let (kernels, bias, matrix) = (&conv["conv.weight"], &conv["conv.bias"], &linear["linear.weight"]);
    // Pairs of a place of the output and one of the input that a tap of the kernel joins.
    let joined = |o: &[usize], i: &[usize]| {
        let tap = |axis: usize| (i[axis] + 1).checked_sub(o[axis]).filter(|tap| *tap < 3);
        tap(1).zip(tap(2)).map(|(row, column)| kernels.at(&[o[0], 0, row, column]))
    };
    let input = |i: &[usize]| x.at(&[0, 0, i[1], i[2]]);
    let before = Array::from_fn(&[2, 4, 4], |o| {
        let products = places(&[1, 4, 4]).filter_map(|i| joined(&o, &i).map(|weight| weight * input(&i)));
        products.sum::<f64>() + bias.values[o[0]]
    });
    let mut at_conv = Array::from_fn(&[2, 4, 4], |_| 0.0);
    for (column, pooled) in places(&[2, 2, 2]).enumerate() {
        let signal: f64 = (0..3).map(|row| seed.values[row] * matrix.at(&[row, column])).sum();
        let window: Vec<Vec<usize>> =
            places(&[2, 2]).map(|p| vec![pooled[0], 2 * pooled[1] + p[0], 2 * pooled[2] + p[1]]).collect();
        let value = |place: &[usize]| before.at(place).max(0.0);
        // The first of the greatest.
        let best = window.iter().skip(1).fold(&window[0], |best, p| if value(p) > value(best) { p } else { best });
        at_conv.values[(best[0] * 4 + best[1]) * 4 + best[2]] += rectified(before.at(best), signal);
    }
    let gathered = |i: Vec<usize>| places(&[2, 4, 4]).filter_map(|o| joined(&o, &i).map(|w| w * at_conv.at(&o))).sum();
    places(&[1, 4, 4]).map(gathered).collect()
}

#[test]
fn gradient_guided_and_deconvolution_are_their_definitions() {
    type Rectified = fn(f64, f64) -> f64;
    let definitions: [(Rules, Rectified); 3] = [
        (Rules::gradient(), |x, s| if x > 0.0 { s } else { 0.0 }),
        (Rules::guided(), |x, s| if x > 0.0 { s.max(0.0) } else { 0.0 }),
        (Rules::deconvolution(), |_, s| s.max(0.0)),
    ];
    let net = small();
    let mut seen = vec![];
    for (rules, rectified) in definitions {
        for n in 0..4 {
            // Some windows of the pool lie wholly below zero.
            let x = Array::noise(30 + n, &[1, 1, 4, 4]).map(|x| x - 0.25 * n as f64).rounded();
            let seed = Array::noise(40 + n, &[1, 3]);
            let found = signal(&net, &x, &seed, &rules);
            assert_near(&found, &small_backward(&net, &x, &seed, rectified));
            seen.push(found);
        }
    }
    let [gradient, guided, deconvolution] = [0, 4, 8].map(|start| &seen[start..start + 4]);
    assert!(gradient != guided && guided != deconvolution && gradient != deconvolution, "three rules, one answer");
}

const EPSILON: f32 = 1e-6;

fn affine(scale: f32, shift: f32) -> Op {
    Op::Activation(Activation::Affine { scale, shift })
}

/// `lin x` times `|lin x| / (norm of x + epsilon)`, the factor marked: a B-cos unit with B = 2 (Böhle et al. 2022).
/// `sums` make of the squares of `x` what is under the root.
fn b_cos(graph: &mut Graph, at: usize, lin: Op, sums: &[Op]) -> usize {
    let mut push = |name: &str, op: Op, inputs: &[usize]| graph.push(format!("{name} {at}"), op, inputs);
    let lin = push("lin", lin, &[at]);
    let cosine = push("cosine", Op::Activation(Activation::Abs), &[lin]);
    let square = push("square", Op::Activation(Activation::Square), &[at]);
    let sum = sums.iter().enumerate().fold(square, |sum, (i, op)| push(&format!("sum {i}"), op.clone(), &[sum]));
    let root = push("norm", Op::Activation(Activation::Sqrt), &[sum]);
    let norm = push("above zero", affine(1.0, EPSILON), &[root]);
    let scale = push("scale", Op::Arithmetic(Arithmetic::Divide), &[cosine, norm]);
    let held = push("held", Op::Detachable, &[scale]);
    push("out", Op::Arithmetic(Arithmetic::Multiply), &[lin, held])
}

fn sum_along(axes: &[usize]) -> Op {
    Op::Reduce(Reduce { reduction: Reduction::Sum, axes: axes.to_vec(), keep: true })
}

fn unit_linear(inputs: usize, outputs: usize) -> Op {
    Op::Linear(Linear { inputs, outputs, weight: "w".into(), bias: None, unit_norm: true })
}

/// A convolution and a matrix as B-cos units: `[N, 3, 5, 5]` to `[N, 4]`.
fn b_cos_network() -> Net {
    let mut graph = Graph::new();
    let window = Window { padding: Padding::Same, ..Window::square(3, 2, 0) };
    let weight = "w".into();
    let conv = Convolution { inputs: 3, outputs: 6, groups: 1, window, weight, bias: None, unit_norm: true };
    // Under the root: the sum of squares of all that a place sees.
    let mean = Op::Pool(Pool { pooling: Pooling::Average { with_padding: true }, window });
    let conv = b_cos(&mut graph, 0, Op::Convolution(conv), &[sum_along(&[1]), mean, affine(9.0, 0.0)]);
    let places = graph.push("places", Op::GlobalAveragePool, &[conv]);
    let flat = graph.push("flat", Op::Reshape(Reshape::flatten()), &[places]);
    b_cos(&mut graph, flat, unit_linear(6, 4), &[sum_along(&[1])]);
    Net::new(graph)
}

fn one_hot(target: usize) -> Array {
    Array::from_fn(&[1, 4], |place| f64::from(u8::from(place[1] == target)))
}

#[test]
fn an_explanation_is_the_matrix_that_the_network_multiplies_by() {
    let net = b_cos_network();
    let x = Array::noise(70, &[1, 3, 5, 5]);
    let logits = net.logits(&x);
    for (target, logit) in logits.into_iter().enumerate() {
        let row = signal(&net, &x, &one_hot(target), &Rules::explanation());
        let parts: Vec<f64> = row.iter().zip(&x.values).map(|(row, x)| row * x).collect();
        let (sum, size) = (parts.iter().sum::<f64>(), parts.iter().map(|part| part.abs()).sum::<f64>());
        assert!((sum - f64::from(logit)).abs() <= TOLERANCE * size, "{sum} instead of {logit}");
        assert!(size > 1e-3);
        assert_ne!(row, signal(&net, &x, &one_hot(target), &Rules::gradient()));
    }
}

#[test]
fn the_explanation_of_one_unit_is_its_scaled_weight() {
    let mut graph = Graph::new();
    let flat = graph.push("flat", Op::Reshape(Reshape::flatten()), &[0]);
    b_cos(&mut graph, flat, unit_linear(12, 4), &[sum_along(&[1])]);
    let net = Net::new(graph);
    let x = Array::noise(71, &[1, 3, 2, 2]);
    let w = &named(&unit_linear(12, 4))["w"];
    let norm = |values: &[f64]| values.iter().map(|v| v * v).sum::<f64>().sqrt();
    for (target, row) in w.values.chunks(12).enumerate() {
        let unit: Vec<f64> = row.iter().map(|v| v / norm(row)).collect();
        let lin: f64 = unit.iter().zip(&x.values).map(|(w, x)| w * x).sum();
        let scale = lin.abs() / (norm(&x.values) + f64::from(EPSILON));
        let expected: Vec<f64> = unit.iter().map(|w| w * scale).collect();
        assert_near(&signal(&net, &x, &one_hot(target), &Rules::explanation()), &expected);
    }
}

/// On a black picture the norm is 0 and its derivative infinite: what is held fixed must not come near it.
#[test]
fn the_explanation_of_a_black_picture_is_zero() {
    let net = b_cos_network();
    let black = Array::from_fn(&[1, 3, 5, 5], |_| 0.0);
    assert_eq!(signal(&net, &black, &one_hot(0), &Rules::explanation()), vec![0.0; 75]);
}
