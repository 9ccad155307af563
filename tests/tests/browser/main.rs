//! The built page in a real Chromium, used as a visitor uses it. `cargo xtask test` builds it and starts these tests.
//!
//! Every visit ends with the same two checks: the console shows no error, and no request went anywhere but to the
//! page's own server.

mod arrival;
mod bringing;
mod browser;
mod catalogue;
mod classes;
mod devices;
mod figure;
mod host;
mod keys;
mod looks;
mod losses;
mod methods;
mod models;
mod mosaics;
mod netlog;
mod numbers;
mod offers;
mod page;
mod parity;
mod photos;
mod policy;
mod refusals;
mod runs;
mod server;
mod shares;
mod smooth;
