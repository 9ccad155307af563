//! Pictures cut as scikit-image cuts them, label for label; the golden file comes from `golden/segments/make.py`.

use serde_json::Value;
use std::path::PathBuf;
use tessera_core::digest::sha256;
use tessera_core::segment::{Algorithm, Picture, Segments};

fn golden() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden")
}

/// Rows, columns and bytes.
type Bytes = (usize, usize, Vec<u8>);

fn photo(name: &str) -> Bytes {
    let path = golden().join(format!("lite0/{name}.png"));
    let picture = image::open(&path).unwrap_or_else(|error| panic!("{name}: {error}")).into_rgb8();
    (picture.height() as usize, picture.width() as usize, picture.into_raw())
}

fn formula(height: usize, width: usize) -> Bytes {
    let colour = |y: usize, x: usize| [x * 7 + y * 13, x * x + 3 * y, (x ^ y) * 5].map(|value| value as u8);
    (height, width, (0..height * width).flat_map(|i| colour(i / width, i % width)).collect())
}

/// Two photos beside two, all of one size.
fn mosaic(names: [&str; 4]) -> Bytes {
    let (height, width, _) = photo(names[0]);
    let [a, b, c, d] = names.map(|name| photo(name).2);
    let beside = |left: Vec<u8>, right: Vec<u8>| {
        let rows = left.chunks(width * 3).zip(right.chunks(width * 3)).flat_map(|(left, right)| [left, right]);
        rows.flatten().copied().collect::<Vec<_>>()
    };
    (2 * height, 2 * width, [beside(a, b), beside(c, d)].concat())
}

/// A photo with some rows white.
fn band() -> Bytes {
    let (height, width, mut rgb) = photo("rocket");
    rgb[80 * width * 3..150 * width * 3].fill(255);
    (height, width, rgb)
}

fn bytes(name: &str) -> Bytes {
    match name {
        "mosaic" => mosaic(["cat", "cockatoo", "espresso", "mountains"]),
        "band" => band(),
        "formula" => formula(61, 97),
        "dark" => {
            let (height, width, rgb) = formula(61, 97);
            (height, width, rgb.into_iter().map(|value| value % 11).collect())
        }
        "flat" => (40, 50, vec![90; 40 * 50 * 3]),
        "strip" => formula(3, 200),
        name => photo(name),
    }
}

/// The picture that make.py calls so.
fn picture(name: &str) -> Picture {
    let numbers = |change: fn(f64) -> f64| {
        let (height, width, rgb) = photo("cat");
        Picture::from_values(rgb.into_iter().map(|value| change(f64::from(value))).collect(), height, width).unwrap()
    };
    match name {
        "levels" => numbers(|value| value),
        "normalised" => numbers(|value| (value - 127.0) / 128.0),
        name => {
            let (height, width, rgb) = bytes(name);
            Picture::from_bytes(rgb, height, width).unwrap()
        }
    }
}

/// Labels from label, length of run, label, length and so on.
fn unrolled(runs: &Value) -> Vec<u32> {
    let runs: Vec<u32> = serde_json::from_value(runs.clone()).expect("runs of labels");
    runs.chunks_exact(2).flat_map(|run| std::iter::repeat_n(run[0], run[1] as usize)).collect()
}

/// Where the labels are there to compare, says how many differ; all else is known by its digest.
fn check(name: &str, found: &Segments, case: &Value) {
    if !case["runs"].is_null() {
        let golden = unrolled(&case["runs"]);
        let off = found.labels.iter().zip(&golden).filter(|(a, b)| a != b).count();
        assert!(found.labels.len() == golden.len() && off == 0, "{name}: {off} of {} labels differ", golden.len());
    }
    assert_eq!(found.count as u64, case["count"].as_u64().expect("a count"), "{name}");
    let labels: Vec<u8> = found.labels.iter().flat_map(|label| label.to_le_bytes()).collect();
    assert_eq!(sha256(&labels), case["sha256"], "{name}: labels differ");
}

#[test]
fn segments_are_those_of_scikit_image() {
    let text = std::fs::read(golden().join("segments/golden.json")).expect("the golden file");
    let cases: Vec<Value> = serde_json::from_slice(&text).expect("a list of cases");
    assert_eq!(cases.len(), 38, "make.py writes 38 cases");
    for case in &cases {
        let name = case["picture"].as_str().expect("a picture");
        let algorithm: Algorithm = serde_json::from_value(case["algorithm"].clone()).expect("an algorithm");
        let found = algorithm.segment(&picture(name)).expect("segments");
        check(&format!("{name}, {algorithm:?}"), &found, case);
    }
}
