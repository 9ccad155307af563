//! Expected gradients (GradientSHAP): gradients at random places on the ways from several pictures that show nothing.
//!
//! `R = mean over samples of (x - b) dy/dx at b + a (x - b)`, `a` even on 0 to 1, `b` one of the baselines, drawn with
//! replacement (Erion et al. 2021; Lundberg and Lee 2017). Sample `k` takes number `k` of the streams "path" and
//! "baseline".

use super::prelude::*;
use super::moments::{Estimate, Moments};
use super::sampling::{Samples, sampled};
use crate::photo::baseline::Baseline;
use crate::random::Stream;
use std::ops::Range;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "expected_gradients",
    title: "Expected gradients",
    sentence: "Gradients at random places on the ways from several pictures that show nothing.",
    formula: "R = mean over samples of (x - b) dy/dx at b + a (x - b), a even on 0 to 1, b one of the baselines",
    caution: "An estimate: mind its standard error, and that its baselines are few.",
    citation: Citation {
        short: "Erion et al. 2021",
        title: "Improving performance of deep learning models with axiomatic attribution priors and expected gradients",
        source: "Nature Machine Intelligence 3, arXiv 1906.10670",
    },
    family: Family::Gradient,
    needs: &[],
    sign: Sign::Signed,
    promises: &[Promise::Random],
    params: &[
        Param {
            id: "samples",
            sentence: "How many places are looked at.",
            unit: "",
            domain: Domain::Count { default: 50, least: 1, most: 10_000 },
        },
        Param {
            id: "baselines",
            sentence: "Which pictures stand for nothing.",
            unit: "",
            domain: Domain::Choice(&[
                ("colours", "The mean colour, black and white."),
                ("all", "The mean colour, black, white, the photo's own mean colour, a blur and noise."),
                ("zero", "The mean colour alone."),
            ]),
        },
    ],
};

/// Passes it takes.
pub(super) fn cost(settings: &Settings, _: &Plan) -> Cost {
    let samples = settings.count("samples");
    Cost::of(1.0 + samples as f64, samples as f64).of_samples(samples)
}

/// The map of the input's size.
///
/// # Shapes
/// `[3, H, W]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    let x = work.session.input().read().await?;
    let baselines: Vec<Vec<f32>> = chosen(work.settings.choice("baselines"))
        .iter()
        .map(|baseline| baseline.numbers(&x, work.input, &work.session.network.card.preprocess, work.seed))
        .collect();
    over(work, &baselines).await
}

/// The same with baselines of one's own.
///
/// # Shapes
/// Each baseline `[3, H, W]`, normalised.
///
/// # Errors
/// As any method.
///
/// # Panics
/// If there is no baseline, or one has another size.
pub async fn over(work: &mut Work<'_, '_>, baselines: &[Vec<f32>]) -> Result<Map, MethodError> {
    let samples = work.settings.count("samples");
    let (places, choices) = (Stream::new(work.seed, "path"), Stream::new(work.seed, "baseline"));
    let (height, width) = work.session.size;
    let draw = |work: &mut Work<'_, '_>, batch: Range<usize>| {
        let n = batch.len();
        let chosen = batch.clone().flat_map(|k| &baselines[choices.below(k as u64, baselines.len())]);
        let starts = work.upload(chosen.copied().collect(), &[n, 3, height, width]).pictures();
        let along = work.upload(batch.map(|k| places.uniform(k as u64) as f32).collect(), &[n, 1, 1, 1]);
        let away = work.copies(n) - starts.clone();
        let inputs = starts + away.clone() * along.pictures();
        let gradients = work.session.again(Value::from(inputs)).gradient(&work.objective, 0).pictures();
        Ok(Value::from(gradients * away))
    };
    let finish = async |work: &Work<'_, '_>, found: Estimate, _: &[Range<usize>]| {
        Ok(found.map(work, found.mean.clone(), samples))
    };
    let all = Samples::of(work, samples, 3 * height * width, Pass::Gradient);
    sampled::<Moments>(work, all, draw, finish).await
}

fn chosen(name: &str) -> &'static [Baseline] {
    use Baseline::{Black, Blur, Mean, Noise, White, Zero};
    match name {
        "all" => &[Zero, Black, White, Mean, Blur, Noise],
        "zero" => &[Zero],
        _ => &[Zero, Black, White],
    }
}
