//! `tidy`: the code keeps to its rooms and to the house rules.

mod code;
mod house;
mod paths;
mod printed;
mod rooms;
mod table;
mod tree;

use crate::arguments::Arguments;

/// Prints every fault; `--write` renews the table in ARCHITECTURE.md first.
pub fn run(words: &[String]) -> Result<(), String> {
    let arguments = Arguments::read(words, &[], &["--write"])?;
    if arguments.has("--write") {
        printed::write()?;
    }
    let faults = faults()?;
    faults.iter().for_each(|fault| eprintln!("{fault}"));
    if faults.is_empty() { Ok(()) } else { Err(format!("{} faults against the house rules, above", faults.len())) }
}

fn faults() -> Result<Vec<String>, String> {
    Ok([rooms::faults()?, house::faults()?, tree::faults()?, printed::faults()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_tidy() {
        let faults = faults().unwrap();
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    }
}
