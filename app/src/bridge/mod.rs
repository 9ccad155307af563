//! The page's side of the workers: who does what, and what is said.

pub mod client;
pub mod download;
pub mod fetch;
pub mod files;
pub mod pool;
pub mod runs;
pub mod store;
