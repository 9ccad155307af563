//! Small things panels are made of; they know nothing of networks or methods.

#[cfg(feature = "page")]
pub mod canvas;
#[cfg(feature = "page")]
pub mod choice;
#[cfg(feature = "page")]
pub mod icon;
pub mod number;
#[cfg(feature = "page")]
pub mod slider;
