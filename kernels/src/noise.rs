//! Numbers for tests.

/// Numbers in [-1, 1), the same in every run.
pub(crate) fn noise(len: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..len).map(|_| next()).collect()
}

/// Fails where a number is not what a sum in f64 says.
pub(crate) fn assert_close(found: &[f32], wanted: &[f64], what: &str) {
    assert_eq!(found.len(), wanted.len());
    for (at, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        assert!((f64::from(*found) - wanted).abs() < 2e-5 * (1.0 + wanted.abs()), "{what}: {at}: {found} for {wanted}");
    }
}
