//! What the chores need beside cargo: gets it where it may, says in one sentence what to do where it may not.

use crate::{command, workspace};
use std::path::PathBuf;
use std::process::Command;

/// The target the page and its workers are built for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Makes sure that Rust's standard library for [`TARGET`] is there.
pub fn wasm_target() -> Result<(), String> {
    if has_target() {
        return Ok(());
    }
    println!("Adding Rust's {TARGET} target ...");
    let sentence =
        format!("Rust's {TARGET} target is missing; run `rustup target add {TARGET}` where there is network");
    command::run(Command::new("rustup").args(["target", "add", TARGET]).current_dir(workspace::root()), &sentence)?;
    if has_target() { Ok(()) } else { Err(sentence) }
}

fn has_target() -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut ask = Command::new(rustc);
    ask.args(["--print", "target-libdir", "--target", TARGET]).current_dir(workspace::root());
    command::output(&mut ask, "").is_ok_and(|folder| PathBuf::from(folder.trim()).is_dir())
}

/// Makes sure that the programs are there, installing Debian's packages as root where it may.
pub fn programs(programs: &[&str], packages: &[&str]) -> Result<(), String> {
    let missing: Vec<_> = programs.iter().filter(|program| command::find(program).is_none()).copied().collect();
    if missing.is_empty() {
        return Ok(());
    }
    let sentence = format!(
        "{} cannot be found; install it, on Debian with `apt-get install {}`",
        missing.join(" and "),
        packages.join(" ")
    );
    if command::find("apt-get").is_none() || !is_root() {
        return Err(sentence);
    }
    println!("Installing {} ...", packages.join(" and "));
    command::run(apt().arg("update"), &sentence)?;
    command::run(apt().args(["install", "--yes", "--no-install-recommends"]).args(packages), &sentence)?;
    if programs.iter().all(|program| command::find(program).is_some()) { Ok(()) } else { Err(sentence) }
}

fn apt() -> Command {
    let mut apt = Command::new("apt-get");
    apt.arg("--quiet").env("DEBIAN_FRONTEND", "noninteractive");
    apt
}

fn is_root() -> bool {
    command::output(Command::new("id").arg("-u"), "").is_ok_and(|number| number.trim() == "0")
}
