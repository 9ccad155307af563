//! Numbers that a person brings: maps and tables of any tool, worked out by a worker.

use super::super::Desk;
use crate::bridge::fetch;
use leptos::prelude::*;
use tessera_engine::protocol::{Event, Figures, Level, Numbers, Request};
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

/// Largest file that is taken in.
const LARGEST: f64 = 512e6;

/// What a file gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Name of the file.
    pub name: String,
    /// Its numbers, or why there are none.
    pub figures: Result<Figures, String>,
}

/// How files that a person brings are read.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Whether each cell of a mosaic shows the target, row after row.
    pub targets: Vec<bool>,
    /// Cells of a row.
    pub columns: usize,
    /// What differences between a table's values mean.
    pub level: Level,
}

impl Default for Reading {
    fn default() -> Reading {
        Reading { targets: vec![true, false, false, true], columns: 2, level: Level::Ordinal }
    }
}

/// Whether a file is a map or a table of any tool.
#[must_use]
pub fn is_own(name: &str) -> bool {
    let name = name.to_lowercase();
    name.ends_with(".npy") || name.ends_with(".csv")
}

impl Desk {
    /// Works out the numbers of maps and tables, one after the other, in the place of those before.
    pub fn take_numbers(self, files: Vec<File>) {
        let reading = self.shelf.reading.get_untracked();
        self.hands.update_value(|hands| hands.runs.own.clone_from(&files));
        spawn_local(async move {
            let mut told = vec![];
            for file in files {
                told.push(Told { name: file.name(), figures: self.numbers_of(&file, &reading).await });
                self.shelf.own.set(told.clone());
            }
        });
    }

    /// Reads files in another way, those that were brought last too.
    pub fn read_numbers_as(self, change: impl FnOnce(&mut Reading)) {
        self.shelf.reading.update(change);
        let files = self.hands.with_value(|hands| hands.runs.own.clone());
        if !files.is_empty() {
            self.take_numbers(files);
        }
    }

    async fn numbers_of(self, file: &File, reading: &Reading) -> Result<Figures, String> {
        if file.size() > LARGEST {
            return Err("It is larger than 512 MB: bring smaller files.".into());
        }
        let map = file.name().to_lowercase().ends_with(".npy");
        let what = match map {
            true => Numbers::Map { targets: reading.targets.clone(), columns: reading.columns },
            false => Numbers::Table { level: reading.level },
        };
        let buffer = fetch::file(file).await?;
        match self.ask_worker(move |job| Request::Number { job, what: what.clone() }, vec![buffer]).await? {
            (Event::Numbered { figures, .. }, _) => Ok(figures),
            _ => Err("It could not be read. Try again.".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_and_tables_are_told_by_their_names() {
        assert!(is_own("a.NPY") && is_own("b.csv") && !is_own("c.zip"));
    }
}
