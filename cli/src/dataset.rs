//! Labelled photos from a folder or a table.

use crate::file::unreadable;
use clap::Args;
use std::path::{Path, PathBuf};
use tessera_core::digest::sha256;
use tessera_core::experiment::Classes;
use tessera_core::experiment::dataset::{self, Dataset, Member, Unlabelled};
use tessera_core::mosaic::Source;

/// Where labelled photos are.
#[derive(Args)]
pub struct DatasetArgs {
    /// A folder of photos in folders of their class (its name or WordNet id) or called ClassName-Number.jpg; or a CSV
    /// table with columns `file` and `index`, `wnid`, `class`, `name` or `label`
    #[arg(value_name = "DATASET")]
    pub dataset: PathBuf,
    /// Folder that the table's files are in [default: the table's own]
    #[arg(long, value_name = "FOLDER")]
    pub photos: Option<PathBuf>,
}

/// Labelled photos, and what has no label.
pub struct Labelled {
    /// The folder that the files are in.
    pub folder: PathBuf,
    /// The photos, in the table's order or by name.
    pub photos: Vec<Source>,
    /// What has no label, and why.
    pub left_out: Vec<Unlabelled>,
}

impl DatasetArgs {
    /// The labelled photos.
    ///
    /// # Errors
    /// One sentence: what, why, what to do.
    pub fn labelled(&self, classes: &Classes) -> Result<Labelled, String> {
        if self.dataset.is_dir() {
            let mut files = vec![];
            gather(&self.dataset, "", &mut files)?;
            files.sort();
            let (photos, left_out) = dataset::by_names(&files, classes);
            return Ok(Labelled { folder: self.dataset.clone(), photos, left_out });
        }
        let table = std::fs::read(&self.dataset).map_err(|error| unreadable(&self.dataset, &error))?;
        let (photos, left_out) = dataset::by_table(&table, classes)?;
        let own = self.dataset.parent().unwrap_or(Path::new(".")).to_path_buf();
        Ok(Labelled { folder: self.photos.clone().unwrap_or(own), photos, left_out })
    }

    /// The labelled photos by the content of their files. A file that cannot be read is left out and said.
    ///
    /// # Errors
    /// As [`labelled`](Self::labelled).
    pub fn read(&self, classes: &Classes) -> Result<(PathBuf, Dataset), String> {
        let Labelled { folder, photos, left_out } = self.labelled(classes)?;
        left_out.iter().for_each(|one| eprintln!("tessera: {one}"));
        let mut members = vec![];
        for Source { file, class } in photos {
            let path = folder.join(&file);
            match std::fs::read(&path) {
                Ok(bytes) => members.push(Member { file, class, sha256: sha256(&bytes) }),
                Err(error) => eprintln!("tessera: {}", unreadable(&path, &error)),
            }
        }
        let name = self.dataset.file_stem().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Ok((folder, Dataset { name, members }))
    }
}

/// All files below a folder that are called as photos are, with `/` between folders.
fn gather(folder: &Path, prefix: &str, files: &mut Vec<String>) -> Result<(), String> {
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            gather(&entry.path(), &format!("{prefix}{name}/"), files)?;
        } else if is_photo(&name) {
            files.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}

fn is_photo(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff"].contains(&extension.as_str())
}
