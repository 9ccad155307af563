//! Colours as CIE L*a*b*, in which equal distances look about equally different.
//!
//! sRGB (IEC 61966-2-1) to CIE 1931 XYZ to CIE 1976 L*a*b*, under D65 for the observer of 2 degrees, with the rounded
//! constants of scikit-image's `rgb2lab`. Segments hang on ties between distances, which the last bit of a colour may
//! decide: so the operations and their order are the reference's too, and powers and cube roots are rounded to the
//! nearest number. NumPy's are, but for a few, on processors with AVX-512; its other cube root is one bit off for half
//! of all numbers.

/// A linear part ends here: of sRGB's curve, and of L*a*b*'s.
const CURVE: f64 = 0.04045;
const CUBE: f64 = 0.008856;

/// From linear red, green and blue to X, Y and Z.
const XYZ: [[f64; 3]; 3] =
    [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]];

/// X, Y and Z of the white D65.
const WHITE: [f64; 3] = [0.95047, 1.0, 1.08883];

/// Light of a channel's value, both from 0 to 1.
pub(super) fn linear(value: f64) -> f64 {
    if value > CURVE { power((value + 0.055) / 1.055) } else { value / 12.92 }
}

/// `base` to the power of 2.4, to the nearest number: a first answer and one step of Newton's method for answer^5 =
/// base^12.
fn power(base: f64) -> f64 {
    /// The number written 2.4, less 12/5.
    const EXCESS: f64 = -8.881_784_197_001_253e-17;
    let guess = libm::pow(base, 2.4);
    let twelfth = {
        let cube = times(times([base, 0.0], [base, 0.0]), [base, 0.0]);
        let sixth = times(cube, cube);
        times(sixth, sixth)
    };
    let fifth = {
        let square = times([guess, 0.0], [guess, 0.0]);
        times(times(square, square), [guess, 0.0])
    };
    let off = ((twelfth[0] - fifth[0]) + (twelfth[1] - fifth[1])) / (5.0 * fifth[0]);
    guess + guess * (off + EXCESS * libm::log(base))
}

/// A product of sums of two numbers, the second far smaller: about 100 bits.
fn times(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    let high = a[0] * b[0];
    let low = libm::fma(a[0], b[0], -high) + (a[0] * b[1] + a[1] * b[0]);
    [high + low, low - ((high + low) - high)]
}

/// L* from 0 to 100, a* and b*, of linear red, green and blue from 0 to 1.
pub(super) fn lab(light: [f64; 3]) -> [f64; 3] {
    let [x, y, z] = std::array::from_fn(|i| bent(sum(XYZ[i], light) / WHITE[i]));
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// A row of the matrix times the colour, each product added in one rounding, as in the reference's linear algebra.
fn sum(row: [f64; 3], light: [f64; 3]) -> f64 {
    libm::fma(row[2], light[2], libm::fma(row[1], light[1], row[0] * light[0]))
}

fn bent(share: f64) -> f64 {
    if share > CUBE { libm::cbrt(share) } else { 7.787 * share + 16.0 / 116.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From 300 bits of working precision (mpmath 1.3.0); libm's power is one bit below and above here.
    #[test]
    fn powers_are_the_nearest_numbers() {
        for (base, right) in [
            (0.11532385466034756, 0.005605391624202723),
            (0.11904098132143853, 0.006048833022857054),
            (0.22312052783198588, 0.027320891639074894),
            (0.3457857076479881, 0.07818742180518633),
            (1.0, 1.0),
        ] {
            assert_eq!(power(base), right, "{base}");
        }
    }

    /// scikit-image 0.26.0's, to the bit, of two colours for which products that are rounded before they are added give
    /// another.
    #[test]
    fn sums_are_rounded_as_by_the_reference() {
        let known = [
            ([1.0, 0.0, 4.0], [0.1374560597110417, 0.8176745886443182, -1.4215556643080773]),
            ([2.0, 0.0, 6.0], [0.23533846535300285, 1.3572615380555153, -2.086264236098984]),
        ];
        for (bytes, right) in known {
            assert_eq!(lab(bytes.map(|value: f64| linear(value * (1.0 / 255.0)))), right, "{bytes:?}");
        }
    }

    /// CIE values of the primaries and of a dark grey, from the definition with unrounded constants: L* of grey is
    /// 903.3 times its light, and no grey has a hue. The rounded constants move the third digit after the point.
    #[test]
    fn known_colours() {
        let known = [
            ([1.0, 0.0, 0.0], [53.24, 80.09, 67.20]),
            ([0.0, 1.0, 0.0], [87.73, -86.18, 83.18]),
            ([0.0, 0.0, 1.0], [32.30, 79.19, -107.86]),
            ([1.0, 1.0, 1.0], [100.0, 0.0, 0.0]),
            ([0.04, 0.04, 0.04], [0.04 / 12.92 * 903.3, 0.0, 0.0]),
            ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0]),
        ];
        for (colour, right) in known {
            let found = lab(colour.map(linear));
            assert!(found.iter().zip(right).all(|(a, b)| (a - b).abs() < 0.02), "{colour:?}: {found:?}");
        }
    }
}
