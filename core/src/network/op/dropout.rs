//! Dropout as training has it (Srivastava et al. 2014, JMLR 15:1929-1958), and stochastic depth (Huang et al. 2016, arXiv
//! 1603.09382), which leaves out all of a picture's numbers or none.

use super::Value;
use crate::random::Stream;
use burn::tensor::Device;

/// Sets a share of the numbers to zero, drawn at random, and divides the others by the share that is left.
///
/// Draws are by counter, so they are the same on every device and on the way back. Each picture of a batch has its own, by
/// its place there.
#[derive(Clone, Debug, PartialEq)]
pub struct Dropout {
    /// Share that is set to zero, less than 1.
    pub share: f64,
    /// Whether the numbers of a picture go together.
    pub whole: bool,
    /// Draw `e` of picture `k` is number `k count + e`, with `count` draws a picture: zero where it is below the share.
    pub draws: Stream,
}

impl Dropout {
    /// The same on the way there and on the way back: it is linear.
    pub(super) fn apply(&self, value: Value) -> Value {
        let shape = value.shape().to_vec();
        let factors = self.factors(&shape, &value.device());
        Value::along(value.around(0) * factors.around(0), &shape)
    }

    fn factors(&self, shape: &[usize], device: &Device) -> Value {
        let count = if self.whole { 1 } else { shape[1..].iter().product() };
        let kept = (1.0 / (1.0 - self.share)) as f32;
        let draws = (0..(shape[0] * count) as u64).map(|i| self.draws.uniform(i));
        let factors = draws.map(|draw| if draw < self.share { 0.0 } else { kept });
        Value::from_floats(factors.collect(), &[shape[0], count], device)
    }

    pub(super) fn shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        if input.is_empty() { Err("expected a batch, found a single number".into()) } else { Ok(input.to_vec()) }
    }
}
