//! What a network is shown: one photo, the photos of a dataset, or mosaics made of them.

use super::dataset::{Dataset, DatasetSpec};
use crate::digest::sha256;
use crate::mosaic::tile::{Fit, tile};
use crate::mosaic::{Cells, Layout, Mosaic, MosaicError, facct24, sample, table};
use crate::photo::jpeg;
use crate::photo::resample::{Side, resize};
use crate::photo::{self, Crop, DecodeError, Input, Photo, Preprocess, Region};
use serde::{Deserialize, Serialize};

/// What a network is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// One photo: what the Explain place shows.
    Photo(PhotoSpec),
    /// Every photo of a dataset by itself.
    Photos(PhotosSpec),
    /// Mosaics of a dataset's photos.
    Mosaics(Mosaics),
}

/// One photo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhotoSpec {
    /// SHA-256 of its file.
    pub sha256: String,
    /// Which part of it the network sees.
    pub crop: Crop,
}

/// Every photo of a dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhotosSpec {
    /// The dataset.
    pub dataset: DatasetSpec,
    /// Which part of each the network sees.
    pub crop: Crop,
}

/// Mosaics: of which photos, drawn how, put together how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mosaics {
    /// The photos.
    pub dataset: DatasetSpec,
    /// Which of them make up which mosaic.
    pub draw: Draw,
    /// Rows, columns and size of cells.
    pub layout: Layout,
    /// How a photo is made square.
    pub fit: Fit,
    /// What becomes of a mosaic before the network sees it.
    pub stored: Stored,
    /// Pixels on each side of a cell that no metric looks at: near a border a network sees both neighbours.
    #[serde(default)]
    pub margin: usize,
}

/// Which photos make up which mosaic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Draw {
    /// Evenly, see [`sample`].
    Even {
        /// Mosaics for each class.
        per_class: usize,
        /// Cells that show the target class.
        targets: usize,
        /// Seed of the draw.
        seed: u64,
    },
    /// As the FAccT 2024 study draws, see [`facct24`].
    Facct24 {
        /// Mosaics for each class.
        per_class: usize,
        /// Seed of the draw.
        seed: u32,
    },
    /// As a table of mosaics says.
    Table {
        /// SHA-256 of the table.
        sha256: String,
    },
}

/// What becomes of a mosaic before the network sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stored {
    /// Nothing.
    Lossless,
    /// It is written as a JPEG file of quality 75 with halved chroma and read again, as in the FAccT 2024 study.
    Jpeg,
}

/// Why a mosaic could not be put together.
#[derive(Clone, Debug, PartialEq)]
pub struct ComposeError {
    /// The cell whose photo is no good.
    pub cell: usize,
    /// What is wrong with it.
    pub why: DecodeError,
}

impl Subject {
    /// A sentence unless it can be shown.
    pub(super) fn check(&self) -> Result<(), String> {
        match self {
            Subject::Photo(_) | Subject::Photos(_) => Ok(()),
            Subject::Mosaics(mosaics) => mosaics.check().map_err(|error| error.to_string()),
        }
    }

    /// The dataset it is made of, if it is made of one.
    #[must_use]
    pub fn dataset(&self) -> Option<&DatasetSpec> {
        match self {
            Subject::Photo(_) => None,
            Subject::Photos(photos) => Some(&photos.dataset),
            Subject::Mosaics(mosaics) => Some(&mosaics.dataset),
        }
    }
}

impl Mosaics {
    /// The study's: two by two cells of 224 pixels, squeezed photos, JPEG.
    #[must_use]
    pub fn facct24(dataset: DatasetSpec, per_class: usize, seed: u32) -> Mosaics {
        let draw = Draw::Facct24 { per_class, seed };
        Mosaics { dataset, draw, layout: Layout::facct24(), fit: Fit::Squeeze, stored: Stored::Jpeg, margin: 0 }
    }

    /// What is advised: the same cells, photos that keep their shape, nothing lost, photos used evenly.
    #[must_use]
    pub fn recommended(dataset: DatasetSpec, per_class: usize, seed: u64) -> Mosaics {
        let draw = Draw::Even { per_class, targets: 2, seed };
        Mosaics { dataset, draw, layout: Layout::facct24(), fit: Fit::Keep, stored: Stored::Lossless, margin: 0 }
    }

    /// A sentence unless such mosaics can be made.
    ///
    /// # Errors
    /// [`MosaicError`].
    pub fn check(&self) -> Result<(), MosaicError> {
        self.layout.check()?;
        let cells = self.cells();
        match self.draw {
            Draw::Facct24 { .. } if cells != 4 => Err(MosaicError::Targets { targets: 2, cells }),
            Draw::Even { targets, .. } if targets == 0 || targets >= cells => {
                Err(MosaicError::Targets { targets, cells })
            }
            _ => Ok(()),
        }
    }

    /// Cells of a mosaic.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.layout.rows * self.layout.columns
    }

    /// The mosaics, in order. `drawn` is the table of mosaics where the draw is one.
    ///
    /// # Errors
    /// [`MosaicError`]; [`MosaicError::Dataset`] if the dataset or the table is another.
    pub fn mosaics(&self, dataset: &Dataset, drawn: Option<&[u8]>) -> Result<Vec<Mosaic>, MosaicError> {
        self.check()?;
        let found = dataset.spec();
        if found.sha256 != self.dataset.sha256 {
            return Err(MosaicError::Dataset { wanted: self.dataset.to_string(), found: found.to_string() });
        }
        let sources = dataset.sources();
        match &self.draw {
            Draw::Facct24 { per_class, seed } => facct24::draw(&sources, *per_class, *seed),
            Draw::Even { per_class, targets, seed } => {
                let plan = sample::Plan { cells: self.cells(), targets: *targets, per_class: *per_class };
                sample::draw(&sources, plan, &self.dataset.sha256, *seed)
            }
            Draw::Table { sha256: wanted } => {
                let drawn = drawn.unwrap_or_default();
                let found = sha256(drawn);
                if found != *wanted {
                    let (wanted, found) = (format!("a table {}", short(wanted)), format!("one {}", short(&found)));
                    return Err(MosaicError::Dataset { wanted, found });
                }
                table::read(drawn)
            }
        }
    }

    /// The cells of a mosaic that metrics look at, in the mosaic's own pixels.
    #[must_use]
    pub fn ground(&self, mosaic: &Mosaic) -> Cells {
        self.layout.cells(&mosaic.targets()).inset(self.margin)
    }

    /// Puts the files of photos together, one a cell.
    ///
    /// # Errors
    /// The first photo that cannot be decoded.
    ///
    /// # Panics
    /// If there is not one photo a cell, or [`check`](Self::check) has something to say.
    pub fn compose<T: AsRef<[u8]>>(&self, photos: &[T]) -> Result<Photo, ComposeError> {
        let tile = |(cell, file): (usize, &T)| {
            let photo = self.decode(file.as_ref()).map_err(|why| ComposeError { cell, why })?;
            Ok(tile(&photo, self.layout.cell, self.fit))
        };
        let tiles = photos.iter().enumerate().map(tile).collect::<Result<Vec<_>, ComposeError>>()?;
        let mosaic = self.layout.compose(&tiles);
        if self.stored == Stored::Lossless {
            return Ok(mosaic);
        }
        let file = jpeg::write(&mosaic.rgb, mosaic.facts.height, mosaic.facts.width, jpeg::QUALITY);
        Ok(photo::decode(&file).expect("what was just written can be read"))
    }

    /// The study takes photos as they are stored, whichever way up they were taken.
    fn decode(&self, file: &[u8]) -> Result<Photo, DecodeError> {
        if self.fit == Fit::Squeeze { photo::decode::as_stored(file) } else { photo::decode(file) }
    }
}

/// What the network sees of a mosaic: all of it, its shorter side as long as the network's pictures.
#[must_use]
pub fn whole(mosaic: &Photo, preprocess: &Preprocess) -> Input {
    let (height, width) = (mosaic.facts.height, mosaic.facts.width);
    let scaled = |side: usize| side * preprocess.size / height.min(width);
    let (rows, columns) = (Side::whole(height, scaled(height)), Side::whole(width, scaled(width)));
    let rgb = resize(&mosaic.rgb, rows, columns, preprocess.filter);
    let region = Region { left: 0.0, top: 0.0, width: width as f64, height: height as f64 };
    Input { height: rows.length, width: columns.length, rgb, region }
}

/// The beginning of a digest, for people.
pub(super) fn short(sha256: &str) -> &str {
    sha256.get(..8).unwrap_or(sha256)
}
