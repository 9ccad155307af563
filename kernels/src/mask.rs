//! What a clamp let through, one bit a number: all that its gradient wants to know of it.

use crate::isa::Isa;
use pulp::bytemuck::bytes_of;
use pulp::{Simd, WithSimd};

/// Numbers whose bits are made at once: as many as the longest vector holds.
const GROUP: usize = 16;

/// Bytes after the last bit, so that a vector's bits can be read wherever they begin.
const SLACK: usize = 4;

/// Lane `i` of a vector as bit `i`, and the same as a number.
const BITS: [u32; GROUP] = lanes();

/// Which numbers a clamp let through: one bit each.
#[derive(Clone, Debug)]
pub struct Mask {
    bytes: Vec<u8>,
    len: usize,
}

impl Mask {
    /// Bits of what a clamp to [low, high] put out: 1 where that lies strictly between the limits.
    pub fn new(output: &[f32], low: f32, high: f32) -> Self {
        let mut bytes = vec![0; output.len().div_ceil(GROUP) * (GROUP / 8) + SLACK];
        Isa::detect().run(Making { output, low, high, bytes: &mut bytes });
        Self { bytes, len: output.len() }
    }

    /// How many numbers it tells of.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it tells of none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Its bits from the first on.
    pub(crate) fn bits(&self) -> Bits<'_> {
        Bits { bytes: &self.bytes, first: 0 }
    }
}

/// Bits of a mask from some number on.
#[derive(Clone, Copy)]
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    first: usize,
}

impl Bits<'_> {
    /// Those from number `first` on.
    pub fn from(self, first: usize) -> Self {
        Self { first: self.first + first, ..self }
    }

    /// The bits of a vector's numbers from `at` on, the first the lowest; what stands above them is not said.
    #[inline(always)]
    fn word(self, at: usize) -> u32 {
        let at = self.first + at;
        let bytes = self.bytes[at / 8..].first_chunk().expect("slack after the last bit");
        u32::from_le_bytes(*bytes) >> (at % 8)
    }

    /// Number `at` if it is let through, else 0.
    #[inline(always)]
    pub fn number(self, at: usize, signal: f32) -> f32 {
        if self.word(at) & 1 == 1 { signal } else { 0.0 }
    }

    /// The numbers of a vector from `at` on that are let through, 0 elsewhere.
    #[inline(always)]
    pub fn vector<S: Simd>(self, simd: S, at: usize, signal: S::f32s) -> S::f32s {
        let lanes = S::as_simd_u32s(&BITS[..S::U32_LANES]).0[0];
        let set = simd.and_u32s(simd.splat_u32s(self.word(at)), lanes);
        simd.select_f32s(simd.equal_u32s(set, lanes), signal, simd.splat_f32s(0.0))
    }
}

struct Making<'a> {
    output: &'a [f32],
    low: f32,
    high: f32,
    bytes: &'a mut [u8],
}

impl WithSimd for Making<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (low, high) = (simd.splat_f32s(self.low), simd.splat_f32s(self.high));
        let powers = BITS.map(|bit| bit as f32);
        let (powers, zero) = (S::as_simd_f32s(&powers[..S::F32_LANES]).0[0], simd.splat_f32s(0.0));
        let (groups, rest) = self.output.as_chunks::<GROUP>();
        let bytes = self.bytes.as_chunks_mut::<{ GROUP / 8 }>().0;
        for (group, bytes) in groups.iter().zip(&mut *bytes) {
            let mut bits = 0;
            for (at, &x) in S::as_simd_f32s(group).0.iter().enumerate() {
                // What is not above the lower limit counts as the upper one.
                let above = simd.select_f32s(simd.less_than_f32s(low, x), x, high);
                let passed = simd.less_than_f32s(above, high);
                let set = match bytes_of(&passed) {
                    // The instruction set has bits itself.
                    &[first, second] => u16::from_le_bytes([first, second]),
                    // WebAssembly has an instruction for it.
                    #[cfg(target_arch = "wasm32")]
                    lanes if lanes.len() == 16 => bitmask(lanes),
                    // A sum of different powers of two, of so few, is their bits.
                    _ => simd.reduce_sum_f32s(simd.select_f32s(passed, powers, zero)) as u16,
                };
                bits |= set << (at * S::F32_LANES);
            }
            *bytes = bits.to_le_bytes();
        }
        let passes = |(at, &x): (usize, &f32)| u16::from(self.low < x && x < self.high) << at;
        let last = rest.iter().enumerate().map(passes).sum::<u16>();
        if let Some(bytes) = bytes.get_mut(groups.len()) {
            *bytes = last.to_le_bytes();
        }
    }
}

/// The highest bit of each of four lanes.
#[cfg(target_arch = "wasm32")]
#[inline(always)]
fn bitmask(lanes: &[u8]) -> u16 {
    let lanes: [u8; 16] = lanes.try_into().expect("a whole vector");
    u16::from(std::arch::wasm32::i32x4_bitmask(pulp::cast(lanes)))
}

const fn lanes() -> [u32; GROUP] {
    let mut bits = [0; GROUP];
    let mut lane = 0;
    while lane < GROUP {
        bits[lane] = 1 << lane;
        lane += 1;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::noise;

    #[test]
    fn a_bit_is_set_strictly_between_the_limits() {
        for len in [0, 1, 7, 16, 31, 100] {
            let mut output = noise(len, 3);
            for (to, odd) in output.iter_mut().zip([f32::NAN, 0.3, -0.2, f32::INFINITY]) {
                *to = odd;
            }
            for isa in Isa::available() {
                let mut bytes = vec![0; len.div_ceil(GROUP) * (GROUP / 8) + SLACK];
                isa.run(Making { output: &output, low: -0.2, high: 0.3, bytes: &mut bytes });
                let mask = Mask { bytes, len };
                for (at, &x) in output.iter().enumerate() {
                    let wanted = f32::from(x > -0.2 && x < 0.3);
                    assert_eq!(mask.bits().number(at, 1.0), wanted, "{at} of {len} on {}", isa.name());
                }
            }
        }
    }
}
