//! `trunk-hook`: what trunk calls after a build, so that its page loads the same scripts and style sheet as ours.

use crate::module::MODULES;
use crate::{files, style};
use std::path::PathBuf;

/// Writes loaders and style sheet into trunk's staging folder.
pub fn run(_words: &[String]) -> Result<(), String> {
    let folder = std::env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from);
    let folder = folder.ok_or("`trunk-hook` is called by trunk; use `cargo xtask serve`, or `trunk serve`")?;
    for module in MODULES {
        files::write(&folder.join(module.loader), module.loader_text().as_bytes())?;
    }
    files::write(&folder.join("style.css"), style::sheet()?.as_bytes())
}
