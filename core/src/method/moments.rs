//! Sums of samples on a device, in an order that no batch changes.
//!
//! Samples are added one by one into blocks of a fixed size, and blocks one by one into the total: the same bits whatever
//! the batch, and rounding grows with the square root of the count at most.

use crate::network::value::{ReadError, Value};
use burn::tensor::Tensor;

/// Samples of a block.
const BLOCK: usize = 32;

/// A sum of samples of one shape.
#[derive(Clone, Debug, Default)]
pub struct Sum {
    block: Option<Tensor<1>>,
    total: Option<Tensor<1>>,
    count: usize,
}

impl Sum {
    /// Adds a batch of samples, in order.
    ///
    /// # Shapes
    /// `[n, ...]`.
    pub fn add(&mut self, samples: &Value) {
        let n = samples.shape()[0];
        let length = samples.count() / n;
        let numbers = samples.clone().flat();
        for i in 0..n {
            let sample = numbers.clone().narrow(0, i * length, length);
            self.block = plus(self.block.take(), sample);
            self.count += 1;
            if self.count.is_multiple_of(BLOCK) {
                let block = self.block.take().expect("just added to");
                self.total = plus(self.total.take(), block);
            }
        }
    }

    /// How many samples there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The sum so far.
    ///
    /// # Panics
    /// If nothing was added.
    #[must_use]
    pub fn total(&self) -> Tensor<1> {
        match (self.total.clone(), self.block.clone()) {
            (Some(total), Some(block)) => total + block,
            (Some(sum), None) | (None, Some(sum)) => sum,
            (None, None) => panic!("a sum of at least one sample"),
        }
    }
}

fn plus(sum: Option<Tensor<1>>, next: Tensor<1>) -> Option<Tensor<1>> {
    Some(match sum {
        Some(sum) => sum + next,
        None => next,
    })
}

/// Sums of samples and of their squares.
#[derive(Clone, Debug, Default)]
pub struct Moments {
    first: Sum,
    second: Sum,
}

/// What samples come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Mean of the samples.
    pub mean: Vec<f32>,
    /// Mean of their squares.
    pub square: Vec<f32>,
    /// How many there were.
    pub count: usize,
}

impl Moments {
    /// Adds a batch of samples, in order.
    ///
    /// # Shapes
    /// `[n, ...]`.
    pub fn add(&mut self, samples: &Value) {
        self.first.add(samples);
        self.second.add(&samples.clone().map(|x| x.clone() * x));
    }

    /// Reads both means back at once.
    ///
    /// # Errors
    /// If the device fails.
    ///
    /// # Panics
    /// If nothing was added.
    pub async fn read(&self) -> Result<Estimate, ReadError> {
        let count = self.first.count();
        let both = Tensor::cat(vec![self.first.total(), self.second.total()], 0) / count as f32;
        let mut mean = Value::from(both).read().await?;
        let square = mean.split_off(mean.len() / 2);
        Ok(Estimate { mean, square, count })
    }
}

impl Estimate {
    /// Variance of the samples at each place, over `n` and not `n - 1`; never below zero.
    #[must_use]
    pub fn variance(&self) -> Vec<f32> {
        self.mean.iter().zip(&self.square).map(|(mean, square)| (square - mean * mean).max(0.0)).collect()
    }

    /// Standard error of the mean as a share of the mean, over all places: `|| s / sqrt(n - 1) || / || mean ||`. None of
    /// one sample, or where the mean is zero.
    #[must_use]
    pub fn relative_error(&self) -> Option<f64> {
        let sum = |values: &[f32]| values.iter().map(|&v| f64::from(v)).sum::<f64>();
        let length = self.mean.iter().map(|&v| f64::from(v) * f64::from(v)).sum::<f64>();
        let error = sum(&self.variance()) / (self.count.checked_sub(1).filter(|&n| n > 0)? as f64);
        (length > 0.0).then(|| (error / length).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn sample(i: usize) -> Vec<f32> {
        (0..5).map(|j| ((i * 31 + j * 17) % 23) as f32 / 7.0 - 1.3).collect()
    }

    fn moments(count: usize, batch: usize) -> Estimate {
        let mut moments = Moments::default();
        for from in (0..count).step_by(batch) {
            let n = batch.min(count - from);
            let numbers = (from..from + n).flat_map(sample).collect();
            moments.add(&Value::from_floats(numbers, &[n, 5], &Device::flex()));
        }
        pollster::block_on(moments.read()).unwrap()
    }

    #[test]
    fn the_batch_changes_no_bit() {
        let one = moments(75, 1);
        assert_eq!(one, moments(75, 7));
        assert_eq!(one, moments(75, 75));
    }

    #[test]
    fn means_and_errors_are_those_of_the_samples() {
        let found = moments(75, 8);
        let column = |j: usize| (0..75).map(move |i| f64::from(sample(i)[j]));
        let mut error = 0.0;
        for j in 0..5 {
            let mean = column(j).sum::<f64>() / 75.0;
            let variance = column(j).map(|x| (x - mean) * (x - mean)).sum::<f64>() / 75.0;
            assert!((f64::from(found.mean[j]) - mean).abs() < 1e-6);
            assert!((f64::from(found.variance()[j]) - variance).abs() < 1e-5);
            error += variance / 74.0;
        }
        let length = (0..5).map(|j| (column(j).sum::<f64>() / 75.0).powi(2)).sum::<f64>();
        assert!((found.relative_error().unwrap() - (error / length).sqrt()).abs() < 1e-5);
        assert_eq!(moments(1, 1).relative_error(), None);
    }
}
