//! Drawings.

pub mod legend;
pub mod ticks;
