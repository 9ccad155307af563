//! Makes segments of clusters: pieces that hang together, small ones given to a neighbour.
//!
//! The sizes and the order of the search are those of scikit-image 0.26's `slic`, on which the labels hang.

/// Which pieces are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sizes {
    /// Smaller pieces are given away.
    pub least: usize,
    /// Greater pieces are cut where the search stands then.
    pub most: usize,
}

impl Sizes {
    /// From half to three times the mean size.
    pub fn around(mean: f64) -> Self {
        Self { least: (0.5 * mean) as usize, most: (3.0 * mean) as usize }
    }
}

/// A place that no piece has yet.
const FREE: u32 = u32::MAX;

/// Labels of the pieces in the order of their first places, and how many there are.
///
/// # Shapes
/// `clusters` and the labels `[H, W]`.
pub(super) fn connected(clusters: &[u32], width: usize, sizes: Sizes) -> (Vec<u32>, usize) {
    let mut search = Search { clusters, width, labels: vec![FREE; clusters.len()], piece: Vec::new() };
    let mut next = 0;
    for place in 0..clusters.len() {
        if search.labels[place] != FREE {
            continue;
        }
        let neighbour = search.grow(place, next, sizes.most);
        if search.piece.len() >= sizes.least {
            next += 1;
        } else {
            // Without a neighbour yet, the next piece takes it in.
            search.piece.iter().for_each(|&place| search.labels[place] = neighbour.unwrap_or(next));
        }
    }
    let count = search.labels.iter().max().map_or(0, |&label| label as usize + 1);
    (search.labels, count)
}

/// A search in breadth for places of one cluster that hang together.
struct Search<'a> {
    clusters: &'a [u32],
    width: usize,
    labels: Vec<u32>,
    /// The places found, in their order.
    piece: Vec<usize>,
}

impl Search<'_> {
    /// Finds the piece of a place, up to a size, and labels it; gives the label of the other piece that was met last.
    fn grow(&mut self, place: usize, label: u32, most: usize) -> Option<u32> {
        self.piece.clear();
        self.piece.push(place);
        self.labels[place] = label;
        let (mut neighbour, mut visited) = (None, 0);
        while visited < self.piece.len() && self.piece.len() < most {
            for other in around(self.piece[visited], self.width, self.clusters.len()).into_iter().flatten() {
                if self.clusters[other] == self.clusters[place] && self.labels[other] == FREE {
                    self.labels[other] = label;
                    self.piece.push(other);
                    if self.piece.len() >= most {
                        break;
                    }
                } else if self.labels[other] != FREE && self.labels[other] != label {
                    neighbour = Some(self.labels[other]);
                }
            }
            visited += 1;
        }
        neighbour
    }
}

/// The places right, left, below and above.
fn around(place: usize, width: usize, places: usize) -> [Option<usize>; 4] {
    let column = place % width;
    [
        (column + 1 < width).then_some(place + 1),
        (column > 0).then(|| place - 1),
        (place + width < places).then_some(place + width),
        (place >= width).then(|| place - width),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_hang_together_is_two_pieces() {
        let clusters = [0, 0, 1, 0, 0, 1, 1, 1, 1, 1];
        assert_eq!(connected(&clusters, 5, Sizes { least: 1, most: 100 }), (vec![0, 0, 1, 2, 2, 1, 1, 1, 1, 1], 3));
    }

    #[test]
    fn a_small_piece_goes_to_the_neighbour_met_last() {
        let clusters = [0, 0, 0, 0, 1, 2, 2, 2, 2];
        let sizes = Sizes { least: 2, most: 100 };
        assert_eq!(connected(&clusters, 3, sizes), (vec![0, 0, 0, 0, 0, 1, 1, 1, 1], 2));
        // The first piece has no neighbour yet: it shares its label with the next.
        assert_eq!(connected(&[5, 2, 2], 3, sizes), (vec![0, 0, 0], 1));
    }

    #[test]
    fn a_great_piece_is_cut() {
        let (labels, count) = connected(&[0; 10], 10, Sizes { least: 2, most: 4 });
        assert_eq!((labels, count), (vec![0, 0, 0, 0, 1, 1, 1, 1, 2, 2], 3));
    }
}
