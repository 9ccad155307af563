//! What flows along the edges of a graph: numbers on a device, with as many axes as they happen to have.

use burn::tensor::{Device, Tensor, TensorData};
use std::ops::Add;

/// Numbers on a device and the lengths of their axes, last axis fastest.
///
/// burn's tensors carry their number of axes in their type; a graph that comes from a file does not know it before it
/// runs. So a value holds one long axis and its shape, and an op views it with the axes it thinks in.
#[derive(Clone, Debug)]
pub struct Value {
    numbers: Tensor<1>,
    shape: Vec<usize>,
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
    /// # Panics
    /// If the count does not fit the shape: shape inference comes first.
    #[must_use]
    pub fn from_floats(floats: Vec<f32>, shape: &[usize], device: &Device) -> Value {
        let count = floats.len();
        assert_eq!(count, shape.iter().product::<usize>(), "numbers for a shape of {shape:?}");
        Value { numbers: Tensor::from_data(TensorData::new(floats, [count]), device), shape: shape.to_vec() }
    }

    /// Zeros.
    #[must_use]
    pub fn zeros(shape: &[usize], device: &Device) -> Value {
        Value { numbers: Tensor::zeros([shape.iter().product::<usize>()], device), shape: shape.to_vec() }
    }

    /// Its axes' lengths.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Where it lies.
    #[must_use]
    pub fn device(&self) -> Device {
        self.numbers.device()
    }

    /// The same numbers along other axes.
    ///
    /// # Panics
    /// If the counts differ: a graph that passed shape inference never asks.
    #[must_use]
    pub fn reshaped(self, shape: &[usize]) -> Value {
        assert_eq!(self.count(), shape.iter().product::<usize>(), "{:?} as {shape:?}", self.shape);
        Value { shape: shape.to_vec(), ..self }
    }

    /// How many numbers it holds.
    #[must_use]
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }

    /// The numbers along its own axes.
    ///
    /// # Panics
    /// If it has another number of axes: a graph that passed shape inference never asks.
    #[must_use]
    pub fn tensor<const D: usize>(self) -> Tensor<D> {
        let shape: [usize; D] =
            self.shape[..].try_into().unwrap_or_else(|_| panic!("{D} axes, found {:?}", self.shape));
        self.numbers.reshape(shape)
    }

    /// The numbers along one axis.
    #[must_use]
    pub fn flat(self) -> Tensor<1> {
        self.numbers
    }

    /// Pictures and feature maps: `[N, C, H, W]`.
    ///
    /// # Panics
    /// If it does not have four axes: a graph that passed shape inference never asks.
    #[must_use]
    pub fn pictures(self) -> Tensor<4> {
        self.tensor()
    }

    /// The numbers as `[before, axis, after]`, all other axes merged.
    ///
    /// # Panics
    /// If it has no such axis.
    #[must_use]
    pub fn around(self, axis: usize) -> Tensor<3> {
        let before = self.shape[..axis].iter().product();
        let after = self.shape[axis + 1..].iter().product();
        self.numbers.reshape([before, self.shape[axis], after])
    }

    /// Numbers seen through any tensor, along axes of one's own.
    ///
    /// # Panics
    /// If the counts differ.
    #[must_use]
    pub fn along<const D: usize>(tensor: Tensor<D>, shape: &[usize]) -> Value {
        let count = shape.iter().product::<usize>();
        Value { numbers: tensor.reshape([count]), shape: shape.to_vec() }
    }

    /// Each number by itself.
    #[must_use]
    pub fn map(self, function: impl FnOnce(Tensor<1>) -> Tensor<1>) -> Value {
        Value { numbers: function(self.numbers), shape: self.shape }
    }

    /// Pairs of numbers at the same place.
    ///
    /// # Panics
    /// If the shapes differ.
    #[must_use]
    pub fn zip(self, other: Value, function: impl FnOnce(Tensor<1>, Tensor<1>) -> Tensor<1>) -> Value {
        assert_eq!(self.shape, other.shape, "values of one shape");
        Value { numbers: function(self.numbers, other.numbers), shape: self.shape }
    }

    /// Reads the numbers back. The only place that waits for a device.
    ///
    /// # Errors
    /// If the device was lost or its memory ran out.
    pub async fn read(self) -> Result<Vec<f32>, ReadError> {
        let data = self.numbers.into_data_async().await.map_err(|error| ReadError(format!("{error:?}")))?;
        data.try_to_vec::<f32>().map_err(|error| ReadError(format!("{error:?}")))
    }
}

impl<const D: usize> From<Tensor<D>> for Value {
    fn from(tensor: Tensor<D>) -> Value {
        let shape = tensor.dims();
        Value::along(tensor, &shape)
    }
}

/// Sum at each place, of one shape.
///
/// # Panics
/// If the shapes differ: a graph that passed shape inference never asks.
impl Add for Value {
    type Output = Value;

    fn add(self, other: Value) -> Value {
        self.zip(other, |a, b| a + b)
    }
}
