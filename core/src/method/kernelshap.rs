//! KernelSHAP: Shapley values of the photo's parts, by a regression on random coalitions of them.
//!
//! Row 0 sees all parts and row 1 none, and both weigh 10^6; any other row has `k` parts with probability in proportion to
//! `(d - 1) / (k (d - k))`, each choice of `k` alike, and weighs 1 (Lundberg and Lee 2017; the kernel lies in the drawing).
//! Row `i` takes number `i` of the stream "sizes", and the `k` parts with the least numbers `i d + j` of "players".

use super::coalitions::{Answers, GRID_SEGMENTS, HIDDEN_BY_ZERO, PARTS, Parts, UNDETERMINED, determined, painted};
use super::output::LOGITS;
use super::prelude::*;
use super::regression::Rows;
use crate::random::Stream;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "kernelshap",
    title: "KernelSHAP",
    sentence: "What each part of the photo adds to the answer on average, whatever other parts are seen.",
    formula: "R = Shapley values, by least squares on coalitions drawn by Shapley's kernel",
    caution: "An estimate: mind its standard error. Parts that are hidden together make pictures the network never saw.",
    citation: Citation {
        short: "Lundberg and Lee 2017",
        title: "A Unified Approach to Interpreting Model Predictions",
        source: "NeurIPS 2017, arXiv 1705.07874",
    },
    family: Family::Perturbation,
    needs: &[],
    sign: Sign::Signed,
    promises: &[Promise::Random],
    params: &[
        Param {
            id: "samples",
            sentence: "How many coalitions are tried.",
            unit: "",
            domain: Domain::Count { default: 1000, least: 3, most: 100_000 },
        },
        GRID_SEGMENTS,
        PARTS,
        HIDDEN_BY_ZERO,
        LOGITS,
    ],
};

/// What the rows of all and of no parts weigh.
const CERTAIN: f64 = 1e6;

/// Passes it takes.
pub(super) fn cost(settings: &Settings, _: &Plan) -> Cost {
    let samples = settings.count("samples");
    Cost::of(1.0 + samples as f64, 0.0).of_samples(samples)
}

/// The map of the input's size.
///
/// # Shapes
/// `[1, H, W]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    work.take_output();
    let parts = Parts::of(work).await?;
    let (seed, count) = (work.seed, parts.segments.count);
    let samples = work.settings.count("samples");
    parts.ask(work, samples, |number| row(seed, number, count), drawn).await
}

/// Which parts are seen in the row of that number.
fn row(seed: u64, i: usize, parts: usize) -> Vec<bool> {
    if i < 2 {
        return vec![i == 0; parts];
    }
    let (sizes, players) = (Stream::new(seed, "sizes"), Stream::new(seed, "players"));
    let count = size(sizes.uniform(i as u64), parts);
    let mut order: Vec<usize> = (0..parts).collect();
    order.sort_by_key(|j| players.bits((i * parts + j) as u64) >> 11);
    let mut on = vec![false; parts];
    order[..count].iter().for_each(|&j| on[j] = true);
    on
}

/// The size of a coalition for an even number from 0 to 1.
fn size(even: f64, parts: usize) -> usize {
    let odds = |k: usize| 1.0 / (k * (parts - k)) as f64;
    let all: f64 = (1..parts).map(odds).sum();
    let mut sum = 0.0;
    (1..parts)
        .find(|&k| {
            sum += odds(k) / all;
            even < sum
        })
        .unwrap_or(parts - 1)
}

fn drawn(work: &Work<'_, '_>, parts: &Parts, answers: &Answers) -> Result<Map, MethodError> {
    let Answers { rows, found, drawn } = answers;
    // What is asked of all parts and of none holds the others together.
    if drawn[0].start > 0 || drawn[0].len() < 2 {
        return Err(MethodError::Undefined(UNDETERMINED.into()));
    }
    let weights: Vec<f64> = (0..rows.len()).map(|i| if i < 2 { CERTAIN } else { 1.0 }).collect();
    let fit = determined(Rows { on: rows, found, weights: &weights }.ridge(0.0))?;
    let samples = (found.len(), work.settings.count("samples"));
    let map = painted(work, parts, &fit.coefficients, fit.errors.as_deref(), samples);
    let (sum, expected) = (fit.coefficients.iter().sum(), found[0] - found[1]);
    Ok(Work::with_sum(map, sum, expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_follow_the_kernel() {
        // Of five parts: .3 .2 .2 .3.
        let shares = [0.29, 0.31, 0.49, 0.51, 0.69, 0.71, 0.999].map(|even| size(even, 5));
        assert_eq!(shares, [1, 2, 2, 3, 3, 4, 4]);
    }

    #[test]
    fn rows_begin_with_all_and_none() {
        let rows: Vec<Vec<bool>> = (0..50).map(|i| row(1, i, 6)).collect();
        let counts: Vec<usize> = rows.iter().map(|row| row.iter().filter(|on| **on).count()).collect();
        assert_eq!(counts[..2], [6, 0]);
        assert!(counts[2..].iter().all(|count| (1..6).contains(count)));
    }
}
