//! Source photos: which class each file shows, by a table, its folder or its name. Reads no file but the table.

use super::classes::{Classes, Found};
use super::subject::short;
use crate::digest::sha256;
use crate::mosaic::Source;
use serde::{Deserialize, Serialize};

/// A labelled photo whose file is known by its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Name of its file, with `/` between folders.
    pub file: String,
    /// Its class, as an index of the network's.
    pub class: usize,
    /// SHA-256 of its file.
    pub sha256: String,
}

/// Labelled photos in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dataset {
    /// Its name, for people.
    pub name: String,
    /// The photos.
    pub members: Vec<Member>,
}

/// A dataset by its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetSpec {
    /// Its name, for people.
    pub name: String,
    /// SHA-256 of its table, see [`Dataset::table`].
    pub sha256: String,
    /// How many photos it has.
    pub photos: usize,
    /// How many classes they show.
    pub classes: usize,
}

impl std::fmt::Display for DatasetSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let DatasetSpec { name, sha256, photos, classes } = self;
        write!(f, "{name} ({photos} photos of {classes} classes, {})", short(sha256))
    }
}

impl Dataset {
    /// What it is known by. Names of folders do not matter, the order of photos does: draws depend on it.
    #[must_use]
    pub fn spec(&self) -> DatasetSpec {
        let mut classes: Vec<usize> = self.members.iter().map(|member| member.class).collect();
        classes.sort_unstable();
        classes.dedup();
        let name = self.name.clone();
        DatasetSpec {
            name,
            sha256: sha256(self.table().as_bytes()),
            photos: self.members.len(),
            classes: classes.len(),
        }
    }

    /// The photos and their classes.
    #[must_use]
    pub fn sources(&self) -> Vec<Source> {
        self.members.iter().map(|member| Source { file: member.file.clone(), class: member.class }).collect()
    }

    /// The photo of that file.
    #[must_use]
    pub fn member(&self, file: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.file == file)
    }

    /// Reads what [`table`](Self::table) wrote.
    ///
    /// # Errors
    /// One sentence: what, why, what to do.
    pub fn read(name: &str, table: &str) -> Result<Dataset, String> {
        let broken = |why: String| format!("This is no table of the photos of a run ({why}): bring its dataset.csv.");
        let mut rows = csv::Reader::from_reader(table.as_bytes());
        let row = |row: Result<(String, usize, String), csv::Error>| {
            let (file, class, sha256) = row.map_err(|error| broken(error.to_string()))?;
            Ok(Member { file, class, sha256 })
        };
        let members = rows.deserialize().map(row).collect::<Result<_, String>>()?;
        Ok(Dataset { name: name.to_owned(), members })
    }

    /// As a CSV table with the columns `file`, `index` and `sha256`.
    ///
    /// # Panics
    /// Never: memory takes it.
    #[must_use]
    pub fn table(&self) -> String {
        let mut table = csv::Writer::from_writer(Vec::new());
        let mut put = |row: [&str; 3]| table.write_record(row).expect("memory takes it");
        put(["file", "index", "sha256"]);
        for Member { file, class, sha256 } in &self.members {
            put([file, &class.to_string(), sha256]);
        }
        String::from_utf8(table.into_inner().expect("memory takes it")).expect("text in, text out")
    }
}

/// A file whose class is not known. Displays as one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlabelled {
    /// The file, or the line of the table.
    pub file: String,
    /// Why.
    pub reason: String,
}

impl std::fmt::Display for Unlabelled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is left out: {}.", self.file, self.reason)
    }
}

/// The class of each file by its folder (`golden_retriever/7.jpg`, `n02099601/7.jpg`) or else by its own name
/// (`golden_retriever-7.jpg`).
#[must_use]
pub fn by_names(files: &[String], classes: &Classes) -> (Vec<Source>, Vec<Unlabelled>) {
    sort_out(files.iter().map(|file| (file.clone(), label(file, classes))))
}

fn label(file: &str, classes: &Classes) -> Result<usize, String> {
    let mut parts = file.rsplit('/');
    let name = parts.next().unwrap_or(file);
    if let Some(Found::One(class)) = parts.next().map(|folder| classes.find(folder)) {
        return Ok(class);
    }
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let class = match stem.rsplit_once('-') {
        Some((class, number)) if number.chars().all(|c| c.is_ascii_digit()) => class,
        _ => stem,
    };
    one(class, classes)
}

fn one(name: &str, classes: &Classes) -> Result<usize, String> {
    match classes.find(name) {
        Found::One(class) => Ok(class),
        Found::Several(several) => {
            let indices: Vec<String> = several.iter().map(usize::to_string).collect();
            Err(format!("{name} is the name of the classes {}: give its index in a table", indices.join(" and ")))
        }
        Found::None(near) if near.is_empty() => Err(format!("no class is called {name}")),
        Found::None(near) => Err(format!("no class is called {name}; near it are {}", near.join(", "))),
    }
}

/// The class of each file by a CSV table with a column `file` and one of `index`, `wnid`, `class`, `name` or `label`.
///
/// # Errors
/// If it is no such table.
pub fn by_table(table: &[u8], classes: &Classes) -> Result<(Vec<Source>, Vec<Unlabelled>), String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(table);
    let header = reader.headers().map_err(|error| format!("The table cannot be read ({error}): save it as CSV."))?;
    let column = |names: &[&str]| {
        names.iter().find_map(|name| header.iter().position(|column| column.eq_ignore_ascii_case(name)))
    };
    let file = column(&["file", "path", "filename", "image"]);
    let class = column(&["index", "wnid", "class", "name", "label"]);
    let (Some(file), Some(class)) = (file, class) else {
        return Err("The table has no columns `file` and `index`, `wnid`, `class`, `name` or `label`: name them in its first line.".into());
    };
    let rows = reader.records().enumerate().map(|(row, record)| {
        let Ok(record) = record else { return (format!("Row {}", row + 2), Err("it is no text".into())) };
        match (record.get(file), record.get(class)) {
            (Some(file), Some(class)) => (file.replace('\\', "/"), index_or_name(class, classes)),
            _ => (format!("Row {}", row + 2), Err("it has too few columns".into())),
        }
    });
    Ok(sort_out(rows))
}

fn index_or_name(text: &str, classes: &Classes) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(index) if index < classes.len() => Ok(index),
        Ok(index) => Err(format!("there is no class {index}")),
        Err(_) => one(text, classes),
    }
}

fn sort_out(rows: impl Iterator<Item = (String, Result<usize, String>)>) -> (Vec<Source>, Vec<Unlabelled>) {
    let (mut known, mut unknown) = (vec![], vec![]);
    for (file, class) in rows {
        match class {
            Ok(class) => known.push(Source { file, class }),
            Err(reason) => unknown.push(Unlabelled { file, reason }),
        }
    }
    (known, unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes() -> Classes {
        Classes::from_lines("tench\nsoft-coated_wheaten_terrier\ncrane\ncrane", "n01440764\nn02098105")
    }

    fn found(files: &[&str]) -> Vec<Option<usize>> {
        let files: Vec<String> = files.iter().map(|&file| file.into()).collect();
        let (known, _) = by_names(&files, &classes());
        files.iter().map(|file| known.iter().find(|one| one.file == *file).map(|one| one.class)).collect()
    }

    #[test]
    fn names_with_hyphens_keep_them() {
        assert_eq!(
            found(&["soft-coated_wheaten_terrier-12.jpg", "tench-0.jpg", "tench.png"]),
            [Some(1), Some(0), Some(0)]
        );
    }

    #[test]
    fn folders_are_classes_or_wordnet_ids() {
        assert_eq!(found(&["set/tench/IMG_7.jpg", "n02098105/a-3.jpg"]), [Some(0), Some(1)]);
    }

    #[test]
    fn what_is_not_known_is_left_out_with_a_reason() {
        let files = ["crane-1.jpg".to_string(), "unicorn-1.jpg".to_string()];
        let (known, unknown) = by_names(&files, &classes());
        assert!(known.is_empty());
        assert!(unknown[0].to_string().contains("2 and 3"), "{}", unknown[0]);
        assert!(unknown[1].to_string().contains("unicorn"));
    }

    #[test]
    fn a_table_names_its_columns() {
        let table = "wnid,index,file\nn01440764,0,a.jpg\n,9,b.jpg\nx\n";
        let (known, unknown) = by_table(table.as_bytes(), &classes()).unwrap();
        assert_eq!(known, [Source { file: "a.jpg".into(), class: 0 }]);
        assert_eq!(unknown.len(), 2);
        assert!(by_table(b"a,b\n1,2\n", &classes()).unwrap_err().contains("columns"));
    }

    #[test]
    fn a_table_that_was_written_comes_back() {
        let member = |file: &str, class| Member { file: file.into(), class, sha256: format!("{class:064}") };
        let dataset = Dataset { name: "toy".into(), members: vec![member("a, b/1.jpg", 3), member("c.jpg", 0)] };
        assert_eq!(Dataset::read("toy", &dataset.table()), Ok(dataset));
        assert!(Dataset::read("toy", "file,index,sha256\na.jpg,many,x\n").unwrap_err().contains("dataset.csv"));
    }
}
