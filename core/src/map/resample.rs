//! Maps to other sizes.
//!
//! Pixels are areas, as in torch's `interpolate(align_corners=False)`: a place of the result lies at
//! `(place + 0.5) * from / to - 0.5` of the map. There is no antialiasing, which matters only for reduction: maps are
//! enlarged. Numbers agree with torch's to the last bits of f32. Pillow's bicubic has a = -0.5 and differs.

/// How values between the map's are made up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interpolation {
    /// The value of the place it lies in: blocks stay blocks.
    Nearest,
    /// Straight lines between neighbours; never beyond their values. The default, as in the published code of most methods.
    #[default]
    Bilinear,
    /// Cubic curves with a = -0.75, torch's; may overshoot.
    Bicubic,
    /// Straight lines, the outermost places of the map on those of the result: torch's `align_corners=True`, as Score-CAM
    /// and FullGrad were published.
    Aligned,
    /// Straight lines, and beyond the outermost places the map's mirror image: scikit-image's `resize`, as IBA and RISE
    /// were published.
    Mirrored,
}

/// Resizes a map.
///
/// # Shapes
/// `[from.0, from.1]` to `[to.0, to.1]`, rows first.
///
/// # Panics
/// If `values` has another length than `from` says, or `from` is empty.
#[must_use]
pub fn resample(values: &[f32], from: (usize, usize), to: (usize, usize), how: Interpolation) -> Vec<f32> {
    assert!(from.0 > 0 && from.1 > 0 && values.len() == from.0 * from.1, "{} values, {from:?}", values.len());
    let (rows, columns) = (taps(from.0, to.0, how), taps(from.1, to.1, how));
    let wide: Vec<f32> = values
        .chunks_exact(from.1)
        .flat_map(|row| columns.iter().map(|tap| tap.iter().map(|&(at, weight)| row[at] * weight).sum::<f32>()))
        .collect();
    let mut tall = vec![0.0; to.0 * to.1];
    for (row, tap) in tall.chunks_exact_mut(to.1.max(1)).zip(rows) {
        for (y, weight) in tap {
            row.iter_mut().zip(&wide[y * to.1..]).for_each(|(sum, value)| *sum += value * weight);
        }
    }
    tall
}

/// A place of a map and its weight.
type Tap = (usize, f32);

/// For each place of the result, the places of the map that it is made of and their weights.
fn taps(from: usize, to: usize, how: Interpolation) -> Vec<Vec<Tap>> {
    // Single precision on purpose: torch rounds here, and the weights carry its rounding.
    let scale = from as f32 / to as f32;
    let between = (from - 1) as f32 / to.saturating_sub(1).max(1) as f32;
    (0..to)
        .map(|place| match how {
            Interpolation::Nearest => vec![(((place as f32 * scale) as usize).min(from - 1), 1.0)],
            Interpolation::Bilinear => linear(from, (scale * (place as f32 + 0.5) - 0.5).max(0.0)),
            Interpolation::Bicubic => cubic(from, scale * (place as f32 + 0.5) - 0.5),
            Interpolation::Aligned => linear(from, place as f32 * between),
            Interpolation::Mirrored => linear(from, mirrored(from, scale * (place as f32 + 0.5) - 0.5)),
        })
        .collect()
}

/// A place beyond the outermost ones, mirrored about their centres.
fn mirrored(from: usize, at: f32) -> f32 {
    let last = (from - 1) as f32;
    at.abs().min(2.0 * last - at).max(0.0)
}

fn linear(from: usize, at: f32) -> Vec<Tap> {
    let first = (at as usize).min(from - 1);
    let share = (at - first as f32).min(1.0);
    vec![(first, 1.0 - share), ((first + 1).min(from - 1), share)]
}

fn cubic(from: usize, at: f32) -> Vec<Tap> {
    const A: f32 = -0.75;
    let near = |x: f32| ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0;
    let far = |x: f32| ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A;
    let first = at.floor();
    let t = at - first;
    let weights = [far(t + 1.0), near(t), near(1.0 - t), far(2.0 - t)];
    let place = |step: isize| (first as isize + step).clamp(0, from as isize - 1) as usize;
    (-1..).map(place).zip(weights).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Interpolation; 5] = [
        Interpolation::Nearest,
        Interpolation::Bilinear,
        Interpolation::Bicubic,
        Interpolation::Aligned,
        Interpolation::Mirrored,
    ];

    #[test]
    fn bilinear_by_hand() {
        let wide = resample(&[0.0, 4.0], (1, 2), (1, 4), Interpolation::Bilinear);
        assert_eq!(wide, [0.0, 1.0, 3.0, 4.0]);
        let square = resample(&[0.0, 4.0, 8.0, 12.0], (2, 2), (4, 4), Interpolation::Bilinear);
        assert_eq!(square[..4], [0.0, 1.0, 3.0, 4.0]);
        assert_eq!(square[4..8], [2.0, 3.0, 5.0, 6.0]);
    }

    #[test]
    fn ends_by_hand() {
        let wide = |how| resample(&[0.0, 4.0], (1, 2), (1, 4), how);
        assert_eq!(wide(Interpolation::Mirrored), [1.0, 1.0, 3.0, 3.0]);
        let aligned = resample(&[0.0, 4.0], (1, 2), (1, 5), Interpolation::Aligned);
        assert_eq!(aligned, [0.0, 1.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn the_same_size_changes_nothing() {
        let values = [1.0, -2.0, 3.5, 0.25, 7.0, -1.0];
        for how in ALL {
            assert_eq!(resample(&values, (2, 3), (2, 3), how), values, "{how:?}");
        }
    }

    #[test]
    fn one_value_fills_everything() {
        for how in ALL {
            assert!(resample(&[2.5], (1, 1), (5, 7), how).iter().all(|v| (v - 2.5).abs() < 1e-5), "{how:?}");
        }
        assert_eq!(resample(&[1.0, 2.0], (1, 2), (1, 4), Interpolation::Nearest), [1.0, 1.0, 2.0, 2.0]);
    }
}
