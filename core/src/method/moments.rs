//! Sums of samples on a device, in an order that nothing changes.
//!
//! Samples are added in pairs, by the binary tree over their numbers: a node is the sum of samples `k 2^j` to
//! `(k + 1) 2^j - 1`, which is the sum of its two halves. Kept are the greatest nodes that are complete, so the bits hang
//! neither on the batch nor on who drew which samples when, and rounding grows with the logarithm of their count (Higham
//! 1993, The accuracy of floating point summation).

use super::sampling::Keep;
use super::work::Work;
use crate::map::Map;
use crate::network::value::{ReadError, Value};
use burn::tensor::Tensor;
use std::collections::BTreeMap;
use std::ops::Range;

/// A sum of samples of one shape.
#[derive(Clone, Debug, Default)]
pub struct Sum {
    /// By the number of their first sample: how many samples, and what they sum to.
    nodes: BTreeMap<usize, (usize, Tensor<1>)>,
}

impl Sum {
    /// The sum of all there are: the smallest nodes first where they follow one another from sample 0.
    ///
    /// # Panics
    /// If nothing was added.
    #[must_use]
    pub fn total(&self) -> Tensor<1> {
        let sums = self.nodes.values().rev().map(|(_, sum)| sum.clone());
        sums.reduce(|sum, next| sum + next).expect("a sum of at least one sample")
    }

    fn count(&self) -> usize {
        self.nodes.values().map(|(size, _)| size).sum()
    }
}

impl Keep for Sum {
    type Found = Vec<f32>;

    fn add(&mut self, first: usize, samples: &Value) {
        let n = samples.shape()[0];
        let length = samples.count() / n;
        let numbers = samples.clone().flat();
        for i in 0..n {
            self.put(first + i..first + i + 1, numbers.clone().narrow(0, i * length, length));
        }
    }

    fn put(&mut self, samples: Range<usize>, sum: Tensor<1>) {
        let (mut first, mut size, mut sum) = (samples.start, samples.len(), sum);
        while self.nodes.get(&(first ^ size)).is_some_and(|(other, _)| *other == size) {
            let (_, other) = self.nodes.remove(&(first ^ size)).expect("just seen");
            sum = sum + other;
            (first, size) = (first & !size, 2 * size);
        }
        self.nodes.insert(first, (size, sum));
    }

    fn pieces(&self) -> Vec<(Range<usize>, Tensor<1>)> {
        self.nodes.iter().map(|(first, (size, sum))| (*first..first + size, sum.clone())).collect()
    }

    fn cut(samples: Range<usize>, length: usize) -> Vec<(Range<usize>, usize)> {
        let mut from = samples.start;
        std::iter::from_fn(|| {
            let left = samples.end.checked_sub(from).filter(|left| *left > 0)?;
            let aligned = if from == 0 { left.ilog2() } else { from.trailing_zeros() };
            let node = from..from + (1 << aligned.min(left.ilog2()));
            from = node.end;
            Some((node, length))
        })
        .collect()
    }

    async fn read(&self) -> Result<Vec<f32>, ReadError> {
        Value::from(self.total()).read().await
    }
}

/// Sums of samples and of their squares.
#[derive(Clone, Debug, Default)]
pub struct Moments(Sum);

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

impl Keep for Moments {
    type Found = Estimate;

    fn add(&mut self, first: usize, samples: &Value) {
        let n = samples.shape()[0];
        let once: Tensor<2> = samples.clone().reshaped(&[n, samples.count() / n]).tensor();
        self.0.add(first, &Value::from(Tensor::cat(vec![once.clone(), once.clone() * once], 1)));
    }

    fn put(&mut self, samples: Range<usize>, sums: Tensor<1>) {
        self.0.put(samples, sums);
    }

    fn pieces(&self) -> Vec<(Range<usize>, Tensor<1>)> {
        self.0.pieces()
    }

    fn cut(samples: Range<usize>, length: usize) -> Vec<(Range<usize>, usize)> {
        Sum::cut(samples, 2 * length)
    }

    async fn read(&self) -> Result<Estimate, ReadError> {
        let count = self.0.count();
        let mut mean = Value::from(self.0.total() / count as f32).read().await?;
        let square = mean.split_off(mean.len() / 2);
        Ok(Estimate { mean, square, count })
    }
}

impl Estimate {
    /// A map of numbers made of it, with how many samples there are of how many, and their standard error.
    #[must_use]
    pub fn map(&self, work: &Work<'_, '_>, numbers: Vec<f32>, all: usize) -> Map {
        let mut map = work.map(numbers);
        map.facts.provenance.samples = Some((self.count, all));
        map.facts.provenance.error = self.relative_error();
        map
    }

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

    fn add(moments: &mut Moments, samples: Range<usize>, batch: usize) {
        for from in samples.clone().step_by(batch) {
            let n = batch.min(samples.end - from);
            let numbers = (from..from + n).flat_map(sample).collect();
            moments.add(from, &Value::from_floats(numbers, &[n, 5], &Device::flex()));
        }
    }

    fn moments(rows: &[(usize, usize)], batch: usize) -> Estimate {
        let mut moments = Moments::default();
        rows.iter().for_each(|&(from, to)| add(&mut moments, from..to, batch));
        pollster::block_on(moments.read()).unwrap()
    }

    #[test]
    fn neither_the_batch_nor_the_order_changes_a_bit() {
        let one = moments(&[(0, 75)], 1);
        assert_eq!(one, moments(&[(0, 75)], 7));
        assert_eq!(one, moments(&[(0, 75)], 75));
        assert_eq!(one, moments(&[(41, 75), (0, 3), (3, 41)], 7));
    }

    #[test]
    fn nodes_are_added_in_pairs() {
        // In f32 1 + 2^-24 is 1 again: added one after another the small ones are lost, in pairs they are not.
        let mut sum = Sum::default();
        let small = 2.0f32.powi(-24);
        sum.add(0, &Value::from_floats(vec![1.0, 0.0, small, small], &[4, 1], &Device::flex()));
        assert_eq!(pollster::block_on(sum.read()).unwrap(), [1.0 + 2.0 * small]);
        assert_eq!(sum.pieces().len(), 1);
    }

    #[test]
    fn what_is_kept_of_a_range_is_foretold() {
        for (from, to) in [(0, 1), (0, 13), (3, 17), (8, 16), (5, 6), (6, 64)] {
            let mut sum = Sum::default();
            sum.add(from, &Value::zeros(&[to - from, 2], &Device::flex()));
            let kept: Vec<Range<usize>> = sum.pieces().into_iter().map(|(samples, _)| samples).collect();
            let foretold: Vec<Range<usize>> = Sum::cut(from..to, 2).into_iter().map(|(samples, _)| samples).collect();
            assert_eq!(kept, foretold);
        }
    }

    #[test]
    fn means_and_errors_are_those_of_the_samples() {
        let found = moments(&[(0, 75)], 8);
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
        assert_eq!(moments(&[(0, 1)], 1).relative_error(), None);
    }
}
