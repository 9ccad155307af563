//! The dependency tree: burn's fusion and autotune must be off, since they give wrong numbers or panics on WebGPU.

use crate::{command, tools};

/// Features that must not be on anywhere below burn.
const BANNED: [&str; 2] = ["fusion", "autotune"];

/// Every package with a banned feature, in the browser's tree and in the native one, a sentence each.
pub fn faults() -> Result<Vec<String>, String> {
    let browser = tree(&[
        "--package",
        "tessera-app",
        "--target",
        tools::TARGET,
        "--no-default-features",
        "--features",
        "webgpu",
    ])?;
    let native = tree(&["--workspace"])?;
    let mut faults = banned(&browser);
    faults.extend(banned(&native));
    if !browser.contains("burn-wgpu") {
        faults.push("Cargo.toml: the WebGPU engine does not depend on burn-wgpu".into());
    }
    faults.sort();
    faults.dedup();
    Ok(faults)
}

/// Every package with its features, one a line.
fn tree(selection: &[&str]) -> Result<String, String> {
    let mut cargo = command::cargo(&["tree", "--prefix", "none", "--format", "{p} {f}"]);
    command::output(cargo.args(selection), "cargo could not list the dependencies")
}

fn banned(tree: &str) -> Vec<String> {
    tree.lines().filter_map(judge).collect()
}

fn judge(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let name = words.next()?;
    let features = words.flat_map(|word| word.split(',')).find(|feature| BANNED.contains(feature));
    let ours = ["burn", "cub"].iter().any(|start| name.starts_with(start));
    let fault = if name == "burn-fusion" { Some("it") } else { features.filter(|_| ours) };
    fault.map(|fault| format!("Cargo.toml: `{name}` is built with {fault}, which must be off"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banned_features_are_seen() {
        assert_eq!(judge("burn-wgpu v0.22.1 std,webgpu"), None);
        assert!(judge("burn-wgpu v0.22.1 autotune,std").is_some());
        assert!(judge("burn-fusion v0.22.1 std (*)").is_some());
        assert_eq!(judge("other v1.0.0 fusion"), None);
    }
}
