//! The built page as a folder: modules, their loaders, the style sheet, the page and everything in `public`.

use crate::module::Module;
use crate::{cache, files, style, tools, workspace};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A module and the folder with its finished files.
pub type Built = (Module, PathBuf);

/// Brings modules up to date, one after the other.
pub fn build(modules: &[Module]) -> Result<Vec<Built>, String> {
    tools::wasm_target()?;
    modules.iter().map(|module| Ok((*module, cache::get(module)?))).collect()
}

/// Fills `folder` with the page and the modules that are given, and removes whatever else is in it.
pub fn assemble(folder: &Path, page: &str, modules: &[Built]) -> Result<(), String> {
    let mut keep = BTreeSet::new();
    for (module, files) in modules {
        copy(files, folder, &mut keep)?;
        put(folder, module.loader, module.loader_text().as_bytes(), &mut keep)?;
    }
    copy(&workspace::root().join("public"), folder, &mut keep)?;
    put(folder, "style.css", style::sheet()?.as_bytes(), &mut keep)?;
    put(folder, "index.html", page.as_bytes(), &mut keep)?;
    clear(folder, &keep)
}

/// Whether a file of `public` or of a finished module is there for the build only.
fn is_private(name: &str) -> bool {
    name == "tokens.css" || name.split('/').any(|part| part.starts_with('.'))
}

fn copy(from: &Path, folder: &Path, keep: &mut BTreeSet<PathBuf>) -> Result<(), String> {
    for path in files::below(from)? {
        let name = path.strip_prefix(from).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if !is_private(&name) {
            put(folder, &name, &files::read(&path)?, keep)?;
        }
    }
    Ok(())
}

fn put(folder: &Path, name: &str, bytes: &[u8], keep: &mut BTreeSet<PathBuf>) -> Result<(), String> {
    let path = folder.join(name);
    files::write(&path, bytes)?;
    keep.insert(path);
    Ok(())
}

fn clear(folder: &Path, keep: &BTreeSet<PathBuf>) -> Result<(), String> {
    for path in files::below(folder)?.iter().filter(|path| !keep.contains(*path)) {
        std::fs::remove_file(path).map_err(|error| files::complain("remove", path, error))?;
    }
    Ok(())
}
