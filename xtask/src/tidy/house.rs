//! The house rules for files: a module comment on top, speaking names, nothing half done, nothing of one machine.

use super::code::{Token, tokens};
use crate::{files, workspace};
use std::path::Path;

/// Where source text lies.
const FOLDERS: [&str; 10] = ["kernels", "core", "engine", "app", "cli", "xtask", "tests", "docs", "fuzz", ".ci"];
/// Text files beside the folders.
const FILES: [&str; 6] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "Cargo.toml", "Trunk.toml", "index.html"];
/// Names that say nothing.
const DRAWERS: [&str; 8] = ["util", "utils", "helper", "helpers", "common", "misc", "shared", "types"];
/// Words that mark unfinished work; put together here so that this file does not break its own rule.
const UNDONE: [&str; 4] =
    [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("to", "do!"), concat!("unimpl", "emented!")];
/// Folders that exist on somebody's machine only, written without their first slash.
const MACHINES: [&str; 6] = ["home/", "root/", "Users/", "work/", "workspace/", "tmp/"];

/// Every breach of a house rule, a sentence each.
pub fn faults() -> Result<Vec<String>, String> {
    let root = workspace::root();
    let mut faults = Vec::new();
    let mut paths: Vec<_> = FILES.iter().map(|name| root.join(name)).filter(|path| path.is_file()).collect();
    for folder in FOLDERS {
        paths.extend(files::below(&root.join(folder))?.into_iter().filter(|path| is_text(path)));
    }
    for path in paths {
        let name = workspace::relative(&path);
        let text = files::text(&path)?;
        faults.extend(breaches(&name, &text).into_iter().map(|fault| format!("{name}: {fault}")));
    }
    Ok(faults)
}

fn is_text(path: &Path) -> bool {
    let end = path.extension().map(|end| end.to_string_lossy().into_owned()).unwrap_or_default();
    ["", "rs", "toml", "md", "css", "html", "py", "sh"].contains(&end.as_str())
        && !workspace::relative(path).contains("/target/")
}

/// What is wrong with one file.
fn breaches(name: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let stem = name.rsplit('/').next().and_then(|file| file.split('.').next()).unwrap_or_default();
    if DRAWERS.contains(&stem) {
        faults.push(format!("`{stem}` names a drawer, not a concept"));
    }
    if name.ends_with(".rs") && !text.starts_with("//!") {
        faults.push("no module comment on top".into());
    }
    if name.starts_with("core/src/") && asks_for_target(&tokens(text)) {
        faults.push("asks for the target it is compiled for; core is the same everywhere".into());
    }
    faults.extend(UNDONE.iter().filter(|word| text.contains(*word)).map(|word| format!("contains `{word}`")));
    faults.extend(machine(text).map(|path| format!("names a folder of one machine, {path}")));
    faults
}

/// Whether some `cfg` names the target.
fn asks_for_target(tokens: &[Token]) -> bool {
    let is_target = |word: &str| word.starts_with("target_") || ["unix", "windows"].contains(&word);
    let cfgs = tokens.iter().enumerate().filter(|(_, token)| token.word().is_some_and(|word| word.starts_with("cfg")));
    cfgs.into_iter().any(|(at, _)| condition(&tokens[at + 1..]).iter().filter_map(Token::word).any(is_target))
}

/// The tokens between the parentheses that follow a `cfg`.
fn condition(tokens: &[Token]) -> &[Token] {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        depth += i32::from(*token == Token::Mark('(')) - i32::from(*token == Token::Mark(')'));
        if depth == 0 && *token != Token::Mark('!') {
            return &tokens[..at];
        }
    }
    tokens
}

/// The first path below a folder of one machine.
fn machine(text: &str) -> Option<String> {
    let mut before = ' ';
    for (place, c) in text.char_indices() {
        let rooted = c == '/' && !(before.is_alphanumeric() || "./_-*{}$)>~:".contains(before));
        if rooted && MACHINES.iter().any(|folder| text[place + 1..].starts_with(folder)) {
            return text[place..].split_whitespace().next().map(String::from);
        }
        before = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_file_has_no_faults() {
        assert!(breaches("core/src/photo/crop.rs", "//! Crops.\n#[cfg(test)]\nmod tests {}\n").is_empty());
    }

    #[test]
    fn each_rule_is_felt() {
        assert_eq!(breaches("core/src/photo/utils.rs", "//! x").len(), 1);
        assert_eq!(breaches("cli/src/main.rs", "fn main() {}").len(), 1);
        assert_eq!(
            breaches("core/src/a.rs", "//! x\n#[cfg(all(not(test), target_arch = \"wasm32\"))]\nfn a() {}").len(),
            1
        );
        assert_eq!(breaches("core/src/a.rs", &format!("//! {} later", UNDONE[0])).len(), 1);
        assert_eq!(breaches("README.md", &format!("see {}{}me/x", '/', MACHINES[0])).len(), 1);
    }

    #[test]
    fn a_target_in_code_that_asks_nothing_is_fine() {
        assert!(breaches("core/src/a.rs", "//! x\n#[cfg(test)]\nfn a(target_class: usize) {}").is_empty());
    }
}
