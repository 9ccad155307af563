//! What commands on tables share: which file, how it is read, and saying what was understood of it.

use crate::file;
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;
use tessera_core::statistics::table::{Hints, Table};

/// A table of numbers and how to answer.
#[derive(Args)]
pub struct Tabular {
    /// CSV table: a row a rater or method, a column a unit or mosaic; empty is missing
    #[arg(value_name = "TABLE.csv")]
    path: PathBuf,
    /// Take the first row as a header even if it looks like numbers
    #[arg(long)]
    header: bool,
    /// Take the first column as names even if it looks like numbers
    #[arg(long)]
    names: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

impl Tabular {
    /// Reads the table.
    ///
    /// # Errors
    /// One sentence: what, why, what to do.
    pub fn read(&self) -> Result<Table, String> {
        file::table(&self.path, Hints { header: self.header, names: self.names })
    }

    /// What was understood of the file, for a document.
    pub fn understood(&self, table: &Table) -> Value {
        json!({
            "file": self.path.display().to_string(),
            "rows": table.rows.len(),
            "columns": table.columns.len(),
            "missing": missing(table),
            "header": table.header,
            "names": table.names,
        })
    }

    /// The same for a person.
    pub fn sentence(&self, table: &Table) -> String {
        let with = match (table.header, table.names) {
            (true, true) => ", with a header and names",
            (true, false) => ", with a header",
            (false, true) => ", with names",
            (false, false) => "",
        };
        let (rows, columns) = (table.rows.len(), table.columns.len());
        format!("{}: {rows} rows x {columns} columns{with}, {} missing", self.path.display(), missing(table))
    }
}

fn missing(table: &Table) -> usize {
    table.values.iter().flatten().filter(|value| value.is_none()).count()
}
