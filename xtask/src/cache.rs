//! Finished modules, kept by digest: an unchanged module is never built again, not even in another checkout.

use crate::module::Module;
use crate::{bindgen, digest, files, workspace};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

/// How many finished modules of a name are kept.
const KEPT: usize = 4;

/// The folder with a module's finished files; builds them if they are not there.
pub fn get(module: &Module) -> Result<PathBuf, String> {
    let before = digest::of(module)?;
    let folder = folder(module, &before);
    if folder.is_dir() {
        touch(&folder);
        return Ok(folder);
    }
    build(module, &before)
}

/// Whether a module needs no building.
pub fn has(module: &Module) -> Result<bool, String> {
    Ok(folder(module, &digest::of(module)?).is_dir())
}

fn folder(module: &Module, digest: &str) -> PathBuf {
    workspace::cache().join(format!("{}-{digest}", module.name))
}

/// Compiles and binds; the result is kept under its digest if the sources stood still meanwhile.
fn build(module: &Module, before: &str) -> Result<PathBuf, String> {
    let start = Instant::now();
    println!("Building the {} ...", module.title);
    let fresh = workspace::cache().join(format!("{}.{}", module.name, std::process::id()));
    module.compile()?;
    files::remove(&fresh)?;
    files::make(&fresh)?;
    bindgen::bind(module, &fresh)?;
    println!("Built the {} in {:.0} s.", module.title, start.elapsed().as_secs_f64());
    let settled = digest::of(module)? == before;
    let name = if settled { before } else { "unsettled" };
    let kept = folder(module, name);
    files::remove(&kept)?;
    std::fs::rename(&fresh, &kept).map_err(|error| files::complain("keep", &kept, error))?;
    forget_old(module)?;
    Ok(kept)
}

/// Marks a folder as used now, so that it is among the last to go.
fn touch(folder: &Path) {
    // A mark that could not be set only makes the folder go earlier.
    let _ = std::fs::write(folder.join(".used"), b"");
}

/// Removes all but the last used folders of a module.
fn forget_old(module: &Module) -> Result<(), String> {
    let mut kept = Vec::new();
    let cache = workspace::cache();
    let entries = std::fs::read_dir(&cache).map_err(|error| files::complain("list", &cache, error))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(&format!("{}-", module.name)) {
            kept.push((used(&path), path));
        }
    }
    kept.sort();
    let surplus = kept.len().saturating_sub(KEPT);
    kept[..surplus].iter().try_for_each(|(_, folder)| files::remove(folder))
}

fn used(folder: &Path) -> SystemTime {
    let mark = [folder.join(".used"), folder.to_path_buf()].into_iter().find_map(|path| path.metadata().ok());
    mark.and_then(|mark| mark.modified().ok()).unwrap_or(SystemTime::UNIX_EPOCH)
}
