//! `tidy`: the rooms and the house rules.

/// x
pub fn run(_words: &[String]) -> Result<(), String> {
    Ok(())
}
