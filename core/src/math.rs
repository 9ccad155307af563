//! Distributions that statistics need, with the same bits on every machine.
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

/// The share of the chi-squared distribution of so many degrees of freedom above `x`.
///
/// By its finite sums: of even degrees e^(-y) Σ yⁱ / i!, of odd ones erfc(√y) + e^(-y) Σ y^(i+1/2) / Γ(i + 3/2), with
/// y = x / 2 (Abramowitz and Stegun 1964, 26.4.4 and 26.4.5).
///
/// # Panics
/// If there is no degree of freedom.
#[must_use]
pub fn chi_squared_above(x: f64, degrees: usize) -> f64 {
    assert!(degrees > 0, "at least one degree of freedom");
    let y = x.max(0.0) / 2.0;
    let odd = degrees % 2 == 1;
    let (mut sum, first) = if odd { (libm::erfc(y.sqrt()), 2.0 * (y / PI).sqrt()) } else { (0.0, 1.0) };
    let mut term = libm::exp(-y) * first;
    for i in 0..degrees / 2 {
        sum += term;
        term *= y / (i as f64 + if odd { 1.5 } else { 1.0 });
    }
    sum.min(1.0)
}

/// The share of the studentized range distribution of `count` means above `q`, the deviation being known.
///
/// 1 - count ∫ φ(z) (Φ(z) - Φ(z - q))^(count - 1) dz. The integrand is smooth and vanishes beyond 9, so equal steps give
/// it to rounding.
#[must_use]
pub fn studentized_range_above(q: f64, count: usize) -> f64 {
    const STEP: f64 = 1.0 / 32.0;
    let q = q.max(0.0);
    let density = |i: i32| {
        let z = f64::from(i) * STEP;
        let within = normal_below(z) - normal_below(z - q);
        normal_density(z) * libm::pow(within, count as f64 - 1.0)
    };
    let below = count as f64 * STEP * (-288..=288).map(density).sum::<f64>();
    (1.0 - below).clamp(0.0, 1.0)
}

/// The `q` with the share `above` of the studentized range distribution above it, for shares of 1e-9 and more.
///
/// # Panics
/// If `above` is not between 0 and 1.
#[must_use]
pub fn studentized_range_quantile(above: f64, count: usize) -> f64 {
    assert!(above > 0.0 && above < 1.0, "a share, not {above}");
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if studentized_range_above(middle, count) > above { low = middle } else { high = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_tests_are_met() {
        // 95 % of chi-squared lie below 3.841 and 18.307 at 1 and 10 degrees (any table of it).
        assert!((chi_squared_above(3.841_458_820_694_124, 1) - 0.05).abs() < 1e-12);
        assert!((chi_squared_above(18.307_038_053_275_146, 10) - 0.05).abs() < 1e-12);
        assert_eq!((chi_squared_above(0.0, 3), chi_squared_above(1e5, 4)), (1.0, 0.0));
        // Demšar 2006, table 5a: q over the root of two, for 2 to 10 classifiers.
        let table = [1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164];
        for (count, expected) in (2..).zip(table) {
            let found = studentized_range_quantile(0.05, count) / SQRT_2;
            assert!((found - expected).abs() < 1.1e-3, "{count}: {found}");
        }
    }

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
