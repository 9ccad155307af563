//! Tessera's own side of `cargo xtask bench`: EfficientNet-Lite0 on one photo, on the processor.
//!
//! `files FOLDER` writes the picture that every contender sees; `serve` answers lines `JOB COUNT` with a number that all
//! contenders must agree on and the seconds of each pass; `profile COUNT` says how the time is shared among kinds of op.

use pollster::block_on;
use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::Path;
use std::time::Instant;
use tessera_core::network::graph::{Node, NodeId};
use tessera_core::network::op::{Convolution, Kept, Op};
use tessera_core::network::shape::infer;
use tessera_core::network::value::Value;
use tessera_core::network::{Network, Session};
use tessera_core::photo::{self, Crop, Input};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["files", folder] => files(Path::new(folder)),
        ["serve"] => serve(),
        ["profile", count] => profile(count.parse().expect("a count is a number")),
        _ => panic!("call it with `files FOLDER`, `serve` or `profile COUNT`"),
    }
}

/// The network on the processor.
fn network() -> Network {
    tessera_tests::lite0(&burn::tensor::Device::flex())
}

/// The picture: a sample photo as the network sees it.
fn picture(network: &Network) -> Input {
    let file = tessera_tests::bytes(tessera_tests::root().join("public/samples/cat.jpg"));
    let photo = photo::decode(&file).expect("the sample can be decoded");
    photo::prepare(&photo, &network.card.preprocess, Crop::Centre)
}

/// Writes the picture as bytes (rows of RGB) and as the numbers a network takes (`[3, H, W]`, little-endian).
fn files(folder: &Path) {
    let network = network();
    let input = picture(&network);
    let values = input.normalised(&network.card.preprocess);
    let values: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    std::fs::write(folder.join("picture.rgb"), &input.rgb).expect("the folder can be written to");
    std::fs::write(folder.join("picture.f32"), values).expect("the folder can be written to");
}

/// Answers lines until there are no more.
fn serve() {
    let network = network();
    let input = picture(&network);
    println!("tessera {}", env!("CARGO_PKG_VERSION"));
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let (job, count) = line.split_once(' ').expect("a line is `JOB COUNT`");
        let mut check = 0.0;
        let mut seconds = String::new();
        for _ in 0..count.parse().expect("a count is a number") {
            let start = Instant::now();
            check = pass(&network, &input, job == "gradient");
            seconds += &format!(" {:.7}", start.elapsed().as_secs_f64());
        }
        println!("{check}{seconds}");
    }
}

/// One forward pass, and one backward to the input if wanted. Gives back the greatest logit, or the gradient's length.
fn pass(network: &Network, input: &Input, backward: bool) -> f64 {
    let values = input.normalised(&network.card.preprocess);
    let mut session = Session::new(network, values, input.height, input.width).expect("the network's own size");
    let logits = block_on(session.logits()).expect("the processor is not lost");
    let (target, greatest) = greatest(&logits);
    if !backward {
        return f64::from(greatest);
    }
    let gradient = block_on(session.gradient(target, 0).read()).expect("the processor is not lost");
    gradient.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt()
}

fn greatest(logits: &[f32]) -> (usize, f32) {
    logits.iter().copied().enumerate().fold((0, f32::MIN), |best, next| if next.1 > best.1 { next } else { best })
}

/// Prints, for both directions, a line `DIRECTION KIND MILLISECONDS` a kind of op: sums of each node's median.
fn profile(count: usize) {
    let network = network();
    let mut samples = vec![[vec![], vec![]]; network.graph.nodes.len()];
    for _ in 0..count {
        walk(&network, &mut samples);
    }
    for (direction, name) in ["forward", "backward"].into_iter().enumerate() {
        let mut kinds: BTreeMap<&str, f64> = BTreeMap::new();
        for (node, samples) in network.graph.nodes.iter().zip(&mut samples).skip(1) {
            *kinds.entry(kind(node)).or_default() += median(&mut samples[direction]);
        }
        for (kind, seconds) in kinds {
            println!("{name} {kind} {:.4}", seconds * 1e3);
        }
    }
}

/// Seconds of a node's passes, forward and backward.
type Samples = [Vec<f64>; 2];

/// One pass in each direction, node by node.
fn walk(network: &Network, samples: &mut [Samples]) {
    let values = forward(network, samples);
    let size = network.card.preprocess.size;
    let shapes = infer(&network.graph, [1, 3, size, size]).expect("the network's own size");
    let mut signals: Vec<Option<Value>> = vec![None; values.len()];
    let mut seed = vec![0.0; network.card.classes];
    seed[0] = 1.0;
    signals[values.len() - 1] = Some(Value::from_floats(seed, &[1, network.card.classes], &network.device));
    for (id, node) in network.graph.nodes.iter().enumerate().skip(1).rev() {
        let signal = signals[id].take().expect("every node leads to the output");
        let shapes = node.inputs.iter().map(|&input| shapes[input].as_slice()).collect();
        let inputs = node.inputs.iter().map(|&input| Some(&values[input])).collect();
        let kept = Kept { shapes, inputs, output: Some(&values[id]) };
        let start = Instant::now();
        let given = node.op.gradient(&network.weights[id], &kept, signal);
        for (&input, signal) in node.inputs.iter().zip(given) {
            add(&mut signals, input, signal);
        }
        samples[id][1].push(start.elapsed().as_secs_f64());
    }
}

/// Adds a signal to those that came to a node before.
fn add(signals: &mut [Option<Value>], at: NodeId, signal: Value) {
    signals[at] = Some(match signals[at].take() {
        Some(sum) => sum + signal,
        None => signal,
    });
}

/// Every node's value, timed as in a session: an input that nobody takes later is given away, so its memory can be reused.
fn forward(network: &Network, samples: &mut [Samples]) -> Vec<Value> {
    let graph = &network.graph;
    let last = graph.last_uses();
    let values = picture(network).normalised(&network.card.preprocess);
    let size = network.card.preprocess.size;
    let mut values = vec![Value::from_floats(values, &[1, 3, size, size], &network.device)];
    let nothing = || Value::from_floats(vec![0.0], &[1, 1], &network.device);
    for (id, node) in graph.nodes.iter().enumerate().skip(1) {
        let inputs: Vec<Value> = node.inputs.iter().map(|&input| values[input].clone()).collect();
        for &input in &node.inputs {
            if last[input] == id && !graph.nodes[input].op.keeps().output {
                values[input] = nothing();
            }
        }
        let start = Instant::now();
        let value = node.op.forward(&network.weights[id], inputs);
        samples[id][0].push(start.elapsed().as_secs_f64());
        values.push(value);
    }
    values
}

/// What a node is called in the shares.
fn kind(node: &Node) -> &'static str {
    match &node.op {
        Op::Convolution(op) if op.groups == 1 && op.window.kernel == [1, 1] => "pointwise",
        Op::Convolution(Convolution { groups: 1, .. }) => "stem",
        Op::Convolution(op) if op.window.stride == [1, 1] => "depthwise",
        Op::Convolution(_) => "depthwise-strided",
        Op::Activation(_) => "clip",
        Op::Arithmetic(_) => "add",
        Op::GlobalAveragePool | Op::Reshape(_) | Op::Linear(_) => "pool+linear",
        _ => "other",
    }
}

fn median(samples: &mut [f64]) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}
