//! Tessera's core on a device, driven by messages.
//!
//! Without features this crate is the protocol alone, which is all the page needs to know.

pub mod protocol;
