//! The noise by which the reference's quickshift tells equal densities apart: NumPy's normal numbers for the seed 42.
//!
//! Where a picture is flat, densities differ by this noise alone, so other numbers would give other segments. The
//! generator is PCG64 (O'Neill 2014, "PCG: a family of simple fast space-efficient statistically good algorithms", the
//! variant XSL-RR 128/64); the numbers are drawn by the ziggurat (Marsaglia, Tsang 2000, "The ziggurat method for
//! generating random variables") of 256 layers, from the bits of one draw each as NumPy takes them.

/// PCG's multiplier for 128 bits of state.
const MULTIPLIER: u128 = 0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645;
/// State and increment that `numpy.random.default_rng(42)` starts from.
const STATE: u128 = 274_674_114_334_540_486_603_088_602_300_644_985_544;
const INCREMENT: u128 = 332_724_090_758_049_132_448_979_897_138_935_081_983;

/// Where the tail begins.
const TAIL: f64 = 3.654_152_885_361_009;
/// Bits of a draw that give the place in a layer.
const PLACE_BITS: u32 = 52;

/// Standard normal numbers, the same ones for ever.
pub(super) struct Noise {
    state: u128,
    layers: Layers,
}

/// The ziggurat: layer i reaches from 0 to `edge[i]`, and below the density `height[i]`.
struct Layers {
    /// Widths, for places counted in `PLACE_BITS`.
    scale: [f64; 256],
    /// Places below this are under the curve without a look at it.
    sure: [u64; 256],
    height: [f64; 256],
}

impl Noise {
    /// The numbers from the first.
    pub fn new() -> Self {
        Self { state: STATE, layers: Layers::new() }
    }

    /// The next number.
    pub fn normal(&mut self) -> f64 {
        loop {
            let bits = self.bits();
            let (layer, place) = ((bits & 0xff) as usize, (bits >> 9) & ((1 << PLACE_BITS) - 1));
            let sign = if bits & 0x100 == 0 { 1.0 } else { -1.0 };
            let x = sign * place as f64 * self.layers.scale[layer];
            if place < self.layers.sure[layer] {
                return x;
            }
            if layer == 0 {
                return self.tail(place);
            }
            let [below, above] = [self.layers.height[layer], self.layers.height[layer - 1]];
            if (above - below) * self.uniform() + below < density(x) {
                return x;
            }
        }
    }

    /// A number beyond the last layer's edge; its sign is a bit of the place.
    fn tail(&mut self, place: u64) -> f64 {
        loop {
            let [x, y] = [-libm::log1p(-self.uniform()) / TAIL, -libm::log1p(-self.uniform())];
            if y + y > x * x {
                return if place & 0x100 == 0 { TAIL + x } else { -(TAIL + x) };
            }
        }
    }

    /// From 0 to 1, without 1.
    fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_mul(MULTIPLIER).wrapping_add(INCREMENT);
        ((self.state >> 64) as u64 ^ self.state as u64).rotate_right((self.state >> 122) as u32)
    }
}

impl Layers {
    /// From the tail down; all layers have one area.
    fn new() -> Self {
        let area = TAIL * density(TAIL)
            + (std::f64::consts::PI / 2.0).sqrt() * libm::erfc(TAIL * std::f64::consts::FRAC_1_SQRT_2);
        let places = (1u64 << PLACE_BITS) as f64;
        let base = area / density(TAIL);
        let mut edge = [TAIL; 256];
        for i in (1..255).rev() {
            edge[i] = (-2.0 * libm::log(area / edge[i + 1] + density(edge[i + 1]))).sqrt();
        }
        let share = |i: usize| match i {
            0 => TAIL / base,
            1 => 0.0,
            _ => edge[i - 1] / edge[i],
        };
        Self {
            scale: std::array::from_fn(|i| if i == 0 { base } else { edge[i] } / places),
            sure: std::array::from_fn(|i| (share(i) * places) as u64),
            height: std::array::from_fn(|i| if i == 0 { 1.0 } else { density(edge[i]) }),
        }
    }
}

/// The normal density, 1 at its peak.
fn density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `numpy.random.default_rng(42).standard_normal(3)` of NumPy 2.4.6.
    #[test]
    fn the_first_numbers_are_numpys() {
        let mut noise = Noise::new();
        for right in [0.30471707975443135, -1.0399841062404955, 0.7504511958064572] {
            let found = noise.normal();
            assert!((found - right).abs() < 1e-14, "{found} for {right}");
        }
    }

    /// Moments of a million numbers, a few standard errors wide, and their tail: beyond `TAIL` lie 2.6e-4 of them.
    #[test]
    fn the_numbers_are_normal() {
        let mut noise = Noise::new();
        let numbers: Vec<f64> = (0..1_000_000).map(|_| noise.normal()).collect();
        let mean = |power: i32| numbers.iter().map(|x| x.powi(power)).sum::<f64>() / 1e6;
        let found = [mean(1), mean(2) - 1.0, mean(3), mean(4) - 3.0];
        assert!(found.iter().zip([0.004, 0.006, 0.016, 0.04]).all(|(x, most)| x.abs() < most), "{found:?}");
        let tail = numbers.iter().filter(|x| x.abs() > TAIL).count();
        assert!((200..320).contains(&tail), "{tail} beyond the last layer");
    }
}
