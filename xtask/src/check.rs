//! `check`: the inner loop. Format, lints native and wasm, docs, tidy; the seconds of each.

use crate::arguments::Arguments;
use crate::module::{MODULES, Module};
use crate::{command, tidy, tools};
use std::time::Instant;

/// Runs every step and stops at the first that fails.
pub fn run(words: &[String]) -> Result<(), String> {
    Arguments::read(words, &[], &[])?;
    tools::wasm_target()?;
    step("format", format)?;
    step("tidy", || tidy::run(&[]))?;
    step("lints, native", native)?;
    for module in &MODULES {
        step(&format!("lints, {}", module.title), || wasm(module))?;
    }
    step("docs", docs)
}

/// Runs one step and prints how long it took.
fn step(name: &str, work: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let start = Instant::now();
    work()?;
    println!("check: {name} {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// The code is formatted.
pub fn format() -> Result<(), String> {
    command::run(&mut command::cargo(&["fmt", "--all", "--check"]), "some code is not formatted; run `cargo fmt`")
}

fn native() -> Result<(), String> {
    let mut clippy = command::cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    command::run(&mut clippy, "clippy has something to say about the native code, above")
}

fn wasm(module: &Module) -> Result<(), String> {
    let mut clippy = command::cargo(&["clippy", "--quiet", "--lib", "--bin", module.name]);
    clippy.args(module.selection()).args(["--", "-D", "warnings"]);
    command::run(&mut clippy, &format!("clippy has something to say about the {}, above", module.title))
}

fn docs() -> Result<(), String> {
    let mut doc = command::cargo(&[
        "doc",
        "--quiet",
        "--no-deps",
        "-p",
        "tessera-kernels",
        "-p",
        "tessera-core",
        "-p",
        "tessera-engine",
    ]);
    command::run(doc.env("RUSTDOCFLAGS", "-D warnings"), "the docs of core or engine have a fault, above")
}
