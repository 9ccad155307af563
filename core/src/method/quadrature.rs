//! Places on the way from 0 to 1 and their weights: how an integral becomes a sum.

/// A rule of quadrature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quadrature {
    /// Gauss and Legendre's: exact for polynomials up to degree `2 n - 1`.
    GaussLegendre,
    /// The left end of each of `n` steps.
    Left,
    /// The right end of each of `n` steps.
    Right,
    /// The middle of each of `n` steps.
    Middle,
    /// Both ends of `n - 1` steps, halved. (Captum's rule of that name divides by `n` and sums to `(n - 1) / n`.)
    Trapezoid,
}

impl Quadrature {
    /// The one of that name.
    ///
    /// # Panics
    /// If there is none: settings are checked before.
    #[must_use]
    pub fn named(name: &str) -> Quadrature {
        match name {
            "gauss_legendre" => Quadrature::GaussLegendre,
            "left" => Quadrature::Left,
            "right" => Quadrature::Right,
            "middle" => Quadrature::Middle,
            "trapezoid" => Quadrature::Trapezoid,
            other => panic!("{other} is no rule of quadrature"),
        }
    }

    /// `n` places with their weights, which sum to one.
    #[must_use]
    pub fn places(self, n: usize) -> Vec<(f64, f64)> {
        let even = 1.0 / n as f64;
        let steps = |shift: f64| (0..n).map(|k| ((k as f64 + shift) * even, even)).collect();
        match self {
            Quadrature::GaussLegendre => (0..n).map(|k| gauss_legendre(n, k)).collect(),
            Quadrature::Left => steps(0.0),
            Quadrature::Right => steps(1.0),
            Quadrature::Middle => steps(0.5),
            // One place alone has no step: it is the middle.
            Quadrature::Trapezoid if n == 1 => steps(0.5),
            Quadrature::Trapezoid => {
                let step = 1.0 / (n - 1) as f64;
                (0..n).map(|k| (k as f64 * step, if k == 0 || k == n - 1 { step / 2.0 } else { step })).collect()
            }
        }
    }
}

/// Place `k` of `n` and its weight: a root of Legendre's polynomial by Newton's iteration, from 0 upwards.
fn gauss_legendre(n: usize, k: usize) -> (f64, f64) {
    let mut x = -libm::cos(std::f64::consts::PI * (k as f64 + 0.75) / (n as f64 + 0.5));
    let mut slope = 1.0;
    for _ in 0..100 {
        let (value, derivative) = legendre(n, x);
        slope = derivative;
        let step = value / derivative;
        x -= step;
        if step.abs() < 1e-16 {
            break;
        }
    }
    ((1.0 + x) / 2.0, 1.0 / ((1.0 - x * x) * slope * slope))
}

/// Legendre's polynomial of degree `n` and its derivative.
fn legendre(n: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for k in 2..=n {
        let k = k as f64;
        (before, value) = (value, ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k);
    }
    (value, n as f64 * (x * value - before) / (x * x - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gauss_legendre_is_numpys() {
        // numpy.polynomial.legendre.leggauss(n), moved to 0 to 1.
        let close = |found: (f64, f64), place: f64, weight: f64| {
            assert!((found.0 - place).abs() < 1e-10 && (found.1 - weight).abs() < 1e-10, "{found:?}");
        };
        close(Quadrature::GaussLegendre.places(1)[0], 0.5, 1.0);
        close(Quadrature::GaussLegendre.places(2)[0], 0.211_324_865_4, 0.5);
        close(Quadrature::GaussLegendre.places(3)[1], 0.5, 0.444_444_444_4);
        close(Quadrature::GaussLegendre.places(5)[3], 0.769_234_655_1, 0.239_314_335_2);
        close(Quadrature::GaussLegendre.places(50)[0], 0.000_566_797_8, 0.001_454_311_3);
        close(Quadrature::GaussLegendre.places(50)[1], 0.002_984_015_3, 0.003_379_899_6);
    }

    #[test]
    fn weights_sum_to_one_and_lines_are_exact() {
        use Quadrature::{GaussLegendre, Middle, Trapezoid};
        for n in [1, 2, 3, 10, 50, 300] {
            for rule in [GaussLegendre, Quadrature::Left, Quadrature::Right, Middle, Trapezoid] {
                let sum: f64 = rule.places(n).iter().map(|(_, weight)| weight).sum();
                assert!((sum - 1.0).abs() < 1e-12, "{rule:?} {n}: {sum}");
            }
            for rule in [GaussLegendre, Middle, Trapezoid] {
                let integral: f64 = rule.places(n).iter().map(|(place, weight)| place * weight).sum();
                assert!((integral - 0.5).abs() < 1e-12, "{rule:?} {n}: {integral}");
            }
        }
    }
}
