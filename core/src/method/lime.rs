//! LIME: a linear model of how the answer depends on which parts of the photo are seen.
//!
//! Row 0 sees all parts; entry `j` of row `i` is on if number `i d + j` of the stream "coalitions" is below one half. A row
//! with `k` of `d` parts has the distance `1 - sqrt(k / d)` (1 if it sees none) and weighs
//! `sqrt(exp(-distance^2 / width^2))`; the coefficients of a weighted regression are the map (Ribeiro et al. 2016).

use super::coalitions::{Answers, HIDDEN, PARTS, Parts, SEGMENTS, determined, painted};
use super::output::PROBABILITIES;
use super::prelude::*;
use super::regression::Rows;
use crate::random::Stream;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "lime",
    title: "LIME",
    sentence: "How much each part of the photo adds to the answer, by a linear model of it.",
    formula: "minimise sum over rows of w (y - b - sum over parts seen of R)^2 + alpha |R|^2",
    caution: "A line fitted to a curve: other parts, other samples or another width give another map.",
    citation: Citation {
        short: "Ribeiro et al. 2016",
        title: "\"Why Should I Trust You?\": Explaining the Predictions of Any Classifier",
        source: "KDD 2016, arXiv 1602.04938",
    },
    family: Family::Perturbation,
    needs: &[],
    sign: Sign::Signed,
    promises: &[Promise::Random],
    params: &[
        Param {
            id: "samples",
            sentence: "How many choices of parts are tried.",
            unit: "",
            domain: Domain::Count { default: 1000, least: 2, most: 100_000 },
        },
        SEGMENTS,
        PARTS,
        HIDDEN,
        Param {
            id: "model",
            sentence: "Which regression is fitted.",
            unit: "",
            domain: Domain::Choice(&[("ridge", "Squares of coefficients cost."), ("lasso", "Their sizes cost: few are left.")]),
        },
        Param {
            id: "alpha",
            sentence: "What coefficients cost.",
            unit: "",
            domain: Domain::Real { default: 1.0, least: 0.0, most: 1e6 },
        },
        Param {
            id: "width",
            sentence: "How fast rows weigh less the fewer parts they see.",
            unit: "",
            domain: Domain::Real { default: 0.25, least: 0.001, most: 1e6 },
        },
        Param {
            id: "show",
            sentence: "What is drawn.",
            unit: "",
            domain: Domain::Choice(&[
                ("coefficients", "Every part's coefficient."),
                ("best_five", "One where the five greatest coefficients above zero are, zero elsewhere."),
            ]),
        },
        PROBABILITIES,
    ],
};

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
    let (stream, count) = (Stream::new(work.seed, "coalitions"), parts.segments.count);
    let samples = work.settings.count("samples");
    parts.ask(work, samples, |number| row(&stream, number, count), drawn).await
}

/// Which parts are seen in the row of that number.
fn row(stream: &Stream, row: usize, parts: usize) -> Vec<bool> {
    let on = |part: usize| row == 0 || stream.uniform((row * parts + part) as u64) < 0.5;
    (0..parts).map(on).collect()
}

/// What a row weighs.
fn weight(on: &[bool], width: f64) -> f64 {
    let seen = on.iter().filter(|on| **on).count() as f64 / on.len() as f64;
    let distance = 1.0 - seen.sqrt();
    libm::exp(-distance * distance / (width * width)).sqrt()
}

fn drawn(work: &Work<'_, '_>, parts: &Parts, answers: &Answers) -> Result<Map, MethodError> {
    let Answers { rows, found, .. } = answers;
    let settings = &work.settings;
    let weights: Vec<f64> = rows.iter().map(|on| weight(on, settings.real("width"))).collect();
    let (rows, alpha) = (Rows { on: rows, found, weights: &weights }, settings.real("alpha"));
    let fit = if settings.choice("model") == "lasso" { rows.lasso(alpha) } else { rows.ridge(alpha) };
    let fit = determined(fit)?;
    let samples = (found.len(), settings.count("samples"));
    let errors = fit.errors.as_deref();
    if settings.choice("show") != "best_five" {
        return Ok(painted(work, parts, &fit.coefficients, errors, samples));
    }
    let mut map = painted(work, parts, &best_five(&fit.coefficients), errors, samples);
    // A mask says nothing of what speaks against the class.
    map.facts.sign = Sign::Positive;
    Ok(map)
}

/// One for the five greatest coefficients above zero.
fn best_five(coefficients: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..coefficients.len()).filter(|&i| coefficients[i] > 0.0).collect();
    order.sort_by(|&a, &b| coefficients[b].total_cmp(&coefficients[a]).then(a.cmp(&b)));
    let mut best = vec![0.0; coefficients.len()];
    order.iter().take(5).for_each(|&i| best[i] = 1.0);
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_parts_weigh_half() {
        // Half on: d = .2929 and a weight of .50344, by the formula.
        assert!((weight(&[true, false, true, false], 0.25) - 0.50344).abs() < 1e-5);
        assert!((weight(&[false; 4], 0.25) - libm::exp(-8.0)).abs() < 1e-12);
        assert_eq!(weight(&[true; 3], 0.25), 1.0);
    }

    #[test]
    fn the_first_row_sees_all() {
        let stream = Stream::new(5, "coalitions");
        let rows: Vec<Vec<bool>> = (0..400).map(|i| row(&stream, i, 10)).collect();
        assert!(rows[0].iter().all(|on| *on));
        let on = rows[1..].iter().flatten().filter(|on| **on).count() as f64 / 3990.0;
        assert!((on - 0.5).abs() < 0.04, "{on}");
    }

    #[test]
    fn the_best_are_at_most_five_and_above_zero() {
        assert_eq!(best_five(&[0.1, -5.0, 0.3]), [1.0, 0.0, 1.0]);
        assert_eq!(best_five(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]), [0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
    }
}
