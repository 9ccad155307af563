//! Drawings.

pub mod answer;
pub mod legend;
pub mod overlay;
pub mod ticks;
