//! Files of the usual exporters (tests/golden/onnx) against what onnxruntime computes for them.

use crate::running::{deviation, run};
use safetensors::SafeTensors;
use std::path::PathBuf;
use tessera_core::network::format::onnx::{Head, Imported, Layout, Model};
use tessera_tests::zoo;

fn folder() -> PathBuf {
    tessera_tests::root().join("tests/golden/onnx")
}

fn read(name: &str) -> Result<Model, String> {
    let beside = |file: &str| std::fs::read(folder().join(file)).ok();
    Model::read(tessera_tests::bytes(folder().join(format!("{name}.onnx"))), &beside).map_err(|error| error.to_string())
}

/// The input's numbers: splitmix64 from the name, as tests/golden/zoo/README.md says.
fn input(name: &str, shape: &[usize]) -> Vec<f32> {
    let count = |shape: &[usize]| shape.iter().product::<usize>();
    let uniform = |count: usize| zoo::uniform(name, count).map(|u| u as f32);
    if shape[1] != 6 {
        return uniform(count(shape)).map(|u| (u - 0.5) / 0.25).collect();
    }
    let each = shape[2] * shape[3];
    let u: Vec<f32> = uniform(shape[0] * 3 * each).collect();
    u.chunks(3 * each).flat_map(|picture| picture.iter().copied().chain(picture.iter().map(|u| 1.0 - u))).collect()
}

/// `[N, H, W, C]` to `[N, C, H, W]`.
fn channels_first(values: &[f32], shape: &[usize]) -> (Vec<f32>, Vec<usize>) {
    let &[n, h, w, c] = shape else { panic!("four axes") };
    let at = |i: usize| {
        let (picture, rest) = (i / (c * h * w), i % (c * h * w));
        values[(picture * h * w + rest % (h * w)) * c + rest / (h * w)]
    };
    ((0..n * h * w * c).map(at).collect(), vec![n, c, h, w])
}

fn softmax(logits: &[f32], classes: usize) -> Vec<f32> {
    let row = |row: &[f32]| {
        let greatest = row.iter().copied().fold(f32::MIN, f32::max);
        let powers: Vec<f32> = row.iter().map(|v| (v - greatest).exp()).collect();
        let sum: f32 = powers.iter().sum();
        powers.into_iter().map(move |power| power / sum).collect::<Vec<_>>()
    };
    logits.chunks(classes).flat_map(row).collect()
}

/// Greatest difference over greatest value. Whole numbers: values are not rounded here, and an answer of theirs is off by
/// one or two steps of its last quantiser when a value lies at the middle of a step.
fn tolerance(name: &str) -> f32 {
    match name.split_once('.').unwrap_or_default().1 {
        "float16" | "float16io32" => 5e-3,
        "qdq" | "qdq21" | "qdq_u8" | "qlinear" | "qlinear_s8" | "dynamic" => 6e-2,
        _ => 1e-5,
    }
}

/// Runs a file on its input, and on the same pictures three times over: the batch must not matter.
fn check(name: &str, shape: &[usize], want: &[f32]) -> Result<String, String> {
    let model = read(name)?;
    let imported = model.network(None).map_err(|error| error.to_string())?;
    let (values, shape) = (input("input", shape), shape.to_vec());
    let (values, shape) =
        if model.declared.layout == Layout::ChannelsLast { channels_first(&values, &shape) } else { (values, shape) };
    if imported.fixed_batch.is_some_and(|batch| batch != shape[0]) {
        return Err(format!("{:?}", imported.notes));
    }
    let gap = |imported: &Imported, times: usize| {
        let mut batch = shape.clone();
        batch[0] *= times;
        let (mut got, out) = run(imported.clone(), values.repeat(times), &batch);
        if imported.head == Head::Softmax {
            got = softmax(&got, out[1]);
        }
        deviation(&got, &want.repeat(times))
    };
    let alone = gap(&imported, 1);
    let three = if imported.fixed_batch.is_none() { gap(&imported, 3) } else { f32::NAN };
    let features = &imported.graph.nodes[imported.graph.features].name;
    let found =
        format!("{alone:.1e}, {three:.1e} in three; {:?}; features {features}; {:?}", imported.head, imported.notes);
    let right = alone <= tolerance(name) && three <= tolerance(name);
    if right { Ok(found) } else { Err(found) }
}

#[test]
fn files_of_the_usual_exporters_give_the_answers_of_onnxruntime() {
    let file = tessera_tests::bytes(folder().join("expected.safetensors"));
    let (_, metadata) = SafeTensors::read_metadata(&file).unwrap();
    let files: serde_json::Value = serde_json::from_str(&metadata.metadata().as_ref().unwrap()["files"]).unwrap();
    let expected = SafeTensors::deserialize(&file).unwrap();
    let mut wrong = vec![];
    for (name, facts) in files.as_object().unwrap() {
        let Some(inputs) = facts["inputs"].as_object() else { continue };
        let facts_of_input = inputs.values().next().unwrap();
        let shape: Vec<usize> =
            facts_of_input["shape"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect();
        let outputs: Vec<&str> = facts["outputs"].as_array().unwrap().iter().map(|o| o.as_str().unwrap()).collect();
        let want: Vec<f32> = match expected.tensor(&format!("{name}/{}", outputs[0])) {
            Ok(view) => view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
            Err(_) => vec![],
        };
        let found = check(name, &shape, &want);
        println!("{name}: {found:?}");
        // Classifiers of tables, not of pictures: refused by a sentence that names their first operator.
        let refused = |found: &Result<String, String>| found.as_ref().is_err_and(|error| error.contains("ai.onnx.ml."));
        let right = if name.starts_with("sklearn") { refused(&found) } else { found.is_ok() };
        if !right {
            wrong.push(name.clone());
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// The size a file declares is a default, not a wall: what only slides and averages goes at any size, what has learned
/// its places by heart says so.
#[test]
fn other_sizes_than_the_declared_go_where_the_network_allows() {
    let (mut taken, mut refused) = (vec![], vec![]);
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().to_string();
        if path.extension().is_none_or(|extension| extension != "onnx") || name.starts_with("sklearn") {
            continue;
        }
        let model = read(&name).unwrap();
        let shape = [2, model.declared.channels, 48, 64];
        match model.network(Some([48, 64])) {
            Ok(imported) => {
                let fixed = imported.fixed_batch.is_some();
                let classes = tessera_core::network::shape::infer(&imported.graph, shape).unwrap().pop().unwrap();
                assert!(!fixed && classes == [2, 10], "{name}: {classes:?} {:?}", imported.notes);
                taken.push(name);
            }
            Err(error) => {
                println!("{name}: {error}");
                refused.push(name);
            }
        }
    }
    println!("{} taken", taken.len());
    let learned = ["deit", "vit", "bcos_simple_vit", "keras", "paddle", "vgg11_bn"];
    let wrong: Vec<_> = refused.iter().filter(|name| !learned.iter().any(|known| name.starts_with(known))).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
