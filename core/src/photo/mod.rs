//! Photos: bytes of a stranger's file to an upright picture, and from it to what the network sees.

pub mod crop;
pub mod decode;
pub mod input;
pub mod resample;

pub use crop::{Crop, Region};
pub use decode::{DecodeError, Photo, PhotoFacts, decode};
pub use input::{Input, Preprocess, prepare};
