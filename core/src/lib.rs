//! What Tessera computes: a photo in, a network's answer and maps of what it looked at out.
//!
//! The rooms are listed in the order the data passes through them; ARCHITECTURE.md says which may know which.
//! Nothing here has a clock, files, network, threads or globals: bytes, a device and an observer are handed in.

pub mod descriptor;
pub mod digest;
pub mod experiment;
pub mod figure;
pub mod map;
pub mod math;
pub mod method;
pub mod metric;
pub mod mosaic;
pub mod network;
pub mod photo;
pub mod random;
pub mod segment;
pub mod statistics;
pub mod undefined;
