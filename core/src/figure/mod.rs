//! Drawings.

pub mod answer;
pub mod bcos;
pub mod legend;
pub mod overlay;
pub mod ticks;
