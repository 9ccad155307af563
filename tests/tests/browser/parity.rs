//! The engines of the built page against what PyTorch computed: the same workers, the same messages, the raw maps.
//!
//! WebGPU in software is slow, so it explains one photo with Lite0, and both pictures with the tiny network.

use crate::browser::{Browser, Wish, visit};
use crate::server::Server;
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde::Deserialize;
use serde_json::{Value, json};
use tessera_tests::golden::{Golden, check_gradcam, check_gradient, check_logits, check_median, distance, lite0, tiny};
use tessera_tests::{bytes, root};

/// A page of the server's that starts no engine of its own: software WebGPU in two of them would take turns.
const STILL: &str = "icon.svg";

/// The photo with a unit of ReLU6 so near its kink that rounding decides on which side it falls. Moving the input by
/// 1e-7, natively, moves its gradient by 2.5e-2 (1 - cosine 3.1e-4) for half of the noises tried, and by 7e-4 for
/// others; the engine of the page falls on the other side than PyTorch's f64.
const AT_A_KINK: &str = "stairs";

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
for (const { rgb, height, width, target, methods } of jobs) {
    const result = { maps: [] };
    const start = performance.now();
    send({ Explain: { job: results.length, height, width, target, methods: methods.map(id => ({ id })) } },
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

/// What an engine computed for one picture: logits, and one map a method.
#[derive(Deserialize)]
struct Numbers {
    logits: String,
    maps: Vec<String>,
    seconds: f64,
}

fn floats(letters: &str) -> Vec<f32> {
    tessera_engine::dispatch::floats(&BASE64.decode(letters).expect("base64"))
}

/// What is wanted of an engine for a golden picture: a class, and the maps for it.
fn job(golden: &Golden, class: usize, methods: &[&str]) -> Value {
    let input = &golden.input;
    json!({
        "rgb": BASE64.encode(&input.rgb), "height": input.height, "width": input.width,
        "target": { "class": class }, "methods": methods,
    })
}

/// Everything that the golden file knows of a picture.
fn jobs(golden: &Golden) -> [Value; 2] {
    [job(golden, golden.classes[0], &["gradcam", "gradient"]), job(golden, golden.classes[1], &["gradcam"])]
}

async fn explain(browser: &Browser, engine: &str, folder: &str, jobs: Vec<Value>) -> Vec<Numbers> {
    let path = root().join(folder);
    let card: Value = serde_json::from_slice(&bytes(path.join("card.json"))).expect("a card");
    // What the page's own server does not have goes along.
    let bundled = folder.starts_with("public");
    let file = if bundled { String::new() } else { BASE64.encode(bytes(path.join("model.safetensors"))) };
    let script = format!("./{engine}-worker.js");
    let found = browser.wait_for(ENGINE, vec![json!(script), card, json!(file), json!(jobs)]).await;
    serde_json::from_value(found).expect("numbers of the engine")
}

/// Holds an engine's numbers for a picture, as [`jobs`] asked for them, against the golden ones; gives the gradient's
/// relative distance.
fn check(found: &[Numbers], golden: &Golden) -> f64 {
    println!("{}: {:.2} s and {:.2} s", golden.name, found[0].seconds, found[1].seconds);
    check_logits(&floats(&found[0].logits), golden);
    check_gradcam(&floats(&found[0].maps[0]), golden, 0);
    check_gradcam(&floats(&found[1].maps[0]), golden, 1);
    let gradient = floats(&found[0].maps[1]);
    if golden.name != AT_A_KINK {
        return check_gradient(&gradient, golden);
    }
    let far = distance(&gradient, &golden.gradient);
    println!("{}: {far:?}", golden.name);
    assert!(far.relative <= 5e-2 && far.turned <= 1e-3, "{}: {far:?}", golden.name);
    far.relative
}

#[test]
fn the_cpu_engine_gives_what_pytorch_gives() {
    let server = Server::of_site();
    visit(&server, wish(false), async |browser| {
        browser.goto(&format!("{}{STILL}", server.address)).await;
        let golden = lite0();
        let wanted = golden.iter().flat_map(jobs).collect();
        let found = explain(browser, "cpu", "public/models/efficientnet-lite0", wanted).await;
        check_median(found.chunks(2).zip(&golden).map(|(found, golden)| check(found, golden)).collect());
    });
}

#[test]
fn the_webgpu_engine_gives_what_pytorch_gives() {
    let server = Server::of_site();
    visit(&server, wish(true), async |browser| {
        browser.goto(&format!("{}{STILL}", server.address)).await;
        let tiny = tiny();
        let found = explain(browser, "webgpu", "tests/golden/tiny", tiny.iter().flat_map(jobs).collect()).await;
        for (found, golden) in found.chunks(2).zip(&tiny) {
            check(found, golden);
        }
        let photo = lite0().remove(0);
        let found = explain(browser, "webgpu", "public/models/efficientnet-lite0", jobs(&photo).into()).await;
        check(&found, &photo);
    });
}

/// A picture that stands alone names no icon, so the browser asks for one in vain.
fn wish(gpu: bool) -> Wish {
    Wish { gpu, errors: vec!["favicon.ico"], ..Wish::default() }
}
