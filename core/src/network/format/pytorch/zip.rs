//! The archive in which PyTorch 1.6 and later keep a checkpoint: `data.pkl`, and a record of numbers for every storage.
//!
//! The crate `zip` finds and checks the entries. What it does not bound is bounded here: how many entries there may be,
//! that no byte belongs to two of them, and how much they inflate to. Entries that are only stored, as PyTorch writes
//! them, are borrowed from the file.

use crate::network::format::checkpoint::{Format, listed};
use crate::network::format::error::{FormatError, shown};
use crate::network::format::{ALLOWANCE, INFLATION};
use std::borrow::Cow;
use std::io::{Cursor, Read};
use zip::{CompressionMethod, ZipArchive};

/// Most entries of an archive; each takes some hundred bytes.
const ENTRIES: usize = 1 << 16;
/// What opens an entry of the central directory.
const ENTRY: &[u8] = b"PK\x01\x02";
/// How many times its own length deflated data can become at most.
const DEFLATE: u64 = 1032;

/// An archive in memory.
pub(super) struct Archive<'a> {
    bytes: &'a [u8],
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// The folder everything is in, with its slash; empty or any name.
    root: String,
    /// Bytes that may still be inflated.
    left: u64,
}

impl<'a> Archive<'a> {
    /// Finds the entries.
    ///
    /// # Errors
    /// If the archive is damaged, built to deceive, or no PyTorch checkpoint.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, FormatError> {
        // Each entry has such a mark, so this bounds what the crate makes of them.
        if bytes.windows(ENTRY.len()).filter(|four| *four == ENTRY).count() > ENTRIES {
            return Err(FormatError::TooLarge {
                what: "The archive has more entries".into(),
                limit: format!("{ENTRIES}"),
            });
        }
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(error.to_string()))?;
        if zip.has_overlapping_entries().map_err(|error| damaged(error.to_string()))? {
            return Err(damaged("entries of its archive overlap"));
        }
        let left = (bytes.len().saturating_mul(INFLATION)).saturating_add(ALLOWANCE) as u64;
        let root = root(&zip)?;
        Ok(Self { bytes, zip, root, left })
    }

    /// The pickle that describes the checkpoint.
    ///
    /// # Errors
    /// If the numbers are big-endian, the archive is a program, or the record is damaged.
    pub(super) fn description(&mut self) -> Result<Cow<'a, [u8]>, FormatError> {
        if self.zip.index_for_name(&format!("{}constants.pkl", self.root)).is_some() {
            return Err(FormatError::Program { name: "TorchScript".into() });
        }
        if self.zip.index_for_name(&format!("{}byteorder", self.root)).is_some()
            && self.record("byteorder")?.trim_ascii() == b"big"
        {
            return Err(FormatError::BigEndian);
        }
        self.record("data.pkl")
    }

    /// The bytes of a storage.
    ///
    /// # Errors
    /// If it is missing or damaged.
    pub(super) fn storage(&mut self, key: &str) -> Result<Cow<'a, [u8]>, FormatError> {
        self.record(&format!("data/{key}"))
    }

    /// The bytes of an entry; its checksum is compared.
    fn record(&mut self, name: &str) -> Result<Cow<'a, [u8]>, FormatError> {
        let missing = || damaged(format!("its record {} is missing", shown(name)));
        let index = self.zip.index_for_name(&format!("{}{name}", self.root)).ok_or_else(missing)?;
        let wrong = |error: &dyn std::fmt::Display| damaged(format!("its record {}: {error}", shown(name)));
        let mut entry = self.zip.by_index(index).map_err(|error| wrong(&error))?;
        let (declared, packed) = (entry.size(), entry.compressed_size());
        if entry.compression() == CompressionMethod::Stored {
            if declared != packed {
                return Err(wrong(&"it is stored with two lengths"));
            }
            std::io::copy(&mut entry, &mut std::io::sink()).map_err(|error| wrong(&error))?;
            let slice = entry.data_start().and_then(|start| slice(self.bytes, start, declared));
            return slice.map(Cow::Borrowed).ok_or_else(|| wrong(&"it lies outside the file"));
        }
        if declared > self.left || declared / DEFLATE > packed {
            return Err(FormatError::TooLarge {
                what: "The archive inflates to more".into(),
                limit: format!("{INFLATION} times its length"),
            });
        }
        let mut bytes = Vec::with_capacity(declared as usize);
        entry.take(declared + 1).read_to_end(&mut bytes).map_err(|error| wrong(&error))?;
        if bytes.len() as u64 != declared {
            return Err(wrong(&"it inflates to another length than it declares"));
        }
        self.left -= declared;
        Ok(Cow::Owned(bytes))
    }
}

fn slice(bytes: &[u8], start: u64, length: u64) -> Option<&[u8]> {
    let start = usize::try_from(start).ok()?;
    bytes.get(start..start.checked_add(usize::try_from(length).ok()?)?)
}

/// The folder that `data.pkl` is in.
fn root(zip: &ZipArchive<Cursor<&[u8]>>) -> Result<String, FormatError> {
    let mut names = Vec::new();
    for index in 0..zip.len() {
        let name = zip.name_for_index(index).and_then(Result::ok).unwrap_or_default();
        if let Some(root) = name.strip_suffix("data.pkl")
            && (root.is_empty() || root.ends_with('/'))
            && root.matches('/').count() <= 1
        {
            return Ok(root.to_owned());
        }
        names.push(name);
    }
    Err(other(&names))
}

/// What an archive without `data.pkl` is.
fn other(names: &[Cow<str>]) -> FormatError {
    let ends = |end: &str| names.iter().any(|name| name.ends_with(end));
    let (found, advice) = match () {
        () if ends(".npy") => ("a NumPy archive (.npz)", "save the arrays by name as safetensors"),
        () if ends("model.weights.h5") => {
            ("a Keras archive (.keras)", "copy its weights to the same network in PyTorch and save its state_dict()")
        }
        () if ends("archive_format") || ends("models/model.json") => {
            ("a program that torch.export has written", "save model.state_dict() with torch.save")
        }
        () if [".pth", ".pt", ".safetensors", ".onnx", ".bin"].into_iter().any(ends) => {
            ("a zip archive with a weight file in it", "unpack it and choose the weight file")
        }
        () => {
            let names = listed(names.iter().map(AsRef::as_ref));
            let found = format!("a zip archive without PyTorch's data.pkl (it holds {})", names.join(", "));
            return FormatError::Foreign { found, advice: "choose the weight file itself".into() };
        }
    };
    FormatError::Foreign { found: found.into(), advice: advice.into() }
}

fn damaged(reason: impl Into<String>) -> FormatError {
    FormatError::damaged(Format::PytorchZip, reason)
}
