//! `bench`: Tessera beside its peers on this machine, in one run and turn by turn, so that the ratios are fair.
//!
//! Six parts: `native` (torch and onnxruntime), `browser` (onnxruntime-web in Chromium), `visit` (seconds until the
//! page is of use), `profile` (which kinds of op the time goes to), `memory` (what contenders hold at most) and `methods`
//! (what each method takes beside bare passes and beside the libraries that people use). Each prints its table and writes a JSON file; `bench methods` runs one alone. `--networks` says which networks, `resnet50@448` for one at another size.

mod browser;
mod contender;
mod json;
mod measured;
mod memory;
mod methods;
mod native;
mod network;
mod processor;
mod profile;
mod programs;
mod talk;
mod visit;

use crate::arguments::Arguments;
use crate::{files, workspace};
use network::Network;
use std::path::PathBuf;

/// A part: its name and what does it.
type Part = (&'static str, fn(&Plan) -> Result<json::Members, String>);

/// Every part, in the order they run.
const PARTS: [Part; 6] = [
    ("native", native::run),
    ("browser", browser::run),
    ("visit", visit::run),
    ("profile", profile::run),
    ("memory", memory::run),
    ("methods", methods::run),
];

/// How much is measured.
pub struct Plan {
    /// The networks under test.
    networks: Vec<Network>,
    /// Turns of each contender, if not those that are usual for the network.
    rounds: Option<usize>,
    /// Passes in a turn, if not those that are usual for the network.
    passes: Option<usize>,
    /// Numbers of threads, natively.
    threads: Vec<usize>,
}

impl Plan {
    /// Turns of each contender and passes in a turn.
    fn turns(&self, network: &Network) -> (usize, usize) {
        let (rounds, passes) = network.turns();
        (self.rounds.unwrap_or(rounds), self.passes.unwrap_or(passes))
    }
}

/// Runs the wanted parts.
pub fn run(words: &[String]) -> Result<(), String> {
    let mut words = words.to_vec();
    if words.first().is_some_and(|word| all().contains(&word.as_str())) {
        words.insert(0, "--only".into());
    }
    let arguments = Arguments::read(&words, &["--only", "--networks", "--rounds", "--passes", "--threads"], &[])?;
    let wanted = match arguments.value("--only") {
        Some(names) => names.split(',').collect(),
        None => all(),
    };
    if let Some(unknown) = wanted.iter().find(|name| !all().contains(name)) {
        return Err(format!("there is no part `{unknown}`; known are {}", all().join(", ")));
    }
    let plan = Plan {
        networks: arguments
            .value("--networks")
            .unwrap_or("lite0")
            .split(',')
            .map(Network::read)
            .collect::<Result<_, _>>()?,
        rounds: arguments.value("--rounds").map(read).transpose()?,
        passes: arguments.value("--passes").map(read).transpose()?,
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
