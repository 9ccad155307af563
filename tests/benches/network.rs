//! Tessera's own side of `cargo xtask bench`: a network under test on one photo, on the processor.
//!
//! `files FOLDER SIDE` writes the network's card, if the folder has none, and the picture that every contender sees;
//! `serve FOLDER` answers lines `JOB COUNT` with a number that all contenders must agree on and the seconds of each pass;
//! `profile FOLDER COUNT` says how the time is shared among kinds of op; `methods FOLDER` which methods there are, whose
//! ids are jobs too.

use burn::tensor::Device;
use pollster::block_on;
use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::Path;
use std::time::Instant;
use tessera_core::descriptor::Entry;
use tessera_core::experiment::Target;
use tessera_core::map::{Map, npy};
use tessera_core::method::{self, ENTRIES};
use tessera_core::network::card::Card;
use tessera_core::network::graph::NodeId;
use tessera_core::network::op::{Convolution, Op};
use tessera_core::network::plan::Outline;
use tessera_core::network::rule::Rules;
use tessera_core::network::value::Value;
use tessera_core::network::{Network, Objective, Session, backward, forward, load};
use tessera_core::photo::{self, Crop, Input};
use tessera_tests::explained::{Explained, cheap};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["files", folder, side] => files(Path::new(folder), number(side)),
        ["serve", folder] => serve(Path::new(folder)),
        ["profile", folder, count] => profile(Path::new(folder), number(count)),
        ["methods", folder] => methods(Path::new(folder)),
        _ => panic!("call it with `files FOLDER SIDE`, `serve FOLDER`, `profile FOLDER COUNT` or `methods FOLDER`"),
    }
}

fn number(text: &str) -> usize {
    text.parse().expect("sides and counts are numbers")
}

const CARD: &str = "card.json";
const WEIGHTS: &str = "model.safetensors";

fn card(folder: &Path) -> Card {
    serde_json::from_slice(&tessera_tests::bytes(folder.join(CARD))).expect("the card was written by us")
}

/// The network on the processor.
fn network(folder: &Path) -> Network {
    let weights = tessera_tests::bytes(folder.join(WEIGHTS));
    load::open(&card(folder), weights.into(), &|_| None, &Device::flex()).unwrap_or_else(|error| panic!("{error}"))
}

/// The picture: a sample photo as the network sees it.
fn picture(card: &Card) -> Input {
    let file = tessera_tests::bytes(tessera_tests::root().join("public/samples/cat.jpg"));
    let photo = photo::decode(&file).expect("the sample can be decoded");
    photo::prepare(&photo, &card.preprocess, Crop::Centre)
}

/// Writes the card as the page would draft it, and the picture as bytes (rows of RGB) and as the numbers a network takes
/// (`[3, H, W]`, little-endian).
fn files(folder: &Path, side: usize) {
    let path = folder.join(CARD);
    if !path.exists() {
        let file = tessera_tests::bytes(folder.join(WEIGHTS));
        let mut card = load::read(WEIGHTS, file.into(), &|_| None).unwrap_or_else(|error| panic!("{error}")).card;
        card.preprocess = card.preprocess.resized(side);
        std::fs::write(&path, serde_json::to_vec(&card).expect("a card is JSON"))
            .expect("the folder can be written to");
    }
    let card = card(folder);
    let input = picture(&card);
    let values: Vec<u8> = input.normalised(&card.preprocess).iter().flat_map(|value| value.to_le_bytes()).collect();
    std::fs::write(folder.join("picture.rgb"), &input.rgb).expect("the folder can be written to");
    std::fs::write(folder.join("picture.f32"), values).expect("the folder can be written to");
}

/// Answers lines until there are no more.
fn serve(folder: &Path) {
    let network = network(folder);
    let input = picture(&network.card);
    println!("tessera {}", env!("CARGO_PKG_VERSION"));
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let (job, count) = line.split_once(' ').expect("a line is `JOB COUNT`");
        let work = || match method::entry(job) {
            Some(entry) => written(folder, &explained(&network, &input, entry)),
            None => pass(&network, &input, job == "gradient"),
        };
        let mut check = 0.0;
        let mut seconds = String::new();
        for _ in 0..count.parse().expect("a count is a number") {
            let start = Instant::now();
            check = work();
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
    let gradient = block_on(session.gradient(&Objective::logit(target), 0).read()).expect("the processor is not lost");
    gradient.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt()
}

fn greatest(logits: &[f32]) -> (usize, f32) {
    logits.iter().copied().enumerate().fold((0, f32::MIN), |best, next| if next.1 > best.1 { next } else { best })
}

/// Prints, for both directions, a line `DIRECTION KIND MILLISECONDS` a kind of op: sums of each step's least, which a busy
/// machine disturbs least.
fn profile(folder: &Path, count: usize) {
    let network = network(folder);
    let input = picture(&network.card);
    let mut samples = vec![[vec![], vec![]]; network.graph.nodes.len()];
    for _ in 0..count {
        walk(&network, &input, &mut samples);
    }
    for (direction, name) in ["forward", "backward"].into_iter().enumerate() {
        let mut kinds: BTreeMap<String, f64> = BTreeMap::new();
        for (id, samples) in samples.iter().enumerate().filter(|(_, samples)| !samples[direction].is_empty()) {
            *kinds.entry(kind(&network, id)).or_default() += least(&samples[direction]);
        }
        for (kind, seconds) in kinds {
            println!("{name} {kind} {:.4}", seconds * 1e3);
        }
    }
}

/// Seconds of a node's steps, forward and backward.
type Samples = [Vec<f64>; 2];

/// One pass in each direction, as a session makes them; the clock is read after every step. What is done in one go with a
/// node is counted as that node's.
fn walk(network: &Network, input: &Input, samples: &mut [Samples]) {
    let Network { graph, weights, card, device } = network;
    let (rules, shape) = (Rules::gradient(), [1, 3, input.height, input.width]);
    let picture = Value::from_floats(input.normalised(&card.preprocess), &shape, device);
    let mut clock = Instant::now();
    let mut note = |direction: usize, id: NodeId| {
        samples[id][direction].push(clock.elapsed().as_secs_f64());
        clock = Instant::now();
    };
    let tape = forward::watched(graph, weights, picture, &[graph.features], &[&rules], &mut |id| note(0, id));
    let mut seed = vec![0.0; card.classes];
    seed[0] = 1.0;
    let seeds = vec![(graph.output(), Value::from_floats(seed, &[1, card.classes], device))];
    let _ = backward::watched(graph, weights, &tape, seeds, &rules, &[0], &mut |id| note(1, id));
}

/// Samples of methods that take any number of them: enough to drown what they do once.
const SAMPLES: u64 = 40;

/// The class that methods explain, that of the sample photo: Egyptian cat.
const CAT: usize = 285;

/// Prints a line `ID FORWARD BACKWARD` for each method that the network has all for: the passes it foretells.
fn methods(folder: &Path) {
    let network = network(folder);
    let input = picture(&network.card);
    let outline =
        Outline::new(&network.graph, [input.height, input.width], &network.device).expect("the network's own size");
    let there = |entry: &&Entry| !entry.needs.iter().any(|need| outline.lacks.contains(need));
    for entry in ENTRIES.iter().filter(there) {
        let settings = cheap(entry, SAMPLES).complete().expect("settings that fit");
        let cost = method::cost(entry.id, &settings, &outline.plan);
        println!("{} {} {}", entry.id, cost.forward, cost.backward);
    }
}

/// A method's map; the photo's own forward pass is made for it anew.
fn explained(network: &Network, input: &Input, entry: &Entry) -> Map {
    let ran = Explained::default().run(network, input, Target::Class(CAT), &[cheap(entry, SAMPLES)]);
    let map = ran.expect("a class that the network has").maps.remove(0);
    map.unwrap_or_else(|why| panic!("{}: {why}", entry.id))
}

/// Writes the map for the peers to look at; it agrees with itself wholly.
fn written(folder: &Path, map: &Map) -> f64 {
    let maps = folder.join("maps");
    let file = maps.join(format!("{}.npy", map.facts.provenance.method));
    std::fs::create_dir_all(&maps)
        .and_then(|()| std::fs::write(file, npy::write(map)))
        .expect("the folder can be written to");
    1.0
}

/// What a node is called in the shares.
fn kind(network: &Network, id: NodeId) -> String {
    let op = &network.graph.nodes[id].op;
    let Op::Convolution(Convolution { inputs, groups, window, .. }) = op else {
        return format!("{:?}", op.kind()).to_lowercase();
    };
    let strided = if window.stride == [1, 1] { "" } else { "-strided" };
    match *groups {
        1 if *inputs == 3 => "first-convolution".into(),
        1 => format!("convolution-{}x{}{strided}", window.kernel[0], window.kernel[1]),
        groups if groups == *inputs => format!("depthwise{strided}"),
        _ => format!("grouped{strided}"),
    }
}

fn least(samples: &[f64]) -> f64 {
    samples.iter().copied().fold(f64::INFINITY, f64::min)
}
