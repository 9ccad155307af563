//! Tessera: page and workers.

#[cfg(any(feature = "cpu", feature = "webgpu"))]
pub mod worker;
