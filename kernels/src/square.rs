//! Small squares of numbers turned: rows become columns. Compilers make of the plain writing a load and a store for every
//! number, so x86 has its shuffles here.

use pulp::Simd;
#[cfg(target_arch = "x86_64")]
use std::any::Any;
use std::array::from_fn;

/// A square turned.
#[inline(always)]
pub(crate) fn turned<S: Simd, const P: usize>(simd: S, square: [[f32; P]; P]) -> [[f32; P]; P] {
    #[cfg(target_arch = "x86_64")]
    {
        use pulp::x86::{V3, V4};
        if let (Some(simd), Some(four)) = (this::<V3>(&simd), this::<[[f32; 4]; 4]>(&square)) {
            return *this(&x86::four(simd.sse, *four)).expect("a square of four");
        }
        if let (Some(simd), Some(eight)) = (this::<V4>(&simd), this::<[[f32; 8]; 8]>(&square)) {
            return *this(&x86::eight(simd.avx, *eight)).expect("a square of eight");
        }
    }
    let _ = simd;
    from_fn(|column| from_fn(|row| square[row][column]))
}

/// What is known of no type, as what it is.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn this<T: Any>(any: &dyn Any) -> Option<&T> {
    any.downcast_ref()
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use pulp::cast;
    use pulp::core_arch::x86::{Avx, Sse};
    use std::arch::x86_64::__m256;

    /// Pairs of rows, then pairs of pairs.
    #[inline(always)]
    pub fn four(sse: Sse, [a, b, c, d]: [[f32; 4]; 4]) -> [[f32; 4]; 4] {
        let (a, b, c, d) = (cast(a), cast(b), cast(c), cast(d));
        let (low, high) = (sse._mm_unpacklo_ps(a, c), sse._mm_unpackhi_ps(a, c));
        let (low_too, high_too) = (sse._mm_unpacklo_ps(b, d), sse._mm_unpackhi_ps(b, d));
        [
            cast(sse._mm_unpacklo_ps(low, low_too)),
            cast(sse._mm_unpackhi_ps(low, low_too)),
            cast(sse._mm_unpacklo_ps(high, high_too)),
            cast(sse._mm_unpackhi_ps(high, high_too)),
        ]
    }

    /// The same in both halves of the registers, which then are put together.
    #[inline(always)]
    pub fn eight(avx: Avx, [a, b, c, d, e, f, g, h]: [[f32; 8]; 8]) -> [[f32; 8]; 8] {
        let above = halves(avx, [cast(a), cast(b), cast(c), cast(d)]);
        let below = halves(avx, [cast(e), cast(f), cast(g), cast(h)]);
        [
            cast(avx._mm256_permute2f128_ps::<0x20>(above[0], below[0])),
            cast(avx._mm256_permute2f128_ps::<0x20>(above[1], below[1])),
            cast(avx._mm256_permute2f128_ps::<0x20>(above[2], below[2])),
            cast(avx._mm256_permute2f128_ps::<0x20>(above[3], below[3])),
            cast(avx._mm256_permute2f128_ps::<0x31>(above[0], below[0])),
            cast(avx._mm256_permute2f128_ps::<0x31>(above[1], below[1])),
            cast(avx._mm256_permute2f128_ps::<0x31>(above[2], below[2])),
            cast(avx._mm256_permute2f128_ps::<0x31>(above[3], below[3])),
        ]
    }

    #[inline(always)]
    fn halves(avx: Avx, [a, b, c, d]: [__m256; 4]) -> [__m256; 4] {
        let (low, high) = (avx._mm256_unpacklo_ps(a, c), avx._mm256_unpackhi_ps(a, c));
        let (low_too, high_too) = (avx._mm256_unpacklo_ps(b, d), avx._mm256_unpackhi_ps(b, d));
        [
            avx._mm256_unpacklo_ps(low, low_too),
            avx._mm256_unpackhi_ps(low, low_too),
            avx._mm256_unpacklo_ps(high, high_too),
            avx._mm256_unpackhi_ps(high, high_too),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::Isa;
    use pulp::WithSimd;

    struct Turning;

    impl WithSimd for Turning {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            is_turned::<S, 8>(simd);
            is_turned::<S, 4>(simd);
        }
    }

    fn is_turned<S: Simd, const P: usize>(simd: S) {
        let square: [[f32; P]; P] = from_fn(|row| from_fn(|column| (P * row + column) as f32));
        let turned = turned(simd, square);
        assert!((0..P * P).all(|i| turned[i % P][i / P] == square[i / P][i % P]));
    }

    #[test]
    fn rows_become_columns() {
        Isa::available().into_iter().for_each(|isa| isa.run(Turning));
    }
}
