//! Values that no picture changes: weights (a class token, a position embedding, a factor per channel) and numbers that
//! belong to the graph itself (an embedding given by a formula).

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

/// Numbers of the graph itself, the same for every picture and every weight file.
#[derive(Clone, Debug, PartialEq)]
pub struct Literal {
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its numbers, last axis fastest.
    pub values: Vec<f32>,
}

impl Literal {
    pub(super) fn shape(&self) -> Result<Vec<usize>, String> {
        let count = self.shape.iter().try_fold(1usize, |count, &length| count.checked_mul(length));
        if count == Some(self.values.len()) {
            return Ok(self.shape.clone());
        }
        Err(format!("{} numbers are not of shape {:?}", self.values.len(), self.shape))
    }

    pub(super) fn upload(&self, device: &Device) -> Vec<Value> {
        vec![Value::from_floats(self.values.clone(), &self.shape, device)]
    }
}
