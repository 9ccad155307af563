//! The known-answer test: the open network on a fixed input, logits and input gradient, one device against another.
//!
//! burn and WebGPU have documented silent wrong numbers (burn issues 5257 and 4366, cubecl issue 1641), so no device
//! is trusted because it opened.

use crate::protocol::TestReport;
use tessera_core::network::shape::ShapeError;
use tessera_core::network::value::ReadError;
use tessera_core::network::{Network, Objective, Session};

/// Greatest difference of a logit between two devices. Rounding alone gives 1e-5 on EfficientNet-Lite0, a wrong
/// padding in one layer 0.4 and more.
const LOGITS_LIMIT: f64 = 1e-3;

/// Relative L2 distance of input gradients. Units near a kink of ReLU6 flip by rounding and move it by up to 1e-2; a
/// wrong padding in one layer gives 0.9 and more.
const GRADIENT_LIMIT: f64 = 5e-2;

/// What the test found on one device.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// One logit a class.
    pub logits: Vec<f32>,
    /// Gradient of the greatest logit at the input, `[3, H, W]`.
    pub gradient: Vec<f32>,
}

/// The fixed input: a few smooth waves, different in each colour, so that every layer sees structure.
///
/// # Shapes
/// `[3, size, size]`, values within -1 to 1.
#[must_use]
pub fn fixed_input(size: usize) -> Vec<f32> {
    let wave = |c: usize, row: usize, column: usize| {
        let (c, y, x) = (c as f32 + 1.0, row as f32 / size as f32, column as f32 / size as f32);
        (0.6 * (9.0 * c * x + 4.0 * y).sin() + 0.4 * (23.0 * y - 5.0 * c * x).cos()).clamp(-1.0, 1.0)
    };
    (0..3 * size * size).map(|i| wave(i / (size * size), i / size % size, i % size)).collect()
}

/// Why the test could not be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestError {
    /// The network does not take its own size.
    Shape(ShapeError),
    /// The device failed.
    Device(ReadError),
}

impl std::fmt::Display for TestError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TestError::Shape(error) => error.fmt(f),
            TestError::Device(error) => error.fmt(f),
        }
    }
}

/// Runs the test on the network's device.
///
/// # Errors
/// If the device fails.
pub async fn run(network: &Network) -> Result<Numbers, TestError> {
    let size = network.card.preprocess.size;
    let mut session = Session::new(network, fixed_input(size), size, size).map_err(TestError::Shape)?;
    let logits = session.logits().await.map_err(TestError::Device)?;
    let best = (0..logits.len()).fold(0, |best, i| if logits[i] > logits[best] { i } else { best });
    let gradient = session.gradient(&Objective::logit(best), 0).read().await.map_err(TestError::Device)?;
    Ok(Numbers { logits, gradient })
}

/// Runs the forward half of the test alone, which is timed by itself.
///
/// # Errors
/// If the device fails.
pub async fn forward(network: &Network) -> Result<Vec<f32>, TestError> {
    let size = network.card.preprocess.size;
    let mut session = Session::new(network, fixed_input(size), size, size).map_err(TestError::Shape)?;
    session.logits().await.map_err(TestError::Device)
}

/// Compares two devices' numbers. Any number that is not finite, and any length that differs, is a disagreement.
#[must_use]
pub fn compare(found: &Numbers, reference: &Numbers) -> TestReport {
    let logits = greatest_difference(&found.logits, &reference.logits);
    let gradient = relative_distance(&found.gradient, &reference.gradient);
    let agrees = logits <= LOGITS_LIMIT && gradient <= GRADIENT_LIMIT;
    TestReport { agrees, logits, logits_limit: LOGITS_LIMIT, gradient, gradient_limit: GRADIENT_LIMIT }
}

/// f64::MAX stands for "cannot be compared": JSON has no infinity.
fn greatest_difference(a: &[f32], b: &[f32]) -> f64 {
    if a.len() != b.len() || a.is_empty() {
        return f64::MAX;
    }
    a.iter()
        .zip(b)
        .map(|(a, b)| f64::from((a - b).abs()))
        .fold(0.0, |most, d| if d.is_finite() { most.max(d) } else { f64::MAX })
}

fn relative_distance(found: &[f32], reference: &[f32]) -> f64 {
    if found.len() != reference.len() || found.is_empty() {
        return f64::MAX;
    }
    let square = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>();
    let distance = square(&mut found.iter().zip(reference).map(|(a, b)| f64::from(a - b))).sqrt();
    let length = square(&mut reference.iter().map(|&v| f64::from(v))).sqrt();
    let relative = distance / length;
    if relative.is_finite() { relative } else { f64::MAX }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(logit: f32, gradient: f32) -> Numbers {
        Numbers { logits: vec![logit, 1.0], gradient: vec![gradient, 1.0] }
    }

    #[test]
    fn equal_numbers_agree_and_wrong_ones_do_not() {
        let reference = numbers(2.0, 0.5);
        assert!(compare(&reference, &reference).agrees);
        assert!(!compare(&numbers(2.002, 0.5), &reference).agrees);
        assert!(!compare(&numbers(2.0, 0.4), &reference).agrees);
    }

    #[test]
    fn numbers_that_are_none_never_agree() {
        assert!(!compare(&numbers(f32::NAN, 0.5), &numbers(2.0, 0.5)).agrees);
        assert!(!compare(&numbers(2.0, f32::NAN), &numbers(2.0, 0.5)).agrees);
        let zero = Numbers { logits: vec![0.0, 0.0], gradient: vec![0.0, 0.0] };
        assert!(!compare(&zero, &zero).agrees, "a device that writes nothing gives zeros");
    }
}
