//! Reading files of any tool, up to a size, and writing our own.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use tessera_core::experiment::{Record, parcel};
use tessera_core::statistics::table::{self, Hints, Table};

/// A file's bytes, unless there are more than `largest`.
///
/// # Errors
/// One sentence: what, why, what to do.
pub fn bounded(path: &Path, largest: u64) -> Result<Vec<u8>, String> {
    let mut bytes = vec![];
    let mut read = File::open(path).map(|file| file.take(largest + 1)).map_err(|error| unreadable(path, &error))?;
    read.read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    if bytes.len() as u64 > largest {
        return Err(format!("{} has more than {} MiB: choose a smaller file.", path.display(), largest >> 20));
    }
    Ok(bytes)
}

/// A table of numbers.
///
/// # Errors
/// One sentence: what, why, what to do.
pub fn table(path: &Path, hints: Hints) -> Result<Table, String> {
    let bytes = bounded(path, table::LARGEST)?;
    table::read(&bytes, hints).map_err(|error| format!("{}: {error}", path.display()))
}

/// The record of a run: its folder, its record.json, or the ZIP file that it was exported to.
///
/// # Errors
/// One sentence: what, why, what to do.
pub fn read_record(run: &Path) -> Result<Record, String> {
    let path = if run.is_dir() { run.join("record.json") } else { run.to_path_buf() };
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let mut bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
    if path.extension().is_some_and(|extension| extension == "zip") {
        let mut files = parcel::unpack(&bytes, |name| name == "record.json").map_err(|error| told(&error))?;
        bytes = files.pop().ok_or_else(|| told(&"It holds no record.json: choose a run that was exported."))?.bytes;
    }
    Record::read(&String::from_utf8_lossy(&bytes)).map_err(|error| told(&error))
}

/// The sentence for a file that cannot be read.
pub fn unreadable(path: &Path, error: &std::io::Error) -> String {
    format!("{} could not be read ({error}): check the path and its permissions.", path.display())
}

/// Writes a file below a folder, with the folders between.
///
/// # Errors
/// One sentence if it cannot be written.
pub fn write(out: &Path, name: &str, bytes: &[u8]) -> Result<(), String> {
    let path = out.join(name);
    make(path.parent().unwrap_or(out))?;
    fs::write(&path, bytes).map_err(|error| unwritable(&path, &error))
}

/// Makes a folder and those above it.
///
/// # Errors
/// One sentence if it cannot be made.
pub fn make(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))
}

/// The sentence for a file that cannot be written.
pub fn unwritable(path: &Path, error: &std::io::Error) -> String {
    format!("{} could not be written ({error}): choose another --out.", path.display())
}
