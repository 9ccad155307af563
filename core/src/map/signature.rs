//! What a map looks like, in 64 characters that another device writes down alike.
//!
//! The bits of a map differ from device to device, so its SHA-256 tells only runs on one device apart. A signature is
//! the map's mean on each cell of an 8 by 8 grid, as a share of the greatest magnitude of them, in steps of 1/12. Two
//! agree if no step differs by more than one: rounding moves a mean across an edge of a step, but never across two.

use super::Map;

/// Rows and columns of the grid.
const SIDE: usize = 8;

/// Steps from zero to the greatest magnitude.
const STEPS: f64 = 12.0;

/// The character of the lowest step; that of zero is 12 further.
const LOWEST: u8 = b'A';

/// The signature of a map: 64 letters from `A` (most against) over `M` (zero) to `Y` (most for).
#[must_use]
pub fn signature(map: &Map) -> String {
    let flat = map.flat();
    let (height, width) = (map.facts.height, map.facts.width);
    let means: Vec<f64> = (0..SIDE * SIDE)
        .map(|place| {
            let (rows, columns) = (part(place / SIDE, height), part(place % SIDE, width));
            let count = rows.len() * columns.len();
            let sum: f64 = rows.flat_map(|row| &flat[row * width..][columns.clone()]).map(|v| f64::from(*v)).sum();
            sum / count as f64
        })
        .collect();
    let most = means.iter().fold(0.0, |most: f64, mean| most.max(mean.abs()));
    let step = |mean: f64| if most > 0.0 { (mean / most * STEPS).round() as i8 } else { 0 };
    means.into_iter().map(|mean| char::from((LOWEST + STEPS as u8).wrapping_add_signed(step(mean)))).collect()
}

/// The places of a side that lie in one part of the grid: at least one.
fn part(number: usize, length: usize) -> std::ops::Range<usize> {
    let start = number * length / SIDE;
    start..((number + 1) * length / SIDE).max(start + 1)
}

/// By how many steps two signatures differ at most; none if one is no signature.
#[must_use]
pub fn distance(one: &str, other: &str) -> Option<u8> {
    let whole = |text: &str| text.len() == SIDE * SIDE && text.bytes().all(|c| (LOWEST..=b'Y').contains(&c));
    let far = || one.bytes().zip(other.bytes()).map(|(a, b)| a.abs_diff(b)).max();
    (whole(one) && whole(other)).then(far).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptor::Sign;
    use crate::map::{Facts, Provenance};

    fn map(height: usize, width: usize, value: impl Fn(usize) -> f32) -> Map {
        let facts =
            Facts { channels: 1, height, width, sign: Sign::Signed, provenance: Provenance::default(), steps: vec![] };
        Map { values: (0..height * width).map(value).collect(), facts, picture: None }
    }

    #[test]
    fn it_says_where_and_how_much() {
        let text = signature(&map(16, 16, |i| if i < 128 { 1.0 } else { -0.5 }));
        assert_eq!(text, format!("{}{}", "Y".repeat(32), "G".repeat(32)));
        assert_eq!(signature(&map(7, 7, |_| 0.0)), "M".repeat(64));
    }

    #[test]
    fn rounding_moves_no_letter_by_two() {
        let wave = |noise: f32| map(24, 24, move |i| (i as f32 * 0.37).sin() + noise * (i as f32 * 7.1).cos());
        let found = distance(&signature(&wave(0.0)), &signature(&wave(1e-4)));
        assert!(found.is_some_and(|far| far <= 1), "{found:?}");
        assert!(distance(&signature(&wave(0.0)), &signature(&map(24, 24, |i| i as f32))).unwrap() > 3);
        assert_eq!(distance("M", &"M".repeat(64)), None);
    }
}
