//! Small things panels are made of; they know nothing of networks or methods.

pub mod canvas;
pub mod choice;
pub mod chooser;
pub mod icon;
pub mod number;
pub mod save;
pub mod slider;
pub mod staged;
