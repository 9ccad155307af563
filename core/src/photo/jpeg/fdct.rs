//! The forward cosine transform with the arithmetic of the JPEG group's library, and its rounding to steps.
//!
//! The factorisation of Loeffler, Ligtenberg and Moschytz 1989 in 13 fractional bits ("islow"), as in
//! [`idct`](super::idct) the other way round. Coefficients come out eight times too large, which the division by the
//! steps takes back.

/// Fractional bits of the constants.
const CONSTANT_BITS: u32 = 13;

/// Fractional bits kept between the two passes.
const FIRST_PASS_BITS: u32 = 2;

/// Coefficients of a block of samples, in whole steps; of two equally near the one further from zero.
pub(super) fn forward(samples: &[u8; 64], steps: &[u16; 64]) -> [i16; 64] {
    let mut middle = [0; 64];
    for (line, row) in middle.as_chunks_mut::<8>().0.iter_mut().zip(samples.as_chunks::<8>().0) {
        *line = eight(row.map(|sample| i32::from(sample) - 128))
            .map(|value| rounded(value, CONSTANT_BITS - FIRST_PASS_BITS));
    }
    let mut coefficients = [0; 64];
    for x in 0..8 {
        let column = eight(std::array::from_fn(|y| middle[8 * y + x]));
        for (y, value) in column.into_iter().enumerate() {
            let value = rounded(value, CONSTANT_BITS + FIRST_PASS_BITS);
            let step = i32::from(steps[8 * y + x]) * 8;
            coefficients[8 * y + x] = (value.signum() * ((value.abs() + step / 2) / step)) as i16;
        }
    }
    coefficients
}

fn rounded(value: i32, bits: u32) -> i32 {
    (value + (1 << (bits - 1))) >> bits
}

/// The eight-point transform, times 2 to the power of [`CONSTANT_BITS`].
fn eight(input: [i32; 8]) -> [i32; 8] {
    let sum: [i32; 4] = std::array::from_fn(|i| input[i] + input[7 - i]);
    let [d, c, b, a]: [i32; 4] = std::array::from_fn(|i| input[i] - input[7 - i]);
    let (outer, inner) = (sum[0] + sum[3], sum[1] + sum[2]);
    let (steep, flat) = (sum[0] - sum[3], sum[1] - sum[2]);
    let shared = (steep + flat) * 4433;

    let all = (a + b + c + d) * 9633;
    let (ad, bc) = ((a + d) * -7373, (b + c) * -20995);
    let (ac, bd) = ((a + c) * -16069 + all, (b + d) * -3196 + all);
    [
        (outer + inner) << CONSTANT_BITS,
        d * 12299 + ad + bd,
        shared + steep * 6270,
        c * 25172 + bc + ac,
        (outer - inner) << CONSTANT_BITS,
        b * 16819 + bc + bd,
        shared - flat * 15137,
        a * 2446 + ad + ac,
    ]
}

#[cfg(test)]
mod tests {
    use super::super::idct::inverse;
    use super::*;

    #[test]
    fn a_flat_block() {
        let mut expected = [0; 64];
        // Eight times the mean's distance from mid grey.
        expected[0] = 8 * 37;
        assert_eq!(forward(&[128 + 37; 64], &[1; 64]), expected);
        expected[0] = -100;
        assert_eq!(forward(&[28; 64], &[8; 64]), expected);
    }

    #[test]
    fn there_and_back() {
        let samples: [u8; 64] = std::array::from_fn(|i| (i * i * 37 + i * 11) as u8);
        let back = inverse(&forward(&samples, &[1; 64]), &[1; 64]);
        assert!(samples.iter().zip(back).all(|(&sample, back)| sample.abs_diff(back) <= 1));
    }
}
