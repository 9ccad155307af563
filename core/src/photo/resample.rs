//! Resampling as Pillow does it: antialiased, 8 bits, rows first and then columns, in fixed-point numbers.
//!
//! An output value is a weighted mean of the input values below the filter, which is stretched by the factor of
//! reduction. Weights are computed in double precision, normalised, and rounded to 22 fractional bits; each pass
//! rounds to 8 bits. This is what `Image.resize` of Pillow up to 12 does to RGB pictures, bit for bit (`Resample.c`).
//! Pillow 13 takes columns first where the height shrinks much more than the width, and then differs by one level at most;
//! where both sides shrink alike, which is what networks are given, it does not.

use super::input::Filter;

/// Fractional bits of a weight: 32, less 8 for the value and 2 to be safe.
const PRECISION_BITS: u32 = 32 - 8 - 2;

/// Channels of a picture.
const CHANNELS: usize = 3;

/// One side of a resize: how long it is, how long it becomes, and which part of the result is wanted.
///
/// The result's length may exceed memory (a strip of 400 x 1 pixels grows to 102400 x 256); only the part is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// Pixels before.
    pub from: usize,
    /// Pixels after.
    pub to: u64,
    /// First wanted pixel of the result.
    pub start: u64,
    /// Number of wanted pixels.
    pub length: usize,
}

impl Side {
    /// All of the result.
    #[must_use]
    pub fn whole(from: usize, to: usize) -> Self {
        Self { from, to: to as u64, start: 0, length: to }
    }

    fn is_copy(&self) -> bool {
        self.to == self.from as u64
    }
}

/// Resizes an RGB picture of `rows.from * columns.from * 3` bytes and returns the wanted part of the result:
/// the same bytes as resizing all of it and cutting the part out.
///
/// # Shapes
/// `[rows.from, columns.from, 3]` to `[rows.length, columns.length, 3]`.
///
/// # Panics
/// If `rgb` has another length, a side is zero, or the part reaches beyond the result.
#[must_use]
pub fn resize(rgb: &[u8], rows: Side, columns: Side, filter: Filter) -> Vec<u8> {
    assert_eq!(rgb.len(), rows.from * columns.from * CHANNELS, "an RGB picture of {rows:?} by {columns:?}");
    for side in [rows, columns] {
        assert!(side.from > 0 && side.to > 0 && side.start + side.length as u64 <= side.to, "{side:?}");
    }
    let down = weights(rows, filter);
    // Only the rows that the second pass will look at.
    let first = down.iter().map(|taps| taps.first).min().unwrap_or(0);
    let last = down.iter().map(|taps| taps.first + taps.weights.len()).max().unwrap_or(0);
    let line = columns.from * CHANNELS;
    let narrow = across(&rgb[first * line..last * line], line, columns, filter);
    down_columns(&narrow, first, &down, columns.length * CHANNELS)
}

/// What one output value is made of.
struct Taps {
    /// Index of the first input value.
    first: usize,
    /// Weight of it and of those that follow.
    weights: Vec<i32>,
}

/// First pass: each row by itself.
fn across(rgb: &[u8], line: usize, columns: Side, filter: Filter) -> Vec<u8> {
    let taps = weights(columns, filter);
    let mut narrow = Vec::with_capacity(rgb.len() / line * columns.length * CHANNELS);
    for row in rgb.chunks_exact(line) {
        for tap in &taps {
            let mut sum = [1 << (PRECISION_BITS - 1); CHANNELS];
            let pixels = row[tap.first * CHANNELS..].as_chunks::<CHANNELS>().0;
            for (pixel, weight) in pixels.iter().zip(&tap.weights) {
                for c in 0..CHANNELS {
                    sum[c] += i32::from(pixel[c]) * weight;
                }
            }
            narrow.extend(sum.map(clip));
        }
    }
    narrow
}

/// Second pass: whole rows are added up, weighted. `narrow` starts at row `offset` of the picture.
fn down_columns(narrow: &[u8], offset: usize, taps: &[Taps], line: usize) -> Vec<u8> {
    let mut small = Vec::with_capacity(taps.len() * line);
    let mut sums = vec![0; line];
    for tap in taps {
        sums.fill(1 << (PRECISION_BITS - 1));
        let rows = narrow[(tap.first - offset) * line..].chunks_exact(line.max(1));
        for (row, weight) in rows.zip(&tap.weights) {
            for (sum, &value) in sums.iter_mut().zip(row) {
                *sum += i32::from(value) * weight;
            }
        }
        small.extend(sums.iter().map(|&sum| clip(sum)));
    }
    small
}

fn clip(sum: i32) -> u8 {
    (sum >> PRECISION_BITS).clamp(0, 255) as u8
}

/// The weights of each wanted pixel along one side.
fn weights(side: Side, filter: Filter) -> Vec<Taps> {
    (side.start..side.start + side.length as u64)
        .map(|place| if side.is_copy() { copy(place) } else { taps(side, place, filter) })
        .collect()
}

/// A side that keeps its length is not filtered.
fn copy(place: u64) -> Taps {
    Taps { first: place as usize, weights: vec![1 << PRECISION_BITS] }
}

fn taps(side: Side, place: u64, filter: Filter) -> Taps {
    let scale = side.from as f64 / side.to as f64;
    let stretch = scale.max(1.0);
    let support = filter.support() * stretch;
    let centre = (place as f64 + 0.5) * scale;
    // Casts cut off towards zero, as in C, and keep negative bounds at 0.
    let first = (centre - support + 0.5) as usize;
    let end = ((centre + support + 0.5) as usize).min(side.from);
    // Pillow multiplies by the reciprocal; dividing would give other last bits.
    let shrink = 1.0 / stretch;
    let raw: Vec<f64> = (0..end - first).map(|i| filter.at(((i + first) as f64 - centre + 0.5) * shrink)).collect();
    let sum: f64 = raw.iter().sum();
    let weights = raw.iter().map(|weight| fixed(if sum == 0.0 { *weight } else { weight / sum })).collect();
    Taps { first, weights }
}

/// To fixed point, halves away from zero.
fn fixed(weight: f64) -> i32 {
    let scaled = weight * f64::from(1 << PRECISION_BITS);
    (if scaled < 0.0 { scaled - 0.5 } else { scaled + 0.5 }) as i32
}

impl Filter {
    /// Half the width of the filter where nothing is reduced.
    fn support(self) -> f64 {
        match self {
            Self::Bilinear => 1.0,
            Self::Bicubic => 2.0,
        }
    }

    /// The filter's value at a distance.
    fn at(self, distance: f64) -> f64 {
        const A: f64 = -0.5;
        let x = distance.abs();
        match self {
            Self::Bilinear if x < 1.0 => 1.0 - x,
            Self::Bicubic if x < 1.0 => ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0,
            Self::Bicubic if x < 2.0 => (((x - 5.0) * x + 8.0) * x - 4.0) * A,
            _ => 0.0,
        }
    }
}
