//! Reading, listing and writing files, each failure a sentence that names the file.

use std::fs;
use std::path::{Path, PathBuf};

/// Every file below `folder`, sorted; none if there is no such folder.
pub fn below(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop().filter(|folder| folder.is_dir()) {
        for entry in fs::read_dir(&folder).map_err(|error| complain("list", &folder, error))? {
            let path = entry.map_err(|error| complain("list", &folder, error))?.path();
            if path.is_dir() { waiting.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

/// The bytes of a file.
pub fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| complain("read", path, error))
}

/// The text of a file.
pub fn text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| complain("read", path, error))
}

/// Writes a file and the folders above it, unless it already holds these bytes.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    make(path.parent().unwrap_or(path))?;
    fs::write(path, bytes).map_err(|error| complain("write", path, error))
}

/// Makes a folder and those above it.
pub fn make(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| complain("make the folder", folder, error))
}

/// Removes a folder and all in it; one that is not there is no error.
pub fn remove(folder: &Path) -> Result<(), String> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(complain("remove", folder, error)),
        _ => Ok(()),
    }
}

/// The sentence for a file operation that failed.
pub fn complain(verb: &str, path: &Path, error: std::io::Error) -> String {
    format!("could not {verb} {}: {error}", path.display())
}
