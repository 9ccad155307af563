//! Tessera's core on a device, driven by messages.
//!
//! Without features this crate is the protocol alone, which is all the page needs to know; `cpu` and `wgpu` add a
//! back end and with it the rooms that run.

pub mod protocol;

#[cfg(any(feature = "cpu", feature = "wgpu"))]
pub mod device;
#[cfg(any(feature = "cpu", feature = "wgpu"))]
pub mod dispatch;
#[cfg(any(feature = "cpu", feature = "wgpu"))]
pub mod numbers;
#[cfg(any(feature = "cpu", feature = "wgpu"))]
pub mod selftest;
