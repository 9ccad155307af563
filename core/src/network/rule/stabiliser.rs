//! What keeps a share of relevance, `R / z`, from growing beyond all bounds where the sum `z` is near zero.

use crate::network::value::Value;
use burn::tensor::Tensor;

/// What is done to a sum `z` before relevance is divided by it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stabiliser {
    /// `z + e` where `z` is zero or more, `z - e` below (Bach et al. 2015).
    Signed(f32),
    /// `z + e` whatever its sign; where that is zero, nothing is handed on.
    Added(f32),
    /// `z + e sqrt(mean of z^2)`, the mean over all of a picture's numbers; where that is zero, nothing is handed on.
    Spread(f32),
}

impl Stabiliser {
    /// Relevance over the sums.
    ///
    /// # Shapes
    /// Both `[N, ...]`, and the result.
    #[must_use]
    pub fn quotient(self, relevance: Value, sums: Value) -> Value {
        match self {
            Stabiliser::Signed(epsilon) => relevance.zip(sums, |r, z| r / away_from_zero(z, epsilon)),
            Stabiliser::Added(epsilon) => relevance.zip(sums, |r, z| defined(r, z + epsilon)),
            Stabiliser::Spread(share) => {
                let shape = sums.shape().to_vec();
                let z = sums.around(0).reshape([shape[0] as i32, -1]);
                let spread = z.clone().powi_scalar(2).mean_dim(1).sqrt() * share;
                relevance.zip(Value::along(z + spread, &shape), defined)
            }
        }
    }
}

fn away_from_zero(z: Tensor<1>, epsilon: f32) -> Tensor<1> {
    let below = z.clone().lower_elem(0.0);
    (z.clone() + epsilon).mask_where(below, z - epsilon)
}

/// `r / z`, and zero where `z` is zero.
fn defined(r: Tensor<1>, z: Tensor<1>) -> Tensor<1> {
    let zero = z.clone().equal_elem(0.0);
    (r / z.mask_fill(zero.clone(), 1.0)).mask_fill(zero, 0.0)
}
