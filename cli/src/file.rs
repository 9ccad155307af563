//! Reading files of any tool, up to a size.

use std::fs::File;
use std::io::Read;
use std::path::Path;
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

fn unreadable(path: &Path, error: &std::io::Error) -> String {
    format!("{} could not be read ({error}): check the path and its permissions.", path.display())
}
