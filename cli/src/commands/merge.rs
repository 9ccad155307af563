//! `tessera merge`: puts the records of shards together.

use super::run::conclude;
use clap::Args;
use std::fs;
use std::path::PathBuf;
use tessera_core::experiment::Record;

/// Put the records of `tessera run --shard` together: the same record as if all had been run at once
#[derive(Args)]
pub struct Merge {
    /// The folders of the shards, or their record.json
    #[arg(required = true, value_name = "DIR|RECORD.json")]
    shards: Vec<PathBuf>,
    /// Folder to write to; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Print the summary as JSON instead of a table
    #[arg(long)]
    json: bool,
}

impl Merge {
    /// Merges them.
    ///
    /// # Errors
    /// One sentence: what, why, what to do.
    pub fn run(self) -> Result<(), String> {
        let records = self.shards.iter().map(|path| read_record(path)).collect::<Result<Vec<_>, String>>()?;
        let record = Record::merge(records)?;
        let spec = record.spec.canonical();
        crate::file::write(&self.out, "spec.json", spec.as_bytes())?;
        conclude(&record, &self.out, self.json)
    }
}

/// Reads a record, or the record of a folder.
///
/// # Errors
/// One sentence: what, why, what to do.
pub fn read_record(path: &std::path::Path) -> Result<Record, String> {
    let path = if path.is_dir() { path.join("record.json") } else { path.to_path_buf() };
    let text = fs::read_to_string(&path)
        .map_err(|error| format!("{} could not be read ({error}): check the path.", path.display()))?;
    Record::read(&text).map_err(|error| format!("{}: {error}", path.display()))
}
