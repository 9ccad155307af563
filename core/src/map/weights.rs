//! The picture of a B-cos explanation: the colours that the network's weights ask for, as opaque as they are strong where they
//! speak for the class (Böhle, Fritz and Schiele 2022, arXiv 2205.10268).
//!
//! With `w` the six weights of a pixel, `q = max(w / max |w|, 0)` and colour `k` is `q_k / (q_k + q_{k + 3})`. Its opacity is
//! `|w|`, nothing where the pixel's contribution is below zero, averaged over a square around it and divided by the 99.5th
//! percentile.

use crate::map::range::percentile;

/// What keeps the published picture from dividing by zero.
const SPECK: f64 = 1e-12;

/// Side of the square over which opacity is averaged, as published.
const SMOOTH: usize = 15;

/// The picture in colours and opacity, each 0 to 1.
///
/// # Shapes
/// `weights` and `inputs`: `[6, H, W]`, the colours and then one less each colour. Result: `[H, W, 4]`.
///
/// # Panics
/// If the shapes are others, or `smooth` is even and not zero, which stands for no average.
#[must_use]
pub fn picture(weights: &[f32], inputs: &[f32], (height, width): (usize, usize), smooth: usize) -> Vec<f32> {
    let place = height * width;
    assert!(weights.len() == 6 * place && inputs.len() == 6 * place, "six channels of {height} x {width}");
    assert!(smooth == 0 || smooth % 2 == 1, "a square has a middle");
    let six = |of: &[f32], at: usize| [0, 1, 2, 3, 4, 5].map(|channel| f64::from(of[channel * place + at]));
    let strengths: Vec<f64> = (0..place).map(|at| strength(six(weights, at), six(inputs, at))).collect();
    let mut opacities = averaged(&strengths, width, smooth);
    // As published, a photo that nothing of speaks for the class would be opaque everywhere; here nothing is seen of it.
    let limit = match f64::from(percentile(&mut opacities.clone(), 99.5)) {
        limit if limit > 10.0 * SPECK => limit,
        _ => f64::INFINITY,
    };
    opacities.iter_mut().for_each(|value| *value = (f64::from(*value) / limit).clamp(0.0, 1.0) as f32);
    (0..place)
        .flat_map(|at| {
            let [red, green, blue] = colour(six(weights, at));
            [red, green, blue, opacities[at]]
        })
        .collect()
}

/// The same as bytes, smoothed as published.
///
/// # Panics
/// If the shapes are others.
#[must_use]
pub fn rgba(weights: &[f32], inputs: &[f32], size: (usize, usize)) -> Vec<u8> {
    picture(weights, inputs, size, SMOOTH).iter().map(|value| (value * 255.0 + 0.5) as u8).collect()
}

/// How strong a pixel's weights are; next to nothing where it speaks against the class.
fn strength(weights: [f64; 6], inputs: [f64; 6]) -> f64 {
    let contribution: f64 = weights.iter().zip(inputs).map(|(weight, input)| weight * input).sum();
    if contribution < 0.0 { SPECK } else { weights.iter().map(|weight| weight * weight).sum::<f64>().sqrt() }
}

fn colour(weights: [f64; 6]) -> [f32; 3] {
    let greatest = weights.iter().fold(0.0f64, |most, weight| most.max(weight.abs())) + SPECK;
    let asked = weights.map(|weight| (weight / greatest).max(0.0));
    [0, 1, 2].map(|k| (asked[k] / (asked[k] + asked[k + 3] + SPECK)) as f32)
}

/// The mean over a square around each place; beyond the border is zero, and counts.
fn averaged(values: &[f64], width: usize, side: usize) -> Vec<f32> {
    let (reach, area) = (side / 2, (side.max(1) * side.max(1)) as f64);
    let height = values.len() / width;
    let near = |at: usize, length: usize| at.saturating_sub(reach)..(at + reach + 1).min(length);
    let rows = values.chunks_exact(width);
    let across: Vec<f64> = rows.flat_map(|row| (0..width).map(|x| row[near(x, width)].iter().sum::<f64>())).collect();
    let down = |at: usize| near(at / width, height).map(|y| across[y * width + at % width]).sum::<f64>();
    (0..values.len()).map(|at| (down(at) / area) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_has_the_colour_its_weights_ask_for() {
        // Red and the inverse of green and blue: red. The second speaks against the class.
        let weights = [2.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 2.0, 1.0, 2.0, 1.0];
        let inputs = [1.0, -1.0, 0.0, -1.0, 0.0, -1.0, 0.0, 0.0, 1.0, -1.0, 1.0, -1.0];
        let rgba = picture(&weights, &inputs, (1, 2), 0);
        assert_eq!((&rgba[..3], rgba[3]), (&[1.0, 0.0, 0.0][..], 1.0));
        assert!(rgba[7] < 1e-6, "{rgba:?}");
    }

    #[test]
    fn means_count_what_is_beyond_the_border() {
        assert_eq!(averaged(&[9.0, 0.0, 0.0, 9.0], 2, 3), [2.0; 4]);
        assert_eq!(averaged(&[9.0, 0.0, 0.0, 9.0], 2, 0), [9.0, 0.0, 0.0, 9.0]);
    }

    #[test]
    fn no_weights_are_no_colour() {
        assert!(picture(&[0.0; 24], &[0.5; 24], (2, 2), SMOOTH).iter().all(|v| *v == 0.0));
    }
}
