//! Which pixels are whose: the ground truth of a mosaic.

use serde::{Deserialize, Serialize};

/// A rectangle of pixels: its first row and column, and those after its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// First row.
    pub top: usize,
    /// First column.
    pub left: usize,
    /// The row below.
    pub bottom: usize,
    /// The column to the right.
    pub right: usize,
}

/// The cells of a mosaic and which of them show the target class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cells {
    /// Rows of cells.
    pub rows: usize,
    /// Columns of cells.
    pub columns: usize,
    /// Rows of pixels of the whole mosaic.
    pub height: usize,
    /// Columns of pixels of the whole mosaic.
    pub width: usize,
    /// Where each cell lies, row after row.
    pub bounds: Vec<Bounds>,
    /// Whether each cell shows the target class.
    pub target: Vec<bool>,
}

impl Cells {
    /// The same cells on a map of another size. An edge that falls into a pixel is moved up or left to that pixel's
    /// edge, so of an odd number the lower and right cells get one pixel more, as the script of FAccT 2024 has it.
    ///
    /// # Panics
    /// If the map is so large that its places cannot be counted.
    #[must_use]
    pub fn scaled(&self, height: usize, width: usize) -> Self {
        let row = |edge: usize| edge * height / self.height;
        let column = |edge: usize| edge * width / self.width;
        let scaled = |b: &Bounds| Bounds {
            top: row(b.top),
            left: column(b.left),
            bottom: row(b.bottom),
            right: column(b.right),
        };
        Self { height, width, bounds: self.bounds.iter().map(scaled).collect(), ..self.clone() }
    }

    /// The same cells without a margin of so many pixels on each side: near a border a network sees both neighbours.
    /// Of a cell that is all margin nothing is left.
    #[must_use]
    pub fn inset(&self, margin: usize) -> Self {
        let inset = |from: usize, to: usize| {
            let start = (from + margin).min(to);
            (start, to.saturating_sub(margin).max(start))
        };
        let shrunk = |b: &Bounds| {
            let ((top, bottom), (left, right)) = (inset(b.top, b.bottom), inset(b.left, b.right));
            Bounds { top, left, bottom, right }
        };
        Self { bounds: self.bounds.iter().map(shrunk).collect(), ..self.clone() }
    }

    /// For every pixel whether it shows the target class; none between cells.
    ///
    /// # Shapes
    /// `[height, width]`
    #[must_use]
    pub fn mask(&self) -> Vec<Option<bool>> {
        let mut mask = vec![None; self.height * self.width];
        for (bounds, &target) in self.bounds.iter().zip(&self.target) {
            for row in bounds.top..bounds.bottom {
                mask[row * self.width..][bounds.left..bounds.right].fill(Some(target));
            }
        }
        mask
    }
}

#[cfg(test)]
mod tests {
    use super::super::Layout;

    #[test]
    fn odd_sizes_split_as_in_the_study() {
        let cells = Layout::facct24().cells(&[true, false, false, true]);
        let odd = cells.scaled(5, 7);
        let edges: Vec<_> = odd.bounds.iter().map(|b| (b.top, b.bottom, b.left, b.right)).collect();
        assert_eq!(edges, [(0, 2, 0, 3), (0, 2, 3, 7), (2, 5, 0, 3), (2, 5, 3, 7)]);
        assert_eq!(odd.mask().iter().filter(|place| **place == Some(true)).count(), 2 * 3 + 3 * 4);
        assert_eq!(odd.scaled(448, 448).bounds[3].top, 179);
    }

    #[test]
    fn margins_belong_to_nobody() {
        let cells = Layout { rows: 1, columns: 2, cell: 4, gap: 0 }.cells(&[true, false]).inset(1);
        let text: String =
            cells.mask().iter().map(|place| place.map_or('.', |target| if target { 't' } else { 'o' })).collect();
        assert_eq!(text, "........".to_owned() + ".tt..oo." + ".tt..oo." + "........");
        assert!(cells.inset(9).mask().iter().all(Option::is_none));
    }
}
