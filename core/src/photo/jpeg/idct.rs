//! The inverse cosine transform of a block, in whole numbers: the "islow" one of the JPEG group's library, bit for bit.
//!
//! Two passes of Loeffler, Ligtenberg and Moschytz' eight-point transform with 13 fractional bits in the constants; the
//! first pass keeps 2 more bits than the coefficients have. Arithmetic wraps, because a stranger's coefficients may be
//! anything.

use std::num::Wrapping;

type Number = Wrapping<i32>;

const CONSTANT_BITS: usize = 13;
const FIRST_PASS_BITS: usize = 2;

/// Coefficients (row after row, not in zigzag order) times quantisation steps, to samples.
pub(super) fn inverse(coefficients: &[i16; 64], steps: &[u16; 64]) -> [u8; 64] {
    let mut middle = [Wrapping(0); 64];
    for x in 0..8 {
        let column = std::array::from_fn(|y| {
            Wrapping(i32::from(coefficients[8 * y + x])) * Wrapping(i32::from(steps[8 * y + x]))
        });
        for (y, value) in eight(column).into_iter().enumerate() {
            middle[8 * y + x] = rounded(value, CONSTANT_BITS - FIRST_PASS_BITS);
        }
    }
    let mut samples = [0; 64];
    for (row, line) in middle.as_chunks::<8>().0.iter().zip(samples.as_chunks_mut::<8>().0) {
        for (sample, value) in line.iter_mut().zip(eight(*row)) {
            let level = rounded(value, CONSTANT_BITS + FIRST_PASS_BITS + 3) + Wrapping(128);
            *sample = level.0.clamp(0, 255) as u8;
        }
    }
    samples
}

fn rounded(value: Number, bits: usize) -> Number {
    (value + Wrapping(1 << (bits - 1))) >> bits
}

/// The eight-point transform, times 2 to the power of [`CONSTANT_BITS`].
fn eight(input: [Number; 8]) -> [Number; 8] {
    let times = |value: Number, constant: i32| value * Wrapping(constant);
    let shared = times(input[2] + input[6], 4433);
    let (low, high) = (shared - times(input[6], 15137), shared + times(input[2], 6270));
    let (sum, difference) = ((input[0] + input[4]) << CONSTANT_BITS, (input[0] - input[4]) << CONSTANT_BITS);
    let even = [sum + high, difference + low, difference - low, sum - high];

    let [a, b, c, d] = [input[7], input[5], input[3], input[1]];
    let all = times(a + c + b + d, 9633);
    let (ad, bc) = (times(a + d, -7373), times(b + c, -20995));
    let (ac, bd) = (times(a + c, -16069) + all, times(b + d, -3196) + all);
    let odd =
        [times(d, 12299) + ad + bd, times(c, 25172) + bc + ac, times(b, 16819) + bc + bd, times(a, 2446) + ad + ac];
    std::array::from_fn(|i| if i < 4 { even[i] + odd[i] } else { even[7 - i] - odd[7 - i] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_block() {
        let mut coefficients = [0; 64];
        coefficients[0] = 10;
        // The mean is an eighth of the first coefficient.
        assert_eq!(inverse(&coefficients, &[4; 64]), [128 + 5; 64]);
    }

    #[test]
    fn agrees_with_the_definition() {
        let mut state = 7_u32;
        for _ in 0..200 {
            let coefficients: [i16; 64] = std::array::from_fn(|i| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let size = 160 / (1 + i as i32 / 4);
                ((state >> 16) as i32 % (2 * size + 1) - size) as i16
            });
            let found = inverse(&coefficients, &[1; 64]);
            for (i, found) in found.into_iter().enumerate() {
                let exact = defined(&coefficients, i / 8, i % 8).clamp(0.0, 255.0);
                assert!((f64::from(found) - exact).abs() < 0.6, "{found} is not {exact}");
            }
        }
    }

    fn defined(coefficients: &[i16; 64], y: usize, x: usize) -> f64 {
        let wave = |place: usize, frequency: usize| {
            let scale = if frequency == 0 { 0.5_f64.sqrt() } else { 1.0 };
            scale * ((2 * place + 1) as f64 * frequency as f64 * std::f64::consts::PI / 16.0).cos()
        };
        let sum: f64 = (0..64).map(|i| f64::from(coefficients[i]) * wave(y, i / 8) * wave(x, i % 8)).sum();
        sum / 4.0 + 128.0
    }

    #[test]
    fn monstrous_coefficients_do_not_panic() {
        let _ = inverse(&[i16::MIN; 64], &[u16::MAX; 64]);
        let _ = inverse(&[i16::MAX; 64], &[u16::MAX; 64]);
    }
}
