//! Weight files as PyTorch writes them, damaged ones, and ones made with intent.
//!
//! The files and what is to come of each lie in `tests/golden/checkpoints`, made by its `make.py`.

use super::{Checkpoint, FormatError, read};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// How often one byte of each file is changed by chance.
const MUTATIONS: u32 = 4_000;
/// Files that take milliseconds by intent, and how often those are changed.
const SLOW: ([&str; 3], u32) = (["evil/copy_bomb.pth", "evil/deep_tuple.pth", "evil/view_many.pth"], 200);

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/checkpoints")
}

/// Every file with what is expected of it, by its path in the folder.
fn files() -> BTreeMap<String, (Vec<u8>, Value)> {
    let text = std::fs::read_to_string(folder().join("expected.json")).unwrap();
    let expected: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
    expected
        .into_iter()
        .map(|(name, value)| (name.clone(), (std::fs::read(folder().join(name)).unwrap(), value)))
        .collect()
}

/// The error's variant.
fn kind(error: &FormatError) -> String {
    format!("{error:?}").split([' ', '{']).next().unwrap_or_default().to_owned()
}

fn check_weights(name: &str, found: &Checkpoint) {
    let expected = name.rsplit_once('.').unwrap().0.to_owned() + ".expected.safetensors";
    let expected = read(&std::fs::read(folder().join(expected)).unwrap()).unwrap();
    assert_eq!(found.parameters, expected.parameters, "{name}");
}

/// What is wrong with what came of one file; none if it is as expected.
fn fault(name: &str, bytes: &[u8], expected: &Value) -> Option<String> {
    let texts = |key: &str| expected[key].as_array().into_iter().flatten().map(|text| text.as_str().unwrap());
    match (read(bytes), expected["error"].as_str()) {
        (Ok(found), None) => {
            if name.starts_with("good/") {
                check_weights(name, &found);
            } else {
                assert_eq!(found.parameters.values("w"), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], "{name}");
            }
            let notes = found.notes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            let missing = texts("notes").any(|note| !notes.contains(note));
            let spare = name.starts_with("good/") && texts("notes").next().is_none() && !notes.is_empty();
            (missing || spare).then_some(notes)
        }
        (Err(error), Some(expected_kind)) => {
            let sentence = error.to_string();
            let told = kind(&error) == expected_kind && sentence.contains(expected["says"].as_str().unwrap());
            (!told || !sentence.ends_with('.') || sentence.len() > 1200).then_some(sentence)
        }
        (Ok(found), Some(_)) => Some(format!("read, with {:?}", found.notes)),
        (Err(error), None) => Some(error.to_string()),
    }
}

#[test]
fn every_file_gives_what_is_expected_of_it() {
    let files = files();
    assert!(files.len() > 100);
    let faults: Vec<_> = files
        .iter()
        .filter_map(|(name, (bytes, expected))| Some(format!("{name}: {}", fault(name, bytes, expected)?)))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn text_of_safetensors_is_kept() {
    let files = files();
    let (bytes, expected) = &files["good/mixed.safetensors"];
    let metadata = serde_json::to_value(read(bytes).unwrap().metadata).unwrap();
    assert_eq!(metadata, expected["metadata"]);
}

#[test]
fn a_file_cut_anywhere_is_an_error() {
    for (name, (bytes, _)) in files().iter().filter(|(name, _)| name.starts_with("good/")) {
        for end in 0..bytes.len() {
            assert!(read(&bytes[..end]).is_err(), "{name} cut at {end}");
        }
    }
}

/// Numbers by chance that are the same in every run (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % most as u64) as usize
    }
}

/// Weights are never more than twice the file's bytes, what may be inflated included.
fn bounded(bytes: &[u8], found: &Checkpoint) -> bool {
    found.parameters.count() * 4 <= 2 * (bytes.len() * super::INFLATION + super::ALLOWANCE) + super::ALLOWANCE
}

#[test]
fn one_wrong_byte_is_no_panic() {
    for (at, (name, (mut bytes, _))) in files().into_iter().enumerate() {
        let mut chance = Chance(at as u64);
        for _ in 0..if SLOW.0.contains(&name.as_str()) { SLOW.1 } else { MUTATIONS } {
            let (place, byte) = (chance.below(bytes.len()), chance.below(256) as u8);
            let before = std::mem::replace(&mut bytes[place], byte);
            match read(&bytes) {
                Ok(found) => {
                    assert!(bounded(&bytes, &found), "{name} with {byte} at {place}");
                    assert!(found.parameters.0.values().all(|it| it.values.iter().all(|value| value.is_finite())));
                }
                Err(error) => assert!(error.to_string().ends_with('.'), "{name} with {byte} at {place}"),
            }
            bytes[place] = before;
        }
    }
}
