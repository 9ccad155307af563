//! Networks as data.
pub mod card;
