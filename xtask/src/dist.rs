//! `dist`: the page as a static folder that works below any address of any server, without headers.

use crate::arguments::Arguments;
use crate::module::MODULES;
use crate::site::{self, Built};
use crate::{page, workspace};
use std::path::{Path, PathBuf};

/// Builds everything and writes the folder.
pub fn run(words: &[String]) -> Result<(), String> {
    let arguments = Arguments::read(words, &["--out"], &[])?;
    let out = arguments.value("--out").map_or_else(|| workspace::root().join("dist"), PathBuf::from);
    ours(&out)?;
    write(&out, &site::build(&MODULES)?)?;
    println!("Wrote {}; put it on any static server, below any address.", out.display());
    Ok(())
}

/// Fills `out`, which must be ours or empty.
pub fn write(out: &Path, modules: &[Built]) -> Result<(), String> {
    ours(out)?;
    site::assemble(out, &page::standing_alone()?, modules)
}

/// Refuses a folder that is neither missing, nor empty, nor written by an earlier `dist`.
pub fn ours(folder: &Path) -> Result<(), String> {
    let known = ["index.html", "page_bg.wasm", "style.css"].iter().all(|name| folder.join(name).is_file());
    let empty = !folder.is_dir() || std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    let refusal = || format!("{} holds other files; give an empty folder with --out", folder.display());
    if known || empty { Ok(()) } else { Err(refusal()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_other_files_is_left_alone() {
        assert!(ours(&workspace::root()).is_err());
        assert!(ours(&workspace::root().join("no-such-folder")).is_ok());
    }
}
