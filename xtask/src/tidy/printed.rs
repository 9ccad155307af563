//! The table of rooms as ARCHITECTURE.md shows it: printed from the constant, never by hand.

use super::table;
use crate::{files, workspace};

const BEGIN: &str = "<!-- rooms:begin -->\n";
const END: &str = "<!-- rooms:end -->";

/// A sentence if the printed table is missing or stale.
pub fn faults() -> Vec<String> {
    match renewed() {
        Ok((old, new)) if old == new => Vec::new(),
        Ok(_) => vec!["ARCHITECTURE.md: the table of rooms is stale; run `cargo xtask tidy --write`".into()],
        Err(sentence) => vec![sentence],
    }
}

/// Prints the table anew.
pub fn write() -> Result<(), String> {
    files::write(&workspace::root().join("ARCHITECTURE.md"), renewed()?.1.as_bytes())
}

/// The file as it is, and as it should be.
fn renewed() -> Result<(String, String), String> {
    let old = files::text(&workspace::root().join("ARCHITECTURE.md"))?;
    let new = between(&old, &table::printed())?;
    Ok((old, new))
}

fn between(text: &str, table: &str) -> Result<String, String> {
    let missing =
        || format!("ARCHITECTURE.md: needs the lines `{}` and `{END}` around the table of rooms", BEGIN.trim());
    let begin = text.find(BEGIN).ok_or_else(missing)? + BEGIN.len();
    let end = begin + text[begin..].find(END).ok_or_else(missing)?;
    Ok(format!("{}{}\n{}", &text[..begin], table.trim_end(), &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_changes() {
        let text = format!("a\n{BEGIN}old\n{END}\nb\n");
        assert_eq!(between(&text, "new\n\n").unwrap(), format!("a\n{BEGIN}new\n{END}\nb\n"));
        assert!(between("a", "new").is_err());
    }
}
