//! `serve`: builds what changed and serves the page on this machine.
//!
//! The page and the CPU engine are built first, and served at once. The WebGPU engine takes longer the first time: it
//! is built while the page already works, and a request for it is answered when it is there.

use crate::arguments::Arguments;
use crate::module::{CPU, MODULES, PAGE, WEBGPU};
use crate::server::{self, Gate, Served};
use crate::site::{self, Built};
use crate::{cache, dist, page, workspace};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Builds into `--dir` and serves; with `--no-build`, serves it as it is, `--bare` without headers, below `--prefix`.
pub fn run(words: &[String]) -> Result<(), String> {
    let arguments = Arguments::read(words, &["--port", "--dir", "--prefix"], &["--no-build", "--bare"])?;
    let port = arguments.value("--port").unwrap_or("8080");
    let port: u16 = port.parse().map_err(|_| format!("`{port}` is no port; give a number from 0 to 65535"))?;
    let (server, port) = server::listen(port)?;
    let folder = arguments.value("--dir").map_or_else(workspace::site, PathBuf::from);
    let gate = if arguments.has("--no-build") { Gate::open() } else { build(&folder)? };
    if !folder.join("index.html").is_file() {
        return Err(format!("{} holds no built page; leave --no-build out", folder.display()));
    }
    let prefix = prefix(arguments.value("--prefix").unwrap_or("/"));
    announce(&format!("Tessera is at http://127.0.0.1:{port}{prefix} (Ctrl+C ends it)"));
    server::answer(&server, &Served { folder, prefix, headers: !arguments.has("--bare"), gate });
    Ok(())
}

/// Prints a line at once, for those who wait for it at the other end of a pipe.
fn announce(line: &str) {
    println!("{line}");
    // Nobody may be listening; the page is served all the same.
    let _ = std::io::stdout().flush();
}

/// A prefix with its slashes.
fn prefix(text: &str) -> String {
    let inner = text.trim_matches('/');
    if inner.is_empty() { "/".into() } else { format!("/{inner}/") }
}

/// Builds the site; the gate holds requests for the WebGPU engine if that one still takes time.
fn build(folder: &Path) -> Result<Gate, String> {
    dist::ours(folder)?;
    if cache::has(&WEBGPU)? {
        site::assemble(folder, &page::served()?, &site::build(&MODULES)?)?;
        return Ok(Gate::open());
    }
    let modules = site::build(&[PAGE, CPU])?;
    site::assemble(folder, &page::served()?, &modules)?;
    let gate = Gate::closed(WEBGPU.name);
    let held = gate.clone();
    let folder = folder.to_path_buf();
    std::thread::spawn(move || held.release(finish(&folder, modules)));
    Ok(gate)
}

/// Adds the WebGPU engine to the site; whether that went well.
fn finish(folder: &Path, mut modules: Vec<Built>) -> bool {
    announce("The WebGPU engine is built meanwhile; the page takes it up when it is ready.");
    let done = site::build(&[WEBGPU]).and_then(|webgpu| {
        modules.extend(webgpu);
        site::assemble(folder, &page::served()?, &modules)
    });
    match &done {
        Ok(()) => announce("The WebGPU engine is ready."),
        Err(sentence) => eprintln!("xtask: {sentence}"),
    }
    done.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_get_their_slashes() {
        assert_eq!(prefix("/"), "/");
        assert_eq!(prefix("a/b"), "/a/b/");
        assert_eq!(prefix("/a/b/"), "/a/b/");
    }
}
