//! The engines of the built page against golden numbers: the same worker, the same messages, the raw maps.
//!
//! The golden files hold what PyTorch computed (tests/golden/lite0, with its tolerances); for the tiny network, which
//! is quick enough for WebGPU in software, the CPU's engine is the reference.

use crate::browser::{Browser, Wish, visit};
use crate::page::samples;
use crate::server::Server;
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use safetensors::SafeTensors;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tessera_tests::{bytes, root};

/// Opens a network in a worker of its own, explains pictures there and gives all numbers back.
const ENGINE: &str = r#"
const [script, card, file, jobs] = arguments_;
const weights = file ? Uint8Array.fromBase64(file).buffer
    : await (await fetch('models/' + card.id + '/' + card.weights)).arrayBuffer();
const worker = new Worker(script, { type: 'module' });
const waiting = [], heard = [];
worker.onmessage = ({ data }) => waiting.length ? waiting.shift()(data) : heard.push(data);
worker.onerror = error => worker.onmessage({ data: [JSON.stringify({ Lost: error.message })] });
const hear = () => heard.length ? heard.shift() : new Promise(resolve => waiting.push(resolve));
const next = async () => {
    const [text, ...buffers] = await hear();
    const event = JSON.parse(text), name = typeof event === 'string' ? event : Object.keys(event)[0];
    if (['Lost', 'Refused', 'Failed'].includes(name)) throw new Error(text);
    return [name, event[name], buffers.map(buffer => new Uint8Array(buffer).toBase64())];
};
const until = async wanted => { for (;;) { const event = await next(); if (event[0] === wanted) return event; } };
const send = (request, buffer) => worker.postMessage([JSON.stringify(request), buffer], [buffer]);
await until('Loaded');
send({ Open: { card } }, weights);
await until('Opened');
const results = [];
for (const { rgb, target, methods } of jobs) {
    const size = card.preprocess.size, result = { maps: [] };
    const start = performance.now();
    send({ Explain: { job: results.length, height: size, width: size, target, methods: methods.map(id => ({ id })) } },
        Uint8Array.fromBase64(rgb).buffer);
    for (;;) {
        const [name, facts, buffers] = await next();
        if (name === 'Answered') result.logits = buffers[0];
        if (name === 'Mapped') result.maps.push(buffers[0]);
        if (name === 'Finished') break;
    }
    result.seconds = (performance.now() - start) / 1000;
    results.push(result);
}
worker.terminate();
return results;"#;

/// What an engine computed for one picture.
struct Numbers {
    logits: Vec<f32>,
    maps: Vec<Vec<f32>>,
    seconds: f64,
}

#[derive(Deserialize)]
struct Letters {
    logits: String,
    maps: Vec<String>,
    seconds: f64,
}

fn floats(letters: &str) -> Vec<f32> {
    let bytes = BASE64.decode(letters).expect("base64");
    bytes.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().expect("four"))).collect()
}

impl From<Letters> for Numbers {
    fn from(letters: Letters) -> Self {
        let maps = letters.maps.iter().map(|map| floats(map)).collect();
        Self { logits: floats(&letters.logits), maps, seconds: letters.seconds }
    }
}

/// A picture of the network's size and what is wanted of it.
fn job(path: &Path, target: Value, methods: &[&str]) -> Value {
    let picture = image::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).to_rgb8();
    json!({ "rgb": BASE64.encode(picture.into_raw()), "target": target, "methods": methods })
}

async fn explain(browser: &Browser, engine: &str, folder: &str, jobs: Vec<Value>) -> Vec<Numbers> {
    let folder = root().join(folder);
    let card: Value = serde_json::from_slice(&bytes(folder.join("card.json"))).expect("a card");
    // What the page's own server does not have goes along.
    let bundled = folder.starts_with(root().join("public"));
    let file = if bundled { String::new() } else { BASE64.encode(bytes(folder.join("model.safetensors"))) };
    let script = format!("./{engine}-worker.js");
    let found = browser.wait_for(ENGINE, vec![json!(script), card, json!(file), json!(jobs)]).await;
    let letters: Vec<Letters> = serde_json::from_value(found).expect("numbers of the engine");
    letters.into_iter().map(Numbers::from).collect()
}

/// The golden numbers of one photo.
struct Golden {
    name: String,
    logits: Vec<f32>,
    target: usize,
    gradcam: Vec<f32>,
    gradient: Vec<f32>,
}

impl Golden {
    fn crop(&self) -> PathBuf {
        folder().join(format!("{}.png", self.name))
    }

    fn job(&self) -> Value {
        job(&self.crop(), json!({ "class": self.target }), &["gradcam", "gradient"])
    }
}

fn folder() -> PathBuf {
    root().join("tests/golden/lite0")
}

fn golden() -> Vec<Golden> {
    let file = bytes(folder().join("golden.safetensors"));
    let (_, header) = SafeTensors::read_metadata(&file).expect("the golden file");
    let names = header.metadata().as_ref().expect("metadata")["photos"].clone();
    let tensors = SafeTensors::deserialize(&file).expect("the golden file");
    let raw = |name: &str| tensors.tensor(name).unwrap_or_else(|_| panic!("{name} is missing")).data().to_vec();
    let numbers = |name: &str| -> Vec<f32> {
        raw(name).chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().expect("four"))).collect()
    };
    let (logits, gradcam, scales) = (numbers("logits"), numbers("gradcam"), numbers("gradient_scale"));
    let targets: Vec<i32> =
        raw("targets").chunks_exact(4).map(|four| i32::from_le_bytes(four.try_into().expect("four"))).collect();
    let halves = raw("gradient");
    let one = |(row, name): (usize, &str)| {
        let side = 3 * 224 * 224;
        let half = |two: &[u8]| half::f16::from_le_bytes([two[0], two[1]]).to_f32() * scales[row];
        Golden {
            name: name.to_owned(),
            logits: logits[row * 1000..][..1000].to_vec(),
            target: targets[row] as usize,
            gradcam: gradcam[row * 49..][..49].to_vec(),
            gradient: halves[row * side * 2..][..side * 2].chunks_exact(2).map(half).collect(),
        }
    };
    names.split(',').enumerate().map(one).collect()
}

fn most(values: &[f32]) -> f32 {
    values.iter().fold(0.0, |most, value| most.max(value.abs()))
}

/// Greatest difference, over the greatest absolute value of what was expected.
fn apart(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len(), "another number of values");
    let off = found.iter().zip(expected).fold(0.0_f32, |off, (a, b)| off.max((a - b).abs()));
    off / most(expected)
}

/// Distance of two gradients: relative L2, cosine, and the share of values that are off by 2 % of the greatest.
fn distance(found: &[f32], expected: &[f32]) -> (f64, f64, f64) {
    assert_eq!(found.len(), expected.len(), "another number of values");
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let difference: Vec<f32> = found.iter().zip(expected).map(|(a, b)| a - b).collect();
    let (off, one, other) = (dot(&difference, &difference), dot(found, found), dot(expected, expected));
    let limit = 0.02 * most(expected);
    let far = difference.iter().filter(|value| value.abs() > limit).count();
    ((off / other).sqrt(), dot(found, expected) / (one * other).sqrt(), far as f64 / found.len() as f64)
}

/// Holds an engine's numbers against the golden ones; gives the gradient's relative distance.
fn assert_golden(found: &Numbers, golden: &Golden) -> f64 {
    let name = &golden.name;
    let (logits, cam) = (apart(&found.logits, &golden.logits), apart(&found.maps[0], &golden.gradcam));
    let (relative, cosine, far) = distance(&found.maps[1], &golden.gradient);
    println!(
        "{name}: {:.2} s; logits {logits:.1e}, Grad-CAM {cam:.1e}, gradient {relative:.1e}, 1 - cosine {:.1e}, far {far:.1e}",
        found.seconds,
        1.0 - cosine
    );
    assert!(logits <= 1e-4, "{name}: logits are off by {logits} of the greatest");
    assert!(cam <= 1e-4, "{name}: Grad-CAM is off by {cam} of its greatest");
    assert!(relative <= 2e-2 && cosine >= 0.9999 && far <= 1e-3, "{name}: the gradient is off by {relative}");
    relative
}

#[test]
fn the_cpu_engine_gives_the_golden_numbers() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        browser.explained(&samples()[0].title).await;
        let golden = golden();
        let jobs = golden.iter().map(Golden::job).collect();
        let found = explain(browser, "cpu", "public/models/efficientnet-lite0", jobs).await;
        let mut relative: Vec<f64> =
            found.iter().zip(&golden).map(|(one, golden)| assert_golden(one, golden)).collect();
        relative.sort_by(f64::total_cmp);
        let median = relative[relative.len() / 2];
        assert!(relative.len() >= 8 && median <= 5e-3, "half of the gradients are off by {median} and more");
    });
}

#[test]
fn the_webgpu_engine_gives_the_golden_numbers_of_one_photo() {
    let server = Server::of_site();
    visit(&server, Wish { gpu: true, ..Wish::default() }, async |browser| {
        // Without the page's own WebGPU beside it: software shares the same two cores.
        browser.goto(&format!("{}icon.svg", server.address)).await;
        let golden = golden().remove(0);
        let found = explain(browser, "webgpu", "public/models/efficientnet-lite0", vec![golden.job()]).await;
        assert_golden(&found[0], &golden);
    });
}

#[test]
fn both_engines_agree_on_the_tiny_network() {
    let server = Server::of_site();
    visit(&server, Wish { gpu: true, ..Wish::default() }, async |browser| {
        browser.goto(&format!("{}icon.svg", server.address)).await;
        let picture = root().join("tests/golden/lite0/cat.png");
        let small = image::imageops::thumbnail(&image::open(&picture).expect("a crop").to_rgb8(), 32, 32);
        let path = browser.folder("tiny").join("cat.png");
        small.save(&path).expect("a small picture");
        let jobs = || (0..3).map(|class| job(&path, json!({ "class": class }), &["gradcam", "gradient"])).collect();
        let cpu = explain(browser, "cpu", "tests/golden/tiny", jobs()).await;
        let gpu = explain(browser, "webgpu", "tests/golden/tiny", jobs()).await;
        for (class, (gpu, cpu)) in gpu.iter().zip(&cpu).enumerate() {
            let (logits, cam) = (apart(&gpu.logits, &cpu.logits), apart(&gpu.maps[0], &cpu.maps[0]));
            let (relative, ..) = distance(&gpu.maps[1], &cpu.maps[1]);
            println!(
                "tiny, class {class}: {:.2} s; logits {logits:.1e}, Grad-CAM {cam:.1e}, gradient {relative:.1e}",
                gpu.seconds
            );
            assert!(logits <= 1e-4 && cam <= 1e-4 && relative <= 1e-3, "the engines disagree on class {class}");
        }
    });
}
