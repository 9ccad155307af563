//! `tessera merge`: puts the records of shards together.

use super::run::{Told, conclude};
use crate::file::read_record;
use clap::Args;
use std::path::PathBuf;
use tessera_core::experiment::Record;

/// Put the records of `tessera run --shard` together: the same record as if all had been run at once
#[derive(Args)]
pub struct Merge {
    /// The shards: folders, their record.json, or ZIP files
    #[arg(required = true, value_name = "RUN")]
    shards: Vec<PathBuf>,
    /// Folder to write to; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    told: Told,
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
        conclude(&record, &self.out, &self.told)
    }
}
