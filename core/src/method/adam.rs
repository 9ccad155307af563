//! Adam (Kingma and Ba 2014, arXiv 1412.6980), on the device.

use burn::tensor::Tensor;

/// Its decays and what keeps its root from zero: those of the paper.
const FIRST: f64 = 0.9;
const SECOND: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// A descent.
pub struct Adam {
    /// Where it is.
    pub place: Tensor<1>,
    mean: Tensor<1>,
    square: Tensor<1>,
    rate: f64,
    steps: i32,
}

impl Adam {
    /// A descent from a place, which moves by about `rate` a step.
    #[must_use]
    pub fn new(place: Tensor<1>, rate: f64) -> Adam {
        let zeros = place.zeros_like();
        Adam { place, mean: zeros.clone(), square: zeros, rate, steps: 0 }
    }

    /// A step down, given the loss's derivative.
    pub fn step(&mut self, slope: Tensor<1>) {
        self.steps += 1;
        self.mean = self.mean.clone() * FIRST + slope.clone() * (1.0 - FIRST);
        self.square = self.square.clone() * SECOND + slope.square() * (1.0 - SECOND);
        let (mean, square) = (1.0 - FIRST.powi(self.steps), 1.0 - SECOND.powi(self.steps));
        let root = (self.square.clone() / square).sqrt() + EPSILON;
        self.place = self.place.clone() - self.mean.clone() / mean / root * self.rate;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn the_first_step_is_the_rate_whatever_the_slope() {
        let at = |numbers: [f32; 3]| Tensor::<1>::from_floats(numbers, &Device::flex());
        let mut adam = Adam::new(at([1.0, 1.0, 1.0]), 0.1);
        adam.step(at([5.0, -0.001, 0.0]));
        let place = adam.place.clone().into_data().try_to_vec::<f32>().unwrap();
        for (found, expected) in place.iter().zip([0.9, 1.1, 1.0]) {
            assert!((found - expected).abs() < 1e-4, "{found} {expected}");
        }
        // torch.optim.Adam from 1 at rate 0.1 with slopes 5, then 1: 0.9, then 0.81850.
        adam.step(at([1.0, 0.0, 0.0]));
        let place = adam.place.into_data().try_to_vec::<f32>().unwrap();
        let (mean, square) = ((0.9 * 0.5 + 0.1) / 0.19, (0.999 * 0.025 + 0.001) / 0.001_999);
        let expected = 0.9 - 0.1 * mean / f64::sqrt(square);
        assert!((f64::from(place[0]) - expected).abs() < 1e-5, "{} {expected}", place[0]);
    }
}
