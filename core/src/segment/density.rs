//! How crowded it is around each place, in colour and place: the sum of a Gaussian kernel over a square window.
//!
//! The kernel is the product of a factor of place, which a table holds for each offset, and one of colour. A pair of
//! places is seen once and counts for both. The exponential is written out in operations that every processor rounds
//! alike, without branches, so that the compiler makes vectors of the loops and every machine gets the same bits.

use std::f64::consts::{LN_2, LOG2_E};

/// L*a*b* planes `[H, W]`, scaled.
pub(super) struct Colours<'a> {
    /// The planes.
    pub planes: &'a [Vec<f64>; 3],
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl Colours<'_> {
    /// Adds to `densities` at each place the kernel exp(-distance² / (2 `size`²)) to all places at most `radius` rows
    /// and columns away, itself included.
    ///
    /// # Shapes
    /// `densities` `[H, W]`.
    pub fn add_kernel(&self, densities: &mut [f64], size: f64, radius: usize) {
        densities.iter_mut().for_each(|density| *density += 1.0);
        let rate = -0.5 / (size * size);
        let mut weights = vec![0.0; self.width];
        for rows in 0..=radius.min(self.height - 1) {
            let shifts = self.shifts(rows, radius, rate);
            for row in 0..self.height - rows {
                for shift in &shifts {
                    self.add_pairs(densities, &mut weights, row, shift, rate * LOG2_E);
                }
            }
        }
    }

    /// The half of the window's row that sees each pair once.
    fn shifts(&self, rows: usize, radius: usize, rate: f64) -> Vec<Shift> {
        let most = radius.min(self.width - 1) as isize;
        let place = |columns: isize| libm::exp(rate * ((rows * rows) as f64 + (columns * columns) as f64));
        let shift = |columns: isize| Shift { rows, columns, place: place(columns) };
        (if rows == 0 { 1 } else { -most }..=most).map(shift).collect()
    }

    /// All pairs of a place in the row and the one shifted from it.
    fn add_pairs(&self, densities: &mut [f64], weights: &mut [f64], row: usize, shift: &Shift, rate: f64) {
        let length = self.width - shift.columns.unsigned_abs();
        let starts = [row * self.width, (row + shift.rows) * self.width];
        let [from, to] = [starts[0] + (-shift.columns).max(0) as usize, starts[1] + shift.columns.max(0) as usize];
        let [a, b] = [from, to].map(|start| std::array::from_fn(|c| &self.planes[c][start..][..length]));
        let weights = &mut weights[..length];
        weigh(weights, a, b, rate, shift.place);
        for start in [from, to] {
            for (density, weight) in densities[start..][..length].iter_mut().zip(weights.iter()) {
                *density += weight;
            }
        }
    }
}

/// The way from one place of a pair to the other.
struct Shift {
    rows: usize,
    columns: isize,
    /// The kernel's factor of place.
    place: f64,
}

/// `place * 2^(rate * distance²)` of each pair of colours.
fn weigh(weights: &mut [f64], a: [&[f64]; 3], b: [&[f64]; 3], rate: f64, place: f64) {
    let pairs = a[0].iter().zip(a[1]).zip(a[2]).zip(b[0].iter().zip(b[1]).zip(b[2]));
    for (weight, (((a0, a1), a2), ((b0, b1), b2))) in weights.iter_mut().zip(pairs) {
        let [d0, d1, d2] = [a0 - b0, a1 - b1, a2 - b2];
        *weight = place * exp2(rate * (d0 * d0 + d1 * d1 + d2 * d2));
    }
}

/// 2 to the power of a number that is not positive; below -1000 as if it were -1000, which is nothing to a sum that
/// holds a 1.
///
/// The whole part goes into the exponent's bits. The rest x, within half a unit, goes into 1 + x ln 2 + x² p(x), where
/// p is right at the nine Chebyshev nodes: 1.2e-15 at most away, relatively.
#[inline(always)]
fn exp2(power: f64) -> f64 {
    // Adding 1.5 * 2^52 rounds to a whole number and leaves it in the lowest bits, the exponent's bias added.
    const ROUND: f64 = 6_755_399_441_055_744.0 + 1023.0;
    const TERMS: [f64; 11] = [
        1.0,
        LN_2,
        0.24022650695910072,
        0.055504108664760424,
        0.009618129107624945,
        0.0013333558179043112,
        0.00015403530412216054,
        1.525268684626772e-05,
        1.3215459672153585e-06,
        1.0203121063391729e-07,
        7.069370047152424e-09,
    ];
    let power = if power > -1000.0 { power } else { -1000.0 };
    let rounded = power + ROUND;
    let rest = power - (rounded - ROUND);
    let polynomial = TERMS[..10].iter().rev().fold(TERMS[10], |sum, term| sum * rest + term);
    polynomial * f64::from_bits(rounded.to_bits() << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_are_right_to_the_last_bits() {
        for i in 0..100_000 {
            let power = f64::from(i) * -0.01037;
            let (found, right) = (exp2(power), libm::exp2(power.max(-1000.0)));
            assert!((found / right - 1.0).abs() < 1.5e-15, "2^{power}: {found} for {right}");
        }
        assert_eq!([exp2(0.0), exp2(-1.0), exp2(-3.0)], [1.0, 0.5, 0.125]);
    }

    #[test]
    fn each_pair_counts_for_both_places() {
        let (height, width) = (4, 5);
        let planes: [Vec<f64>; 3] =
            std::array::from_fn(|c| (0..20).map(|i| f64::from((i * (7 + c as i32)) % 11)).collect());
        for radius in [1, 2, 9] {
            let mut found = vec![0.25; 20];
            Colours { planes: &planes, height, width }.add_kernel(&mut found, 3.0, radius);
            for (p, found) in found.iter().enumerate() {
                let near = |q: &usize| (q / 5).abs_diff(p / 5) <= radius && (q % 5).abs_diff(p % 5) <= radius;
                let distance = |q: usize| {
                    let place = [(q / 5).abs_diff(p / 5), (q % 5).abs_diff(p % 5)].map(|d| (d * d) as f64);
                    place.iter().sum::<f64>() + planes.iter().map(|c| (c[p] - c[q]).powi(2)).sum::<f64>()
                };
                let right: f64 = (0..20).filter(near).map(|q| (distance(q) / -18.0).exp()).sum();
                assert!((found - 0.25 - right).abs() < 1e-13, "place {p}: {found} for {right}");
            }
        }
    }
}
