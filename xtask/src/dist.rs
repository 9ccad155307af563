//! `dist`: the page as a static folder that works below any address of any server, without headers.

use crate::arguments::Arguments;
use crate::module::MODULES;
use crate::{files, page, site, tools, workspace};
use std::path::{Path, PathBuf};

/// Builds everything and writes the folder.
pub fn run(words: &[String]) -> Result<(), String> {
    let arguments = Arguments::read(words, &["--out"], &[])?;
    let out = arguments.value("--out").map_or_else(|| workspace::root().join("dist"), PathBuf::from);
    write(&out)?;
    println!("Wrote {}; put it on any static server, below any address.", out.display());
    Ok(())
}

/// Builds what changed and fills `out`, which must be ours or empty.
pub fn write(out: &Path) -> Result<(), String> {
    if !is_ours(out)? {
        return Err(format!("{} holds other files; give an empty folder with --out", out.display()));
    }
    tools::wasm_target()?;
    site::assemble(out, &page::standing_alone()?, &MODULES)
}

/// Whether a folder is missing, empty or written by an earlier `dist`.
fn is_ours(folder: &Path) -> Result<bool, String> {
    let known = ["index.html", "page_bg.wasm", "style.css"].iter().all(|name| folder.join(name).is_file());
    Ok(known || files::below(folder)?.is_empty())
}
