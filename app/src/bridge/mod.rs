//! The page's side of the workers: who does what, and what is said.

#[cfg(feature = "page")]
pub mod client;
#[cfg(feature = "page")]
pub mod fetch;
pub mod pool;
