//! Pictures that stand for "nothing": what integrated gradients start from and what takes the place of hidden parts.
//!
//! Zero in the network's numbers is the mean colour it was trained on, not black; so each is named by what it looks like.

use super::{Input, Preprocess};
use crate::descriptor::{Domain, Param};
use crate::random::Stream;

/// What stands for nothing, in the order and with the names of [`BASELINE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// The mean colour of the photos the network was trained on: zero in its numbers.
    Zero,
    /// Black.
    Black,
    /// White.
    White,
    /// The photo's own mean colour.
    Mean,
    /// The photo, blurred until only its large areas are left.
    Blur,
    /// Each number drawn evenly between black and white.
    Noise,
}

/// The parameter that chooses one.
pub const BASELINE: Param = Param {
    id: "baseline",
    sentence: "What stands for a picture that shows nothing.",
    unit: "",
    domain: Domain::Choice(&[
        ("zero", "The mean colour of the photos the network was trained on."),
        ("black", "Black."),
        ("white", "White."),
        ("mean", "The photo's own mean colour."),
        ("blur", "The photo, blurred until only its large areas are left."),
        ("noise", "Each number drawn evenly between black and white."),
    ]),
};

/// Deviation of the blur, as a share of the picture's shorter side.
const BLUR: f64 = 0.1;

impl Baseline {
    /// The one of that name.
    ///
    /// # Panics
    /// If there is none: settings are checked before.
    #[must_use]
    pub fn named(name: &str) -> Baseline {
        match name {
            "zero" => Baseline::Zero,
            "black" => Baseline::Black,
            "white" => Baseline::White,
            "mean" => Baseline::Mean,
            "blur" => Baseline::Blur,
            "noise" => Baseline::Noise,
            other => panic!("{other} is no baseline"),
        }
    }

    /// Its numbers for an input whose normalised numbers are `values`.
    ///
    /// # Shapes
    /// `values` and result: `[3, H, W]`.
    #[must_use]
    pub fn numbers(self, values: &[f32], input: &Input, preprocess: &Preprocess, seed: u64) -> Vec<f32> {
        let place = input.height * input.width;
        let level = |c: usize, byte: f32| (byte - preprocess.mean[c]) / preprocess.std[c];
        let flat = |of: &dyn Fn(usize) -> f32| (0..3).flat_map(|c| std::iter::repeat_n(of(c), place)).collect();
        match self {
            Baseline::Zero => vec![0.0; values.len()],
            Baseline::Black => flat(&|c| level(c, 0.0)),
            Baseline::White => flat(&|c| level(c, 255.0)),
            Baseline::Mean => flat(&|c| mean(&values[c * place..(c + 1) * place])),
            Baseline::Blur => {
                values.chunks_exact(place).flat_map(|one| blurred(one, input.height, input.width)).collect()
            }
            Baseline::Noise => {
                let stream = Stream::new(seed, "baseline noise");
                (0..values.len()).map(|i| level(i / place, 255.0 * stream.uniform(i as u64) as f32)).collect()
            }
        }
    }
}

fn mean(values: &[f32]) -> f32 {
    (values.iter().map(|&v| f64::from(v)).sum::<f64>() / values.len() as f64) as f32
}

/// A Gaussian blur, rows then columns; weights that would lie outside are left out.
fn blurred(values: &[f32], height: usize, width: usize) -> Vec<f32> {
    let kernel = kernel(BLUR * height.min(width) as f64);
    let across = along(values, height, width, &kernel, |row, column| row * width + column);
    let down = along(&across, width, height, &kernel, |column, row| row * width + column);
    // `along` gives line after line: the second result is turned.
    (0..height * width).map(|i| down[(i % width) * height + i / width]).collect()
}

fn kernel(deviation: f64) -> Vec<f64> {
    let reach = (3.0 * deviation).ceil() as usize;
    (0..=reach).map(|i| libm::exp(-((i * i) as f64) / (2.0 * deviation * deviation).max(f64::MIN_POSITIVE))).collect()
}

fn along(values: &[f32], lines: usize, length: usize, kernel: &[f64], at: impl Fn(usize, usize) -> usize) -> Vec<f32> {
    let reach = kernel.len() - 1;
    let mut out = Vec::with_capacity(values.len());
    for line in 0..lines {
        for place in 0..length {
            let near = place.saturating_sub(reach)..(place + reach + 1).min(length);
            let weights = near.clone().map(|other| kernel[other.abs_diff(place)]).sum::<f64>();
            let sum = near.map(|other| kernel[other.abs_diff(place)] * f64::from(values[at(line, other)])).sum::<f64>();
            out.push((sum / weights) as f32);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::preset::{PRESETS, Preset};
    use crate::photo::{Filter, Region};

    fn numbers(baseline: Baseline) -> (Vec<f32>, Vec<f32>) {
        let input = Input {
            height: 4,
            width: 6,
            rgb: (0..72).map(|i| (i * 53 % 251) as u8).collect(),
            region: Region { left: 0.0, top: 0.0, width: 6.0, height: 4.0 },
        };
        let Preset { mean, std, order, .. } = PRESETS[0];
        let preprocess = Preprocess { size: 6, resize: 6, filter: Filter::Bilinear, mean, std, order };
        let values = input.normalised(&preprocess);
        (baseline.numbers(&values, &input, &preprocess, 1), values)
    }

    #[test]
    fn black_and_white_are_where_the_spec_of_imagenet_says() {
        // (0 - mean) / std and (1 - mean) / std of ImageNet's means and deviations.
        for (baseline, expected) in
            [(Baseline::Black, [-2.1179, -2.0357, -1.8044]), (Baseline::White, [2.2489, 2.4286, 2.6400])]
        {
            let (found, _) = numbers(baseline);
            for c in 0..3 {
                assert!(found[c * 24..(c + 1) * 24].iter().all(|v| (v - expected[c]).abs() < 1e-4), "{baseline:?}");
            }
        }
    }

    #[test]
    fn mean_and_blur_keep_the_mean_within_the_picture() {
        let (mean_colour, values) = numbers(Baseline::Mean);
        let (blur, _) = numbers(Baseline::Blur);
        for c in 0..3 {
            let of = |v: &[f32]| mean(&v[c * 24..(c + 1) * 24]);
            assert!((of(&mean_colour) - of(&values)).abs() < 1e-6);
            assert!((of(&blur) - of(&values)).abs() < 0.2);
        }
        let spread = |v: &[f32]| v.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        assert!(spread(&blur) < spread(&values));
    }

    #[test]
    fn noise_lies_between_black_and_white_and_follows_its_seed() {
        let ((a, _), (b, _)) = (numbers(Baseline::Noise), numbers(Baseline::Noise));
        assert_eq!(a, b);
        let ((black, _), (white, _)) = (numbers(Baseline::Black), numbers(Baseline::White));
        assert!(a.iter().zip(black.iter().zip(&white)).all(|(v, (low, high))| (low..=high).contains(&v)));
    }

    #[test]
    fn every_name_has_its_baseline() {
        let Domain::Choice(options) = BASELINE.domain else { panic!("a choice") };
        let named: Vec<Baseline> = options.iter().map(|(name, _)| Baseline::named(name)).collect();
        assert!(named.iter().enumerate().all(|(i, a)| !named[..i].contains(a)));
    }
}
