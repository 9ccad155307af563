//! Random numbers by counter: number `i` of a stream depends on the stream's start and on `i` alone.
//!
//! The mixing is the finaliser of splitmix64 (Steele, Lea and Flood 2014, doi 10.1145/2660193.2660195). Logarithm and
//! cosine are polynomials without branches, so that a compiler computes several numbers at once; made of sums,
//! products, quotients and roots in f64 they give the same bits with every instruction set.

use crate::isa::Isa;
use pulp::{Simd, WithSimd};

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The bits of the root of one half, rounded down to 20 bits after the point.
const ROOT_HALF: u64 = 0x3FE6_A09E_0000_0000;
const ONE: u64 = 0x3FF0_0000_0000_0000;

/// Least-squares coefficients for ln(1 + f) = 2 s + s z P(z) with s = f / (2 + f) and z = s² (fdlibm 5.3, e_log.c, Sun
/// Microsystems 1993), and ln 2 in two parts.
const LN: [f64; 7] = [
    6.666_666_666_666_735e-1,
    3.999_999_999_940_942e-1,
    2.857_142_874_366_239e-1,
    2.222_219_843_214_978_4e-1,
    1.818_357_216_161_805e-1,
    1.531_383_769_920_937_3e-1,
    1.479_819_860_511_658_6e-1,
];
const LN_2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];

/// The same for sine and cosine up to an eighth of a turn (fdlibm 5.3, k_sin.c and k_cos.c).
const SIN: [f64; 6] = [
    -1.666_666_666_666_663_2e-1,
    8.333_333_333_322_49e-3,
    -1.984_126_982_985_795e-4,
    2.755_731_370_707_006_8e-6,
    -2.505_076_025_340_686_3e-8,
    1.589_690_995_211_55e-10,
];
const COS: [f64; 6] = [
    4.166_666_666_666_66e-2,
    -1.388_888_888_887_411e-3,
    2.480_158_728_947_673e-5,
    -2.755_731_435_139_066_3e-7,
    2.087_572_321_298_175e-9,
    -1.135_964_755_778_819_5e-11,
];

/// Mixes 64 bits.
#[inline(always)]
pub fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Number `i` of the stream that starts there: 64 random bits.
#[inline(always)]
pub fn bits(start: u64, i: u64) -> u64 {
    mix(start.wrapping_add(i.wrapping_add(1).wrapping_mul(GOLDEN)))
}

/// Number `i`, evenly spread over 0 (included) to 1 (not included).
#[inline(always)]
pub fn uniform(start: u64, i: u64) -> f64 {
    (bits(start, i) >> 11) as f64 / (1u64 << 53) as f64
}

/// Number `i`, normally distributed with mean 0 and deviation 1 (Box and Muller 1958). Made of the uniform numbers `2 i`
/// and `2 i + 1`.
#[inline(always)]
pub fn normal(start: u64, i: u64) -> f32 {
    let radius = (-2.0 * ln(1.0 - uniform(start, 2 * i))).sqrt();
    (radius * cosine(uniform(start, 2 * i + 1))) as f32
}

/// Normal numbers from number `first` on.
pub fn normals(start: u64, first: u64, to: &mut [f32]) {
    Isa::detect().run(Normals { start, first, to });
}

struct Normals<'a> {
    start: u64,
    first: u64,
    to: &'a mut [f32],
}

impl WithSimd for Normals<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Normals { start, first, to } = self;
        to.iter_mut().zip(first..).for_each(|(to, i)| *to = normal(start, i));
    }
}

/// The natural logarithm of a number above zero that is not too small to be normal.
#[inline(always)]
fn ln(x: f64) -> f64 {
    let shifted = x.to_bits().wrapping_add(ONE - ROOT_HALF);
    let power = f64::from((shifted >> 52) as i32 - 0x3FF);
    let f = f64::from_bits((shifted & 0x000F_FFFF_FFFF_FFFF) + ROOT_HALF) - 1.0;
    let half = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (LN[1] + w * (LN[3] + w * LN[5]));
    let odd = z * (LN[0] + w * (LN[2] + w * (LN[4] + w * LN[6])));
    s * (half + (odd + even)) + power * LN_2[1] - half + f + power * LN_2[0]
}

/// The cosine of so many turns, 0 to 1.
#[inline(always)]
fn cosine(turns: f64) -> f64 {
    let quarter = (4.0 * turns + 0.5) as i32;
    let r = (turns - 0.25 * f64::from(quarter)) * (2.0 * std::f64::consts::PI);
    let z = r * r;
    let along = |c: &[f64; 6]| c[0] + z * (c[1] + z * (c[2] + z * (c[3] + z * (c[4] + z * c[5]))));
    let (sine, cosine) = (r + r * z * along(&SIN), 1.0 - 0.5 * z + z * z * along(&COS));
    let value = if quarter & 1 == 1 { sine } else { cosine };
    if (quarter + 1) & 2 == 2 { -value } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixing_is_splitmix64s() {
        // The published generator's first outputs from seed 0.
        assert_eq!((bits(0, 0), bits(0, 1)), (0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4));
    }

    #[test]
    fn logarithm_and_cosine_are_the_standard_librarys() {
        let ends = [0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0 - 1.0 / (1u64 << 53) as f64];
        for u in ends.into_iter().chain((0..100_000).map(|i| uniform(5, i))) {
            let (x, turn) = (1.0 - u, 2.0 * std::f64::consts::PI * u);
            assert!((ln(x) - x.ln()).abs() <= 4e-16 * x.ln().abs(), "ln {x}");
            // The angle itself is rounded there.
            assert!((cosine(u) - turn.cos()).abs() <= 1e-15, "cos {u}");
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let one_by_one: Vec<f32> = (1_000..1_777).map(|i| normal(9, i)).collect();
        for isa in Isa::available() {
            let mut together = vec![0.0; 777];
            isa.run(Normals { start: 9, first: 1_000, to: &mut together });
            assert_eq!(together, one_by_one, "{}", isa.name());
        }
    }
}
