//! What flows along the edges of a graph: a burn tensor of rank 2 or 4.

use burn::tensor::{Device, Tensor, TensorData};
use std::ops::Add;

/// A tensor on a device.
#[derive(Clone, Debug)]
pub enum Value {
    /// `[N, C]`: vectors.
    Vectors(Tensor<2>),
    /// `[N, C, H, W]`: pictures and feature maps.
    Pictures(Tensor<4>),
}

/// A device failed to give its numbers back: it was lost, or its memory ran out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError(pub String);

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "The device did not give its numbers back ({}): the work goes on elsewhere or can be tried again.",
            self.0
        )
    }
}

impl Value {
    /// Puts numbers on a device.
    ///
    /// # Shapes
    /// `[N, C]` or `[N, C, H, W]`.
    ///
    /// # Panics
    /// If the rank is another or the count does not fit: shape inference comes first.
    #[must_use]
    pub fn from_floats(floats: Vec<f32>, shape: &[usize], device: &Device) -> Value {
        let data = TensorData::new(floats, shape.to_vec());
        match shape.len() {
            2 => Value::Vectors(Tensor::from_data(data, device)),
            4 => Value::Pictures(Tensor::from_data(data, device)),
            rank => panic!("a value has rank 2 or 4, not {rank}"),
        }
    }

    /// Its axes' lengths.
    #[must_use]
    pub fn shape(&self) -> Vec<usize> {
        match self {
            Value::Vectors(tensor) => tensor.dims().to_vec(),
            Value::Pictures(tensor) => tensor.dims().to_vec(),
        }
    }

    /// The tensor of rank 2.
    ///
    /// # Panics
    /// If it has rank 4: a graph that passed shape inference never asks.
    #[must_use]
    pub fn vectors(self) -> Tensor<2> {
        match self {
            Value::Vectors(tensor) => tensor,
            Value::Pictures(tensor) => panic!("expected [N, C], found {:?}", tensor.dims()),
        }
    }

    /// The tensor of rank 4.
    ///
    /// # Panics
    /// If it has rank 2: a graph that passed shape inference never asks.
    #[must_use]
    pub fn pictures(self) -> Tensor<4> {
        match self {
            Value::Pictures(tensor) => tensor,
            Value::Vectors(tensor) => panic!("expected [N, C, H, W], found {:?}", tensor.dims()),
        }
    }

    /// Reads the numbers back. The only place that waits for a device.
    ///
    /// # Errors
    /// If the device was lost or its memory ran out.
    pub async fn read(self) -> Result<Vec<f32>, ReadError> {
        let data = match self {
            Value::Vectors(tensor) => tensor.into_data_async().await,
            Value::Pictures(tensor) => tensor.into_data_async().await,
        };
        let data = data.map_err(|error| ReadError(format!("{error:?}")))?;
        data.try_to_vec::<f32>().map_err(|error| ReadError(format!("{error:?}")))
    }
}

/// Element by element sum.
///
/// # Panics
/// If the ranks differ: a graph that passed shape inference never asks.
impl Add for Value {
    type Output = Value;

    fn add(self, other: Value) -> Value {
        match (self, other) {
            (Value::Vectors(a), Value::Vectors(b)) => Value::Vectors(a + b),
            (Value::Pictures(a), Value::Pictures(b)) => Value::Pictures(a + b),
            (a, b) => panic!("cannot add {:?} and {:?}", a.shape(), b.shape()),
        }
    }
}
