//! Quickshift: each place points to the nearest one that is more crowded, and hills of density become segments.
//!
//! Vedaldi, Soatto 2008, "Quick shift and kernel methods for mode seeking" (ECCV, doi:10.1007/978-3-540-88693-8_52).
//! Windows, noise, ties and numbering are those of scikit-image 0.26's `quickshift`, so that segments are the same.

use super::density::Colours;
use super::noise::Noise;
use super::{Picture, SegmentError, Segments};
use serde::{Deserialize, Serialize};

/// Deviation of the noise that tells equal densities apart.
const NOISE: f64 = 1e-5;

/// Quickshift's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quickshift {
    /// Width of the Gaussian kernel, in places; the window reaches three times as far. 1 to 20.
    pub kernel_size: f64,
    /// Links longer than this are cut, in colour and place. 0 or more.
    pub max_dist: f64,
    /// How much a difference of colour counts against one of place. 0 to 1.
    pub ratio: f64,
}

impl Quickshift {
    /// The numbers that LIME uses for pictures (package `lime`).
    pub const LIME: Self = Self { kernel_size: 4.0, max_dist: 200.0, ratio: 0.2 };

    /// Cuts a picture.
    ///
    /// # Errors
    /// If a number is out of its range.
    pub fn segment(&self, picture: &Picture) -> Result<Segments, SegmentError> {
        SegmentError::unless_within("kernel size", self.kernel_size, (1.0, 20.0))?;
        SegmentError::unless_within("greatest distance", self.max_dist, (0.0, f64::MAX))?;
        SegmentError::unless_within("ratio", self.ratio, (0.0, 1.0))?;
        let (height, width) = (picture.height(), picture.width());
        let radius = (3.0 * self.kernel_size).ceil() as usize;
        let colours = Colours { planes: &picture.lab(self.ratio), height, width };
        let mut noise = Noise::new();
        let mut densities: Vec<f64> = (0..height * width).map(|_| NOISE * noise.normal()).collect();
        colours.add_kernel(&mut densities, self.kernel_size, radius);
        let parents = parents(&colours, &densities, radius, self.max_dist);
        let (labels, count) = numbered(parents);
        Ok(Segments { labels, count, height, width })
    }
}

/// A place of the window, as seen from its middle.
struct Offset {
    rows: isize,
    columns: isize,
    /// Both squared.
    squares: [f64; 2],
}

/// The window without its middle, nearest first.
fn window(radius: usize) -> Vec<Offset> {
    let side = -(radius as isize)..=radius as isize;
    let offset = |rows: isize, columns: isize| Offset {
        rows,
        columns,
        squares: [(rows * rows) as f64, (columns * columns) as f64],
    };
    let mut offsets: Vec<_> = side.clone().flat_map(|rows| side.clone().map(move |c| offset(rows, c))).collect();
    offsets.retain(|offset| (offset.rows, offset.columns) != (0, 0));
    offsets.sort_by_key(|offset| offset.rows * offset.rows + offset.columns * offset.columns);
    offsets
}

/// For each place the nearest one in the window that is more crowded, the first of equally near ones; itself if there
/// is none, or it is too far.
fn parents(colours: &Colours, densities: &[f64], radius: usize, max_dist: f64) -> Vec<u32> {
    let offsets = window(radius);
    (0..densities.len())
        .map(|place| match nearest_denser(colours, densities, &offsets, place) {
            Some((distance, parent)) if distance.sqrt() <= max_dist => parent as u32,
            _ => place as u32,
        })
        .collect()
}

/// Squared distance and place of the parent. The search goes outwards and ends where the way alone is too long.
fn nearest_denser(colours: &Colours, densities: &[f64], offsets: &[Offset], place: usize) -> Option<(f64, usize)> {
    let (row, column) = (place / colours.width, place % colours.width);
    let mut best: Option<(f64, usize)> = None;
    for offset in offsets {
        if best.is_some_and(|(closest, _)| offset.squares[0] + offset.squares[1] > closest) {
            break;
        }
        let (row, column) = (row.wrapping_add_signed(offset.rows), column.wrapping_add_signed(offset.columns));
        if row >= colours.height || column >= colours.width {
            continue;
        }
        let other = row * colours.width + column;
        if densities[other] <= densities[place] {
            continue;
        }
        // Colours first, then rows, then columns: ties hang on the order of the sum.
        let colour = |sum: f64, plane: &Vec<f64>| {
            let difference = plane[place] - plane[other];
            sum + difference * difference
        };
        let distance = colours.planes.iter().fold(0.0, colour) + offset.squares[0] + offset.squares[1];
        if best.is_none_or(|(closest, parent)| distance < closest || distance == closest && other < parent) {
            best = Some((distance, other));
        }
    }
    best
}

/// Labels of the trees, in the order of their roots, and how many there are.
///
/// No place is its own ancestor: density grows towards the root.
fn numbered(mut parents: Vec<u32>) -> (Vec<u32>, usize) {
    let mut changed = true;
    while changed {
        changed = false;
        for place in 0..parents.len() {
            let (parent, grandparent) = (parents[place], parents[parents[place] as usize]);
            parents[place] = grandparent;
            changed |= parent != grandparent;
        }
    }
    let mut count = 0;
    let mut number = vec![0; parents.len()];
    for (place, &root) in parents.iter().enumerate() {
        if place == root as usize {
            number[place] = count;
            count += 1;
        }
    }
    (parents.iter().map(|&root| number[root as usize]).collect(), count as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two flat halves, far apart in colour: each has its own hills, and no link crosses.
    #[test]
    fn no_segment_crosses_a_strong_edge() {
        let rgb: Vec<u8> = (0..20 * 30).flat_map(|i| [if i % 30 < 15 { 0 } else { 255 }; 3]).collect();
        let picture = Picture::from_bytes(rgb, 20, 30).unwrap();
        let found = Quickshift { max_dist: 15.0, ratio: 1.0, kernel_size: 4.0 }.segment(&picture).unwrap();
        let side = |label: u32, right: bool| (0..600).any(|i| found.labels[i] == label && (i % 30 >= 15) == right);
        assert!(found.count >= 2);
        assert!((0..found.count as u32).all(|label| side(label, false) != side(label, true)));
    }

    #[test]
    fn links_longer_than_the_greatest_distance_are_cut() {
        let picture = Picture::from_bytes(vec![90; 12 * 9 * 3], 12, 9).unwrap();
        let with = |max_dist: f64| Quickshift { max_dist, ..Quickshift::LIME }.segment(&picture).unwrap();
        assert_eq!(with(0.5).labels, (0..108).collect::<Vec<u32>>());
        assert_eq!((with(0.5).count, with(200.0).count), (108, 1));
    }

    /// The search that ends early against one that looks at all of the window.
    #[test]
    fn the_parent_is_the_nearest_of_all() {
        let (height, width, radius) = (9, 11, 3);
        let value = |i: usize, c: usize| ((i * i * 31 + i * (17 + c)) % 7) as f64;
        let planes: [Vec<f64>; 3] = std::array::from_fn(|c| (0..99).map(|i| value(i, c)).collect());
        let densities: Vec<f64> = (0..99).map(|i| ((i * 37) % 23) as f64).collect();
        let found = parents(&Colours { planes: &planes, height, width }, &densities, radius, 1e9);
        for p in 0..99 {
            let rows_columns = |q: usize| [(q / 11).abs_diff(p / 11), (q % 11).abs_diff(p % 11)];
            let distance = |q: &usize| {
                let place: usize = rows_columns(*q).iter().map(|d| d * d).sum();
                place + planes.iter().map(|plane| (plane[p] - plane[*q]).powi(2) as usize).sum::<usize>()
            };
            let near = |q: &usize| rows_columns(*q).iter().all(|&d| d <= radius) && densities[*q] > densities[p];
            // `min_by_key` gives the first of equals.
            assert_eq!(found[p] as usize, (0..99).filter(near).min_by_key(distance).unwrap_or(p), "place {p}");
        }
    }

    #[test]
    fn trees_are_numbered_by_their_roots() {
        assert_eq!(numbered(vec![3, 0, 2, 3, 2, 1]), (vec![1, 1, 0, 1, 0, 1], 2));
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        let picture = Picture::from_bytes(vec![0; 3], 1, 1).unwrap();
        let lime = Quickshift::LIME;
        for bad in [
            Quickshift { kernel_size: 0.5, ..lime },
            Quickshift { kernel_size: f64::NAN, ..lime },
            Quickshift { max_dist: -1.0, ..lime },
            Quickshift { ratio: 1.5, ..lime },
        ] {
            let sentence = bad.segment(&picture).unwrap_err().to_string();
            assert!(sentence.contains("take a number from"), "{sentence}");
        }
        assert_eq!(lime.segment(&picture).unwrap().labels, [0]);
    }
}
