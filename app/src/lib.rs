//! Tessera: page and workers.
//!
//! All but the worker's room is the page's alone; natively it is tested with `--features page`.

#[cfg(feature = "page")]
pub mod bridge;
#[cfg(feature = "page")]
pub mod panels;
#[cfg(feature = "page")]
pub mod places;
#[cfg(feature = "page")]
pub mod state;
#[cfg(feature = "page")]
pub mod widgets;
#[cfg(any(feature = "cpu", feature = "webgpu"))]
pub mod worker;
