//! Occlusion: what the answer loses when a window of the photo is covered.
//!
//! `R(p) = mean over the windows that cover p of y(x) - y(x with the window covered)` (Zeiler and Fergus 2013). Windows lie
//! at multiples of the stride; the last ones are cut off at the border.

use super::output::LOGITS;
use super::prelude::*;
use super::sampling::{Samples, Scores, sampled};
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

/// Passes it takes.
pub(super) fn cost(settings: &Settings, plan: &Plan) -> Cost {
    let (window, stride) = (settings.count("window"), settings.count("stride"));
    let along = |axis: usize| offsets(plan.input[axis], window, stride).count();
    let windows = along(0) * along(1);
    Cost::of(1.0 + windows as f64, 0.0).of_samples(windows)
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
    let x = work.session.input().read().await?;
    let baseline = Value::from(work.baseline().await?).read().await?;
    let whole = work.session.scores(&work.objective).read().await?[0];
    let rows = offsets(height, window, stride);
    let windows: Vec<(usize, usize)> =
        rows.flat_map(|top| offsets(width, window, stride).map(move |left| (top, left))).collect();
    let draw = |work: &mut Work<'_, '_>, batch: Range<usize>| {
        let mut inputs = Vec::with_capacity(batch.len() * x.len());
        for &(top, left) in &windows[batch.clone()] {
            let from = inputs.len();
            inputs.extend_from_slice(&x);
            for row in covered(&mut inputs[from..], &baseline, (height, width), window, (top, left)) {
                row.0.copy_from_slice(row.1);
            }
        }
        let inputs = work.upload(inputs, &[batch.len(), 3, height, width]);
        Ok(work.session.again(inputs).scores(&work.objective))
    };
    let finish = async |work: &Work<'_, '_>, scores: Vec<f32>, drawn: &[Range<usize>]| {
        let lost = scores.iter().map(|score| f64::from(whole) - f64::from(*score));
        let tried = drawn.iter().flat_map(|rows| windows[rows.clone()].iter().copied());
        let mut map = work.map(mean_loss(tried.zip(lost), (height, width), window));
        map.facts.provenance.samples = (scores.len() < windows.len()).then_some((scores.len(), windows.len()));
        Ok(map)
    };
    let samples = Samples::of(work, windows.len(), 1, false);
    sampled::<Scores>(work, samples, draw, finish).await
}

/// The rows of a picture's channels that a window covers, and what covers them.
fn covered<'a>(
    picture: &'a mut [f32],
    baseline: &'a [f32],
    (height, width): (usize, usize),
    window: usize,
    (top, left): (usize, usize),
) -> impl Iterator<Item = (&'a mut [f32], &'a [f32])> {
    let columns = left..(left + window).min(width);
    let rows = picture.chunks_exact_mut(width).zip(baseline.chunks_exact(width)).enumerate();
    rows.filter(move |(row, _)| (top..top + window).contains(&(row % height)))
        .map(move |(_, (row, cover))| (&mut row[columns.clone()], &cover[columns.clone()]))
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
        let (mut picture, cover) = (vec![0.0; 3 * 4 * 5], vec![1.0; 3 * 4 * 5]);
        covered(&mut picture, &cover, (4, 5), 3, (2, 3)).for_each(|(row, cover)| row.copy_from_slice(cover));
        let channel = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0];
        assert_eq!(picture, channel.repeat(3));
    }
}
