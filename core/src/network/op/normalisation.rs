//! Normalisation.

use super::{Value, Want, Weights};
use crate::network::parameters::Parameters;
use burn::tensor::Device;

/// Batch normalisation with fixed statistics (Ioffe and Szegedy 2015, arXiv 1502.03167): per channel
/// `y = (x - mean) / sqrt(variance + epsilon) * weight + bias`.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchNorm {
    /// Number of channels.
    pub channels: usize,
    /// What is added to the variance.
    pub epsilon: f32,
    /// Its weights are called `name.weight`, `name.bias`, `name.running_mean`, `name.running_var`, each `[channels]`.
    pub name: String,
}

impl BatchNorm {
    pub(super) fn wants(&self) -> Vec<Want> {
        self.names().map(|name| (name, vec![self.channels])).to_vec()
    }

    fn names(&self) -> [String; 4] {
        ["weight", "bias", "running_mean", "running_var"].map(|part| format!("{}.{part}", self.name))
    }

    /// The same as `y = scale * x + shift`, per channel. Worked out in f64 so that folding adds no error of its own.
    #[must_use]
    pub fn scale_and_shift(&self, parameters: &Parameters) -> (Vec<f64>, Vec<f64>) {
        let [weight, bias, mean, variance] = self.names().map(|name| parameters.values(&name));
        let epsilon = f64::from(self.epsilon);
        (0..self.channels)
            .map(|c| {
                let scale = f64::from(weight[c]) / (f64::from(variance[c]) + epsilon).sqrt();
                (scale, f64::from(bias[c]) - f64::from(mean[c]) * scale)
            })
            .unzip()
    }

    pub(super) fn upload(&self, parameters: &Parameters, device: &Device) -> Vec<Value> {
        let (scale, shift) = self.scale_and_shift(parameters);
        [scale, shift]
            .map(|values| {
                let values = values.into_iter().map(|value| value as f32).collect();
                Value::from_floats(values, &[1, self.channels, 1, 1], device)
            })
            .to_vec()
    }

    pub(super) fn shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        match *input {
            [_, c, _, _] if c == self.channels => Ok(input.to_vec()),
            _ => Err(format!("expected [N, {}, H, W], found {input:?}", self.channels)),
        }
    }

    pub(super) fn forward(&self, weights: &Weights, input: Value) -> Value {
        let [scale, shift] = &weights.tensors[..] else { panic!("a batch norm has scale and shift") };
        Value::Pictures(input.pictures() * scale.clone().pictures() + shift.clone().pictures())
    }

    pub(super) fn gradient(&self, weights: &Weights, signal: Value) -> Value {
        Value::Pictures(signal.pictures() * weights.tensors[0].clone().pictures())
    }
}
