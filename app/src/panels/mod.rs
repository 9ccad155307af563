//! The panels a place is arranged of: one folder each, its view and its style.

pub mod answer;
pub mod device;
pub mod display;
pub mod drop_zone;
pub mod facts;
pub mod gallery;
pub mod help;
pub mod methods;
pub mod models;
pub mod mosaics;
pub mod runs;
pub mod save;
pub mod stage;
pub mod status;
pub mod thumbnails;
pub mod top;
