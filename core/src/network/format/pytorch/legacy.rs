//! Checkpoints from before PyTorch 1.6: five pickles, one after another, then the numbers of every storage.
//!
//! The pickles are a magic number, the protocol's version, facts on the computer, what was saved, and the keys of the
//! storages; the storages follow in that order, each behind its count of numbers. See `_legacy_load` in
//! `torch/serialization.py`.

use super::pickle::{self, Id, Pickle, Value};
use super::tensor::Storage;
use super::{MAGIC, refused};
use crate::network::format::checkpoint::Format;
use crate::network::format::error::{FormatError, shown};
use std::collections::HashMap;

/// The only version there has been.
const VERSION: i64 = 1001;

/// The bytes of every storage by its key.
#[derive(Debug)]
pub(super) struct Storages<'a>(HashMap<&'a str, &'a [u8]>);

impl<'a> Storages<'a> {
    /// The bytes of one storage.
    pub(super) fn get(&self, key: &str) -> Result<&'a [u8], FormatError> {
        self.0.get(key).copied().ok_or_else(|| damaged(format!("the numbers of storage {} are missing", shown(key))))
    }
}

/// Reads what was saved, and where the numbers are.
pub(super) fn read(bytes: &[u8]) -> Result<(Pickle<'_>, Storages<'_>), FormatError> {
    let (magic, rest) = next(bytes)?;
    let (version, rest) = next(rest)?;
    if *magic.get(magic.top) != Value::Bytes(&MAGIC) || *version.get(version.top) != Value::Int(VERSION) {
        return Err(damaged("its beginning is not PyTorch's"));
    }
    let (system, rest) = next(rest)?;
    if !is_little_endian(&system) {
        return Err(FormatError::BigEndian);
    }
    let (saved, rest) = next(rest)?;
    let (keys, rest) = next(rest)?;
    let storages = storages(&saved, &keys, rest)?;
    Ok((saved, storages))
}

fn next(bytes: &[u8]) -> Result<(Pickle<'_>, &[u8]), FormatError> {
    pickle::read(bytes).map_err(|error| refused(Format::PytorchLegacy, error))
}

/// Whether the computer put the lowest byte first; nearly all do, so silence means yes.
fn is_little_endian(system: &Pickle) -> bool {
    let Value::Dict(entries) = system.get(system.top) else { return true };
    !entries
        .iter()
        .any(|(name, value)| system.text(*name) == Some("little_endian") && *system.get(*value) == Value::Bool(false))
}

/// Cuts the storages out of what follows the pickles. A number's width is known from what was saved only.
fn storages<'a>(saved: &Pickle<'a>, keys: &Pickle<'a>, mut rest: &'a [u8]) -> Result<Storages<'a>, FormatError> {
    let widths = widths(saved);
    let Value::List(keys_in_order) = keys.get(keys.top) else { return Err(damaged("it has no list of storages")) };
    let mut storages = HashMap::new();
    for id in keys_in_order {
        let key = keys.text(*id).ok_or_else(|| damaged("a storage's key is no text"))?;
        let width = widths.get(key).ok_or_else(|| damaged("it has a storage that nothing describes"))?;
        let (bytes, after) = storage(rest, *width).ok_or_else(|| damaged("it ends amid the numbers"))?;
        storages.insert(key, bytes);
        rest = after;
    }
    Ok(Storages(storages))
}

/// Bytes of one number of each storage that was saved, by key.
fn widths<'a>(saved: &Pickle<'a>) -> HashMap<&'a str, usize> {
    let storages = (0..saved.values.len()).filter_map(|place| Storage::read(saved, Id::at(place)));
    storages.map(|storage| (storage.key, storage.element.width())).collect()
}

fn storage(rest: &[u8], width: usize) -> Option<(&[u8], &[u8])> {
    let (count, rest) = rest.split_first_chunk()?;
    let count = usize::try_from(u64::from_le_bytes(*count)).ok()?;
    rest.split_at_checked(count.checked_mul(width)?)
}

fn damaged(reason: impl Into<String>) -> FormatError {
    FormatError::damaged(Format::PytorchLegacy, reason)
}
