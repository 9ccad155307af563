//! Cells that know nothing of the picture.

use super::{SegmentError, Segments, check_size};

/// `rows * columns` cells, as equal as whole places allow, numbered along the rows.
///
/// # Errors
/// If the picture has no place, or there are more cells than places on a side.
pub fn cells(height: usize, width: usize, rows: usize, columns: usize) -> Result<Segments, SegmentError> {
    check_size(height, width)?;
    SegmentError::unless_within("number of rows", rows as f64, (1.0, height as f64))?;
    SegmentError::unless_within("number of columns", columns as f64, (1.0, width as f64))?;
    let row = share(height, rows);
    let column = share(width, columns);
    Ok(labelled(height, width, rows * columns, |y, x| row(y) * columns + column(x)))
}

/// Squares of side ceil(sqrt(height * width / count)), numbered down the columns: the features of the Focus study's
/// KernelSHAP (Arias-Duart et al. 2024), whose 16 squares of 448 x 448 places each lie in one quarter.
///
/// # Errors
/// If the picture has no place, or `count` is not one of 1 to its places.
pub fn squares(height: usize, width: usize, count: usize) -> Result<Segments, SegmentError> {
    check_size(height, width)?;
    let places = height * width;
    SegmentError::unless_within("number of squares", count as f64, (1.0, places as f64))?;
    let side = (places as f64 / count as f64).sqrt().ceil() as usize;
    let (rows, columns) = (height.div_ceil(side), width.div_ceil(side));
    Ok(labelled(height, width, rows * columns, |y, x| x / side * rows + y / side))
}

/// Which of `parts` a place of a side lies in.
fn share(length: usize, parts: usize) -> impl Fn(usize) -> usize {
    // A side squared may exceed 32 bits.
    move |place| (place as u64 * parts as u64 / length as u64) as usize
}

fn labelled(height: usize, width: usize, count: usize, label: impl Fn(usize, usize) -> usize) -> Segments {
    let labels = (0..height * width).map(|i| label(i / width, i % width) as u32).collect();
    Segments { labels, count, height, width }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_differ_by_one_place_at_most() {
        let found = cells(3, 5, 2, 2).unwrap();
        assert_eq!(found.labels, [0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 2, 2, 2, 3, 3]);
        assert_eq!(found.count, 4);
    }

    #[test]
    fn sixteen_squares_of_448_are_those_of_the_study() {
        let found = squares(448, 448, 16).unwrap();
        let row = |y: usize| [0, 112, 224, 336].map(|x| found.labels[y * 448 + x]);
        assert_eq!(
            [row(0), row(112), row(335), row(336)],
            [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15]]
        );
        assert_eq!(found.count, 16);
    }

    #[test]
    fn squares_are_cut_off_at_the_edges() {
        // The side of 4 squares of 35 places is ceil(2.96) = 3.
        let found = squares(5, 7, 4).unwrap();
        assert_eq!(found.labels[..7], [0, 0, 0, 2, 2, 2, 4]);
        assert_eq!(found.labels[28..], [1, 1, 1, 3, 3, 3, 5]);
        assert_eq!(found.count, 6);
    }

    #[test]
    fn impossible_grids_are_refused() {
        assert!(matches!(cells(0, 5, 1, 1), Err(SegmentError::Size { .. })));
        assert!(matches!(squares(usize::MAX, 2, 1), Err(SegmentError::Size { .. })));
        assert!(cells(100_000, 1, 100_000, 1).unwrap().labels.is_sorted());
        for (rows, columns) in [(0, 1), (4, 1), (1, 0), (1, 6)] {
            assert!(matches!(cells(3, 5, rows, columns), Err(SegmentError::Range { .. })), "{rows} x {columns}");
        }
        assert!(matches!(squares(3, 5, 0), Err(SegmentError::Range { .. })));
    }
}
