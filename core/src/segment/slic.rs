//! SLIC: clusters of colour and place, grown from centres on a grid.
//!
//! Achanta et al. 2012, "SLIC superpixels compared to state-of-the-art superpixel methods" (TPAMI 34(11),
//! doi:10.1109/TPAMI.2012.120). Stretching, first centres, windows, ties and the order of sums are those of
//! scikit-image 0.26's `slic`, so that segments are the same. Two of its ways are not the paper's: centres have no
//! colour at first (L*a*b* of black), and are not moved to where the picture is smooth.

use super::connect::{Sizes, connected};
use super::{Picture, SegmentError, Segments};
use serde::{Deserialize, Serialize};

/// SLIC's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slic {
    /// About how many segments.
    pub segments: usize,
    /// How much place counts against colour: greater gives squarer segments. 0.001 to 1000.
    pub compactness: f64,
    /// How often centres move at most. 1 to 100.
    pub iterations: usize,
}

impl Default for Slic {
    /// scikit-image's.
    fn default() -> Self {
        Self { segments: 100, compactness: 10.0, iterations: 10 }
    }
}

impl Slic {
    /// Cuts a picture into segments that hang together.
    ///
    /// # Errors
    /// If a number is out of its range.
    pub fn segment(&self, picture: &Picture) -> Result<Segments, SegmentError> {
        let (height, width) = (picture.height(), picture.width());
        SegmentError::unless_within("number", self.segments as f64, (1.0, (height * width) as f64))?;
        SegmentError::unless_within("compactness", self.compactness, (1e-3, 1e3))?;
        SegmentError::unless_within("number of iterations", self.iterations as f64, (1.0, 100.0))?;
        let [rows, columns] = axes(height, width, self.segments);
        let mut centres = seeds(rows, columns, height, width);
        let colours = picture.stretched_lab(1.0 / self.compactness);
        let mut clusters = Clusters::new(&colours, height, width, rows.step.max(columns.step), centres.len());
        for _ in 0..self.iterations {
            if !clusters.assign(&centres) {
                break;
            }
            clusters.recentre(&mut centres);
        }
        let sizes = Sizes::around((height * width) as f64 / centres.len() as f64);
        let (labels, count) = connected(&clusters.nearest, width, sizes);
        Ok(Segments { labels, count, height, width })
    }
}

/// Where centres start along one axis, and how far apart.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Axis {
    start: usize,
    step: usize,
}

/// A grid of about `count` places, as square as can be; an axis too short for a step has one place.
fn axes(height: usize, width: usize, count: usize) -> [Axis; 2] {
    if height * width <= count {
        return [Axis { start: 0, step: 1 }; 2];
    }
    let step = ((height * width) as f64 / count as f64).sqrt();
    let (short, long) = (height.min(width) as f64, height.max(width) as f64);
    let [along_short, along_long] = if short < step { [short, long / count as f64] } else { [step; 2] };
    let axis = |step: f64| Axis { start: (step / 2.0).floor() as usize, step: step.round_ties_even() as usize };
    let [short, long] = [axis(along_short), axis(along_long)];
    if height <= width { [short, long] } else { [long, short] }
}

/// A cluster's middle.
#[derive(Clone, Copy, Debug)]
struct Centre {
    row: f64,
    column: f64,
    colour: [f64; 3],
    /// A centre that lost all its places never comes back.
    alive: bool,
}

fn seeds(rows: Axis, columns: Axis, height: usize, width: usize) -> Vec<Centre> {
    let places = |axis: Axis, length: usize| (axis.start..length).step_by(axis.step);
    let centre =
        |row: usize, column: usize| Centre { row: row as f64, column: column as f64, colour: [0.0; 3], alive: true };
    places(rows, height).flat_map(|row| places(columns, width).map(move |column| centre(row, column))).collect()
}

/// Which centre each place is nearest to.
struct Clusters<'a> {
    colours: &'a [Vec<f64>; 3],
    height: usize,
    width: usize,
    /// Reach of a window, on both sides: rows and columns.
    reach: [f64; 2],
    /// What a squared distance of places is multiplied by.
    weight: f64,
    nearest: Vec<u32>,
    distances: Vec<f64>,
}

impl<'a> Clusters<'a> {
    fn new(colours: &'a [Vec<f64>; 3], height: usize, width: usize, step: usize, centres: usize) -> Self {
        // The window follows from the number of centres there are, which is not the number that was asked for.
        let reach = axes(height, width, centres).map(|axis| 2.0 * axis.step as f64);
        // In the precision in which the reference keeps the step.
        let weight = 1.0 / f64::from(step as f32 * step as f32);
        let (nearest, distances) = (vec![0; height * width], vec![0.0; height * width]);
        Self { colours, height, width, reach, weight, nearest, distances }
    }

    /// Gives each place to the nearest centre whose window it is in, the first of equally near ones; whether any was
    /// given.
    fn assign(&mut self, centres: &[Centre]) -> bool {
        self.distances.fill(f64::MAX);
        let mut changed = false;
        for (k, centre) in centres.iter().enumerate().filter(|(_, centre)| centre.alive) {
            let columns = window(centre.column, self.reach[1], self.width);
            let across: Vec<f64> = columns.clone().map(|column| square(centre.column - column as f64)).collect();
            for row in window(centre.row, self.reach[0], self.height) {
                let away = square(centre.row - row as f64);
                changed |= self.assign_row(k as u32, centre.colour, row * self.width + columns.start, away, &across);
            }
        }
        changed
    }

    /// The places of a window's row, which begins at `start`: squared, the row is `away` and its columns are `across`.
    fn assign_row(&mut self, k: u32, colour: [f64; 3], start: usize, away: f64, across: &[f64]) -> bool {
        let end = start + across.len();
        let [l, a, b] = self.colours.each_ref().map(|plane| &plane[start..end]);
        let best = self.nearest[start..end].iter_mut().zip(&mut self.distances[start..end]);
        let mut changed = false;
        // Without branches, for vectors.
        for (((nearest, least), across), ((l, a), b)) in best.zip(across).zip(l.iter().zip(a).zip(b)) {
            let distance =
                (away + across) * self.weight + (square(l - colour[0]) + square(a - colour[1]) + square(b - colour[2]));
            let closer = *least > distance;
            *least = if closer { distance } else { *least };
            *nearest = if closer { k } else { *nearest };
            changed |= closer;
        }
        changed
    }

    /// Moves each centre to the mean of its places.
    fn recentre(&self, centres: &mut [Centre]) {
        let mut sums = vec![[0.0; 6]; centres.len()];
        for (i, &k) in self.nearest.iter().enumerate() {
            let [l, a, b] = [0, 1, 2].map(|c| self.colours[c][i]);
            let terms = [(i / self.width) as f64, (i % self.width) as f64, l, a, b, 1.0];
            for (sum, term) in sums[k as usize].iter_mut().zip(terms) {
                *sum += term;
            }
        }
        for (centre, [row, column, l, a, b, count]) in centres.iter_mut().zip(sums) {
            let mean = |sum: f64| sum / count;
            *centre = Centre { row: mean(row), column: mean(column), colour: [l, a, b].map(mean), alive: count > 0.0 };
        }
    }
}

/// The places at most `reach` from a centre, cut off as the reference does: towards zero, one more at the upper end.
fn window(centre: f64, reach: f64, length: usize) -> std::ops::Range<usize> {
    (centre - reach).max(0.0) as usize..(centre + reach + 1.0).min(length as f64) as usize
}

fn square(value: f64) -> f64 {
    value * value
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of scikit-image's `regular_grid`, and those of pictures that networks see.
    #[test]
    fn first_centres_are_a_regular_grid() {
        let axis = |start, step| Axis { start, step };
        assert_eq!(axes(20, 40, 8), [axis(5, 10); 2]);
        assert_eq!(axes(20, 40, 32), [axis(2, 5); 2]);
        assert_eq!(axes(224, 224, 100), [axis(11, 22); 2]);
        assert_eq!(axes(224, 224, 50), [axis(15, 32); 2]);
        assert_eq!(axes(3, 200, 10), [axis(1, 3), axis(10, 20)]);
        assert_eq!(axes(200, 3, 10), [axis(10, 20), axis(1, 3)]);
        assert_eq!(axes(2, 3, 6), [axis(0, 1); 2]);
    }

    #[test]
    fn a_flat_picture_is_cut_into_squares() {
        let picture = Picture::from_bytes(vec![40; 40 * 40 * 3], 40, 40).unwrap();
        let found = Slic { segments: 16, ..Slic::default() }.segment(&picture).unwrap();
        assert_eq!((found.count, found.sizes().iter().sum::<usize>()), (16, 1600));
        assert!(found.sizes().iter().all(|size| (50..=200).contains(size)), "{:?}", found.sizes());
    }

    #[test]
    fn segments_follow_an_edge() {
        let rgb: Vec<u8> = (0..40 * 40).flat_map(|i| if i % 40 < 17 { [255, 0, 0] } else { [0, 0, 255] }).collect();
        let picture = Picture::from_bytes(rgb, 40, 40).unwrap();
        let found = Slic { segments: 16, ..Slic::default() }.segment(&picture).unwrap();
        let side = |label: u32, right: bool| (0..1600).any(|i| found.labels[i] == label && (i % 40 >= 17) == right);
        assert!((0..found.count as u32).all(|label| side(label, false) != side(label, true)));
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        let picture = Picture::from_bytes(vec![0; 30], 2, 5).unwrap();
        let usual = Slic { segments: 2, ..Slic::default() };
        for bad in [
            Slic { segments: 0, ..usual },
            Slic { segments: 11, ..usual },
            Slic { compactness: 0.0, ..usual },
            Slic { compactness: f64::NAN, ..usual },
            Slic { iterations: 0, ..usual },
        ] {
            assert!(matches!(bad.segment(&picture), Err(SegmentError::Range { .. })), "{bad:?}");
        }
        assert!(usual.segment(&picture).is_ok());
    }
}
