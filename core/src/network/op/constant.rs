//! A weight that is a value of its own: a class token, a position embedding, a factor per channel.

use super::{Value, Want};
use crate::network::parameters::Parameters;
use burn::tensor::Device;

/// A weight as a value, the same for every picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant {
    /// Name of the weight.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
}

impl Constant {
    pub(super) fn wants(&self) -> Vec<Want> {
        vec![(self.name.clone(), self.shape.clone())]
    }

    pub(super) fn upload(&self, parameters: &mut Parameters, device: &Device) -> Vec<Value> {
        vec![Value::from_floats(parameters.take(&self.name), &self.shape, device)]
    }
}
