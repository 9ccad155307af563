//! Steps that only move memory, each in one pass.

use crate::isa::Isa;
use crate::line;
use crate::mask::{Bits, Mask};
use pulp::{Simd, WithSimd};

/// `output` = `input` clamped to [low, high]; NaN stays NaN. The slices have one length.
pub fn clamp(input: &[f32], low: f32, high: f32, output: &mut [f32]) {
    assert_eq!(input.len(), output.len(), "slices of different lengths");
    Isa::detect().run(Pass { from: input, residual: None, clamp: Some((low, high)), to: output });
}

/// `output` = `a` + `b`, then clamped to [low, high] if there is a `clamp`. The slices have one length.
pub fn add(a: &[f32], b: &[f32], clamp: Option<(f32, f32)>, output: &mut [f32]) {
    assert!(a.len() == output.len() && b.len() == output.len(), "slices of different lengths");
    Isa::detect().run(Pass { from: a, residual: Some(b), clamp, to: output });
}

/// `gradient` = `signal` where the mask lets it pass, 0 elsewhere: the gradient of a clamp. The slices have one length.
pub fn mask(signal: &[f32], mask: &Mask, gradient: &mut [f32]) {
    assert!(signal.len() == gradient.len() && mask.len() == gradient.len(), "slices of different lengths");
    Isa::detect().run(Masked { signal, mask: mask.bits(), to: gradient });
}

struct Pass<'a> {
    from: &'a [f32],
    residual: Option<&'a [f32]>,
    clamp: Option<(f32, f32)>,
    to: &'a mut [f32],
}

impl WithSimd for Pass<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let whole = self.to.len() / S::F32_LANES * S::F32_LANES;
        for (at, len) in [(0, whole), (whole, self.to.len() - whole)] {
            line::finish(simd, &self.from[at..], self.residual, self.clamp, (&mut *self.to, at), len);
        }
    }
}

struct Masked<'a> {
    signal: &'a [f32],
    mask: Bits<'a>,
    to: &'a mut [f32],
}

impl WithSimd for Masked<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let whole = self.to.len() / S::F32_LANES * S::F32_LANES;
        for (at, len) in [(0, whole), (whole, self.to.len() - whole)] {
            line::copy_masked(simd, self.mask, (self.signal, at), (&mut *self.to, at), len);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::noise;

    #[test]
    fn each_number_is_treated_alone() {
        for len in [0, 1, 15, 16, 17, 100] {
            let (mut a, b, mut found) = (noise(len, 1), noise(len, 2), vec![9.0; len]);
            if let Some(first) = a.first_mut() {
                *first = f32::NAN;
            }
            let same = |found: &[f32], wanted: &dyn Fn(usize) -> f32| {
                found
                    .iter()
                    .enumerate()
                    .all(|(i, x)| x.to_bits() == wanted(i).to_bits() || x.is_nan() && wanted(i).is_nan())
            };
            clamp(&a, -0.2, 0.3, &mut found);
            assert!(same(&found, &|i| a[i].clamp(-0.2, 0.3)));
            add(&a, &b, None, &mut found);
            assert!(same(&found, &|i| a[i] + b[i]));
            add(&a, &b, Some((0.0, f32::INFINITY)), &mut found);
            assert!(same(&found, &|i| (a[i] + b[i]).clamp(0.0, f32::INFINITY)));
            mask(&a, &Mask::new(&b, -0.2, 0.3), &mut found);
            assert!(same(&found, &|i| if b[i] > -0.2 && b[i] < 0.3 { a[i] } else { 0.0 }));
        }
    }
}
