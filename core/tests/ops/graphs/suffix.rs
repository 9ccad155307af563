//! The forward walk, taps and runs from the middle.

use super::net::{Net, crossroads};
use crate::array::Array;
use crate::case::{read, value};
use tessera_core::network::forward::{frontier, resume};
use tessera_core::network::graph::NodeId;
use tessera_core::network::shape::infer;

fn pictures() -> Array {
    Array::noise(3, &[3, 3, 6, 6])
}

/// A run from the middle with nothing kept but the frontier.
fn resumed(net: &Net, x: &Array, node: NodeId, at: &Array) -> Vec<f32> {
    let tape = net.run(x, &frontier(&net.graph, node), None);
    let tape = resume(&net.graph, &net.weights, &tape, node, value(at), &[], None);
    read(tape.values[net.graph.output()].clone().expect("the output is kept"))
}

#[test]
fn every_node_has_the_inferred_shape_and_only_taps_are_kept() {
    let net = crossroads();
    let shapes = infer(&net.graph, [3, 3, 6, 6]).expect("it fits");
    let taps = [net.node("relu"), net.node("scores")];
    let tape = net.run(&pictures(), &taps, None);
    assert_eq!(tape.shapes, shapes);
    let kept: Vec<NodeId> = (0..shapes.len()).filter(|&id| tape.values[id].is_some()).collect();
    assert_eq!(kept, [taps[0], taps[1], net.graph.output()]);
    let everything = net.everything(&pictures());
    for tap in taps {
        assert_eq!(read(tape.values[tap].clone().expect("tapped")), everything[tap]);
    }
}

#[test]
fn a_run_from_any_node_with_its_own_value_is_the_whole_run() {
    let (net, x) = (crossroads(), pictures());
    let everything = net.everything(&x);
    let shapes = infer(&net.graph, [3, 3, 6, 6]).expect("it fits");
    for (node, shape) in shapes.iter().enumerate() {
        let own = Array { shape: shape.clone(), values: everything[node].iter().map(|&v| f64::from(v)).collect() };
        let name = &net.graph.nodes[node].name;
        assert_eq!(resumed(&net, &x, node, &own), everything[net.graph.output()], "from {name}");
    }
}

/// Three values at a node of one picture: a batch of three, though everything beside has a batch of one.
#[test]
fn a_run_from_any_node_takes_a_larger_batch() {
    let (net, x) = (crossroads(), pictures().picture(0));
    let shapes = infer(&net.graph, [1, 3, 6, 6]).expect("it fits");
    for (node, shape) in shapes.iter().enumerate() {
        let replaced = Array::noise(50 + node as u64, &[&[3], &shape[1..]].concat());
        let alone: Vec<f32> = (0..3).flat_map(|n| resumed(&net, &x, node, &replaced.picture(n))).collect();
        let together = resumed(&net, &x, node, &replaced);
        let name = &net.graph.nodes[node].name;
        if net.graph.reachable_from(node)[net.graph.output()] {
            assert_eq!(together, alone, "from {name}");
        } else {
            assert_eq!(together, net.logits(&x), "{name} leads nowhere");
        }
    }
}

#[test]
fn the_frontier_is_what_stands_beside() {
    let net = crossroads();
    let names = |node: &str| -> Vec<&str> {
        frontier(&net.graph, net.node(node)).into_iter().map(|id| net.graph.nodes[id].name.as_str()).collect()
    };
    assert_eq!(names("depthwise"), ["relu", "smaller", "class token", "positions"]);
    assert_eq!(names("queries"), ["placed", "keys heads", "values heads"]);
    assert_eq!(names("class token"), ["tokens", "positions"]);
    assert_eq!(names("input"), ["class token", "positions"]);
    assert_eq!(names("aside"), [""; 0]);
    assert_eq!(names("head"), [""; 0]);
}
