//! Functions of real numbers that have the same bits on every machine.
//!
//! Those of the standard library are whatever the platform brings; these are computed in software from operations that
//! IEEE 754 fixes. (Square roots, rounding and the four rules are fixed, so they are taken as they are.)

use std::f64::consts::{PI, SQRT_2};

/// The exponential function.
#[must_use]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// The natural logarithm.
#[must_use]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// `x` to the power `y`.
#[must_use]
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// The density of the standard normal distribution.
#[must_use]
pub fn normal_density(x: f64) -> f64 {
    exp(-0.5 * x * x) / (2.0 * PI).sqrt()
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

    #[test]
    fn bits_are_the_same_everywhere() {
        // The first is one place above the nearest number to e: what counts is that every machine says so.
        assert_eq!(exp(1.0).to_bits(), std::f64::consts::E.to_bits() + 1);
        assert_eq!(ln(2.0).to_bits(), std::f64::consts::LN_2.to_bits());
        assert_eq!(pow(2.0, 0.5).to_bits(), SQRT_2.to_bits());
    }
}
