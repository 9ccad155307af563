//! Random numbers by counter: number `i` of a stream depends on the seed, the stream's name and `i` alone.
//!
//! So draws never depend on the order of work, the size of a batch, the number of workers or the device: the kernels'
//! `counter` gives the same bits everywhere.

use tessera_kernels::counter::{self, mix};

/// Keeps seed 0 from being mixed to 0.
const SEEDED: u64 = 0x9E37_79B9_7F4A_7C15;

/// A sequence of random numbers that can be asked for in any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    start: u64,
}

impl Stream {
    /// The stream of that name; streams of one seed and different names are independent.
    #[must_use]
    pub fn new(seed: u64, name: &str) -> Stream {
        Stream { start: mix(seed.wrapping_add(SEEDED)) ^ fnv(name) }
    }

    /// Number `i`: 64 random bits.
    #[must_use]
    pub fn bits(&self, i: u64) -> u64 {
        counter::bits(self.start, i)
    }

    /// Number `i`, evenly spread over 0 (included) to 1 (not included).
    #[must_use]
    pub fn uniform(&self, i: u64) -> f64 {
        counter::uniform(self.start, i)
    }

    /// Number `i`, one of 0 to `n - 1`.
    #[must_use]
    pub fn below(&self, i: u64, n: usize) -> usize {
        (self.uniform(i) * n as f64) as usize
    }

    /// Number `i`, normally distributed with mean 0 and deviation 1. Made of the uniform numbers `2 i` and `2 i + 1`.
    #[must_use]
    pub fn normal(&self, i: u64) -> f32 {
        counter::normal(self.start, i)
    }

    /// Normal numbers from number `first` on, many at once.
    #[must_use]
    pub fn normals(&self, first: u64, count: usize) -> Vec<f32> {
        let mut numbers = vec![0.0; count];
        counter::normals(self.start, first, &mut numbers);
        numbers
    }
}

/// FNV-1a of 64 bits.
fn fnv(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_by_seed_and_name() {
        let all = [Stream::new(0, "noise"), Stream::new(1, "noise"), Stream::new(0, "masks")];
        assert!(all.iter().enumerate().all(|(i, a)| all[..i].iter().all(|b| a.bits(0) != b.bits(0))));
    }

    #[test]
    fn numbers_are_spread_as_they_should_be() {
        let stream = Stream::new(7, "noise");
        let count = 40_000;
        let normals: Vec<f64> = (0..count).map(|i| f64::from(stream.normal(i))).collect();
        let mean = normals.iter().sum::<f64>() / count as f64;
        let variance = normals.iter().map(|x| x * x).sum::<f64>() / count as f64;
        // Four standard errors: 1 / sqrt(40 000) = 0.005, and 0.007 for the variance.
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
        let counts = (0..count).fold([0u32; 4], |mut counts, i| {
            counts[stream.below(i, 4)] += 1;
            counts
        });
        assert!(counts.iter().all(|&n| (9_600..10_400).contains(&n)), "{counts:?}");
    }
}
