//! Occlusion: what the answer loses when a window of the photo is covered.
//!
//! `R(p) = mean over the windows that cover p of y(x) - y(x with the window covered)` (Zeiler and Fergus 2013). Windows lie
//! at multiples of the stride; the last ones are cut off at the border. On the processor, only what a window changes is
//! computed again (`network::incremental`).

use super::output::LOGITS;
use super::prelude::*;
use super::sampling::{Samples, Scores, sampled};
use crate::network::cone::Along;
use crate::photo::baseline::BASELINE;
use std::ops::Range;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "occlusion",
    title: "Occlusion",
    sentence: "What the answer loses when a window of the photo is covered, window after window.",
    formula: "R(p) = mean over the windows that cover p of y(x) - y(x with the window covered)",
    caution: "A cover is a thing too: a grey square can be what the network reacts to. It sees one window at a time.",
    citation: Citation {
        short: "Zeiler and Fergus 2013",
        title: "Visualizing and Understanding Convolutional Networks",
        source: "ECCV 2014, arXiv 1311.2901",
    },
    family: Family::Perturbation,
    needs: &[],
    sign: Sign::Signed,
    promises: &[],
    params: &[
        Param {
            id: "window",
            sentence: "Side of the window.",
            unit: "pixels",
            domain: Domain::Count { default: 15, least: 1, most: 4096 },
        },
        Param {
            id: "stride",
            sentence: "Distance from one window to the next.",
            unit: "pixels",
            domain: Domain::Count { default: 8, least: 1, most: 4096 },
        },
        BASELINE,
        LOGITS,
    ],
};

/// Passes it takes: a pass with a window changed is but a part of one.
pub(super) fn cost(settings: &Settings, plan: &Plan) -> Cost {
    let (window, stride) = (settings.count("window"), settings.count("stride"));
    let along = |axis: usize| offsets(plan.input[axis], window, stride).count();
    let windows = along(0) * along(1);
    let side = [0, 1].map(|axis| window.min(plan.input[axis]));
    Cost::of(1.0 + windows as f64 * plan.share(side), 0.0).of_samples(windows)
}

/// Where windows begin along a side.
fn offsets(side: usize, window: usize, stride: usize) -> impl Iterator<Item = usize> + Clone {
    (0..=side.saturating_sub(window).div_ceil(stride)).map(move |i| i * stride)
}

/// The map of the input's size.
///
/// # Shapes
/// `[1, H, W]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    work.take_output();
    let (height, width) = work.session.size;
    let (window, stride) = (work.settings.count("window"), work.settings.count("stride"));
    let photo = work.session.input().read().await?;
    let baseline = Value::from(work.baseline().await?).read().await?;
    let covered = Covered { photo, baseline, size: [height, width], window };
    let whole = work.session.scores(&work.objective).read().await?[0];
    let [rows, columns] = [height, width].map(|side| offsets(side, window, stride).collect::<Vec<_>>());
    let windows: Vec<[usize; 2]> = (0..rows.len() * columns.len()).map(|k| [k / columns.len(), k % columns.len()]).collect();
    let place = |[row, column]: [usize; 2]| [rows[row], columns[column]];
    let part = work.session.windows([covered.along(0, &rows), covered.along(1, &columns)]);
    let draw = |work: &mut Work<'_, '_>, batch: Range<usize>| {
        let batch = &windows[batch];
        let cut = |side: [usize; 2]| {
            let numbers = batch.iter().flat_map(|&at| covered.cut(place(at), side)).collect();
            work.upload(numbers, &[batch.len(), 3, side[0], side[1]])
        };
        Ok(match &part {
            Some(part) => work.objective.score(part.logits(cut(covered.side()), batch), work.session.network.card.output),
            None => work.session.again(cut(covered.size)).scores(&work.objective),
        })
    };
    let finish = async |work: &Work<'_, '_>, scores: Vec<f32>, drawn: &[Range<usize>]| {
        let lost = scores.iter().map(|score| f64::from(whole) - f64::from(*score));
        let tried = drawn.iter().flat_map(|rows| windows[rows.clone()].iter().map(|&at| place(at).into()));
        let mut map = work.map(mean_loss(tried.zip(lost), (height, width), window));
        map.facts.provenance.samples = (scores.len() < windows.len()).then_some((scores.len(), windows.len()));
        Ok(map)
    };
    let pass = if part.is_some() { Pass::Part } else { Pass::Forward };
    let samples = Samples::of(work, windows.len(), 1, pass);
    sampled::<Scores>(work, samples, draw, finish).await
}

/// A photo whose windows are covered, and what covers them.
struct Covered {
    photo: Vec<f32>,
    baseline: Vec<f32>,
    size: [usize; 2],
    window: usize,
}

impl Covered {
    /// Rows and columns of what changes at most: the window, or the photo.
    fn side(&self) -> [usize; 2] {
        self.size.map(|side| self.window.min(side))
    }

    /// Where what changes begins: a window that is cut off at the border takes some of the photo along.
    fn along(&self, axis: usize, offsets: &[usize]) -> Along {
        let size = self.side()[axis];
        Along { size, starts: offsets.iter().map(|&offset| offset.min(self.size[axis] - size)).collect() }
    }

    /// So many rows and columns of the photo with the window at a place covered, from there on where there are so many.
    fn cut(&self, place: [usize; 2], side: [usize; 2]) -> Vec<f32> {
        let [height, width] = self.size;
        let [top, left] = [0, 1].map(|axis| place[axis].min(self.size[axis] - side[axis]));
        let (rows, columns) = (place[0]..place[0] + self.window, place[1]..(place[1] + self.window).min(width));
        let mut numbers = Vec::with_capacity(3 * side[0] * side[1]);
        for (channel, row) in (0..3).flat_map(|channel| (top..top + side[0]).map(move |row| (channel, row))) {
            let (line, to) = ((channel * height + row) * width, numbers.len());
            numbers.extend_from_slice(&self.photo[line + left..line + left + side[1]]);
            if rows.contains(&row) {
                let over = &self.baseline[line + columns.start..line + columns.end];
                numbers[to + columns.start - left..to + columns.end - left].copy_from_slice(over);
            }
        }
        numbers
    }
}

/// The mean loss at each place, zero where no window has been.
fn mean_loss(
    lost: impl Iterator<Item = ((usize, usize), f64)>,
    (height, width): (usize, usize),
    window: usize,
) -> Vec<f32> {
    let (mut sums, mut counts) = (vec![0.0f64; height * width], vec![0.0f64; height * width]);
    for ((top, left), lost) in lost {
        for row in top..(top + window).min(height) {
            for place in row * width + left..row * width + (left + window).min(width) {
                sums[place] += lost;
                counts[place] += 1.0;
            }
        }
    }
    sums.iter().zip(&counts).map(|(sum, count)| (sum / count.max(1.0)) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_reach_the_border() {
        // ceil((N - w) / s) + 1 windows: the last is cut off.
        assert_eq!(offsets(10, 4, 3).collect::<Vec<_>>(), [0, 3, 6]);
        assert_eq!(offsets(11, 4, 3).collect::<Vec<_>>(), [0, 3, 6, 9]);
        assert_eq!(offsets(224, 15, 8).count(), 28);
        assert_eq!(offsets(3, 15, 8).collect::<Vec<_>>(), [0]);
    }

    #[test]
    fn a_window_covers_its_rows_in_every_channel() {
        let covered = Covered { photo: vec![0.0; 3 * 4 * 5], baseline: vec![1.0; 3 * 4 * 5], size: [4, 5], window: 3 };
        let channel = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0];
        assert_eq!(covered.cut([2, 3], [4, 5]), channel.repeat(3));
        // Cut off at the border, it takes some of the photo along.
        let around = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
        assert_eq!(covered.cut([2, 3], [3, 3]), around.repeat(3));
    }
}
