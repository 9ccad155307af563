//! What is explained: a weighted sum of a network's outputs, as logits, logarithms of probabilities or probabilities.

use super::card::Output;
use super::value::Value;
use crate::descriptor::Scale;
use burn::tensor::activation::{log_softmax, sigmoid, softmax};
use burn::tensor::{Device, Tensor, TensorData};

/// A weighted sum of outputs: `[(a, 1.0), (b, -1.0)]` asks why class `a` and not `b`.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// Classes and their weights.
    pub classes: Vec<(usize, f32)>,
    /// On which scale.
    pub scale: Scale,
}

impl Objective {
    /// The logit of one class.
    #[must_use]
    pub fn logit(class: usize) -> Objective {
        Objective { classes: vec![(class, 1.0)], scale: Scale::Logit }
    }

    /// Its value for each input.
    ///
    /// # Shapes
    /// `logits`: `[N, classes]`; result `[N]`.
    #[must_use]
    pub fn score(&self, logits: Value, output: Output) -> Value {
        let logits: Tensor<2> = logits.tensor();
        let [_, classes] = logits.dims();
        let weights = self.weights(classes, &logits.device());
        let outputs = match (self.scale, output) {
            (Scale::Logit, _) => logits,
            (Scale::LogProbability, Output::Softmax) => log_softmax(logits, 1),
            (Scale::LogProbability, Output::Sigmoid) => log_sigmoid(logits),
            (Scale::Probability, Output::Softmax) => softmax(logits, 1),
            (Scale::Probability, Output::Sigmoid) => sigmoid(logits),
        };
        let n = outputs.dims()[0];
        Value::along((outputs * weights).sum_dim(1), &[n])
    }

    /// Its derivative by each logit of each input.
    ///
    /// # Shapes
    /// `[N, classes]`, both.
    #[must_use]
    pub fn seed(&self, logits: Value, output: Output) -> Value {
        let logits: Tensor<2> = logits.tensor();
        let [n, classes] = logits.dims();
        let weights = self.weights(classes, &logits.device()).expand([n, classes]);
        Value::from(match (self.scale, output) {
            (Scale::Logit, _) => weights,
            (Scale::LogProbability, Output::Softmax) => weights.clone() - softmax(logits, 1) * weights.sum_dim(1),
            (Scale::LogProbability, Output::Sigmoid) => weights * sigmoid(-logits),
            (Scale::Probability, Output::Softmax) => {
                let p = softmax(logits, 1);
                (weights.clone() - (weights * p.clone()).sum_dim(1)) * p
            }
            (Scale::Probability, Output::Sigmoid) => weights * sigmoid(logits.clone()) * sigmoid(-logits),
        })
    }

    /// What each logit adds to it: its derivative times the logit. On the scale of logits these sum to its value.
    ///
    /// # Shapes
    /// `[N, classes]`, both.
    #[must_use]
    pub fn parts(&self, logits: Value, output: Output) -> Value {
        self.seed(logits.clone(), output).zip(logits, |s, z| s * z)
    }

    fn weights(&self, classes: usize, device: &Device) -> Tensor<2> {
        let mut weights = vec![0.0; classes];
        self.classes.iter().for_each(|&(class, weight)| weights[class] += weight);
        Tensor::from_data(TensorData::new(weights, [1, classes]), device)
    }
}

/// `ln sigmoid(x) = min(x, 0) - ln(1 + exp(-|x|))`, which never overflows.
fn log_sigmoid(logits: Tensor<2>) -> Tensor<2> {
    logits.clone().clamp_max(0.0) - (-logits.abs()).exp().log1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGITS: [f32; 6] = [0.3, -1.2, 2.0, 0.0, 0.5, -0.5];

    fn logits(numbers: &[f32]) -> Value {
        Value::from_floats(numbers.to_vec(), &[2, 3], &Device::flex())
    }

    fn read(value: Value) -> Vec<f32> {
        pollster::block_on(value.read()).unwrap()
    }

    fn all() -> Vec<(Objective, Output)> {
        let scales = [Scale::Logit, Scale::LogProbability, Scale::Probability];
        let of = |scale| Objective { classes: vec![(0, 1.0), (2, -0.5)], scale };
        scales
            .into_iter()
            .flat_map(|scale| [Output::Softmax, Output::Sigmoid].map(|output| (of(scale), output)))
            .collect()
    }

    #[test]
    fn scores_are_those_of_the_probabilities() {
        for (objective, output) in all() {
            let scores = read(objective.score(logits(&LOGITS), output));
            for (row, score) in LOGITS.chunks(3).zip(scores) {
                let p = output.probabilities(row);
                let on = |c: usize| match objective.scale {
                    Scale::Logit => f64::from(row[c]),
                    Scale::LogProbability => p[c].ln(),
                    Scale::Probability => p[c],
                };
                assert!((f64::from(score) - (on(0) - 0.5 * on(2))).abs() < 1e-6, "{objective:?} {output:?}");
            }
        }
    }

    #[test]
    fn seeds_are_the_scores_derivatives() {
        let step = 1e-2;
        for (objective, output) in all() {
            let seed = read(objective.seed(logits(&LOGITS), output));
            for at in 0..6 {
                let moved = |by: f32| {
                    let mut numbers = LOGITS;
                    numbers[at] += by;
                    read(objective.score(logits(&numbers), output))[at / 3]
                };
                let slope = (moved(step) - moved(-step)) / (2.0 * step);
                // Differences of f32 scores: 1e-7 / 2e-2 of rounding, and the square of the step.
                assert!((seed[at] - slope).abs() < 1e-4, "{objective:?} {output:?}: {} {slope}", seed[at]);
            }
        }
    }
}
