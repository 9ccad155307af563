//! The .npy format against files that NumPy saved (tests/golden/npy/make.py). Both sides round to f32 alike: no
//! tolerance.

use serde_json::Value;
use tessera_core::descriptor::Sign;
use tessera_core::map::{Facts, Map, Provenance, npy};
use tessera_tests::{bytes, root};

fn expected() -> Value {
    serde_json::from_slice(&bytes(root().join("tests/golden/npy/expected.json"))).unwrap()
}

fn file(hex: &Value) -> Vec<u8> {
    let digits = hex.as_str().unwrap();
    (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap()).collect()
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

#[test]
fn numpys_files_are_read() {
    let cases = expected()["read"].as_array().unwrap().clone();
    assert_eq!(cases.len(), 34);
    for case in cases {
        let found = npy::read(&file(&case["file"])).unwrap_or_else(|error| panic!("{}: {error}", case["name"]));
        let mut shape = vec![found.channels as f64, found.height as f64, found.width as f64];
        let reference = numbers(&case["shape"]);
        shape.drain(..3 - reference.len());
        assert_eq!(shape, reference, "{}", case["name"]);
        let values: Vec<f32> = numbers(&case["values"]).into_iter().map(|value| value as f32).collect();
        assert_eq!(found.values, values, "{}", case["name"]);
    }
}

#[test]
fn what_is_no_map_is_a_sentence() {
    for (name, hex) in expected()["refused"].as_object().unwrap() {
        let sentence = npy::read(&file(hex)).expect_err(name).to_string();
        assert!(sentence.ends_with('.') && sentence.contains("save"), "{name}: {sentence}");
    }
}

#[test]
fn ours_are_numpys_to_the_byte() {
    for channels in [1, 3] {
        let provenance = Provenance::default();
        let facts = Facts { channels, height: 2, width: 4, sign: Sign::Signed, provenance, steps: vec![] };
        let values = (0..channels * 8).map(|i| i as f32).collect();
        let reference = &expected()["written"][channels.to_string()];
        assert_eq!(npy::write(&Map { values, facts, picture: None }), file(reference), "{channels} channels");
    }
}
