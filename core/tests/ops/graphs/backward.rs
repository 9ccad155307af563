//! The backward walk: several seeds, several wanted nodes, a target a picture, what leads nowhere.

use super::net::{Net, crossroads};
use crate::array::Array;
use crate::case::{TOLERANCE, named, read, upload, value};
use tessera_core::network::backward;
use tessera_core::network::graph::{Graph, NodeId};
use tessera_core::network::op::{Activation, Arithmetic, Op};
use tessera_core::network::rule::Rules;

/// The signals at the wanted nodes for seeds at others.
fn signals(net: &Net, x: &Array, seeds: &[(NodeId, Array)], wanted: &[NodeId]) -> Vec<Vec<f32>> {
    let rules = Rules::gradient();
    let tape = net.run(x, &[], Some(&rules));
    let seeds = seeds.iter().map(|(node, seed)| (*node, value(seed))).collect();
    let signals = backward::run(&net.graph, &net.weights, &tape, seeds, &rules, wanted);
    for (&node, signal) in wanted.iter().zip(&signals) {
        assert_eq!(signal.shape(), tape.shapes[node], "at {}", net.graph.nodes[node].name);
    }
    signals.into_iter().map(read).collect()
}

fn pictures() -> Array {
    Array::noise(3, &[3, 3, 6, 6])
}

/// One at one logit of each picture.
fn targets(targets: &[usize]) -> Array {
    Array::from_fn(&[targets.len(), 5], |place| f64::from(u8::from(targets[place[0]] == place[1])))
}

fn assert_near(found: &[f32], expected: &[f32], what: &str) {
    let greatest = expected.iter().fold(1.0f32, |greatest, v| greatest.max(v.abs()));
    let near = |(a, b): (&f32, &f32)| f64::from((a - b).abs()) <= TOLERANCE * f64::from(greatest);
    assert!(found.len() == expected.len() && found.iter().zip(expected).all(near), "{what}");
}

#[test]
fn a_batch_has_a_target_a_picture() {
    let (net, x) = (crossroads(), pictures());
    let wanted = [0, net.node("skip"), net.node("mixed")];
    let out = net.graph.output();
    let together = signals(&net, &x, &[(out, targets(&[4, 0, 2]))], &wanted);
    for (n, target) in [4, 0, 2].into_iter().enumerate() {
        let alone = signals(&net, &x.picture(n), &[(out, targets(&[target]))], &wanted);
        for (alone, together) in alone.iter().zip(&together) {
            assert_eq!(alone[..], together[n * alone.len()..][..alone.len()], "picture {n}");
        }
    }
}

#[test]
fn wanted_nodes_do_not_disturb_each_other() {
    let (net, x) = (crossroads(), pictures());
    let seed = || vec![(net.graph.output(), targets(&[1, 1, 3]))];
    // Ancestors of each other, one twice, one where two branches meet, one without inputs, the seeded one itself.
    let names = ["relu", "input", "skip", "placed", "relu", "scores", "class token", "head"];
    let wanted: Vec<NodeId> = names.iter().map(|name| net.node(name)).collect();
    let together = signals(&net, &x, &seed(), &wanted);
    for (node, together) in wanted.iter().zip(&together) {
        assert_eq!(&signals(&net, &x, &seed(), &[*node])[0], together, "at {}", net.graph.nodes[*node].name);
    }
    assert_eq!(together[7], targets(&[1, 1, 3]).floats(), "the seed itself");
    assert!(together.iter().all(|signal| signal.iter().any(|v| *v != 0.0)));
}

#[test]
fn seeds_add_up() {
    let (net, x) = (crossroads(), pictures());
    let shapes = net.run(&x, &[], None).shapes;
    let nodes = ["head", "scores", "skip", "head"].map(|name| net.node(name));
    let seeds: Vec<(NodeId, Array)> =
        nodes.into_iter().enumerate().map(|(i, node)| (node, Array::noise(60 + i as u64, &shapes[node]))).collect();
    let wanted = [0, net.node("relu"), net.node("scores")];
    let together = signals(&net, &x, &seeds, &wanted);
    let apart: Vec<Vec<Vec<f32>>> =
        seeds.iter().map(|seed| signals(&net, &x, std::slice::from_ref(seed), &wanted)).collect();
    for (i, together) in together.iter().enumerate() {
        let sum = |at: usize| apart.iter().map(|apart| apart[i][at]).sum::<f32>();
        let sums: Vec<f32> = (0..together.len()).map(sum).collect();
        assert_near(together, &sums, &net.graph.nodes[wanted[i]].name);
    }
}

#[test]
fn what_leads_nowhere_gives_zeros() {
    let (net, x) = (crossroads(), pictures());
    let seed = || vec![(net.graph.output(), targets(&[0, 0, 0]))];
    let zeros = |signal: &Vec<f32>| signal.iter().all(|v| *v == 0.0);
    assert!(zeros(&signals(&net, &x, &seed(), &[net.node("aside")])[0]), "a branch that no node takes");
    // Behind the seed.
    let seed = vec![(net.node("relu"), Array::noise(1, &[3, 4, 6, 6]))];
    let found = signals(&net, &x, &seed, &[net.node("skip"), 0, net.graph.output(), net.node("smaller")]);
    assert_eq!(found.iter().map(zeros).collect::<Vec<_>>(), [true, false, true, true]);
}

/// A web of arithmetic in which each value is taken several times, one of them twice by one node, and its formula.
fn web() -> Net {
    let mut graph = Graph::new();
    let arithmetic = Op::Arithmetic;
    let tanh = graph.push("tanh", Op::Activation(Activation::Tanh), &[0]);
    let product = graph.push("product", arithmetic(Arithmetic::Multiply), &[tanh, 0]);
    let sum = graph.push("sum", arithmetic(Arithmetic::Add), &[product, tanh]);
    let square = graph.push("square", arithmetic(Arithmetic::Multiply), &[sum, sum]);
    let double = graph.push("double", arithmetic(Arithmetic::Add), &[square, square]);
    let difference = graph.push("difference", arithmetic(Arithmetic::Subtract), &[double, 0]);
    let exp = graph.push("exp", Op::Activation(Activation::Exp), &[difference]);
    graph.push("out", arithmetic(Arithmetic::Divide), &[exp, square]);
    Net::new(graph)
}

fn web_formula(x: f64) -> f64 {
    let tanh = x.tanh();
    let square = (tanh * x + tanh).powi(2);
    (2.0 * square - x).exp() / square
}

#[test]
fn a_web_of_skips_has_the_differences_of_its_formula() {
    let net = web();
    let x = Array::noise(9, &[2, 1, 3, 4]).map(|x| 0.75 + 0.25 * x).rounded();
    let output: Vec<f32> = x.values.iter().map(|&x| web_formula(x) as f32).collect();
    assert_near(&net.logits(&x), &output, "forward");
    let ones = x.map(|_| 1.0);
    let slope = |x: f64| (web_formula(x + 1e-5) - web_formula(x - 1e-5)) / 2e-5;
    let slopes: Vec<f32> = x.values.iter().map(|&x| slope(x) as f32).collect();
    assert_near(&signals(&net, &x, &[(net.graph.output(), ones)], &[0])[0], &slopes, "gradient");
}

/// The signal at an early node is the product of the gradients behind it, op by op.
#[test]
fn a_chain_is_the_chain_rule() {
    let mut graph = Graph::new();
    let ops = [Activation::Silu, Activation::Tanh, Activation::Gelu, Activation::Softplus].map(Op::Activation);
    for (i, op) in ops.iter().enumerate() {
        graph.push(format!("op {i}"), op.clone(), &[i]);
    }
    let net = Net::new(graph);
    let x = Array::noise(2, &[1, 2, 3, 3]);
    let seed = Array::noise(4, &x.shape);
    let values = net.everything(&x);
    let mut signal = seed.clone();
    for (i, op) in ops.iter().enumerate().rev() {
        let input = Array { shape: x.shape.clone(), values: values[i].iter().map(|&v| f64::from(v)).collect() };
        let found = crate::case::gradient(op, &upload(op, &named(op)), &[input], &signal).remove(0);
        signal.values = read(found).into_iter().map(f64::from).collect();
    }
    assert_eq!(signals(&net, &x, &[(4, seed)], &[0])[0], signal.floats());
}
