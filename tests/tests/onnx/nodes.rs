//! The node tests of the PyPI package onnx (tests/golden/onnx_nodes), for every operator that is claimed, and the table
//! docs/onnx.md that says how many pass.

use crate::running::run;
use safetensors::SafeTensors;
use std::collections::{BTreeMap, BTreeSet};
use tessera_core::network::format::onnx::Model;

/// What became of a case.
enum Outcome {
    Passed,
    Refused(String),
    Failed(String),
}

/// One line of the table: cases by outcome, first where a value depends on the picture, then for constants.
#[derive(Default)]
struct Row {
    passed: [usize; 2],
    refused: [usize; 2],
    reasons: BTreeSet<String>,
}

fn floats(tensors: &SafeTensors, name: &str) -> (Vec<f32>, Vec<usize>) {
    let view = tensors.tensor(name).unwrap();
    let values = view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    (values, view.shape().to_vec())
}

fn case(tensors: &SafeTensors, key: &str, tolerance: f32) -> Outcome {
    let bytes = tensors.tensor(&format!("{key}/model")).unwrap().data().to_vec();
    let (input, shape) = floats(tensors, &format!("{key}/input"));
    let (want, want_shape) = floats(tensors, &format!("{key}/output"));
    let imported = Model::read(bytes, &|_| None).and_then(|model| model.as_it_is(&shape));
    let imported = match imported {
        Ok(imported) => imported,
        Err(error) => return Outcome::Refused(error.to_string()),
    };
    let (got, got_shape) = run(imported, input, &shape);
    if got_shape != want_shape {
        return Outcome::Failed(format!("shape {got_shape:?} instead of {want_shape:?}"));
    }
    let near = |(a, b): &(&f32, &f32)| (*a - *b).abs() <= tolerance + 1e-4 * b.abs() || a == b;
    match got.iter().zip(&want).find(|pair| !near(pair)) {
        Some((a, b)) => Outcome::Failed(format!("{a} instead of {b}")),
        None => Outcome::Passed,
    }
}

/// The reason in an error's sentence, without the name of the node.
fn reason(sentence: &str) -> String {
    let reason = sentence.split_once(" cannot be run: ").map_or(sentence, |(_, reason)| reason);
    reason.trim_end_matches('.').to_string()
}

fn table(rows: &BTreeMap<String, Row>, left: &serde_json::Value, version: &str) -> String {
    let mut text = format!(
        "# ONNX operators\n\nThe node tests of the PyPI package onnx {version} (opset 21), run forward on the processor by \
         `tests/tests/onnx`; this\ntable is written by it. Each test is run with a value that depends on the picture \
         (the first input, or all of them),\nand with constants alone, which are worked out while the file is read. A test \
         passes if every number is within 1e-4 of\nthe expected one. None fails: a refused test ends in a sentence, of \
         which the reasons are given.\n\n\
         | operator | passed | refused | constants: passed | refused | reasons |\n|---|--:|--:|--:|--:|---|\n"
    );
    let mut sums = [0; 4];
    for (op, row) in rows {
        let counts = [row.passed[0], row.refused[0], row.passed[1], row.refused[1]];
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        let reasons: Vec<&str> = row.reasons.iter().map(String::as_str).collect();
        let [a, b, c, d] = counts;
        text.push_str(&format!("| {op} | {a} | {b} | {c} | {d} | {} |\n", reasons.join("; ").replace('|', "\\|")));
    }
    let [a, b, c, d] = sums;
    text.push_str(&format!("| all | {a} | {b} | {c} | {d} | |\n\nNot run:\n\n"));
    for (why, count) in left.as_object().unwrap() {
        text.push_str(&format!("- {why} ({count})\n"));
    }
    text
}

#[test]
fn every_claimed_operator_passes_its_node_tests() {
    let file = tessera_tests::bytes(tessera_tests::root().join("tests/golden/onnx_nodes/cases.safetensors"));
    let (_, metadata) = SafeTensors::read_metadata(&file).unwrap();
    let metadata = metadata.metadata().clone().unwrap();
    let cases: serde_json::Value = serde_json::from_str(&metadata["cases"]).unwrap();
    let tensors = SafeTensors::deserialize(&file).unwrap();
    let (mut rows, mut failed) = (BTreeMap::<String, Row>::new(), vec![]);
    for (key, facts) in cases.as_object().unwrap() {
        let row = rows.entry(facts["op"].as_str().unwrap().to_string()).or_default();
        let column = usize::from(key.contains(":fixed"));
        let tolerance = facts["tolerance"].as_f64().unwrap_or(1e-5) as f32;
        match case(&tensors, key, tolerance) {
            Outcome::Passed => row.passed[column] += 1,
            Outcome::Refused(sentence) => {
                println!("{key}: refused: {sentence}");
                row.refused[column] += 1;
                row.reasons.insert(reason(&sentence));
            }
            Outcome::Failed(why) => failed.push(format!("{key}: {why}")),
        }
    }
    failed.iter().for_each(|line| println!("FAILED {line}"));
    let text = table(&rows, &serde_json::from_str(&metadata["left"]).unwrap(), &metadata["version"]);
    let path = tessera_tests::root().join("docs/onnx.md");
    if std::env::var_os("TESSERA_WRITE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert!(failed.is_empty(), "{} cases failed", failed.len());
    assert!(std::fs::read_to_string(&path).unwrap_or_default() == text, "docs/onnx.md differs: run with TESSERA_WRITE=1");
}
