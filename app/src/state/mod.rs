//! What the page knows: plain structs with methods, and the desk that keeps them and speaks with the workers.

pub mod address;
pub mod classes;
pub mod desk;
pub mod devices;
pub mod display;
pub mod ledger;
pub mod network;
pub mod photos;
pub mod results;
pub mod samples;
pub mod selection;
pub mod view;
