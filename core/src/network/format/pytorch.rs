//! PyTorch's checkpoints: the archive of version 1.6 and later, and the row of pickles before it.
//!
//! Both describe tensors in a Python pickle, which in Python runs whatever the file asks for. Here nothing is run:
//! `pickle` writes calls down as data, `tensor` understands the few by which PyTorch describes a tensor, and `state`
//! looks for the dictionary of weights. Every other call is an inert value: it is named in a note where it stands beside
//! the weights (an optimiser's class, a configuration), and it is [`FormatError::Program`] where weights should be.

mod legacy;
mod machine;
mod pickle;
mod state;
mod tensor;
mod zip;

use super::checkpoint::{Checkpoint, Collector, Format};
use super::error::FormatError;
use pickle::{Pickle, PickleError};
use state::State;
use std::borrow::Cow;
use std::collections::BTreeMap;
use tensor::Tensor;

/// The number that opens a checkpoint from before version 1.6, 0x1950a86a20f9469cfc6c from its lowest byte.
pub const MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/// Reads a zip archive, which is a checkpoint of PyTorch 1.6 or later, or something else that is then named.
///
/// # Errors
/// See [`FormatError`]. An archive that inflates to more than [`super::INFLATION`] times its length is refused.
pub fn read_zip(bytes: &[u8]) -> Result<Checkpoint, FormatError> {
    let mut archive = zip::Archive::open(bytes)?;
    let description = archive.description()?;
    let (pickle, _) = pickle::read(&description).map_err(|error| refused(Format::PytorchZip, error))?;
    collect(&pickle, Format::PytorchZip, |tensor| archive.storage(tensor.storage))
}

/// Reads a checkpoint from before PyTorch 1.6.
///
/// # Errors
/// See [`FormatError`].
pub fn read_legacy(bytes: &[u8]) -> Result<Checkpoint, FormatError> {
    let (pickle, storages) = legacy::read(bytes)?;
    collect(&pickle, Format::PytorchLegacy, |tensor| Ok(Cow::Borrowed(storages.get(tensor.storage)?)))
}

/// Reads the weights that `pickle` describes from the storages that `load` gives, each loaded once and then let go.
fn collect<'f>(
    pickle: &Pickle,
    format: Format,
    mut load: impl FnMut(&Tensor) -> Result<Cow<'f, [u8]>, FormatError>,
) -> Result<Checkpoint, FormatError> {
    let state = State::find(pickle)?;
    let mut by_storage: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, id) in &state.tensors {
        let tensor = Tensor::read(pickle, *id).map_err(|fault| fault.of(name))?;
        by_storage.entry(tensor.storage).or_default().push(name);
    }
    let mut collector = Collector::new();
    for names in by_storage.values() {
        let mut storage = None;
        for name in names {
            let tensor = Tensor::read(pickle, state.tensors[name]).map_err(|fault| fault.of(name))?;
            if storage.is_none() {
                let bytes = load(&tensor)?;
                collector.allow(bytes.len());
                storage = Some(bytes);
            }
            collector.add(name, &tensor.view, tensor.element, storage.as_deref().unwrap_or_default())?;
        }
    }
    collector.finish(format, BTreeMap::new(), state.notes)
}

/// A pickle's fault as that of the file.
fn refused(format: Format, error: PickleError) -> FormatError {
    match error {
        PickleError::Damaged(reason) => FormatError::damaged(format, reason),
        PickleError::TooLong => FormatError::TooLarge {
            what: "The file's pickle has more opcodes or values".into(),
            limit: format!("{} million", pickle::OPCODES >> 20),
        },
    }
}
