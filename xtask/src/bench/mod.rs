//! `bench`: Tessera beside its peers on this machine, in one run and turn by turn, so that the ratios are fair.
//!
//! Four parts: `native` (torch and onnxruntime), `browser` (onnxruntime-web in Chromium), `visit` (seconds until the
//! page is of use) and `profile` (which kinds of op the time goes to). Each prints its table and writes a JSON file.

mod browser;
mod contender;
mod json;
mod measured;
mod native;
mod processor;
mod profile;
mod programs;
mod talk;
mod visit;

use crate::arguments::Arguments;
use crate::{files, workspace};
use std::path::PathBuf;

/// A part: its name and what does it.
type Part = (&'static str, fn(&Plan) -> Result<json::Members, String>);

/// Every part, in the order they run.
const PARTS: [Part; 4] =
    [("native", native::run), ("browser", browser::run), ("visit", visit::run), ("profile", profile::run)];

/// How much is measured.
pub struct Plan {
    /// Turns of each contender.
    rounds: usize,
    /// Passes in a turn.
    passes: usize,
    /// Numbers of threads, natively.
    threads: Vec<usize>,
}

/// Runs the wanted parts.
pub fn run(words: &[String]) -> Result<(), String> {
    let arguments = Arguments::read(words, &["--only", "--rounds", "--passes", "--threads"], &[])?;
    let wanted = match arguments.value("--only") {
        Some(names) => names.split(',').collect(),
        None => all(),
    };
    if let Some(unknown) = wanted.iter().find(|name| !all().contains(name)) {
        return Err(format!("there is no part `{unknown}`; known are {}", all().join(", ")));
    }
    let plan = Plan {
        rounds: number(&arguments, "--rounds", 15)?,
        passes: number(&arguments, "--passes", 4)?,
        threads: arguments.value("--threads").unwrap_or("1").split(',').map(read).collect::<Result<_, _>>()?,
    };
    files::make(&folder())?;
    PARTS.iter().filter(|(name, _)| wanted.contains(name)).try_for_each(|(name, part)| write(name, *part, &plan))
}

/// Runs one part and writes its file; the load of the machine before and after says how far its times may be trusted.
fn write(name: &str, part: fn(&Plan) -> Result<json::Members, String>, plan: &Plan) -> Result<(), String> {
    let before = processor::load();
    println!("\n{name}: load before {before}");
    let mut members = part(plan)?;
    let after = processor::load();
    println!("{name}: load after {after}");
    members.insert(0, ("machine", json::text(&processor::name())));
    members.insert(1, ("load_before", json::text(&before)));
    members.insert(2, ("load_after", json::text(&after)));
    let path = folder().join(format!("{name}.json"));
    files::write(&path, json::object(&members).as_bytes())?;
    println!("{name}: written to {}", workspace::relative(&path));
    Ok(())
}

/// Where programs, pages and results of the bench lie.
fn folder() -> PathBuf {
    workspace::target().join("bench")
}

fn all() -> Vec<&'static str> {
    PARTS.iter().map(|(name, _)| *name).collect()
}

fn number(arguments: &Arguments, name: &str, usual: usize) -> Result<usize, String> {
    arguments.value(name).map_or(Ok(usual), read)
}

fn read(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|&number| number > 0);
    number.ok_or_else(|| format!("`{text}` is no number above zero"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(String::from).collect()
    }

    #[test]
    fn an_unknown_part_or_number_is_a_sentence() {
        assert!(run(&words("--only nativ")).unwrap_err().contains("nativ"));
        assert!(run(&words("--rounds 0 --only profile")).unwrap_err().contains("`0`"));
    }
}
