//! `size`: how much a visitor loads, raw and brotli-compressed, beside what we aim at.

use crate::arguments::Arguments;
use crate::module::MODULES;
use crate::{files, site, tools, workspace};
use std::path::{Path, PathBuf};
use std::process::Command;

/// One thing a visitor loads.
struct Row {
    title: String,
    raw: usize,
    packed: usize,
    aim: Option<usize>,
}

/// Builds what changed and prints the table.
pub fn run(words: &[String]) -> Result<(), String> {
    Arguments::read(words, &[], &[])?;
    tools::programs(&["brotli"], &["brotli"])?;
    let mut rows = Vec::new();
    for (module, folder) in site::build(&MODULES)? {
        let parts = [format!("{}_bg.wasm", module.name), format!("{}.js", module.name)].map(|name| folder.join(name));
        rows.push(row(module.title.into(), &parts, Some(module.aim))?);
    }
    for path in weights()? {
        rows.push(row(workspace::relative(&path), &[path], None)?);
    }
    print!("{}", table(&rows));
    Ok(())
}

/// The weight files that come with the page.
fn weights() -> Result<Vec<PathBuf>, String> {
    let mut found = files::below(&workspace::root().join("public/models"))?;
    found.retain(|path| path.extension().is_some_and(|end| end == "safetensors"));
    Ok(found)
}

fn row(title: String, parts: &[PathBuf], aim: Option<usize>) -> Result<Row, String> {
    let mut row = Row { title, raw: 0, packed: 0, aim };
    for part in parts {
        row.raw += files::read(part)?.len();
        row.packed += packed(part)?;
    }
    Ok(row)
}

/// Bytes of a file after brotli at its best.
fn packed(path: &Path) -> Result<usize, String> {
    let mut brotli = Command::new("brotli");
    brotli.args(["--quality=11", "--stdout"]).arg(path);
    let output = brotli.output().map_err(|error| format!("brotli could not be run: {error}"))?;
    if output.status.success() { Ok(output.stdout.len()) } else { Err(format!("brotli refused {}", path.display())) }
}

fn table(rows: &[Row]) -> String {
    let wide = rows.iter().map(|row| row.title.len()).max().unwrap_or(0);
    let mut text = format!("{:wide$}  {:>10}  {:>10}  {:>10}\n", "", "raw kB", "brotli kB", "aim kB");
    for row in rows {
        let aim = row.aim.map_or(String::new(), |aim| {
            format!("{:>10.0}  {}", aim as f64 / 1e3, if row.packed <= aim { "kept" } else { "MISSED" })
        });
        let line =
            format!("{:wide$}  {:>10.0}  {:>10.0}  {aim}", row.title, row.raw as f64 / 1e3, row.packed as f64 / 1e3);
        text += line.trim_end();
        text += "\n";
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_which_aim_is_missed() {
        let row = |packed| Row { title: "page".into(), raw: 900_000, packed, aim: Some(400_000) };
        assert!(table(&[row(300_000)]).contains("kept"));
        assert!(table(&[row(500_000)]).contains("MISSED"));
    }
}
