//! What the tests share: where things lie, and opening a network.

pub mod code_books;
pub mod crops;
pub mod drawn;
pub mod explained;
pub mod golden;
pub mod methods;
pub mod scene;
pub mod zoo;

use burn::tensor::Device;
use std::path::PathBuf;
use tessera_core::network::card::Card;
use tessera_core::network::{Network, load};

/// The folder of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// A file of the reference material that may not be redistributed and stands beside the workspace; says aloud that
/// a test is not run where it is absent.
#[must_use]
pub fn shared(path: &str) -> Option<PathBuf> {
    let path = root().join("../shared").join(path);
    if path.exists() {
        return Some(path);
    }
    println!("not run here: {} is absent", path.display());
    None
}

/// A file's bytes.
///
/// # Panics
/// If it cannot be read.
#[must_use]
pub fn bytes(path: PathBuf) -> Vec<u8> {
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The bundled network on a device.
///
/// # Panics
/// If it cannot be opened.
#[must_use]
pub fn lite0(device: &Device) -> Network {
    open("public/models/efficientnet-lite0", device)
}

/// The network whose card lies in that folder of the workspace.
///
/// # Panics
/// If it cannot be opened.
#[must_use]
pub fn open(folder: &str, device: &Device) -> Network {
    let folder = root().join(folder);
    let card: Card = serde_json::from_slice(&bytes(folder.join("card.json"))).unwrap();
    let weights = bytes(folder.join(&card.weights));
    load::open(&card, weights.into(), &|_| None, device).unwrap_or_else(|error| panic!("{error}"))
}
