//! Where the cells of a mosaic lie, and putting their pictures there.

use super::cells::{Bounds, Cells};
use super::error::MosaicError;
use crate::digest::sha256;
use crate::photo::decode::MAX_PIXELS;
use crate::photo::jpeg::LONGEST;
use crate::photo::{Photo, PhotoFacts};
use serde::{Deserialize, Serialize};

/// Level of what lies between cells: mid grey, which is near nothing for most networks.
const BETWEEN: u8 = 128;

/// Square cells in rows and columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// Rows of cells.
    pub rows: usize,
    /// Columns of cells.
    pub columns: usize,
    /// Pixels of a cell's side.
    pub cell: usize,
    /// Grey pixels between two cells.
    pub gap: usize,
}

impl Layout {
    /// Two by two cells of 224 pixels: the layout of Arias-Duart et al. 2022 and Fresz, Lörcher and Huber 2024.
    #[must_use]
    pub const fn facct24() -> Self {
        Self { rows: 2, columns: 2, cell: 224, gap: 0 }
    }

    /// A sentence unless such a picture can be made.
    ///
    /// # Errors
    /// [`MosaicError::Size`].
    pub fn check(&self) -> Result<(), MosaicError> {
        let side = |cells: usize| {
            let gaps = cells.saturating_sub(1).saturating_mul(self.gap);
            cells.saturating_mul(self.cell).saturating_add(gaps)
        };
        let (height, width) = (side(self.rows), side(self.columns));
        let pixels = height.saturating_mul(width) as u64;
        if pixels == 0 || pixels > MAX_PIXELS || height.max(width) > LONGEST {
            Err(MosaicError::Size { height, width })
        } else {
            Ok(())
        }
    }

    /// Rows of pixels.
    ///
    /// # Panics
    /// If [`check`](Self::check) has something to say.
    #[must_use]
    pub fn height(&self) -> usize {
        self.rows * self.cell + (self.rows - 1) * self.gap
    }

    /// Columns of pixels.
    ///
    /// # Panics
    /// If [`check`](Self::check) has something to say.
    #[must_use]
    pub fn width(&self) -> usize {
        self.columns * self.cell + (self.columns - 1) * self.gap
    }

    /// The cells, given which of them show the target class.
    ///
    /// # Panics
    /// If the number of cells is another, or [`check`](Self::check) has something to say.
    #[must_use]
    pub fn cells(&self, target: &[bool]) -> Cells {
        assert_eq!(target.len(), self.rows * self.columns, "one word a cell");
        let bounds = (0..target.len()).map(|cell| {
            let (top, left) = self.corner(cell);
            Bounds { top, left, bottom: top + self.cell, right: left + self.cell }
        });
        Cells {
            rows: self.rows,
            columns: self.columns,
            height: self.height(),
            width: self.width(),
            bounds: bounds.collect(),
            target: target.to_vec(),
        }
    }

    /// Puts the cells' pictures together, row after row.
    ///
    /// # Shapes
    /// Each `[cell, cell, 3]`; the photo is [`height`](Self::height) by [`width`](Self::width).
    ///
    /// # Panics
    /// If a picture has another size or their number is another, or [`check`](Self::check) has something to say.
    #[must_use]
    pub fn compose<T: AsRef<[u8]>>(&self, pictures: &[T]) -> Photo {
        assert_eq!(pictures.len(), self.rows * self.columns, "one picture a cell");
        let (line, whole) = (self.cell * 3, self.width() * 3);
        let mut rgb = vec![BETWEEN; self.height() * whole];
        for (cell, picture) in pictures.iter().enumerate() {
            assert_eq!(picture.as_ref().len(), self.cell * line, "a picture the size of a cell");
            let (top, left) = self.corner(cell);
            for (row, pixels) in picture.as_ref().chunks_exact(line).enumerate() {
                rgb[(top + row) * whole + left * 3..][..line].copy_from_slice(pixels);
            }
        }
        let facts = PhotoFacts {
            height: self.height(),
            width: self.width(),
            format: "mosaic".to_owned(),
            sha256: sha256(&rgb),
            notes: Vec::new(),
        };
        Photo { rgb, facts }
    }

    /// First row and column of a cell.
    fn corner(&self, cell: usize) -> (usize, usize) {
        let step = self.cell + self.gap;
        (cell / self.columns * step, cell % self.columns * step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_lie_where_the_cells_are() {
        let layout = Layout { rows: 2, columns: 3, cell: 2, gap: 1 };
        let photo = layout.compose(&[1_u8, 2, 3, 4, 5, 6].map(|level| [level; 12]));
        assert_eq!((photo.facts.height, photo.facts.width), (5, 8));
        let cells = layout.cells(&[true, false, false, false, true, false]);
        for (level, bounds) in (1..).zip(&cells.bounds) {
            for (row, column) in [(bounds.top, bounds.left), (bounds.bottom - 1, bounds.right - 1)] {
                assert_eq!(photo.rgb[(row * 8 + column) * 3], level);
            }
        }
        let between = cells
            .mask()
            .iter()
            .zip(photo.rgb.as_chunks::<3>().0)
            .all(|(place, pixel)| place.is_some() == (pixel[0] != BETWEEN));
        assert!(between);
    }

    #[test]
    fn sizes_that_cannot_be_are_said() {
        let layout = Layout { rows: 2, columns: 2, cell: 224, gap: 0 };
        assert_eq!(layout.check(), Ok(()));
        assert!(Layout { rows: 0, ..layout }.check().is_err());
        assert!(Layout { cell: usize::MAX, ..layout }.check().is_err());
        assert!(Layout { rows: 1, columns: 400, ..layout }.check().is_err());
        assert!(Layout { gap: 1 << 40, ..layout }.check().is_err());
    }
}
