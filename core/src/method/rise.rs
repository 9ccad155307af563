//! RISE: how well the network still answers through random masks.
//!
//! `R = 1 / (N p) sum_i y(x m_i) m_i` (Petsiuk, Das and Saenko 2018). A mask is a coarse grid of cells that are on with
//! probability `p`, enlarged by straight lines (mirrored at the border) and moved by less than a cell. Cell (r, c) of mask
//! `k` is on if number `(k s + r) s + c` of the stream "cells" is below `p`; numbers `2 k` and `2 k + 1` of "shift" move it.

use super::output::PROBABILITIES;
use super::prelude::*;
use super::moments::{Estimate, Moments};
use super::sampling::{Samples, sampled};
use crate::random::Stream;
use std::ops::Range;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "rise",
    title: "RISE",
    sentence: "How well the network still answers when random parts of the photo are hidden.",
    formula: "R = 1 / (N p) sum over i of y(x m_i) m_i, m_i a coarse random mask enlarged smoothly",
    caution: "An estimate that needs thousands of masks: mind its standard error. Hidden parts are the mean colour.",
    citation: Citation {
        short: "Petsiuk et al. 2018",
        title: "RISE: Randomized Input Sampling for Explanation of Black-box Models",
        source: "BMVC 2018, arXiv 1806.07421",
    },
    family: Family::Perturbation,
    needs: &[],
    sign: Sign::Positive,
    promises: &[Promise::Random],
    params: &[
        Param {
            id: "masks",
            sentence: "How many masks are tried.",
            unit: "",
            domain: Domain::Count { default: 4000, least: 1, most: 100_000 },
        },
        Param {
            id: "cells",
            sentence: "Cells of a mask along each side.",
            unit: "",
            domain: Domain::Count { default: 7, least: 1, most: 64 },
        },
        Param {
            id: "share",
            sentence: "Probability that a cell lets the photo through.",
            unit: "",
            domain: Domain::Real { default: 0.5, least: 0.001, most: 1.0 },
        },
        PROBABILITIES,
    ],
};

/// Passes it takes.
pub(super) fn cost(settings: &Settings, _: &Plan) -> Cost {
    let masks = settings.count("masks");
    Cost::of(1.0 + masks as f64, 0.0).of_samples(masks)
}

/// The map of the input's size.
///
/// # Shapes
/// `[1, H, W]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    work.take_output();
    let (height, width) = work.session.size;
    let masks = work.settings.count("masks");
    let share = work.settings.real("share");
    let maker = Masks::new(work.seed, work.settings.count("cells"), share, height, width);
    let draw = |work: &mut Work<'_, '_>, batch: Range<usize>| {
        let n = batch.len();
        let mut numbers = Vec::with_capacity(n * height * width);
        batch.for_each(|k| maker.draw(k as u64, &mut numbers));
        let drawn_masks = work.upload(numbers, &[n, 1, height, width]).pictures();
        let inputs = work.session.input().pictures() * drawn_masks.clone();
        let scores = work.session.again(Value::from(inputs)).scores(&work.objective);
        Ok(Value::from(drawn_masks * scores.reshaped(&[n, 1, 1, 1]).pictures()))
    };
    let finish = async |work: &Work<'_, '_>, found: Estimate, _: &[Range<usize>]| {
        Ok(found.map(work, found.mean.iter().map(|mean| mean / share as f32).collect(), masks))
    };
    let samples = Samples::of(work, masks, height * width, Pass::Forward);
    sampled::<Moments>(work, samples, draw, finish).await
}

/// Random masks.
struct Masks {
    cells: Stream,
    shift: Stream,
    side: usize,
    share: f64,
    size: [usize; 2],
}

impl Masks {
    fn new(seed: u64, side: usize, share: f64, height: usize, width: usize) -> Masks {
        let (cells, shift) = (Stream::new(seed, "cells"), Stream::new(seed, "shift"));
        Masks { cells, shift, side, share, size: [height, width] }
    }

    /// Appends mask `k`, `[H, W]`.
    fn draw(&self, k: u64, to: &mut Vec<f32>) {
        let side = self.side;
        let first = k * (side * side) as u64;
        let on = |i: u64| f32::from(u8::from(self.cells.uniform(first + i) < self.share));
        let grid: Vec<f32> = (0..(side * side) as u64).map(on).collect();
        let [down, across] = [0, 1].map(|axis| self.taps(k, axis));
        let mut wide = vec![0.0; side];
        for (above, below, y) in down {
            let (above, below) = (&grid[above * side..][..side], &grid[below * side..][..side]);
            wide.iter_mut().zip(above.iter().zip(below)).for_each(|(wide, (a, b))| *wide = a + (b - a) * y);
            to.extend(across.iter().map(|&(left, right, x)| wide[left] + (wide[right] - wide[left]) * x));
        }
    }

    /// For each place along an axis the cells on both sides of it and how near it is to the second.
    fn taps(&self, k: u64, axis: usize) -> Vec<(usize, usize, f32)> {
        let (size, side) = (self.size[axis], self.side);
        let cell = size.div_ceil(side);
        let shift = self.shift.below(2 * k + axis as u64, cell);
        let enlarged = ((side + 1) * cell) as f64;
        let last = (side - 1) as f64;
        (0..size)
            .map(|place| {
                let at = ((place + shift) as f64 + 0.5) * side as f64 / enlarged - 0.5;
                // Mirrored about the centres of the outermost cells.
                let at = at.abs().min(2.0 * last - at).max(0.0);
                let near = (at as usize).min(side - 1);
                (near, (near + 1).min(side - 1), (at - near as f64) as f32)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enlarging_mirrors_the_border_as_scikit_image_does() {
        // skimage.transform.resize of a 4 x 4 grid with a single one at (1, 1) to 8 x 8, order 1, mode "reflect",
        // gives row 2 = .1875 .1875 .5625 .5625 .1875 0 0 0. A mask of 8 / (4 + 1) cells is not that; so the taps alone.
        let masks = Masks::new(0, 4, 0.5, 8, 8);
        let at = |place: f64| {
            let at = (place + 0.5) * 4.0 / 8.0 - 0.5;
            at.abs().min(2.0 * 3.0 - at)
        };
        let weight = |place: usize| (1.0 - (at(place as f64) - 1.0f64).abs()).max(0.0);
        let row: Vec<f64> = (0..8).map(|x| weight(2) * weight(x)).collect();
        assert_eq!(row, [0.1875, 0.1875, 0.5625, 0.5625, 0.1875, 0.0, 0.0, 0.0]);
        assert_eq!(masks.taps(0, 0).len(), 8);
    }

    #[test]
    fn masks_let_their_share_through_everywhere() {
        let masks = Masks::new(3, 7, 0.3, 40, 56);
        let mut sums = vec![0.0f32; 40 * 56];
        for k in 0..3000 {
            let mut mask = vec![];
            masks.draw(k, &mut mask);
            assert!(mask.iter().all(|v| (0.0..=1.0).contains(v)));
            sums.iter_mut().zip(mask).for_each(|(sum, v)| *sum += v / 3000.0);
        }
        // Five standard errors of a coin of 0.3: 5 sqrt(0.21 / 3000) = 0.042.
        assert!(sums.iter().all(|mean| (mean - 0.3).abs() < 0.042));
    }
}
