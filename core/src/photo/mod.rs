//! Photos: bytes of a stranger's file to an upright picture, and from it to what the network sees.

pub mod baseline;
pub mod crop;
pub mod decode;
pub mod error;
mod flatten;
pub mod input;
pub mod jpeg;
pub mod preset;
pub mod preview;
pub mod resample;
mod sniff;

pub use baseline::Baseline;
pub use crop::{Crop, Region};
pub use decode::{Photo, PhotoFacts, decode};
pub use error::DecodeError;
pub use input::{Filter, Input, Order, Preprocess, prepare};
pub use preview::preview;
