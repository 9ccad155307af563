//! Drawings.

pub mod alphas;
pub mod answer;
mod axis;
pub mod bcos;
pub mod board;
pub mod differences;
mod dots;
pub mod drawing;
pub mod frame;
pub mod legend;
pub mod lettering;
pub mod matrix;
pub mod overlay;
pub mod picture;
pub mod ranking;
mod rows;
pub mod sheet;
pub mod study_violin;
mod svg;
pub mod theme;
pub mod ticks;
pub mod violin;
