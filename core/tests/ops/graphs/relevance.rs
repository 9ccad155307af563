//! Rules of relevance propagation against second writings of their formulas in f64, and what they promise of sums.

use super::net::{Net, add, convolution, crossroads, linear, noise, relu};
use crate::array::{Array, places};
use crate::case::{named, read, value};
use burn::tensor::Device;
use std::collections::BTreeMap;

use tessera_core::network::canonise::fold_batch_norms;
use tessera_core::network::graph::{Graph, NodeId};
use tessera_core::network::op::{Activation, Arithmetic, BatchNorm, Kind, Op, Pool, Pooling, Reshape, Window};
use tessera_core::network::parameters::{Parameter, Parameters};
use tessera_core::network::rule::composite::Choices;
use tessera_core::network::rule::{Bounds, Rule, Rules, Sharing, Stabiliser, Where};
use tessera_core::network::{backward, load};

const BOUNDS: Bounds = Bounds::Channels { low: [-3.0; 3], high: [3.0; 3] };

fn sharing(epsilon: f32, bias: bool) -> Sharing {
    Sharing { by: Stabiliser::Signed(epsilon), bias }
}

/// Relevance at the wanted nodes.
fn relevance(net: &Net, x: &Array, start: &Array, rules: &Rules, wanted: &[NodeId]) -> Vec<Vec<f64>> {
    let tape = net.run(x, &[], Some(rules));
    let seeds = vec![(net.graph.output(), value(start))];
    let found = backward::run(&net.graph, &net.weights, &tape, seeds, rules, wanted);
    found.into_iter().map(|signal| read(signal).into_iter().map(f64::from).collect()).collect()
}

fn at(kind: Kind, rule: Rule) -> Rules {
    Rules(vec![(Where::Kind(kind), rule)])
}

fn assert_near(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    let greatest = expected.iter().fold(0.0f64, |greatest, v| greatest.max(v.abs()));
    let far = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(found.len() == expected.len() && far <= tolerance * greatest, "{what}: {far} of {greatest}");
}

/// All rules for layers with weights: three lines of their second writing each.
fn rules(epsilon: f32, bias: bool) -> Vec<(&'static str, Rule, Written)> {
    let sharing = sharing(epsilon, bias);
    let up = |v: f64| v.max(0.0);
    let down = |v: f64| v.min(0.0);
    let raised = |v: f64| v + 0.25 * v.max(0.0);
    let lowered = |v: f64| v + 0.25 * v.min(0.0);
    let raising = Share { part: |x, w| x.max(0.0) * w.max(0.0) + x.min(0.0) * w.min(0.0), bias: up, ..Share::ALL };
    let lowering = Share { part: |x, w| x.max(0.0) * w.min(0.0) + x.min(0.0) * w.max(0.0), bias: down, ..Share::ALL };
    let none = |_: f64| 0.0;
    let above = Share {
        part: |x, w| x.max(0.0) * (w + 0.25 * w.max(0.0)) + x.min(0.0) * (w + 0.25 * w.min(0.0)),
        bias: raised,
        side: 1.0,
        ..Share::ALL
    };
    let below = Share {
        part: |x, w| x.max(0.0) * (w + 0.25 * w.min(0.0)) + x.min(0.0) * (w + 0.25 * w.max(0.0)),
        bias: lowered,
        side: -1.0,
        ..Share::ALL
    };
    let boxed = Share { part: |x, w| x * w + 3.0 * w.max(0.0) - 3.0 * w.min(0.0), bias: none, ..Share::ALL };
    vec![
        ("epsilon", Rule::Epsilon(sharing), vec![Share { part: |x, w| x * w, bias: |b| b, ..Share::ALL }]),
        ("z+", Rule::ZPlus(sharing), vec![raising]),
        (
            "alpha-beta",
            Rule::AlphaBeta { alpha: 2.0, beta: 1.0, sharing },
            vec![Share { factor: 2.0, ..raising }, Share { factor: -1.0, ..lowering }],
        ),
        ("gamma", Rule::Gamma { gamma: 0.25, sharing }, vec![above, below]),
        ("flat", Rule::Flat(sharing), vec![Share { part: |_, _| 1.0, bias: none, ..Share::ALL }]),
        ("w-square", Rule::WSquare(sharing), vec![Share { part: |_, w| w * w, bias: |b| b * b, ..Share::ALL }]),
        ("z-box", Rule::ZBox(BOUNDS, sharing), vec![boxed]),
    ]
}

/// What a rule adds up: of an input and a weight, and of a bias; where the output has that sign, 0 for everywhere.
#[derive(Clone, Copy)]
struct Share {
    factor: f64,
    side: f64,
    part: fn(f64, f64) -> f64,
    bias: fn(f64) -> f64,
}

type Written = Vec<Share>;

impl Share {
    const ALL: Share = Share { factor: 1.0, side: 0.0, part: |x, w| x * w, bias: |b| b };
}

/// A layer as a matrix; none where an input has no part in an output.
struct Dense {
    weights: Vec<Vec<Option<f64>>>,
    biases: Vec<f64>,
}

impl Dense {
    fn handed_back(&self, x: &[f64], r: &[f64], written: &[Share], epsilon: f64, bias: bool) -> Vec<f64> {
        let mut sums = vec![0.0; x.len()];
        for ((row, &b), &r) in self.weights.iter().zip(&self.biases).zip(r) {
            let joined = || row.iter().zip(x).enumerate().filter_map(|(i, (w, &x))| w.map(|w| (i, x, w)));
            let output = joined().map(|(_, x, w)| x * w).sum::<f64>() + b;
            for share in written.iter().filter(|share| share.side * output >= 0.0) {
                let own = if bias { (share.bias)(b) } else { 0.0 };
                let z = joined().map(|(_, x, w)| (share.part)(x, w)).sum::<f64>() + own;
                let z = if z < 0.0 { z - epsilon } else { z + epsilon };
                joined().for_each(|(i, x, w)| sums[i] += share.factor * (share.part)(x, w) * r / z);
            }
        }
        sums
    }
}

/// Three inputs and two outputs, whose shares were worked out apart from here, in f64 from the formulas.
fn two_sums() -> (Net, Array, Array) {
    let mut graph = Graph::new();
    graph.push("linear", linear("linear", 3, 2), &[0]);
    let weight = Parameter { shape: vec![2, 3], values: vec![1.0, 2.0, -1.0, -1.0, 0.5, 1.0] };
    let bias = Parameter { shape: vec![2], values: vec![0.5, -0.25] };
    let all = BTreeMap::from([("linear.weight".to_owned(), weight), ("linear.bias".to_owned(), bias)]);
    let x = Array { shape: vec![1, 3], values: vec![1.0, -2.0, 3.0] };
    (Net::with(graph, &Parameters(all)), x, Array { shape: vec![1, 2], values: vec![1.0, 2.0] })
}

#[test]
fn rules_give_the_numbers_worked_out_apart() {
    let (net, x, start) = two_sums();
    let expected = [
        [-2.848_481, -1.939_391, 8.545_444],
        [0.666_666, 0.0, 1.999_999],
        [0.444_444, -1.460_317, 3.571_427],
        [-1.471_263, -0.643_677, 5.517_238],
        [1.0, 1.0, 1.0],
        [1.024_865, 0.856_216, 1.024_865],
        [1.137_255, 0.450_980, 1.411_765],
    ];
    for ((name, rule, _), expected) in rules(1e-6, true).into_iter().zip(expected) {
        let found = relevance(&net, &x, &start, &at(Kind::Linear, rule), &[0]).remove(0);
        assert_near(&found, &expected, 2e-6, name);
    }
    let without = relevance(&net, &x, &start, &at(Kind::Linear, Rule::WSquare(sharing(1e-6, false))), &[0]).remove(0);
    assert_near(&without, &[1.055_556, 0.888_889, 1.055_556], 2e-6, "w-square without bias");
}

/// A convolution in two groups with a stride, on two pictures of both signs.
fn strided() -> (Net, Vec<usize>) {
    let mut graph = Graph::new();
    let window = Window { stride: [2, 2], ..Window::square(3, 1, 1) };
    graph.push("conv", convolution("conv", 4, 6, 2, window), &[0]);
    (Net::new(graph), vec![2, 6, 3, 3])
}

fn dense(net: &Net) -> Dense {
    let all = named(&net.graph.nodes[net.node("conv")].op);
    let (kernels, bias) = (&all["conv.weight"], &all["conv.bias"]);
    let joined = |o: &[usize], i: &[usize]| {
        let tap = |axis: usize| (i[axis] + 1).checked_sub(2 * o[axis]).filter(|tap| *tap < 3);
        let channel = i[0].checked_sub(o[0] / 3 * 2).filter(|channel| *channel < 2)?;
        Some(kernels.at(&[o[0], channel, tap(1)?, tap(2)?]))
    };
    let row = |o: &Vec<usize>| places(&[4, 5, 5]).map(|i| joined(o, &i)).collect();
    let outputs: Vec<Vec<usize>> = places(&[6, 3, 3]).collect();
    Dense { weights: outputs.iter().map(row).collect(), biases: outputs.iter().map(|o| bias.values[o[0]]).collect() }
}

#[test]
fn rules_at_a_convolution_are_their_formulas() {
    let (net, shape) = strided();
    let dense = dense(&net);
    let (x, start) = (Array::noise(80, &[2, 4, 5, 5]), Array::noise(81, &shape));
    for bias in [true, false] {
        // So much is added that no sum near zero makes rounding large.
        for (name, rule, written) in rules(0.05, bias) {
            let found = relevance(&net, &x, &start, &at(Kind::Convolution, rule), &[0]).remove(0);
            for n in 0..2 {
                let (x, r) = (&x.values[n * 100..][..100], &start.values[n * 54..][..54]);
                let expected = dense.handed_back(x, r, &written, f64::from(0.05f32), bias);
                assert_near(&found[n * 100..][..100], &expected, 1e-5, name);
            }
        }
    }
}

/// A batch norm and a rectifier before the convolution: `max(s x + t, 0) = s T + t`, and the convolution takes `T` by `s w`.
#[test]
fn norms_before_rectifiers_go_into_the_next_layer() {
    let mut graph = Graph::new();
    let mut norm = BatchNorm::named("norm", 4, 1e-3);
    norm.variance = "variance".into();
    let all = named(&Op::BatchNorm(norm.clone()));
    let norm = graph.push("norm", Op::BatchNorm(norm), &[0]);
    let relu = graph.push("relu", relu(), &[norm]);
    let (conv, shape) = strided();
    graph.push("conv", conv.graph.nodes[1].op.clone(), &[relu]);
    let net = Net::new(graph);
    let of = |name: &str, c: usize| all[name].values[c];
    let scale = |c: usize| of("norm.weight", c) / (of("variance", c) + f64::from(1e-3f32)).sqrt();
    let shift = |c: usize| of("norm.bias", c) - of("norm.running_mean", c) * scale(c);
    let channel = |i: usize| i / 25 % 4;
    let mut dense = dense(&net);
    for (row, bias) in dense.weights.iter_mut().zip(&mut dense.biases) {
        for (i, weight) in row.iter_mut().enumerate() {
            *bias += weight.map_or(0.0, |weight| weight * shift(channel(i)));
            *weight = weight.map(|weight| weight * scale(channel(i)));
        }
    }
    let (x, start) = (Array::noise(82, &[2, 4, 5, 5]), Array::noise(83, &shape));
    let thresholded = |(i, x): (usize, &f64)| {
        let (s, t) = (scale(channel(i)), shift(channel(i)));
        if s * x + t > 0.0 { *x } else { -t / s }
    };
    let seen: Vec<f64> = x.values.iter().enumerate().map(thresholded).collect();
    for bias in [true, false] {
        // Flat and w-square do not look at inputs, and the shift is none of theirs.
        for (name, rule, written) in rules(0.05, bias).into_iter().take(4) {
            let rules = Rules(vec![
                (Where::Absorbed, Rule::Pass),
                (Where::Kind(Kind::Rectifier), Rule::Pass),
                (Where::Kind(Kind::Convolution), rule),
            ]);
            let found = relevance(&net, &x, &start, &rules, &[0]).remove(0);
            for n in 0..2 {
                let (x, r) = (&seen[n * 100..][..100], &start.values[n * 54..][..54]);
                let expected = dense.handed_back(x, r, &written, f64::from(0.05f32), bias);
                assert_near(&found[n * 100..][..100], &expected, 1e-5, name);
            }
        }
    }
}

#[test]
fn without_biases_rules_keep_the_sum() {
    let (net, shape) = strided();
    // Relevance above zero, so that its sum is not itself a small difference.
    let (x, start) = (Array::noise(80, &[2, 4, 5, 5]), Array::noise(81, &shape).map(f64::abs).rounded());
    let sum: f64 = start.values.iter().sum();
    for (name, rule, _) in rules(1e-9, false) {
        let found = relevance(&net, &x, &start, &at(Kind::Convolution, rule), &[0]).remove(0);
        let kept: f64 = found.iter().sum();
        let size = found.iter().map(|r| r.abs()).sum::<f64>();
        assert!((kept - sum).abs() <= 1e-4 * size, "{name}: {kept} of {sum}");
    }
}

fn choices(bias: bool) -> Choices {
    Choices { epsilon: 1e-9, bias, bounds: BOUNDS }
}

/// A convolution, two residual blocks, the second's skip with a convolution, pools of both kinds and a linear op.
fn residual() -> Net {
    let mut graph = Graph::new();
    let square = |name: &str| convolution(name, 4, 4, 1, Window::square(3, 1, 1));
    let first = graph.push("first", convolution("first", 3, 4, 1, Window::square(3, 1, 1)), &[0]);
    let mut block = graph.push("stem", relu(), &[first]);
    for name in ["a", "b"] {
        let conv = graph.push(format!("{name} conv"), square(&format!("{name}.conv")), &[block]);
        let inner = graph.push(format!("{name} relu"), relu(), &[conv]);
        let last = graph.push(format!("{name} last"), square(&format!("{name}.last")), &[inner]);
        let skip = if name == "b" { graph.push("b skip", square("b.skip"), &[block]) } else { block };
        let sum = graph.push(format!("{name} sum"), add(), &[last, skip]);
        block = graph.push(format!("block {name}"), relu(), &[sum]);
    }
    let pool = |pooling| Op::Pool(Pool { pooling, window: Window::square(2, 2, 0) });
    let most = graph.push("most", pool(Pooling::Maximum), &[block]);
    let mean = graph.push("mean", pool(Pooling::Average { with_padding: true }), &[most]);
    let flat = graph.push("flat", Op::Reshape(Reshape::flatten()), &[mean]);
    graph.push("linear", linear("linear", 16, 5), &[flat]);
    Net::new(graph)
}

fn one_logit(net: &Net, x: &Array, target: usize) -> Array {
    let logits = net.logits(x);
    Array::from_fn(&[1, 5], |place| if place[1] == target { f64::from(logits[target]) } else { 0.0 })
}

#[test]
fn no_block_doubles_relevance() {
    let (net, x) = (residual(), Array::noise(90, &[1, 3, 8, 8]));
    let start = one_logit(&net, &x, 2);
    let wanted = ["flat", "most", "block b", "b sum", "block a", "a sum", "stem"].map(|name| net.node(name));
    let composites = [Rules::epsilon_plus(&choices(false)), Rules::epsilon(&choices(false))];
    for rules in composites {
        for (node, found) in wanted.iter().zip(relevance(&net, &x, &start, &rules, &wanted)) {
            let (sum, expected) = (found.iter().sum::<f64>(), start.values[2]);
            let size = found.iter().map(|r| r.abs()).sum::<f64>();
            assert!((sum - expected).abs() <= 1e-4 * size, "{}: {sum}", net.graph.nodes[*node].name);
        }
    }
}

#[test]
fn without_biases_epsilon_is_input_times_gradient() {
    let with = residual();
    let parameters = with.graph.nodes.iter().flat_map(|node| named(&node.op)).map(|(name, noise)| {
        let values = if name.ends_with("bias") { vec![0.0; noise.values.len()] } else { noise.floats() };
        (name, Parameter { shape: noise.shape, values })
    });
    let parameters = Parameters(parameters.collect());
    let net = Net::with(with.graph, &parameters);
    let x = Array::noise(91, &[1, 3, 8, 8]);
    let start = one_logit(&net, &x, 1);
    let rules = Rules::epsilon(&Choices { epsilon: 1e-12, ..choices(true) });
    let found = relevance(&net, &x, &start, &rules, &[0]).remove(0);
    let one = start.map(|v| if v == 0.0 { 0.0 } else { 1.0 });
    let gradient = relevance(&net, &x, &one, &Rules::gradient(), &[0]).remove(0);
    let product: Vec<f64> = gradient.iter().zip(&x.values).map(|(g, x)| g * x).collect();
    assert_near(&found, &product, 2e-4, "LRP-0");
    let sum: f64 = found.iter().sum();
    assert!((sum - start.values[1]).abs() <= 1e-3 * start.values[1].abs(), "{sum} of {}", start.values[1]);
}

#[test]
fn z_plus_is_of_one_sign_and_classes_differ() {
    let (net, x) = (residual(), Array::noise(92, &[1, 3, 8, 8]));
    let rules = Rules::epsilon_plus(&choices(true));
    let one = |target: usize| {
        let start = Array::from_fn(&[1, 5], |place| f64::from(u8::from(place[1] == target)));
        relevance(&net, &x, &start, &rules, &[net.node("most"), net.node("stem")])
    };
    let (a, b) = (one(0), one(3));
    assert_ne!(a[1], b[1]);
    // What the linear op hands on has both signs; from there on z+ keeps them.
    let signs = |r: &[f64]| (r.iter().any(|r| *r > 0.0), r.iter().any(|r| *r < 0.0));
    assert_eq!(signs(&a[0]), (true, true));
}

#[test]
fn every_composite_runs_on_attention_and_skips() {
    let (net, x) = (crossroads(), Array::noise(3, &[1, 3, 6, 6]));
    let start = one_logit(&net, &x, 4);
    let c = choices(true);
    let all = [
        Rules::epsilon(&c),
        Rules::epsilon_plus(&c),
        Rules::epsilon_plus_flat(&c),
        Rules::epsilon_gamma_box(&c),
        Rules::alpha2_beta1(&c),
        Rules::attention(&c),
        Rules::facct24(),
    ];
    let maps: Vec<Vec<f64>> = all.iter().map(|rules| relevance(&net, &x, &start, rules, &[0]).remove(0)).collect();
    for (i, map) in maps.iter().enumerate() {
        assert!(map.iter().all(|v| v.is_finite()) && map.iter().any(|v| *v != 0.0), "composite {i}");
        assert!(!maps[..i].contains(map), "composite {i} is another's");
    }
}

/// Two batch norms, some of whose factors are below zero: folded, they are taken apart again.
#[test]
fn rules_of_the_facct_study_do_not_change_with_folding() {
    let mut graph = Graph::new();
    let mut at = 0;
    for (name, inputs) in [("a", 3), ("b", 4)] {
        let conv = convolution(&format!("{name}.conv"), inputs, 4, 1, Window::square(3, 1, 1));
        at = graph.push(format!("{name} conv"), conv, &[at]);
        let norm = Op::BatchNorm(BatchNorm::named(&format!("{name}.norm"), 4, 1e-3));
        at = graph.push(format!("{name} norm"), norm, &[at]);
        at = graph.push(format!("{name} relu"), relu(), &[at]);
    }
    let flat = graph.push("flat", Op::Reshape(Reshape::flatten()), &[at]);
    graph.push("linear", linear("linear", 64, 5), &[flat]);
    let (parameters, x) = (noise(&graph, 40), Array::noise(41, &[2, 3, 4, 4]));
    let factors = [&parameters.0["a.norm.weight"], &parameters.0["b.norm.weight"]];
    assert!(factors.iter().all(|factors| factors.values.iter().any(|v| *v < 0.0)));
    let [apart, folded] = [false, true].map(|fold| {
        let (graph, parameters) = (graph.clone(), parameters.clone());
        let (graph, parameters) = if fold { fold_batch_norms(graph, parameters) } else { (graph, parameters) };
        let weights = load::upload(&graph, parameters, &Device::flex());
        relevance(&Net { graph, weights }, &x, &Array::noise(42, &[2, 5]), &Rules::facct24(), &[0]).remove(0)
    });
    assert_near(&folded, &apart, 1e-4, "folded");
}

/// Sums to the difference of the logits: through rectifiers, smooth functions, overlapping max pools, skips and products.
#[test]
fn rescaled_multipliers_are_complete() {
    let mut graph = Graph::new();
    let conv = graph.push("conv", convolution("conv", 3, 4, 1, Window::square(3, 1, 1)), &[0]);
    let relu = graph.push("relu", relu(), &[conv]);
    let silu = graph.push("silu", Op::Activation(Activation::Silu), &[conv]);
    let gate = graph.push("gate", Op::Activation(Activation::Sigmoid), &[conv]);
    let gated = graph.push("gated", Op::Arithmetic(Arithmetic::Multiply), &[silu, gate]);
    let sum = graph.push("sum", add(), &[relu, gated]);
    let pool = Pool { pooling: Pooling::Maximum, window: Window { stride: [2, 2], ..Window::square(3, 1, 1) } };
    let pool = graph.push("pool", Op::Pool(pool), &[sum]);
    let flat = graph.push("flat", Op::Reshape(Reshape::flatten()), &[pool]);
    graph.push("linear", linear("linear", 36, 5), &[flat]);
    let net = Net::new(graph);
    let pair = Array::noise(95, &[2, 3, 6, 6]);
    let logits = net.logits(&pair);
    for target in 0..5 {
        let start = Array::from_fn(&[2, 5], |place| f64::from(u8::from(place[1] == target)));
        let multipliers = relevance(&net, &pair, &start, &Rules::rescale(), &[0]).remove(0);
        assert_eq!(multipliers[..108], multipliers[108..]);
        let parts = (0..108).map(|i| multipliers[i] * (pair.values[i] - pair.values[108 + i]));
        let (sum, size) = parts.fold((0.0, 0.0), |(sum, size): (f64, f64), part| (sum + part, size + part.abs()));
        let expected = f64::from(logits[target]) - f64::from(logits[5 + target]);
        assert!((sum - expected).abs() <= 1e-5 * size, "{sum} of {expected}");
    }
}
