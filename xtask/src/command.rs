//! Running other programs: cargo above all, with one clear sentence when that fails.

use crate::workspace;
use std::process::Command;

/// Cargo, the one that runs us, in the workspace's folder and with our target folder.
pub fn cargo(words: &[&str]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.args(words).current_dir(workspace::root()).env("CARGO_TARGET_DIR", workspace::target());
    command
}

/// Runs to the end, showing all output; `sentence` is the error if it fails.
pub fn run(command: &mut Command, sentence: &str) -> Result<(), String> {
    let status = command.status().map_err(|error| format!("{sentence} ({}: {error})", name(command)))?;
    if status.success() { Ok(()) } else { Err(sentence.into()) }
}

/// Runs to the end and gives back what it printed; `sentence` is the error if it fails.
pub fn output(command: &mut Command, sentence: &str) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{sentence} ({}: {error})", name(command)))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!("{sentence}\n{}", complaint.trim_end()))
}

/// The path of a program the shell would find.
pub fn find(program: &str) -> Option<std::path::PathBuf> {
    let places = std::env::var_os("PATH")?;
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&places).map(|place| place.join(&file)).find(|path| path.is_file())
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}
