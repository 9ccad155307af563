//! How mosaics are made of the photos, as a person sets it.

use tessera_core::digest::sha256;
use tessera_core::experiment::Mosaics;
use tessera_core::experiment::dataset::{Dataset, DatasetSpec};
use tessera_core::experiment::spec::Convention;
use tessera_core::experiment::subject::{Draw, Stored};
use tessera_core::mosaic::tile::Fit;
use tessera_core::mosaic::{Layout, Mosaic, MosaicError, table};

/// Who decides which photos make up which mosaic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum How {
    /// Every photo is used as often as any other.
    #[default]
    Even,
    /// As the FAccT 2024 study draws.
    Facct24,
    /// The table of mosaics that was brought.
    Table,
}

/// How mosaics are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Design {
    /// Who decides which photos make up which mosaic.
    pub how: How,
    /// Rows and columns of cells, and their size.
    pub layout: Layout,
    /// Mosaics for each class.
    pub per_class: usize,
    /// Cells that show the target class.
    pub targets: usize,
    /// Seed of the draw, and of everything that methods draw at random.
    pub seed: u32,
    /// Pixels on each side of a cell that no metric looks at.
    pub margin: usize,
    /// How a photo is made square.
    pub fit: Fit,
    /// What becomes of a mosaic before the network sees it.
    pub stored: Stored,
    /// Whose rules hold where a number does not exist.
    pub convention: Convention,
    /// The table of mosaics that was brought.
    pub table: Option<Vec<u8>>,
}

impl Default for Design {
    fn default() -> Design {
        Design::recommended()
    }
}

/// Most cells that the page draws at once; the command has no such limit.
pub const MOST: usize = 100_000;

impl Design {
    /// What is advised.
    #[must_use]
    pub fn recommended() -> Design {
        Design {
            how: How::Even,
            layout: Layout::facct24(),
            per_class: 10,
            targets: 2,
            seed: 7,
            margin: 0,
            fit: Fit::Keep,
            stored: Stored::Lossless,
            convention: Convention::Tessera,
            table: None,
        }
    }

    /// That of the FAccT 2024 study.
    #[must_use]
    pub fn facct24() -> Design {
        Design {
            how: How::Facct24,
            seed: 42,
            fit: Fit::Squeeze,
            stored: Stored::Jpeg,
            convention: Convention::Facct24,
            ..Design::recommended()
        }
    }

    /// One cell of the target and three others, small: what one photo a class is enough for, in a minute.
    #[must_use]
    pub fn small() -> Design {
        Design { layout: Layout { cell: 112, ..Layout::facct24() }, targets: 1, per_class: 2, ..Design::recommended() }
    }

    /// That of a Spec, with the table of mosaics where its draw is one.
    #[must_use]
    pub fn of(mosaics: &Mosaics, convention: Convention, table: Option<Vec<u8>>) -> Design {
        let usual = Design::recommended();
        let small = |seed: u64| u32::try_from(seed).unwrap_or(u32::MAX);
        let (how, per_class, targets, seed) = match mosaics.draw {
            Draw::Even { per_class, targets, seed } => (How::Even, per_class, targets, small(seed)),
            Draw::Facct24 { per_class, seed } => (How::Facct24, per_class, usual.targets, seed),
            Draw::Table { .. } => (How::Table, usual.per_class, usual.targets, usual.seed),
        };
        let Mosaics { layout, fit, stored, margin, .. } = *mosaics;
        Design { how, layout, per_class, targets, seed, margin, fit, stored, convention, table }
    }

    /// Cells of a mosaic.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.layout.rows.saturating_mul(self.layout.columns)
    }

    /// The score of a map that knows nothing: the share of cells that show the target.
    #[must_use]
    pub fn chance(&self) -> f64 {
        self.targets as f64 / self.cells().max(1) as f64
    }

    fn spec(&self, dataset: DatasetSpec) -> Mosaics {
        let draw = match self.how {
            How::Even => Draw::Even { per_class: self.per_class, targets: self.targets, seed: u64::from(self.seed) },
            How::Facct24 => Draw::Facct24 { per_class: self.per_class, seed: self.seed },
            How::Table => Draw::Table { sha256: sha256(self.table.as_deref().unwrap_or_default()) },
        };
        let Design { layout, fit, stored, margin, .. } = *self;
        Mosaics { dataset, draw, layout, fit, stored, margin }
    }

    /// The mosaics of these photos.
    ///
    /// # Errors
    /// One sentence: what, why, what to do.
    pub fn draw(&self, dataset: &Dataset) -> Result<Drawn, String> {
        let spec = self.spec(dataset.spec());
        let asked = spec.dataset.classes.saturating_mul(self.per_class);
        if self.how != How::Table && asked.saturating_mul(self.cells()) > MOST {
            let most = MOST / self.cells().max(1);
            return Err(format!(
                "{asked} mosaics are more than a page can keep: ask for at most {most}, or run the study with the command `tessera run`."
            ));
        }
        let mosaics = spec.mosaics(dataset, self.table.as_deref()).map_err(|error| self.words(&error))?;
        if let Some(odd) = mosaics.iter().find(|mosaic| mosaic.cells.len() != spec.cells()) {
            return Err(format!(
                "{} of the table has {} cells, and {} were set: set rows and columns to fit.",
                odd.name,
                odd.cells.len(),
                spec.cells()
            ));
        }
        let table = self.table.as_deref().filter(|_| self.how == How::Table);
        let table = table.map(|table| String::from_utf8_lossy(table).into_owned()).unwrap_or_default();
        Ok(Drawn::new(dataset.clone(), spec, mosaics, table))
    }

    fn words(&self, error: &MosaicError) -> String {
        match error {
            MosaicError::FewPhotos { .. } if self.how == How::Even && self.targets > 1 => {
                format!("{error} With one target cell, one photo a class is enough.")
            }
            _ => error.to_string(),
        }
    }
}

/// Whether a file is a table of mosaics.
#[must_use]
pub fn is_table(bytes: &[u8]) -> bool {
    bytes.starts_with(b"filename,filename_0,")
}

/// Rows and columns of as many cells, as square as can be.
#[must_use]
pub fn square(cells: usize) -> (usize, usize) {
    let rows = (1..=cells).take_while(|rows| rows * rows <= cells).filter(|rows| cells.is_multiple_of(*rows)).last();
    let rows = rows.unwrap_or(1);
    (rows, cells / rows)
}

/// The mosaics that a table names.
///
/// # Errors
/// One sentence if it is no such table, or names none.
pub fn mosaics_of(bytes: &[u8]) -> Result<Vec<Mosaic>, String> {
    let mosaics = table::read(bytes).map_err(|error| error.to_string())?;
    if mosaics.is_empty() { Err("This table names no mosaic: choose another.".into()) } else { Ok(mosaics) }
}

/// Mosaics that were drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// What it is told by from other draws: equal draws have the same.
    pub id: u64,
    /// The photos.
    pub dataset: Dataset,
    /// How they are put together.
    pub spec: Mosaics,
    /// The mosaics.
    pub mosaics: Vec<Mosaic>,
    /// The table that they came from; empty where they were drawn.
    pub table: String,
}

impl Drawn {
    /// Mosaics of a dataset, with the table that they came from.
    #[must_use]
    pub fn new(dataset: Dataset, spec: Mosaics, mosaics: Vec<Mosaic>, table: String) -> Drawn {
        let id = sha256(serde_json::to_string(&spec).unwrap_or_default().as_bytes());
        let id = id.get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or_default();
        Drawn { id, dataset, spec, mosaics, table }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tessera_core::experiment::dataset::Member;

    fn dataset(classes: usize, each: usize) -> Dataset {
        let photo = |class: usize, number: usize| Member {
            file: format!("{class}-{number}.jpg"),
            class,
            sha256: format!("{class}{number}"),
        };
        let members = (0..classes).flat_map(|class| (0..each).map(move |number| photo(class, number)));
        Dataset { name: "toy".into(), members: members.collect() }
    }

    #[test]
    fn presets_draw_what_they_promise() {
        let drawn = Design { per_class: 2, ..Design::recommended() }.draw(&dataset(3, 4)).unwrap();
        assert_eq!(drawn.mosaics.len(), 6);
        let study = Design { per_class: 2, ..Design::facct24() }.draw(&dataset(2, 4)).unwrap();
        assert_eq!((study.mosaics[0].name.as_str(), study.spec.stored), ("0.jpg", Stored::Jpeg));
    }

    #[test]
    fn a_spec_sets_the_form_it_came_from() {
        for design in [Design { per_class: 2, ..Design::recommended() }, Design::small(), Design::facct24()] {
            let spec = design.spec(dataset(4, 4).spec());
            assert_eq!(Design::of(&spec, design.convention, None), design);
        }
    }

    #[test]
    fn one_photo_a_class_is_enough_for_one_target_cell() {
        assert_eq!(Design::small().draw(&dataset(4, 1)).unwrap().mosaics.len(), 8);
        let why = Design::recommended().draw(&dataset(4, 1)).unwrap_err();
        assert!(why.contains("With one target cell"), "{why}");
    }

    #[test]
    fn more_than_a_page_can_keep_is_said_before_it_is_drawn() {
        let why = Design { per_class: usize::MAX, ..Design::recommended() }.draw(&dataset(2, 2)).unwrap_err();
        assert!(why.contains("25000"), "{why}");
    }

    #[test]
    fn tables_say_their_cells() {
        let table = b"filename,filename_0,filename_1,label_0,label_1,target_class\n0.jpg,0-0.jpg,1-0.jpg,0,1,0\n";
        assert!(is_table(table));
        assert_eq!(mosaics_of(table).map(|mosaics| mosaics[0].cells.len()), Ok(2));
        let layout = Layout { rows: 1, columns: 2, ..Layout::facct24() };
        let design = Design { how: How::Table, layout, table: Some(table.to_vec()), ..Design::default() };
        assert_eq!(design.draw(&dataset(2, 1)).unwrap().mosaics.len(), 1);
        assert!(Design { layout: Layout::facct24(), ..design }.draw(&dataset(2, 1)).unwrap_err().contains("2 cells"));
        assert_eq!((square(4), square(6), square(7)), ((2, 2), (2, 3), (1, 7)));
    }
}
