//! A photo made small enough to be looked at.

use super::Photo;
use super::input::Filter;
use super::resample::{Side, resize};

/// The photo with its longest side reduced to `longest` pixels, never enlarged: rows, columns and
/// `rows * columns * 4` bytes, RGBA, opaque. Antialiased.
#[must_use]
pub fn preview(photo: &Photo, longest: usize) -> (usize, usize, Vec<u8>) {
    let (height, width) = (photo.facts.height, photo.facts.width);
    let (rows, columns) = fitted(height, width, longest);
    let rgb = resize(&photo.rgb, Side::whole(height, rows), Side::whole(width, columns), Filter::Bilinear);
    let rgba = rgb.as_chunks::<3>().0.iter().flat_map(|&[r, g, b]| [r, g, b, 255]).collect();
    (rows, columns, rgba)
}

fn fitted(height: usize, width: usize, longest: usize) -> (usize, usize) {
    let side = height.max(width);
    let longest = longest.clamp(1, side);
    let scaled = |length: usize| {
        let nearest = (length as u64 * longest as u64 * 2 + side as u64) / (2 * side as u64);
        (nearest as usize).max(1)
    };
    (scaled(height), scaled(width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits_and_never_enlarges() {
        assert_eq!(fitted(3000, 4000, 1000), (750, 1000));
        assert_eq!(fitted(30, 40, 1000), (30, 40));
        assert_eq!(fitted(1, 400, 100), (1, 100));
        assert_eq!(fitted(2, 3, 0), (1, 1));
    }
}
