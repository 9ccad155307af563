//! The photos of a study, by the class that their folder, name or table says they show.

use std::collections::{BTreeMap, BTreeSet};
use tessera_core::experiment::classes::{Classes, Found};
use tessera_core::experiment::dataset::{Dataset, Member};

/// Number of a photo, never used twice.
pub type Shot = u32;

/// A photo; its bytes are the browser's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// Its number.
    pub id: Shot,
    /// Name of its file, with `/` between folders.
    pub file: String,
    /// What is said to be on it.
    pub label: String,
    /// SHA-256 of its file; empty until it has been worked out.
    pub sha256: String,
    /// Why it can not be used.
    pub fault: Option<String>,
}

/// The class that a label stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Match {
    /// The only one of that name.
    Named(usize),
    /// A person or a table said so.
    Chosen(usize),
    /// Several have that name: somebody has to say.
    Several(Vec<usize>),
    /// None has it; these come near.
    Unknown(Vec<String>),
    /// A person wants none of it.
    Out,
}

impl Match {
    /// The class, if it is known.
    #[must_use]
    pub fn class(&self) -> Option<usize> {
        match self {
            Match::Named(class) | Match::Chosen(class) => Some(*class),
            Match::Several(_) | Match::Unknown(_) | Match::Out => None,
        }
    }
}

/// The photos with one label.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Group {
    /// The label.
    pub label: String,
    /// What it stands for.
    pub class: Match,
    /// How many photos have it.
    pub photos: usize,
    /// The first of them, to be shown.
    pub first: Vec<Shot>,
}

/// A file that is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its name.
    pub file: String,
    /// Why.
    pub reason: String,
}

/// How many photos of a group are shown.
pub const SHOWN: usize = 4;

/// All photos of a study.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Album {
    /// Its name, for people.
    pub name: String,
    photos: Vec<Photo>,
    /// What each label stands for, as far as names tell.
    found: BTreeMap<String, Match>,
    /// What a person or a table says it stands for; none: it is left out.
    said: BTreeMap<String, Option<usize>>,
    /// Files that never became photos.
    left: Vec<Left>,
    /// Files and classes in the order of the table that gave them; without one the order is that of names.
    table: Option<Vec<(String, usize)>>,
    /// The class that a table of mosaics gives each file.
    cells: BTreeMap<String, usize>,
    next: Shot,
}

impl Album {
    /// Adds files by their names; gives each its number, none to one that is there already.
    pub fn add(&mut self, files: Vec<String>, classes: &Classes) -> Vec<Option<Shot>> {
        let mut known: BTreeSet<String> = self.photos.iter().map(|photo| photo.file.clone()).collect();
        let mut folders = BTreeMap::new();
        let mut ids = Vec::with_capacity(files.len());
        for file in files {
            if !known.insert(file.clone()) {
                self.left.push(Left { file, reason: "another file of that name is there already".into() });
                ids.push(None);
                continue;
            }
            let label = label(&file, classes, &mut folders);
            ids.push(Some(self.next));
            self.photos.push(Photo { id: self.next, file, label, sha256: String::new(), fault: None });
            self.next += 1;
        }
        self.sort();
        self.rematch(classes);
        self.tabulate(classes);
        ids
    }

    /// Adds a photo whose class is known.
    pub fn add_of(&mut self, file: String, label: String, class: usize) -> Shot {
        let id = self.next;
        self.next += 1;
        self.said.insert(label.clone(), Some(class));
        self.photos.push(Photo { id, file, label, sha256: String::new(), fault: None });
        self.sort();
        id
    }

    /// Notes a file that is no photo.
    pub fn leave(&mut self, file: &str, reason: &str) {
        self.left.push(Left { file: file.into(), reason: reason.into() });
    }

    fn sort(&mut self) {
        if self.table.is_none() {
            self.photos.sort_by(|a, b| a.file.cmp(&b.file));
        }
    }

    /// Matches all labels with the classes of another network; what a person said of the last one is forgotten.
    pub fn matched_anew(&mut self, classes: &Classes) {
        self.found.clear();
        self.said.clear();
        self.cells.clear();
        self.rematch(classes);
    }

    fn rematch(&mut self, classes: &Classes) {
        for photo in &self.photos {
            if !self.found.contains_key(&photo.label) {
                let found = match classes.find(&photo.label) {
                    Found::One(class) => Match::Named(class),
                    Found::Several(several) => Match::Several(several),
                    Found::None(near) => Match::Unknown(near),
                };
                self.found.insert(photo.label.clone(), found);
            }
        }
        self.match_cells();
    }

    /// Where a label says no class, the table of mosaics does.
    fn match_cells(&mut self) {
        for photo in &self.photos {
            let class = self.cells.get(&photo.file).or_else(|| self.cells.get(bare(&photo.file)));
            let open = !self.said.contains_key(&photo.label) && self.class(&photo.label).class().is_none();
            if let Some(class) = class.filter(|_| open) {
                self.said.insert(photo.label.clone(), Some(*class));
            }
        }
    }

    /// Says what a label stands for; none: its photos are left out.
    pub fn say(&mut self, label: &str, class: Option<usize>) {
        self.said.insert(label.into(), class);
    }

    /// Takes classes and order from a table: file names, with or without their folders, and classes. Photos that come
    /// later find their rows too.
    pub fn by_table(&mut self, rows: Vec<(String, usize)>, classes: &Classes) {
        self.table = Some(rows);
        self.tabulate(classes);
    }

    fn tabulate(&mut self, classes: &Classes) {
        let Some(rows) = self.table.take() else { return };
        let order: BTreeMap<&str, usize> = rows.iter().enumerate().map(|(at, (file, _))| (file.as_str(), at)).collect();
        let row = |file: &str| order.get(file).or_else(|| order.get(bare(file))).copied();
        let mut named = Vec::new();
        for photo in std::mem::take(&mut self.photos) {
            match row(&photo.file) {
                Some(at) => named.push((at, photo)),
                None => self.left.push(Left { file: photo.file, reason: "the table does not name it".into() }),
            }
        }
        named.sort_by_key(|(at, _)| *at);
        for (at, mut photo) in named {
            let class = rows[at].1;
            photo.label = match classes.find(&classes.name(class)) {
                Found::One(_) => classes.name(class),
                _ => format!("{} ({class})", classes.name(class)),
            };
            self.said.insert(photo.label.clone(), Some(class));
            self.photos.push(photo);
        }
        self.table = Some(rows);
    }

    /// Takes classes of files from a table of mosaics, where names tell none.
    pub fn by_mosaics(&mut self, cells: impl IntoIterator<Item = (String, usize)>) {
        self.cells = cells.into_iter().collect();
        self.match_cells();
    }

    /// Takes in digests that were worked out.
    pub fn digested(&mut self, digests: &BTreeMap<Shot, String>) {
        for photo in &mut self.photos {
            if let Some(digest) = digests.get(&photo.id) {
                photo.sha256.clone_from(digest);
            }
        }
    }

    /// A photo can not be used.
    pub fn spoil(&mut self, id: Shot, reason: &str) {
        if let Some(photo) = self.photos.iter_mut().find(|photo| photo.id == id) {
            photo.fault = Some(reason.into());
        }
    }

    /// All photos.
    #[must_use]
    pub fn photos(&self) -> &[Photo] {
        &self.photos
    }

    /// How many photos have no digest yet.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.photos.iter().filter(|photo| photo.sha256.is_empty() && photo.fault.is_none()).count()
    }

    /// The photos by label, in order of the labels' first appearance.
    #[must_use]
    pub fn groups(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        let mut places = BTreeMap::new();
        for photo in self.photos.iter().filter(|photo| photo.fault.is_none()) {
            let place = *places.entry(photo.label.as_str()).or_insert_with(|| {
                let class = self.class(&photo.label);
                groups.push(Group { label: photo.label.clone(), class, photos: 0, first: vec![] });
                groups.len() - 1
            });
            let group = &mut groups[place];
            group.photos += 1;
            if group.first.len() < SHOWN {
                group.first.push(photo.id);
            }
        }
        groups
    }

    fn class(&self, label: &str) -> Match {
        match self.said.get(label) {
            Some(Some(class)) => Match::Chosen(*class),
            Some(None) => Match::Out,
            None => self.found.get(label).cloned().unwrap_or(Match::Unknown(vec![])),
        }
    }

    /// Files that are left out, and why.
    #[must_use]
    pub fn left(&self) -> Vec<Left> {
        let spoilt = self.photos.iter().filter_map(|photo| {
            let reason = photo.fault.clone()?;
            Some(Left { file: photo.file.clone(), reason })
        });
        spoilt.chain(self.missing()).chain(self.left.iter().cloned()).collect()
    }

    /// What the table names and nobody brought.
    fn missing(&self) -> Vec<Left> {
        let here: BTreeSet<&str> = self.photos.iter().flat_map(|photo| [&*photo.file, bare(&photo.file)]).collect();
        let rows = self.table.iter().flatten().filter(|(file, _)| !here.contains(file.as_str()));
        let reason = "the table names it, but it is not here: bring it too";
        rows.map(|(file, _)| Left { file: file.clone(), reason: reason.into() }).collect()
    }

    /// The photos whose class is known.
    #[must_use]
    pub fn dataset(&self) -> Dataset {
        let root = self.root();
        let labels: BTreeSet<&str> = self.photos.iter().map(|photo| photo.label.as_str()).collect();
        let classes: BTreeMap<&str, Option<usize>> =
            labels.into_iter().map(|label| (label, self.class(label).class())).collect();
        let member = |photo: &Photo| {
            let class = classes[photo.label.as_str()]?;
            Some(Member { file: photo.file[root..].to_owned(), class, sha256: photo.sha256.clone() })
        };
        let usable = self.photos.iter().filter(|photo| photo.fault.is_none() && !photo.sha256.is_empty());
        let name = if self.name.is_empty() { "photos".into() } else { self.name.clone() };
        Dataset { name, members: usable.filter_map(member).collect() }
    }

    /// Length of the folder that all photos lie in, its `/` included.
    fn root(&self) -> usize {
        let first = self.photos.first().and_then(|photo| photo.file.split_once('/'));
        let Some((root, _)) = first else { return 0 };
        let inside = |photo: &Photo| photo.file.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'));
        if self.photos.iter().all(inside) { root.len() + 1 } else { 0 }
    }

    /// Numbers of the photos by the names that a dataset, or a table of mosaics, gives them.
    #[must_use]
    pub fn by_name(&self) -> BTreeMap<String, Shot> {
        let root = self.root();
        let bare = self.photos.iter().map(|photo| (bare(&photo.file).to_owned(), photo.id));
        let whole = self.photos.iter().map(|photo| (photo.file[root..].to_owned(), photo.id));
        bare.chain(whole).collect()
    }
}

/// A file's name without its folders.
fn bare(file: &str) -> &str {
    file.rsplit_once('/').map_or(file, |(_, name)| name)
}

/// What is said to be on a photo: its folder, if that is the name of a class, else what stands before its number
/// (`golden_retriever-7.jpg`), else its folder whatever it is called, else its own name.
fn label(file: &str, classes: &Classes, folders: &mut BTreeMap<String, bool>) -> String {
    let mut parts = file.rsplit('/');
    let (name, folder) = (parts.next().unwrap_or(file), parts.next());
    if let Some(folder) = folder {
        // Thousands of files lie in few folders.
        let known = || !matches!(classes.find(folder), Found::None(_));
        if *folders.entry(folder.to_owned()).or_insert_with(known) {
            return folder.into();
        }
    }
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    match stem.rsplit_once('-') {
        Some((class, number)) if !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()) => class.into(),
        _ => folder.unwrap_or(stem).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes() -> Classes {
        Classes::from_lines("tench\ncrane\ngolden_retriever\ncrane\nflat-coated_retriever", "n01440764")
    }

    fn album(files: &[&str]) -> Album {
        let mut album = Album::default();
        album.add(files.iter().map(|&file| file.into()).collect(), &classes());
        album
    }

    fn labels(files: &[&str]) -> Vec<(String, Match, usize)> {
        album(files).groups().into_iter().map(|group| (group.label, group.class, group.photos)).collect()
    }

    #[test]
    fn folders_names_and_wordnet_ids_say_the_class() {
        let files = [
            "set/n01440764/a.jpg",
            "golden_retriever/1.jpg",
            "golden_retriever/2.jpg",
            "x/flat-coated_retriever-3.jpg",
        ];
        let found = labels(&files);
        assert_eq!(found[0], ("golden_retriever".into(), Match::Named(2), 2));
        assert_eq!(found[1], ("n01440764".into(), Match::Named(0), 1));
        assert_eq!(found[2], ("flat-coated_retriever".into(), Match::Named(4), 1));
    }

    #[test]
    fn what_names_do_not_tell_a_person_says() {
        let mut album = album(&["crane-1.jpg", "galaxy/1.jpg", "galaxy/2.jpg", "tench-1.jpg"]);
        let digests = (0..4).map(|id| (id, format!("{id:064}"))).collect();
        album.digested(&digests);
        assert_eq!(album.groups()[0].class, Match::Several(vec![1, 3]));
        assert_eq!(album.groups()[1].class, Match::Unknown(vec![]));
        assert_eq!(album.dataset().members.len(), 1);
        album.say("crane", Some(3));
        album.say("tench", None);
        assert_eq!(album.dataset().members.iter().map(|one| one.class).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn a_folder_that_holds_all_is_no_part_of_a_name() {
        let mut album = album(&["set/tench/b.jpg", "set/tench/a.jpg"]);
        album.digested(&[(0, "b".into()), (1, "a".into())].into());
        let files: Vec<String> = album.dataset().members.into_iter().map(|one| one.file).collect();
        assert_eq!(files, ["tench/a.jpg", "tench/b.jpg"]);
        let names = album.by_name();
        assert_eq!((names["tench/a.jpg"], names["b.jpg"]), (1, 0));
    }

    #[test]
    fn a_name_that_comes_twice_and_a_photo_that_is_no_good_are_left_out_by_name() {
        let mut album = album(&["tench-1.jpg", "tench-2.jpg", "tench-1.jpg"]);
        album.spoil(1, "it is damaged");
        assert_eq!(album.pending(), 1);
        let left: Vec<String> =
            album.left().into_iter().map(|left| format!("{}: {}", left.file, left.reason)).collect();
        assert_eq!(left, ["tench-2.jpg: it is damaged", "tench-1.jpg: another file of that name is there already"]);
    }

    #[test]
    fn a_table_gives_classes_and_order() {
        let mut album = album(&["in/a.jpg", "in/b.jpg", "in/c.jpg"]);
        album.by_table(vec![("b.jpg".into(), 1), ("in/a.jpg".into(), 3)], &classes());
        album.digested(&[(0, "a".into()), (1, "b".into())].into());
        let members: Vec<_> = album.dataset().members.into_iter().map(|one| (one.file, one.class)).collect();
        assert_eq!(members, [("b.jpg".into(), 1), ("a.jpg".into(), 3)]);
        assert_eq!(album.groups()[0].label, "crane (1)");
        assert_eq!(album.left().len(), 1);
    }
    #[test]
    fn a_photo_that_a_table_names_is_missed_until_it_comes() {
        let mut album = Album::default();
        album.by_table(vec![("b.jpg".into(), 1), ("a.jpg".into(), 0)], &classes());
        album.add(vec!["a.jpg".into()], &classes());
        let missed: Vec<String> = album.left().into_iter().map(|left| left.file).collect();
        assert_eq!(missed, ["b.jpg"]);
        album.add(vec!["in/b.jpg".into()], &classes());
        let files: Vec<&str> = album.photos().iter().map(|photo| photo.file.as_str()).collect();
        assert_eq!((files, album.left()), (vec!["in/b.jpg", "a.jpg"], vec![]));
    }

    #[test]
    fn a_table_of_mosaics_says_the_classes_that_names_do_not_tell() {
        let mut album = album(&["3-1.jpg", "crane-1.jpg", "tench-1.jpg"]);
        album.by_mosaics(
            [("3-1.jpg", 3), ("3-2.jpg", 3), ("crane-1.jpg", 1), ("tench-1.jpg", 4)]
                .map(|(file, class)| (file.into(), class)),
        );
        album.add(vec!["3-2.jpg".into()], &classes());
        let found: Vec<Match> = album.groups().into_iter().map(|group| group.class).collect();
        assert_eq!(found, [Match::Chosen(3), Match::Chosen(1), Match::Named(0)]);
    }
}
