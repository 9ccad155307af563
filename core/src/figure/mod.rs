//! Drawings.

pub mod legend;
pub mod overlay;
pub mod ticks;
