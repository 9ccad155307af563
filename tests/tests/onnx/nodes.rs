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

/// One case: a file, what goes in and what comes out.
struct Case {
    name: String,
    op: String,
    model: Vec<u8>,
    input: (Vec<f32>, Vec<usize>),
    output: (Vec<f32>, Vec<usize>),
    tolerance: f32,
}

/// All cases; they lie one after another.
fn cases(tensors: &SafeTensors, index: &serde_json::Value) -> Vec<Case> {
    let bytes = |name: &str| tensors.tensor(name).unwrap().data().to_vec();
    let (mut models, mut inputs, mut outputs) = (bytes("models"), bytes("inputs"), bytes("outputs"));
    let floats = |bytes: &mut Vec<u8>, shape: &serde_json::Value| {
        let lengths = shape.as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize);
        let shape: Vec<usize> = lengths.collect();
        let taken: Vec<u8> = bytes.drain(..4 * shape.iter().product::<usize>()).collect();
        (taken.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(), shape)
    };
    let case = |facts: &serde_json::Value| Case {
        name: facts["name"].as_str().unwrap().into(),
        op: facts["op"].as_str().unwrap().into(),
        model: models.drain(..facts["model"].as_u64().unwrap() as usize).collect(),
        input: floats(&mut inputs, &facts["input"]),
        output: floats(&mut outputs, &facts["output"]),
        tolerance: facts["tolerance"].as_f64().unwrap_or(1e-5) as f32,
    };
    index.as_array().unwrap().iter().map(case).collect()
}

fn outcome(case: Case) -> Outcome {
    let Case { model, input: (input, shape), output: (want, want_shape), tolerance, .. } = case;
    let imported = Model::read(model, &|_| None).and_then(|model| model.as_it_is(&shape));
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

/// The reason in an error's sentence, without the name of the node; with its operator, if that is another one.
fn reason(sentence: &str, op: &str) -> String {
    let Some((node, reason)) = sentence.split_once(" cannot be run: ") else { return sentence.into() };
    let reason = reason.split_once(": ").map_or(reason, |(reason, _)| reason);
    let other = node.rsplit_once('(').map(|(_, other)| other.trim_end_matches(')'));
    match other.filter(|other| *other != op) {
        Some(other) => format!("spelled out with {other}: {reason}"),
        None => reason.to_string(),
    }
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
    let index: serde_json::Value = serde_json::from_str(&metadata["cases"]).unwrap();
    let tensors = SafeTensors::deserialize(&file).unwrap();
    let (mut rows, mut failed) = (BTreeMap::<String, Row>::new(), vec![]);
    for case in cases(&tensors, &index) {
        let (key, op) = (case.name.clone(), case.op.clone());
        let row = rows.entry(op.clone()).or_default();
        let column = usize::from(key.contains(":fixed"));
        match outcome(case) {
            Outcome::Passed => row.passed[column] += 1,
            Outcome::Refused(sentence) => {
                println!("{key}: refused: {sentence}");
                row.refused[column] += 1;
                row.reasons.insert(reason(&sentence, &op));
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
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == text,
        "docs/onnx.md differs: run with TESSERA_WRITE=1"
    );
}
