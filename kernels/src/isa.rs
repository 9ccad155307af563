//! The instruction set that a kernel runs on: chosen once, at run time, and carried by everything whose memory layout
//! depends on it.

use pulp::{Simd, WithSimd};

/// An instruction set of this processor. Values exist only for sets that were found to work.
#[derive(Clone, Copy, Debug)]
pub struct Isa(Machine);

#[derive(Clone, Copy, Debug)]
enum Machine {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2(pulp::x86::V3),
    #[cfg(target_arch = "x86_64")]
    Avx512(pulp::x86::V4),
    #[cfg(target_arch = "aarch64")]
    Neon(pulp::aarch64::Neon),
    #[cfg(target_arch = "wasm32")]
    Simd128(pulp::wasm::Simd128),
    #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
    Relaxed(pulp::wasm::RelaxedSimd),
}

impl Isa {
    /// The fastest set of this processor.
    pub fn detect() -> Self {
        *Self::available().last().expect("the portable set is everywhere")
    }

    /// Every set of this processor, slowest first. The portable one is always there.
    pub fn available() -> Vec<Self> {
        let mut found = vec![Machine::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            found.extend(pulp::x86::V3::try_new().map(Machine::Avx2));
            found.extend(pulp::x86::V4::try_new().map(Machine::Avx512));
        }
        #[cfg(target_arch = "aarch64")]
        found.extend(pulp::aarch64::Neon::try_new().map(Machine::Neon));
        #[cfg(target_arch = "wasm32")]
        found.extend(pulp::wasm::Simd128::try_new().map(Machine::Simd128));
        // An engine refuses a file with instructions that it does not know, whether they would run or not.
        #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
        found.extend(pulp::wasm::RelaxedSimd::try_new().map(Machine::Relaxed));
        found.into_iter().map(Self).collect()
    }

    /// A short name for reports: "portable", "avx2", "avx512", "neon", "simd128" or "relaxed-simd".
    pub fn name(self) -> &'static str {
        match self.0 {
            Machine::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Machine::Avx2(_) => "avx2",
            #[cfg(target_arch = "x86_64")]
            Machine::Avx512(_) => "avx512",
            #[cfg(target_arch = "aarch64")]
            Machine::Neon(_) => "neon",
            #[cfg(target_arch = "wasm32")]
            Machine::Simd128(_) => "simd128",
            #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
            Machine::Relaxed(_) => "relaxed-simd",
        }
    }

    /// Runs `op` compiled for this set.
    pub(crate) fn run<Op: WithSimd>(self, op: Op) -> Op::Output {
        match self.0 {
            Machine::Portable => pulp::Scalar.vectorize(op),
            #[cfg(target_arch = "x86_64")]
            Machine::Avx2(simd) => Simd::vectorize(simd, op),
            #[cfg(target_arch = "x86_64")]
            Machine::Avx512(simd) => Simd::vectorize(simd, op),
            #[cfg(target_arch = "aarch64")]
            Machine::Neon(simd) => Simd::vectorize(simd, op),
            #[cfg(target_arch = "wasm32")]
            Machine::Simd128(simd) => Simd::vectorize(simd, op),
            #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
            Machine::Relaxed(simd) => Simd::vectorize(simd, op),
        }
    }

    /// The register tile of this set.
    pub(crate) fn tile(self) -> TileShape {
        struct Ask;
        impl WithSimd for Ask {
            type Output = TileShape;
            #[inline(always)]
            fn with_simd<S: Simd>(self, _: S) -> TileShape {
                TileShape::of::<S>()
            }
        }
        self.run(Ask)
    }
}

/// The block of an output matrix that the registers hold: `rows` x (`vectors` · `lanes`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TileShape {
    pub rows: usize,
    pub vectors: usize,
    pub lanes: usize,
}

impl TileShape {
    /// As many sums as the registers hold beside one row of the right matrix and one broadcast number. WebAssembly
    /// names no register count; on x86 its engine has 16, some of them for its own use.
    pub const fn of<S: Simd>() -> Self {
        let lanes = S::F32_LANES;
        if cfg!(target_arch = "wasm32") {
            Self { rows: 4, vectors: 2, lanes }
        } else if S::REGISTER_COUNT >= 32 {
            Self { rows: 8, vectors: 3, lanes }
        } else {
            Self { rows: 4, vectors: 3, lanes }
        }
    }

    /// Columns of a full tile.
    pub const fn columns(self) -> usize {
        self.vectors * self.lanes
    }
}
