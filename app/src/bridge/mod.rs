//! The page's side of the workers: who does what, and what is said.

pub mod client;
pub mod fetch;
pub mod pool;
