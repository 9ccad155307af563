//! What a module is made of, as one SHA-256: two checkouts with the same digest build the same module.

use crate::module::{self, Module};
use crate::{command, files, workspace};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The digest of compiler, dependencies, settings and sources of a module, as 16 hexadecimal digits.
pub fn of(module: &Module) -> Result<String, String> {
    let mut hash = Sha256::new();
    add(&mut hash, "compiler", compiler()?.as_bytes());
    add(&mut hash, "flags", std::env::var("RUSTFLAGS").unwrap_or_default().as_bytes());
    add(&mut hash, "module's flags", module.flags.as_bytes());
    add(&mut hash, "binder", include_bytes!("bindgen.rs"));
    add(&mut hash, "dependencies", dependencies(module)?.as_bytes());
    for path in sources(module)? {
        add(&mut hash, &workspace::relative(&path), &files::read(&path)?);
    }
    Ok(hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

/// Adds a named piece, its length before it so that no two lists of pieces look alike.
fn add(hash: &mut Sha256, name: &str, bytes: &[u8]) {
    hash.update(format!("{name}\0{}\0", bytes.len()));
    hash.update(bytes);
}

fn compiler() -> Result<String, String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sentence = "`rustc -vV` failed; install Rust with rustup";
    command::output(std::process::Command::new(rustc).arg("-vV").current_dir(workspace::root()), sentence)
}

/// Every package the module is built from, with versions and features, free of this checkout's path.
fn dependencies(module: &Module) -> Result<String, String> {
    let mut cargo = command::cargo(&["tree", "--edges", "normal,build", "--prefix", "none", "--format", "{p} {f}"]);
    let tree = command::output(cargo.args(module.selection()), "cargo could not list the dependencies")?;
    let tree = tree.replace(&*workspace::root().to_string_lossy(), "");
    Ok(tree
        .lines()
        .map(|line| line.trim_end_matches(" (*)"))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect::<Vec<_>>()
        .join("\n"))
}

/// Every file of this workspace that goes into a module, sorted.
fn sources(module: &Module) -> Result<BTreeSet<PathBuf>, String> {
    let root = workspace::root();
    let mut found: BTreeSet<PathBuf> =
        ["Cargo.toml", ".cargo/config.toml"].into_iter().map(|name| root.join(name)).collect();
    for package in ["kernels", "core", "engine"] {
        found.insert(root.join(package).join("Cargo.toml"));
        found.extend(files::below(&root.join(package).join("src"))?);
    }
    found.insert(root.join("app/Cargo.toml"));
    let app = root.join("app/src");
    if *module == module::PAGE {
        found.extend(files::below(&app)?)
    } else {
        found.extend(worker(&app, module)?)
    }
    let included = included(&found)?;
    found.extend(included);
    found.retain(|path| path.extension().is_none_or(|extension| extension != "css"));
    Ok(found)
}

/// The app's files that a worker is made of: its binary, the library's root and the rooms that are not the page's.
fn worker(app: &Path, module: &Module) -> Result<Vec<PathBuf>, String> {
    let library = app.join("lib.rs");
    let mut found = vec![app.join("bin").join(format!("{}.rs", module.name))];
    for room in ungated(&files::text(&library)?) {
        found.extend(files::below(&app.join(&room))?);
        found.extend(Some(app.join(format!("{room}.rs"))).filter(|path| path.is_file()));
    }
    found.push(library);
    Ok(found)
}

/// Names of the modules that a library root declares without a feature of the page's.
fn ungated(library: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut gated = false;
    for line in library.lines().map(str::trim) {
        if line.starts_with("#[") {
            gated |= line.contains("feature = \"page\"");
            continue;
        }
        let declared = line.trim_start_matches("pub ").strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';'));
        names.extend(declared.filter(|_| !gated).map(String::from));
        gated = false;
    }
    names
}

/// Files that the given Rust files take in by `include_str!` or `include_bytes!`.
fn included(sources: &BTreeSet<PathBuf>) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    for path in sources.iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")) {
        let folder = path.parent().unwrap_or(path);
        let text = files::text(path)?;
        for piece in text.split("include_").skip(1) {
            let name = piece.split_once("!(\"").filter(|(kind, _)| ["str", "bytes"].contains(kind));
            let name = name.and_then(|(_, rest)| rest.split_once('"')).map(|(name, _)| folder.join(name));
            found.extend(name.and_then(|name| name.canonicalize().ok()));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_of_the_page_are_not_the_workers() {
        let library = "//! x\n#[cfg(feature = \"page\")]\npub mod panels;\npub mod worker;\nmod shared;\n";
        assert_eq!(ungated(library), ["worker", "shared"]);
    }

    #[test]
    fn pieces_cannot_slide_into_each_other() {
        let digest = |pieces: &[(&str, &[u8])]| {
            let mut hash = Sha256::new();
            pieces.iter().for_each(|(name, bytes)| add(&mut hash, name, bytes));
            hash.finalize()
        };
        assert_ne!(digest(&[("a", b"bc")]), digest(&[("ab", b"c")]));
    }
}
