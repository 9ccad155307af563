//! Mosaics against what Python, NumPy and Pillow make of the same photos (tests/golden/mosaics/make.py). Everything is
//! whole numbers, so everything is equal, to the byte of the stored file.

use serde_json::Value;
use tessera_core::digest::sha256;
use tessera_core::mosaic::tile::{Fit, tile};
use tessera_core::mosaic::{Layout, Mosaic, Source, facct24, table};
use tessera_core::photo::{decode, jpeg};
use tessera_tests::{bytes, root};

fn golden(name: &str) -> Value {
    serde_json::from_slice(&bytes(root().join("tests/golden/mosaics").join(name))).unwrap()
}

fn cases(all: &Value) -> &[Value] {
    all.as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn number(value: &Value) -> usize {
    value.as_u64().unwrap() as usize
}

fn drawn(case: &Value) -> Vec<Mosaic> {
    let source = |row: &Value| Source { file: text(&row[0]).to_owned(), class: number(&row[1]) };
    let dataset: Vec<Source> = cases(&case["rows"]).iter().map(source).collect();
    facct24::draw(&dataset, number(&case["per_class"]), number(&case["seed"]) as u32).unwrap()
}

#[test]
fn the_study_would_draw_the_same() {
    for (name, count) in [("study.json", 3), ("tables.json", 4)] {
        let golden = golden(name);
        assert_eq!(cases(&golden).len(), count);
        for case in cases(&golden) {
            let mosaics = drawn(case);
            assert_eq!(table::write(&mosaics), text(&case["table"]), "{name}");
            assert_eq!(table::read(text(&case["table"]).as_bytes()), Ok(mosaics), "{name}");
        }
    }
}

fn sample(name: &str) -> Vec<u8> {
    let photo = decode(&bytes(root().join("public/samples").join(name))).unwrap();
    tile(&photo, 224, Fit::Squeeze)
}

/// Fails unless the picture, the file it is stored as and what is read from that are those of the golden record.
fn check(rgb: &[u8], height: usize, width: usize, quality: u8, golden: &Value) {
    let what = format!("{height} x {width} {} {quality}", golden["photos"]);
    assert_eq!(sha256(rgb), text(&golden["rgb"]), "{what}: the picture");
    let file = jpeg::write(rgb, height, width, quality);
    assert_eq!(file.len(), number(&golden["bytes"]), "{what}: the file's length");
    assert_eq!(sha256(&file), text(&golden["file"]), "{what}: the file");
    assert_eq!(sha256(&decode(&file).unwrap().rgb), text(&golden["read"]), "{what}: what is read");
}

#[test]
fn pictures_are_those_of_pillow() {
    let pictures = golden("pictures.json");
    assert_eq!(cases(&pictures["mosaics"]).len(), 7);
    for case in cases(&pictures["mosaics"]) {
        let tiles: Vec<_> = cases(&case["photos"]).iter().map(|name| sample(text(name))).collect();
        let mosaic = Layout::facct24().compose(&tiles);
        check(&mosaic.rgb, mosaic.facts.height, mosaic.facts.width, jpeg::QUALITY, case);
    }
}

#[test]
fn sizes_that_fill_no_block_are_stored_as_by_pillow() {
    let pictures = golden("pictures.json");
    let whole = sample("cockatoo.jpg");
    assert_eq!(cases(&pictures["parts"]).len(), 12);
    for case in cases(&pictures["parts"]) {
        let (width, height) = (number(&case["width"]), number(&case["height"]));
        let rows = whole.chunks_exact(224 * 3).take(height);
        let part: Vec<u8> = rows.flat_map(|row| &row[..width * 3]).copied().collect();
        check(&part, height, width, jpeg::QUALITY, case);
    }
}

#[test]
fn every_quality_is_that_of_pillow() {
    let formula = |i: usize| {
        let (x, y) = (i % 97, i / 97);
        [x * 7 + y * 13, x * x + 3 * y, (x ^ y) * 5].map(|level| level as u8)
    };
    let rgb: Vec<u8> = (0..61 * 97).flat_map(formula).collect();
    let pictures = golden("pictures.json");
    assert_eq!(cases(&pictures["qualities"]).len(), 9);
    for case in cases(&pictures["qualities"]) {
        check(&rgb, 61, 97, number(&case["quality"]) as u8, case);
    }
}
