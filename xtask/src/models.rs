//! `models`: converts and verifies the networks' weight files.

/// Runs a `models` chore.
pub fn run(_words: &[String]) -> Result<(), String> {
    Err("`models` is not here yet".into())
}
