//! The zoo against torchvision, timm, efficientnet_lite_pytorch and bcos: names, logits, values inside, gradients.
//!
//! Tolerances are relative lengths. What is allowed is ten times what the reference's own f32 answers are off its f64
//! answers, or what they move under a noise of the size of a rounding in every weight (both stand in the golden files),
//! and no less than [`LEAST`].

use std::collections::BTreeSet;
use tessera_core::digest::sha256;
use tessera_core::network::canonise::fold_batch_norms;
use tessera_core::network::op::Kind;
use tessera_core::network::parameters::Parameters;
use tessera_core::network::rule::Rules;
use tessera_core::network::zoo::recognise::{Shapes, recognise, unused};
use tessera_core::network::zoo::{self, Dimensions};
use tessera_tests::golden::{Distance, distance};
use tessera_tests::zoo::{Golden, Ready, Windows, blocks, uniform};
use tessera_tests::{bytes, root};

/// The least tolerance: some f32 roundings in a sum of thousands.
const LEAST: f64 = 5e-6;

/// The tolerance of gradients at full width where the reference's own jump, because some of millions of rectifiers are so
/// near their kink that rounding turns them over.
const TURNED: f64 = 2e-2;

#[test]
fn the_formula_is_the_references() {
    assert_eq!(uniform("conv1.weight", 2).collect::<Vec<_>>(), [0.545_074_978_917_144_7, 0.745_161_751_328_336]);
    assert_eq!(uniform("input.0", 2).collect::<Vec<_>>(), [0.822_665_610_319_561_1, 0.553_606_082_174_505_1]);
    let goldens = Golden::all(false);
    let resnet = goldens.iter().find(|golden| golden.metadata["input"] == "input.0" && !golden.bcos()).unwrap();
    assert_eq!(resnet.input()[..2], [1.290_662_5, 0.214_424_37]);
}

#[test]
fn weights_are_the_references_to_the_bit() {
    for golden in Golden::all(false) {
        let graph = golden.graph();
        let mut all = golden.parameters(&graph);
        // B-cos batch norms keep means that nobody subtracts.
        for (name, variance) in all.0.clone() {
            let mean = name.replace("running_var", "running_mean");
            if !all.0.contains_key(&mean) {
                all.0.insert(mean.clone(), golden.weight(&mean, &variance.shape));
            }
        }
        let bytes: Vec<u8> = all.0.values().flat_map(|p| &p.values).flat_map(|value| value.to_le_bytes()).collect();
        assert_eq!(sha256(&bytes), golden.metadata["weights_sha256"], "{}", golden.id);
    }
}

#[test]
fn names_and_shapes_are_the_references() {
    let text = bytes(root().join("tests/golden/zoo/names.json"));
    let all: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&text).unwrap();
    assert!(all.len() >= 38);
    for (id, network) in all {
        let tensors: Vec<(String, Vec<usize>)> = serde_json::from_value(network["tensors"].clone()).unwrap();
        let graph = zoo::build(&id, &Dimensions::default()).unwrap_or_else(|| panic!("{id} is not in the zoo"));
        let wants: BTreeSet<(String, Vec<usize>)> = graph.nodes.iter().flat_map(|node| node.op.wants()).collect();
        let looked_at = tensors.iter().filter(|(name, _)| !unused(&graph, name)).cloned().collect();
        assert_eq!(wants, looked_at, "{id}");
        let shapes: Shapes = tensors.into_iter().collect();
        let best = recognise(&shapes).swap_remove(0);
        assert!(best.fits() && best.architecture.id == id, "{id}: {best}");
    }
}

/// Notes how far something is, and whether that is too far.
fn note(lines: &mut Vec<String>, what: &str, far: Distance, limit: f64) {
    let verdict = if far.relative <= limit { "" } else { ", TOO FAR" };
    lines.push(format!("{what} {:.1e} (of {limit:.1e}{verdict})", far.relative));
}

/// Prints what was measured and fails if anything is too far.
fn judge(reports: &[String]) {
    reports.iter().for_each(|report| println!("{report}"));
    let bad: Vec<&String> = reports.iter().filter(|report| report.contains("TOO FAR")).collect();
    assert!(bad.is_empty(), "{bad:#?}");
}

fn without(values: &[f32], bias: f32) -> Vec<f32> {
    values.iter().map(|value| value - bias).collect()
}

/// The bias of a B-cos network's logits, which hides what it adds to.
fn bias(golden: &Golden) -> f32 {
    golden.metadata.get("logit_bias").map_or(0.0, |bias| bias.parse().unwrap())
}

fn limit(golden: &Golden, of: &str) -> f64 {
    (10.0 * golden.deviation(of)).max(LEAST)
}

/// Logits, three values inside and what comes back to the input, of a network as built.
fn check_small(golden: &Golden, network: &Ready) -> Vec<String> {
    let (mut lines, bcos) = (vec![], golden.bcos());
    let rules = if bcos { Rules::explanation() } else { Rules::gradient() };
    let taps = golden.json("taps");
    let taps = taps.as_array().unwrap();
    let node = |path: &str| network.graph.node(path).unwrap_or_else(|| panic!("{}: no {path}", golden.id));
    let nodes: Vec<usize> = taps.iter().map(|tap| node(tap["module"].as_str().unwrap())).collect();
    let sees = if bcos { node("add_inverse") } else { 0 };
    let kept: Vec<usize> = nodes.iter().copied().chain([sees]).collect();
    let tape = network.run(golden.input(), golden.size, &kept, &rules);
    let logits = without(&network.value(&tape, network.graph.output()), bias(golden));
    let expected = without(&golden.tensors["logits"], bias(golden));
    note(&mut lines, "logits", distance(&logits, &expected), limit(golden, "logits"));
    for (tap, &node) in taps.iter().zip(&nodes) {
        let (module, step) = (tap["module"].as_str().unwrap(), tap["stride"].as_u64().unwrap() as usize);
        assert_eq!(serde_json::json!(tape.shapes[node]), tap["shape"], "{} {module}", golden.id);
        let found: Vec<f32> = network.value(&tape, node).into_iter().step_by(step).collect();
        let own = golden.json("f32_against_f64")["taps"][module].as_f64().unwrap();
        let limit = (10.0 * own).max(LEAST);
        note(&mut lines, module, distance(&found, &golden.tensors[&format!("tap.{module}")]), limit);
    }
    let gradient = network.back(&tape, golden.target, &rules, sees);
    note(&mut lines, "gradient", distance(&gradient, &golden.tensors["gradient"]), limit(golden, "gradient"));
    if bcos {
        let seen = network.value(&tape, sees);
        let sum = contribution(&seen, &gradient);
        note(&mut lines, "contribution", distance(&sum, &golden.tensors["contribution"]), limit(golden, "gradient"));
        let rules = Rules::gradient();
        let tape = network.run(golden.input(), golden.size, &[], &rules);
        let plain = blocks(&network.back(&tape, golden.target, &rules, sees), golden.size, 8);
        let far = distance(&plain, &golden.tensors["plain_gradient_blocks"]);
        note(&mut lines, "plain gradient", far, limit(golden, "gradient_blocks"));
    }
    lines
}

/// Sum over the channels of value times gradient.
fn contribution(seen: &[f32], gradient: &[f32]) -> Vec<f32> {
    let places = seen.len() / 6;
    let at = |place: usize| {
        (0..6).map(move |c| f64::from(seen[c * places + place]) * f64::from(gradient[c * places + place]))
    };
    (0..places).map(|place| at(place).sum::<f64>() as f32).collect()
}

/// Logits and gradient with the batch norms folded, as networks run.
fn check_folded(golden: &Golden, parameters: Parameters) -> Vec<String> {
    let mut lines = vec![];
    let (graph, parameters) = fold_batch_norms(golden.graph(), parameters);
    let (network, rules) = (Ready::new(graph, parameters), Rules::gradient());
    let tape = network.run(golden.input(), golden.size, &[], &rules);
    let logits = network.value(&tape, network.graph.output());
    note(&mut lines, "folded: logits", distance(&logits, &golden.tensors["logits"]), limit(golden, "logits"));
    let gradient = network.back(&tape, golden.target, &rules, 0);
    note(&mut lines, "gradient", distance(&gradient, &golden.tensors["gradient"]), limit(golden, "gradient"));
    lines
}

#[test]
fn networks_in_small_equal_their_references() {
    let goldens = Golden::all(false);
    assert!(goldens.len() >= 36);
    let reports: Vec<String> = goldens
        .iter()
        .map(|golden| {
            let graph = golden.graph();
            let parameters = golden.parameters(&graph);
            let graph_has_norms = graph.nodes.iter().any(|node| node.op.kind() == Kind::BatchNorm);
            let mut lines = check_small(golden, &Ready::new(graph, parameters.clone()));
            if !golden.bcos() && graph_has_norms {
                lines.extend(check_folded(golden, parameters));
            }
            format!("{}: {}", golden.id, lines.join(", "))
        })
        .collect();
    judge(&reports);
}

/// Logits, means of a value inside and block means of what comes back to the input, with batch norms folded.
fn check_full(golden: &Golden) -> Vec<String> {
    let (mut lines, bcos) = (vec![], golden.bcos());
    let graph = golden.graph();
    let parameters = golden.parameters(&graph);
    let (graph, parameters) = fold_batch_norms(graph, parameters);
    let network = Ready::new(graph, parameters);
    let rules = if bcos { Rules::explanation() } else { Rules::gradient() };
    let module = golden.json("tap")["module"].as_str().unwrap().to_string();
    let node = |path: &str| network.graph.node(path).unwrap_or_else(|| panic!("{}: no {path}", golden.id));
    let (tap, sees) = (node(&module), if bcos { node("add_inverse") } else { 0 });
    let tape = network.run(golden.input(), golden.size, &[tap, sees], &rules);
    let logits = without(&network.value(&tape, network.graph.output()), bias(golden));
    let expected = without(&golden.tensors["logits"], bias(golden));
    note(&mut lines, "logits", distance(&logits, &expected), limit(golden, "logits"));
    let means = means(&network.value(&tape, tap), &tape.shapes[tap]);
    let own = golden.json("f32_against_f64")["taps"][&module].as_f64().unwrap();
    note(
        &mut lines,
        &module,
        distance(&means, &golden.tensors[&format!("tap_means.{module}")]),
        (10.0 * own).max(LEAST),
    );
    let gradient = network.back(&tape, golden.target, &rules, sees);
    let side = golden.metadata["block"].parse().unwrap();
    let turns = golden.deviation("gradient_blocks") > 1e-5;
    let limit = if turns { TURNED } else { limit(golden, "gradient_blocks") };
    let far = distance(&blocks(&gradient, golden.size, side), &golden.tensors["gradient_blocks"]);
    note(&mut lines, "gradient", far, limit);
    if bcos {
        let sum = contribution(&network.value(&tape, sees), &gradient);
        let far = distance(&blocks(&sum, golden.size, side), &golden.tensors["contribution_blocks"]);
        note(&mut lines, "contribution", far, limit);
    }
    lines
}

/// Means over all places: `[1, C, H, W]` or `[1, tokens, C]` to `[C]`.
fn means(values: &[f32], shape: &[usize]) -> Vec<f32> {
    let axis = if shape.len() == 4 { 1 } else { 2 };
    let (channels, after) = (shape[axis], shape[axis + 1..].iter().product::<usize>());
    let mut sums = vec![0f64; channels];
    values.iter().enumerate().for_each(|(i, &value)| sums[i / after % channels] += f64::from(value));
    sums.into_iter().map(|sum| (sum * channels as f64 / values.len() as f64) as f32).collect()
}

#[test]
fn networks_at_full_width_equal_their_references() {
    let goldens = Golden::all(true);
    assert!(goldens.len() >= 14);
    let report = |golden: &Golden| {
        let start = std::time::Instant::now();
        let lines = check_full(golden).join(", ");
        format!("{}: {lines} in {:.1} s", golden.file, start.elapsed().as_secs_f32())
    };
    judge(&goldens.iter().map(report).collect::<Vec<_>>());
}

#[test]
fn what_a_window_changes_is_all_that_is_computed_again() {
    let reports: Vec<String> = Golden::all(false).iter().map(windowed).collect();
    judge(&reports);
}

/// Logits of pictures with a window changed, on both ways; batch norms folded, as networks are run.
fn windowed(golden: &Golden) -> String {
    let graph = golden.graph();
    let parameters = golden.parameters(&graph);
    let (graph, parameters) = fold_batch_norms(graph, parameters);
    let ready = Ready::new(graph, parameters);
    let (picture, [height, width]) = (golden.input(), golden.size);
    let side = 5;
    let begins = |length: usize| vec![0, 1, length / 2 - 3, length - side];
    let numbers = uniform("window", 3 * side * side).map(|u| u as f32).collect();
    let windows = Windows { side, numbers, rows: begins(height), columns: begins(width) };
    let found = ready.windowed(picture.clone(), golden.size, &windows);
    let mut lines = vec![];
    for (logits, place) in
        found.iter().zip(windows.rows.iter().flat_map(|&row| windows.columns.iter().map(move |&column| [row, column])))
    {
        let tape = ready.run(windows.laid(&picture, golden.size, place), golden.size, &[], &Rules::default());
        let whole = ready.value(&tape, ready.graph.output());
        note(&mut lines, &format!("{place:?}"), distance(logits, &whole), LEAST);
    }
    format!("{}: {}", golden.file, lines.join(", "))
}
