//! `dist`: the page as a static folder that works below any address of any server, without headers.

use crate::arguments::Arguments;
use crate::module::MODULES;
use crate::site::{self, Built};
use crate::{files, page, workspace};
use std::path::{Path, PathBuf};

/// Builds everything and writes the folder.
pub fn run(words: &[String]) -> Result<(), String> {
    let arguments = Arguments::read(words, &["--out"], &[])?;
    let out = arguments.value("--out").map_or_else(|| workspace::root().join("dist"), PathBuf::from);
    write(&out, &site::build(&MODULES)?)?;
    println!("Wrote {}; put it on any static server, below any address.", out.display());
    Ok(())
}

/// Fills `out`, which must be ours or empty.
pub fn write(out: &Path, modules: &[Built]) -> Result<(), String> {
    if !is_ours(out)? {
        return Err(format!("{} holds other files; give an empty folder with --out", out.display()));
    }
    site::assemble(out, &page::standing_alone()?, modules)
}

/// Whether a folder is missing, empty or written by an earlier `dist`.
fn is_ours(folder: &Path) -> Result<bool, String> {
    let known = ["index.html", "page_bg.wasm", "style.css"].iter().all(|name| folder.join(name).is_file());
    Ok(known || files::below(folder)?.is_empty())
}
