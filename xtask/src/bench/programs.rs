//! The programs that take part: Tessera's own timing program, Python with the peers' packages, a folder of npm's.

use super::folder;
use crate::{command, files, workspace};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The version of onnxruntime-web that is measured.
const ORT_WEB: &str = "1.30.0";

/// Where the peers' scripts lie.
pub fn scripts() -> PathBuf {
    workspace::root().join("tests/bench")
}

/// Tessera's own timing program, built as the command is built.
pub fn own() -> Result<PathBuf, String> {
    let mut cargo = command::cargo(&["build", "--release", "--package", "tessera-tests", "--bin", "bench-network"]);
    command::run(
        cargo.args(["--features", "bench"]),
        "the timing program did not compile; the compiler says why above",
    )?;
    let file = format!("bench-network{}", std::env::consts::EXE_SUFFIX);
    Ok(workspace::target().join("release").join(file))
}

/// A Python with the peers' packages: the one that `TESSERA_BENCH_PYTHON` names, or an environment of our own.
pub fn python() -> Result<PathBuf, String> {
    if let Some(python) = std::env::var_os("TESSERA_BENCH_PYTHON") {
        return Ok(python.into());
    }
    let environment = folder().join("venv");
    let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let wanted = files::read(&scripts().join("requirements.txt"))?;
    let stamp = environment.join("installed.txt");
    if files::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    println!("Installing torch and onnxruntime from PyPI; torch brings gigabytes ...");
    let sentence = "Python's environment could not be made; install Python 3.11 with venv and pip";
    command::run(Command::new("python3").args(["-m", "venv"]).arg(&environment), sentence)?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(scripts().join("requirements.txt"));
    command::run(&mut pip, "pip could not install the peers, as it says above")?;
    files::write(&stamp, &wanted)?;
    Ok(python)
}

/// A script of the peers, ready to get its arguments.
pub fn script(python: &Path, name: &str) -> Command {
    let mut command = Command::new(python);
    command.arg(scripts().join(name)).env("PYTHONDONTWRITEBYTECODE", "1").env("OMP_WAIT_POLICY", "PASSIVE");
    // Bars of progress and warnings are no results.
    command.env("TQDM_DISABLE", "1").env("PYTHONWARNINGS", "ignore");
    command
}

/// The folder with onnxruntime-web's files for a browser.
pub fn ort_web() -> Result<PathBuf, String> {
    let packages = folder().join("npm");
    let found = packages.join("node_modules/onnxruntime-web");
    let manifest = files::text(&found.join("package.json")).unwrap_or_default();
    if !manifest.contains(&format!("\"version\": \"{ORT_WEB}\"")) {
        files::make(&packages)?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"]).arg(&packages);
        npm.arg(format!("onnxruntime-web@{ORT_WEB}"));
        command::run(&mut npm, "onnxruntime-web could not be had from npm; install Node.js with npm")?;
    }
    Ok(found.join("dist"))
}

/// What the page calls onnxruntime-web.
pub fn ort_web_name() -> String {
    format!("onnxruntime-web {ORT_WEB}")
}
