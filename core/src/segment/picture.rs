//! What is cut: colours as numbers.

use super::{SegmentError, check_size, lab};

/// Greatest channel taken, so that no distance overflows.
const GREATEST: f64 = 1e6;
/// A byte's step from 0 to 1. The reference multiplies by it; dividing would give other last bits.
const STEP: f64 = 1.0 / 255.0;

/// Red, green and blue at each place, as sRGB.
///
/// Bytes become numbers from 0 to 1. Other numbers are taken as they are, as by the reference: quickshift sees
/// the colours as if they were from 0 to 1, SLIC stretches them there. The reference computes in the precision of
/// the picture that it is given; here that is f64 for all.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    height: usize,
    width: usize,
    channels: Channels,
}

/// `[H, W, 3]`.
#[derive(Clone, Debug, PartialEq)]
enum Channels {
    Bytes(Vec<u8>),
    Numbers(Vec<f64>),
}

impl Picture {
    /// A picture of bytes.
    ///
    /// # Shapes
    /// `rgb` `[H, W, 3]`.
    ///
    /// # Errors
    /// If it has no place, or too many.
    ///
    /// # Panics
    /// If `rgb` has another length.
    pub fn from_bytes(rgb: Vec<u8>, height: usize, width: usize) -> Result<Self, SegmentError> {
        check_size(height, width)?;
        assert_eq!(rgb.len(), height * width * 3, "an RGB picture of {height} rows and {width} columns");
        Ok(Self { height, width, channels: Channels::Bytes(rgb) })
    }

    /// A picture of numbers.
    ///
    /// # Shapes
    /// `values` `[H, W, 3]`.
    ///
    /// # Errors
    /// If it has no place or too many, or a colour is no number or beyond a million.
    ///
    /// # Panics
    /// If `values` has another length.
    pub fn from_values(values: Vec<f64>, height: usize, width: usize) -> Result<Self, SegmentError> {
        check_size(height, width)?;
        assert_eq!(values.len(), height * width * 3, "an RGB picture of {height} rows and {width} columns");
        match values.iter().position(|value| value.is_nan() || value.abs() > GREATEST) {
            Some(i) => Err(SegmentError::Colour { row: i / 3 / width, column: i / 3 % width }),
            None => Ok(Self { height, width, channels: Channels::Numbers(values) }),
        }
    }

    /// Rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// Columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// L*a*b* of each place, times a factor: three planes `[H, W]`.
    pub(super) fn lab(&self, factor: f64) -> [Vec<f64>; 3] {
        self.planes(lab::linear, factor)
    }

    /// The same of the picture stretched to 0 and 1, by one scale for all channels.
    pub(super) fn stretched_lab(&self, factor: f64) -> [Vec<f64>; 3] {
        let (least, greatest) = self.range();
        let span = if greatest > least { greatest - least } else { 1.0 };
        self.planes(|value| lab::linear((value - least) / span), factor)
    }

    /// The least and the greatest channel.
    fn range(&self) -> (f64, f64) {
        let ends = |(least, greatest): (f64, f64), value: f64| (least.min(value), greatest.max(value));
        let none = (f64::INFINITY, f64::NEG_INFINITY);
        match &self.channels {
            Channels::Bytes(rgb) => rgb.iter().map(|&value| f64::from(value) * STEP).fold(none, ends),
            Channels::Numbers(values) => values.iter().copied().fold(none, ends),
        }
    }

    fn planes(&self, light: impl Fn(f64) -> f64, factor: f64) -> [Vec<f64>; 3] {
        match &self.channels {
            Channels::Bytes(rgb) => {
                let table: [f64; 256] = std::array::from_fn(|value| light(value as f64 * STEP));
                planes(rgb.as_chunks().0.iter().map(|colour| colour.map(|value| table[usize::from(value)])), factor)
            }
            Channels::Numbers(values) => planes(values.as_chunks().0.iter().map(|colour| colour.map(&light)), factor),
        }
    }
}

fn planes(lights: impl ExactSizeIterator<Item = [f64; 3]>, factor: f64) -> [Vec<f64>; 3] {
    let mut planes = std::array::from_fn(|_| Vec::with_capacity(lights.len()));
    for light in lights {
        for (plane, value) in planes.iter_mut().zip(lab::lab(light)) {
            plane.push(value * factor);
        }
    }
    planes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_numbers_from_0_to_1() {
        let rgb: Vec<u8> = (0..=255).chain([9, 5]).collect();
        let values = rgb.iter().map(|&value| f64::from(value) / 255.0).collect();
        let bytes = Picture::from_bytes(rgb, 2, 43).unwrap();
        let numbers = Picture::from_values(values, 2, 43).unwrap();
        for (a, b) in bytes.lab(0.5).iter().flatten().zip(numbers.lab(0.5).iter().flatten()) {
            assert!((a - b).abs() < 1e-12, "{a} for {b}");
        }
    }

    #[test]
    fn stretching_reaches_black_and_white() {
        let values = [[-2.0; 3], [3.0; 3], [0.5; 3]].concat();
        let [l, a, _] = Picture::from_values(values, 1, 3).unwrap().stretched_lab(1.0);
        assert_eq!(l[0], 0.0);
        assert!((l[1] - 100.0).abs() < 1e-4 && (l[2] - 53.39).abs() < 0.01, "{l:?}");
        assert!(a.iter().all(|a| a.abs() < 0.01), "grey: {a:?}");
        // One colour has nothing to stretch.
        assert_eq!(Picture::from_bytes(vec![7; 6], 1, 2).unwrap().stretched_lab(1.0)[0], [0.0; 2]);
    }

    #[test]
    fn what_is_no_colour_is_refused() {
        for bad in [f64::NAN, f64::INFINITY, -2e6] {
            let mut values = vec![0.5; 18];
            values[13] = bad;
            assert_eq!(Picture::from_values(values, 2, 3), Err(SegmentError::Colour { row: 1, column: 1 }));
        }
        for (height, width) in [(0, 4), (4, 0)] {
            assert_eq!(Picture::from_bytes(Vec::new(), height, width), Err(SegmentError::Size { height, width }));
        }
    }
}
