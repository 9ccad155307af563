//! Where things are: the workspace, cargo's target folder, and what the chores keep in it.

use std::path::{Path, PathBuf};

/// The folder of the workspace's `Cargo.toml`.
pub fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let package = package.filter(|folder| folder.ends_with("xtask"));
    let package = package.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    package.parent().expect("xtask lies in the workspace").to_path_buf()
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    let chosen = std::env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty());
    match chosen {
        Some(folder) => std::path::absolute(&folder).unwrap_or_else(|_| folder.into()),
        None => root().join("target"),
    }
}

/// The built page, ready to be served.
pub fn site() -> PathBuf {
    target().join("site")
}

/// Finished modules of earlier builds.
pub fn cache() -> PathBuf {
    target().join("site-cache")
}

/// `path` as seen from the workspace, with forward slashes.
pub fn relative(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap_or(path);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
