//! Statistics, one file each: how values agree, order, spread, and how sure that is.
//!
//! A missing value is `None`. What cannot be said of the values is [`Undefined`](crate::undefined::Undefined). Sums run
//! in a fixed order in double precision and functions are libm's, so numbers have the same bits everywhere.

pub mod alpha;
pub mod bootstrap;
pub mod density;
pub mod friedman;
pub mod pairs;
pub mod pearson;
pub mod ranking;
pub mod rho;
pub mod summary;
pub mod table;
pub mod tau;
