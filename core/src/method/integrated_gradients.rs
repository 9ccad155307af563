//! Integrated gradients: the gradient, summed on the straight way from a picture that shows nothing.
//!
//! `R = (x - b) sum_k w_k dy/dx at b + t_k (x - b)` (Sundararajan, Taly and Yan 2017). Complete but for the quadrature:
//! what is missing of `y(x) - y(b)` is told with the map. As in training all places go through the network together, each
//! with its own draws of dropout, and what is missing is much.

use super::derivative::{CLASS, STATISTICS, forward, in_training, is_in_training};
use super::moments::Sum;
use super::prelude::*;
use super::quadrature::Quadrature;
use super::sampling::{Samples, counted, sampled};
use crate::network::Network;
use crate::network::rule::Rules;
use crate::photo::baseline::BASELINE;
use std::ops::Range;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "integrated_gradients",
    title: "Integrated gradients",
    sentence: "Gradients summed on the way from a picture that shows nothing to the photo.",
    formula: "R = (x - b) sum over k of w_k dy/dx at b + t_k (x - b)",
    caution: "It depends on the baseline: what looks like the baseline gets nothing.",
    citation: Citation {
        short: "Sundararajan et al. 2017",
        title: "Axiomatic Attribution for Deep Networks",
        source: "ICML 2017, arXiv 1703.01365",
    },
    family: Family::Gradient,
    needs: &[],
    sign: Sign::Signed,
    promises: &[Promise::CompleteToBaseline],
    params: &[
        Param {
            id: "steps",
            sentence: "How many places on the way are looked at.",
            unit: "",
            domain: Domain::Count { default: 50, least: 1, most: 2000 },
        },
        Param {
            id: "quadrature",
            sentence: "Where the places lie and what they weigh.",
            unit: "",
            domain: Domain::Choice(&[
                ("gauss_legendre", "Gauss and Legendre's places, exact for polynomials."),
                ("left", "The left end of each step."),
                ("right", "The right end of each step."),
                ("middle", "The middle of each step."),
                ("trapezoid", "Both ends of each step, halved."),
            ]),
        },
        BASELINE,
        STATISTICS,
        CLASS,
    ],
};

/// Passes it takes.
pub(super) fn cost(settings: &Settings, _: &Plan) -> Cost {
    let steps = settings.count("steps");
    // In pieces, each step goes forward twice, and none goes without the others.
    let cost = Cost::of(2.0 + forward(settings) * steps as f64, steps as f64);
    if is_in_training(settings) { cost } else { cost.of_samples(steps) }
}

/// The map of the input's size.
///
/// # Shapes
/// `[3, H, W]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    let baseline = work.baseline().await?;
    let away = work.session.input().pictures() - baseline.clone();
    let far = Value::from(away.clone()).read().await?;
    let steps = work.settings.count("steps");
    let places = Quadrature::named(work.settings.choice("quadrature")).places(steps);
    let expected = work.rise_from(baseline.clone()).await?;
    let training = in_training(work)?;
    let draw = |work: &mut Work<'_, '_>, batch: Range<usize>| {
        let column = |of: &dyn Fn(usize) -> f64| batch.clone().map(|k| of(k) as f32).collect::<Vec<_>>();
        let shape = [batch.len(), 1, 1, 1];
        let along = work.upload(column(&|k| places[k].0), &shape).pictures();
        let weights = work.upload(column(&|k| places[k].1), &shape).pictures();
        let inputs = baseline.clone() + away.clone() * along;
        let gradients = match &training {
            None => work.session.again(Value::from(inputs)).gradient(&work.objective, 0),
            Some(network) => together(work, network, inputs)?,
        };
        Ok(Value::from(gradients.pictures() * weights))
    };
    // What is known before the end stands for the whole way: the part that was walked, enlarged.
    let finish = async |work: &Work<'_, '_>, sum: Vec<f32>, walked: &[Range<usize>]| {
        let share: f64 = walked.iter().cloned().flatten().map(|k| places[k].1).sum();
        let values = far.iter().zip(sum).map(|(away, sum)| away * sum / share as f32).collect();
        let mut map = Work::with_residual(work.map(values), expected);
        map.facts.provenance.samples = Some((counted(walked), steps));
        Ok(map)
    };
    let mut samples = Samples::of(work, steps, far.len(), Pass::Gradient);
    if training.is_some() {
        samples.batch = steps;
    }
    sampled::<Sum>(work, samples, draw, finish).await
}

/// Numbers that may be held where all places go through the network together: 8 GiB of them, or half of what can be
/// addressed.
const TOGETHER: usize = if usize::MAX / 8 < 1 << 31 { usize::MAX / 8 } else { 1 << 31 };

/// The gradients of pictures that go through a network together.
fn together(work: &Work<'_, '_>, network: &Network, inputs: Tensor<4>) -> Result<Value, MethodError> {
    let session = work.session.on(network, Value::from(inputs));
    let session = session.map_err(|error| MethodError::Refused(error.to_string()))?;
    session.pull_in_pieces(&work.objective, &Rules::gradient(), TOGETHER).map_err(|fit| {
        MethodError::Refused(format!(
            "As in training all steps go through the network together, which takes more memory than there \
             may be: set steps to at most {}, or statistics to training.",
            fit.max(1)
        ))
    })
}
