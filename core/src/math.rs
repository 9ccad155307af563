//! The normal distribution, with the same bits on every machine.
//!
//! Functions beyond the four rules and the square root, which IEEE 754 fixes, are libm's, written in Rust: those of the
//! standard library are whatever the platform brings.

use std::f64::consts::{PI, SQRT_2};

/// The density of the standard normal distribution.
#[must_use]
pub fn normal_density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x) / (2.0 * PI).sqrt()
}

/// The share of the standard normal distribution below `x`.
#[must_use]
pub fn normal_below(x: f64) -> f64 {
    0.5 * libm::erfc(-x / SQRT_2)
}

/// The `x` with the share `p` of the standard normal distribution below it; infinite for 0 and 1.
///
/// The lower half by bisection (there [`normal_below`] keeps its relative accuracy), the upper by symmetry.
///
/// # Panics
/// If `p` is not between 0 and 1.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    assert!((0.0..=1.0).contains(&p), "a share, not {p}");
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    // Below -39 the share is zero in double precision; 60 halvings leave less than the spacing of numbers near 1.
    let (mut low, mut high) = (-39.0, 0.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if normal_below(middle) < p { low = middle } else { high = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_undo_shares() {
        // 97.5 % of a normal distribution lie below 1.959963984540054 (any table of it).
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
        assert!(normal_quantile(0.5).abs() < 1e-16);
        for p in [1e-300, 1e-12, 0.02, 0.4] {
            assert!((normal_below(normal_quantile(p)) / p - 1.0).abs() < 1e-11, "{p}");
        }
        assert_eq!((normal_quantile(0.0), normal_quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
    }
}
