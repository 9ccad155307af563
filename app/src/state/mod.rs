//! What the page knows: plain structs with methods, and the desk that keeps them and speaks with the workers.

pub mod address;
pub mod begun;
pub mod brought;
pub mod catalogue;
pub mod classes;
pub mod comparison;
pub mod desk;
pub mod devices;
pub mod display;
pub mod ledger;
pub mod models;
pub mod names;
pub mod network;
pub mod order;
pub mod pace;
pub mod photos;
pub mod picking;
pub mod preprocessing;
pub mod question;
pub mod results;
pub mod runs;
pub mod samples;
pub mod selection;
pub mod study;
pub mod view;
pub mod wanted;
