//! A study with mosaics: its photos by class, how mosaics are made of them, and how far its run is.

pub mod album;
pub mod course;
pub mod design;
pub mod kept;
pub mod tally;
