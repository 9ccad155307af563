//! Weights brought to mean zero and variance one, as exporters write it: with operators that are meant for values.

use super::super::call::Call;
use super::super::error::Refusal;
use super::super::tensor::Tensor;
use super::{Fold, Inputs};

pub fn function(op: &str) -> Option<Fold> {
    Some(match op {
        "BatchNormalization" => batch,
        "InstanceNormalization" => |call, inputs| {
            let input = inputs.get(0)?;
            let runs = input.shape.first().copied().unwrap_or(1);
            let each = input.count() / runs.max(1);
            let mut values = input.to_floats();
            let parts = [inputs.get(1)?, inputs.get(2)?].map(Tensor::to_floats);
            for run in values.chunks_mut(each.max(1)) {
                standardise(run, &parts, None, call.float("epsilon", 1e-5))?;
            }
            Ok(vec![Tensor::floats(input.shape.clone(), values)])
        },
        _ => return None,
    })
}

/// With the statistics of the file, or in training mode with those of the numbers themselves.
fn batch(call: &Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let input = inputs.get(0)?;
    let parts = [inputs.get(1)?, inputs.get(2)?].map(Tensor::to_floats);
    let training = call.int("training_mode", 0) != 0 || (call.opset < 14 && call.outputs() > 1);
    let statistics = if training { None } else { Some([inputs.get(3)?, inputs.get(4)?].map(Tensor::to_floats)) };
    let &[pictures, channels, ref places @ ..] = &input.shape[..] else {
        return Err("its input has no channels: export it again".into());
    };
    // Channels first, so that each is one run of numbers.
    let each: usize = places.iter().product();
    let from = |i: usize| {
        let (channel, rest) = (i / (pictures * each), i % (pictures * each));
        (rest / each * channels + channel) * each + rest % each
    };
    let numbers = input.to_floats();
    let mut values: Vec<f32> = (0..numbers.len()).map(|i| numbers[from(i)]).collect();
    standardise(&mut values, &parts, statistics.as_ref(), call.float("epsilon", 1e-5))?;
    let mut back = numbers;
    values.into_iter().enumerate().for_each(|(i, value)| back[from(i)] = value);
    Ok(vec![Tensor::floats(input.shape.clone(), back)])
}

/// Runs of equal length, one a factor and summand: standardised, by their own statistics if none are given.
fn standardise(
    values: &mut [f32],
    [factors, summands]: &[Vec<f32>; 2],
    statistics: Option<&[Vec<f32>; 2]>,
    epsilon: f32,
) -> Result<(), Refusal> {
    let channels = factors.len();
    let even = channels > 0 && values.len().is_multiple_of(channels) && summands.len() == channels;
    if !even || statistics.is_some_and(|lists| lists.iter().any(|list| list.len() != channels)) {
        return Err(format!("{} numbers for {channels} channels: export it again", values.len()).into());
    }
    for (channel, run) in values.chunks_mut((values.len() / channels).max(1)).enumerate() {
        let count = run.len() as f64;
        let (mean, variance) = match statistics {
            Some([means, variances]) => (f64::from(means[channel]), f64::from(variances[channel])),
            None => {
                let mean = run.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
                (mean, run.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>() / count)
            }
        };
        let scale = f64::from(factors[channel]) / (variance + f64::from(epsilon)).sqrt();
        let shift = f64::from(summands[channel]) - mean * scale;
        run.iter_mut().for_each(|value| *value = (f64::from(*value) * scale + shift) as f32);
    }
    Ok(())
}
