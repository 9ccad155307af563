//! Normalisation.

use super::{Keeps, Kept, Value, Want, Weights};
use crate::network::parameters::Parameters;
use burn::tensor::{Device, Tensor};

/// Batch normalisation with fixed statistics (Ioffe and Szegedy 2015, arXiv 1502.03167): per channel (axis 1)
/// `y = (x - mean) / sqrt(variance + epsilon) * weight + bias`.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchNorm {
    /// Number of channels.
    pub channels: usize,
    /// What is added to the variance.
    pub epsilon: f32,
    /// Name of the factors; ones without.
    pub weight: Option<String>,
    /// Name of the summands; zeros without.
    pub bias: Option<String>,
    /// Name of the means; zeros without (B-cos networks subtract none).
    pub mean: Option<String>,
    /// Name of the variances.
    pub variance: String,
}

impl BatchNorm {
    /// One whose weights are called `name.weight`, `name.bias`, `name.running_mean`, `name.running_var`.
    #[must_use]
    pub fn named(name: &str, channels: usize, epsilon: f32) -> BatchNorm {
        let part = |part: &str| Some(format!("{name}.{part}"));
        let variance = format!("{name}.running_var");
        BatchNorm {
            channels,
            epsilon,
            weight: part("weight"),
            bias: part("bias"),
            mean: part("running_mean"),
            variance,
        }
    }

    /// The names of its weights.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        [&self.weight, &self.bias, &self.mean].into_iter().flatten().chain([&self.variance])
    }

    pub(super) fn wants(&self) -> Vec<Want> {
        self.names().map(|name| (name.clone(), vec![self.channels])).collect()
    }

    /// The same as `y = scale * x + shift`, per channel. Worked out in f64 so that folding adds no error of its own.
    #[must_use]
    pub fn scale_and_shift(&self, parameters: &Parameters) -> (Vec<f64>, Vec<f64>) {
        let wide = |name: &Option<String>, c: usize, without: f64| {
            name.as_ref().map_or(without, |name| f64::from(parameters.values(name)[c]))
        };
        let variance = parameters.values(&self.variance);
        (0..self.channels)
            .map(|c| {
                let deviation = (f64::from(variance[c]) + f64::from(self.epsilon)).sqrt();
                let scale = wide(&self.weight, c, 1.0) / deviation;
                (scale, wide(&self.bias, c, 0.0) - wide(&self.mean, c, 0.0) * scale)
            })
            .unzip()
    }

    pub(super) fn upload(&self, parameters: &mut Parameters, device: &Device) -> Vec<Value> {
        let (scale, shift) = self.scale_and_shift(parameters);
        self.names().for_each(|name| drop(parameters.take(name)));
        [scale, shift]
            .map(|values| {
                let values = values.into_iter().map(|value| value as f32).collect();
                Value::from_floats(values, &[1, self.channels, 1], device)
            })
            .to_vec()
    }

    pub(super) fn shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        match input {
            [_, c, ..] if *c == self.channels => Ok(input.to_vec()),
            _ => Err(format!("expected [N, {}, ...], found {input:?}", self.channels)),
        }
    }

    pub(super) fn forward(&self, weights: &Weights, input: Value) -> Value {
        let shape = input.shape().to_vec();
        let [scale, shift] = &weights.tensors[..] else { panic!("a batch norm has scale and shift") };
        Value::along(input.around(1) * scale.clone().tensor() + shift.clone().tensor(), &shape)
    }

    pub(super) fn gradient(&self, weights: &Weights, signal: Value) -> Value {
        let shape = signal.shape().to_vec();
        Value::along(signal.around(1) * weights.tensors[0].clone().tensor(), &shape)
    }
}

/// Batch normalisation with the batch's own statistics, as in training (Ioffe and Szegedy 2015): per channel (axis 1)
/// `y = (x - mean) / sqrt(variance + spacing) * weight + bias`, mean and variance (divided by the count) of all pictures and
/// places of the batch. The pictures of a batch are not apart from each other.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnStatistics {
    /// Number of channels.
    pub channels: usize,
    /// Name of what is added to each channel's variance.
    pub spacing: String,
    /// Name of the factors.
    pub weight: String,
    /// Name of the summands.
    pub bias: String,
}

impl OwnStatistics {
    pub(super) fn wants(&self) -> Vec<Want> {
        [&self.spacing, &self.weight, &self.bias].map(|name| (name.clone(), vec![self.channels])).to_vec()
    }

    pub(super) fn upload(&self, parameters: &mut Parameters, device: &Device) -> Vec<Value> {
        let channels = [1, self.channels, 1];
        self.wants().iter().map(|(name, _)| Value::from_floats(parameters.take(name), &channels, device)).collect()
    }

    pub(super) fn shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        match input {
            [_, c, ..] if *c == self.channels => Ok(input.to_vec()),
            _ => Err(format!("expected [N, {}, ...], found {input:?}", self.channels)),
        }
    }

    /// The standardised numbers and one over the deviation.
    fn standardised(weights: &Weights, x: Tensor<3>) -> (Tensor<3>, Tensor<3>) {
        let centred = x.clone() - mean(x);
        let variance = mean(centred.clone().powi_scalar(2));
        let inverse = (variance + weights.tensors[0].clone().tensor()).sqrt().recip();
        (centred * inverse.clone(), inverse)
    }

    pub(super) fn forward(weights: &Weights, input: Value) -> Value {
        let shape = input.shape().to_vec();
        let [_, weight, bias] = &weights.tensors[..] else { panic!("spacing, weight and bias") };
        let (standard, _) = Self::standardised(weights, input.around(1));
        Value::along(standard * weight.clone().tensor() + bias.clone().tensor(), &shape)
    }

    /// With `z` the standardised numbers and `s' = s weight`: `(s' - mean(s') - z mean(s' z)) / deviation`.
    pub(super) fn gradient(weights: &Weights, kept: &Kept, signal: Value) -> Value {
        let (z, inverse) = Self::standardised(weights, kept.input(0).around(1));
        let s = signal.around(1) * weights.tensors[1].clone().tensor();
        let along = mean(s.clone() * z.clone());
        Value::along((s.clone() - mean(s) - z * along) * inverse, kept.shapes[0])
    }

    pub(super) const KEEPS: Keeps = Keeps::INPUTS;
}

/// Each channel's mean over pictures and places.
///
/// # Shapes
/// `[N, C, places]` to `[1, C, 1]`.
fn mean(x: Tensor<3>) -> Tensor<3> {
    x.mean_dim(2).mean_dim(0)
}

/// Layer normalisation (Ba et al. 2016, arXiv 1607.06450) along one run of axes:
/// `y = (x - mean) / sqrt(variance + epsilon) * weight + bias`, mean and variance of `x` along those axes.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerNorm {
    /// The axes, of which the first and the one after the last are given.
    pub axes: (usize, usize),
    /// Numbers along them.
    pub count: usize,
    /// What is added to the variance.
    pub epsilon: f32,
    /// Name of the factors `[count]`; ones without.
    pub weight: Option<String>,
    /// Name of the summands `[count]`; zeros without.
    pub bias: Option<String>,
}

impl LayerNorm {
    pub(super) fn wants(&self) -> Vec<Want> {
        [&self.weight, &self.bias].into_iter().flatten().map(|name| (name.clone(), vec![self.count])).collect()
    }

    pub(super) fn upload(&self, parameters: &mut Parameters, device: &Device) -> Vec<Value> {
        let mut values = |name: &Option<String>, without: f32| {
            let values = name.as_ref().map_or(vec![without; self.count], |name| parameters.take(name));
            Value::from_floats(values, &[1, self.count, 1], device)
        };
        vec![values(&self.weight, 1.0), values(&self.bias, 0.0)]
    }

    pub(super) fn shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        let (first, end) = self.axes;
        match input.get(first..end) {
            Some(axes) if axes.iter().product::<usize>() == self.count => Ok(input.to_vec()),
            _ => Err(format!("expected {} numbers along axes {first} to {end}, found {input:?}", self.count)),
        }
    }

    /// `[before, count, after]`.
    fn view(&self, value: Value) -> Tensor<3> {
        let before = value.shape()[..self.axes.0].iter().product();
        let after = value.shape()[self.axes.1..].iter().product();
        value.flat().reshape([before, self.count, after])
    }

    /// The standardised numbers and one over the deviation.
    fn standardised(&self, x: Tensor<3>) -> (Tensor<3>, Tensor<3>) {
        let centred = x.clone() - x.mean_dim(1);
        let variance = centred.clone().powi_scalar(2).mean_dim(1);
        let inverse = (variance + self.epsilon).sqrt().recip();
        (centred * inverse.clone(), inverse)
    }

    pub(super) fn forward(&self, weights: &Weights, input: Value) -> Value {
        let shape = input.shape().to_vec();
        let [weight, bias] = &weights.tensors[..] else { panic!("a layer norm has weight and bias") };
        let (standard, _) = self.standardised(self.view(input));
        Value::along(standard * weight.clone().tensor() + bias.clone().tensor(), &shape)
    }

    /// With `z` the standardised numbers and `s' = s weight`: `(s' - mean(s') - z mean(s' z)) / deviation`.
    pub(super) fn gradient(&self, weights: &Weights, kept: &Kept, signal: Value) -> Value {
        let (z, inverse) = self.standardised(self.view(kept.input(0)));
        let s = self.view(signal) * weights.tensors[0].clone().tensor();
        let along = (s.clone() * z.clone()).mean_dim(1);
        Value::along((s.clone() - s.mean_dim(1) - z * along) * inverse, kept.shapes[0])
    }

    /// The same with the deviation held fixed, as if it were one of the weights: `(s' - mean(s')) / deviation`.
    ///
    /// # Panics
    /// If the forward pass did not keep its input.
    #[must_use]
    pub fn gradient_at_deviation(&self, weights: &Weights, kept: &Kept, signal: Value) -> Value {
        let (_, inverse) = self.standardised(self.view(kept.input(0)));
        let s = self.view(signal) * weights.tensors[0].clone().tensor();
        Value::along((s.clone() - s.mean_dim(1)) * inverse, kept.shapes[0])
    }

    pub(super) const KEEPS: Keeps = Keeps::INPUTS;
}
