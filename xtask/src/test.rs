//! `test`: everything that must hold, the page in a real browser included. It never passes by skipping.

use crate::arguments::Arguments;
use crate::module::MODULES;
use crate::{check, command, dist, page, site, tidy, tools, workspace};
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Everything but the chores, with the page's features, so that all stages share what is compiled.
const PRODUCT: [&str; 5] = ["--workspace", "--exclude", "xtask", "--features", "tessera-app/page"];

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Tally {
    passed: usize,
    failed: usize,
}

/// Runs every stage, stops at the first that fails, and sums up in the last line.
pub fn run(words: &[String]) -> Result<(), String> {
    Arguments::read(words, &[], &[])?;
    let start = Instant::now();
    let mut tally = Tally::default();
    let outcome = stages(&mut tally);
    println!("test: all stages {:.1} min", minutes(start));
    if outcome.is_err() && tally.failed == 0 {
        tally.failed = 1;
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    outcome
}

fn stages(tally: &mut Tally) -> Result<(), String> {
    stage("format and tidy", tally, |tally| {
        check::format()?;
        tidy::run(&[])?;
        tally.passed += 2;
        Ok(())
    })?;
    stage("native tests", tally, native)?;
    stage("documentation tests", tally, documentation)?;
    stage("building the page", tally, |_| build())?;
    stage("browser tests", tally, browser)
}

/// Runs one stage and prints how long it took.
fn stage(name: &str, tally: &mut Tally, work: impl FnOnce(&mut Tally) -> Result<(), String>) -> Result<(), String> {
    println!("test: {name} ...");
    let start = Instant::now();
    let outcome = work(tally);
    let word = if outcome.is_ok() { "done" } else { "FAILED" };
    println!("test: {name} {word} after {:.1} min", minutes(start));
    outcome
}

fn minutes(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() / 60.0
}

/// Everything that needs no browser. The chores go by themselves: beside the others their dependencies would be
/// compiled a second time, with other features.
fn native(tally: &mut Tally) -> Result<(), String> {
    let chores = ["--package", "xtask"];
    if command::find("cargo-nextest").is_some() {
        native_run(
            &["nextest", "run", "--no-fail-fast"],
            &[&PRODUCT[..], &["-E", "not binary(browser)"]].concat(),
            tally,
        )?;
        return native_run(&["nextest", "run", "--no-fail-fast"], &chores, tally);
    }
    let names = integration_tests()?;
    let mut product = [&PRODUCT[..], &["--lib", "--bins"]].concat();
    product.extend(names.iter().flat_map(|name| ["--test", name.as_str()]));
    native_run(&["test", "--no-fail-fast"], &product, tally)?;
    native_run(&["test", "--no-fail-fast"], &chores, tally)
}

fn native_run(tool: &[&str], selection: &[&str], tally: &mut Tally) -> Result<(), String> {
    counted(command::cargo(tool).args(selection), "a native test failed, above", tally)
}

/// Names of all integration tests but the browser's.
fn integration_tests() -> Result<Vec<String>, String> {
    let output = command::output(
        &mut command::cargo(&["metadata", "--no-deps", "--format-version", "1"]),
        "cargo could not describe the workspace",
    )?;
    let mut names = Vec::new();
    for piece in output.split("\"kind\":[\"test\"]").skip(1) {
        let name = piece.split_once("\"name\":\"").and_then(|(_, rest)| rest.split_once('"')).map(|(name, _)| name);
        names.extend(name.filter(|name| *name != "browser").map(String::from));
    }
    names.sort();
    names.dedup();
    Ok(names)
}

fn documentation(tally: &mut Tally) -> Result<(), String> {
    let mut cargo = command::cargo(&["test", "--doc"]);
    counted(cargo.args(PRODUCT), "an example in the documentation failed, above", tally)
}

/// The page twice: for our own server, and for any.
fn build() -> Result<(), String> {
    let modules = site::build(&MODULES)?;
    site::assemble(&workspace::site(), &page::served()?, &modules)?;
    dist::write(&workspace::target().join("dist"), &modules)
}

/// The page as a person meets it.
fn browser(tally: &mut Tally) -> Result<(), String> {
    tools::programs(&["chromium", "chromedriver"], &["chromium", "chromium-driver"])?;
    let own = std::env::current_exe().map_err(|error| format!("the path of this program is unknown: {error}"))?;
    let mut cargo = command::cargo(&["test", "--test", "browser"]);
    cargo.args(PRODUCT);
    cargo.env("TESSERA_SITE", workspace::site());
    cargo.env("TESSERA_DIST", workspace::target().join("dist"));
    cargo.env("TESSERA_XTASK", own);
    counted(&mut cargo, "a browser test failed, above", tally)
}

/// Runs a test command, shows what it prints and adds its results to the tally. No test at all is a failure.
fn counted(command: &mut Command, sentence: &str, tally: &mut Tally) -> Result<(), String> {
    let spawned = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = spawned.map_err(|error| format!("{sentence} ({error})"))?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let (out, err) = std::thread::scope(|scope| {
        let out = scope.spawn(|| out.map(echo).unwrap_or_default());
        let err = scope.spawn(|| err.map(echo).unwrap_or_default());
        (out.join().unwrap_or_default(), err.join().unwrap_or_default())
    });
    let status = child.wait().map_err(|error| format!("{sentence} ({error})"))?;
    tally.passed += out.passed + err.passed;
    tally.failed += out.failed + err.failed;
    if status.success() { Ok(()) } else { Err(sentence.into()) }
}

/// Prints every line that comes and sums up the results in them.
fn echo(pipe: impl Read) -> Tally {
    let mut tally = Tally::default();
    for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        let found = results(&line);
        tally.passed += found.passed;
        tally.failed += found.failed;
    }
    tally
}

/// The results that a line of cargo's or nextest's sums up; zero for any other line.
fn results(line: &str) -> Tally {
    let line = line.trim_start();
    if !line.starts_with("test result:") && !line.starts_with("Summary [") {
        return Tally::default();
    }
    let words: Vec<&str> = line.split([' ', ';', ',', '.']).filter(|word| !word.is_empty()).collect();
    let before = |name: &str| {
        let place = words.iter().position(|word| *word == name);
        place.and_then(|place| words.get(place.checked_sub(1)?)).and_then(|word| word.parse().ok()).unwrap_or(0)
    };
    Tally { passed: before("passed"), failed: before("failed") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_summary_are_read() {
        let cargo =
            "test result: FAILED. 12 passed; 1 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.31s";
        assert_eq!(results(cargo), Tally { passed: 12, failed: 1 });
        let nextest = "     Summary [   0.012s] 7 tests run: 5 passed, 2 failed, 4 skipped";
        assert_eq!(results(nextest), Tally { passed: 5, failed: 2 });
        assert_eq!(results("test photo::tests::passed ... ok"), Tally::default());
    }
}
