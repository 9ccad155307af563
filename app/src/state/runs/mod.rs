//! Runs that the browser keeps, and links of runs: what each is, what it needs, what it costs.

pub mod listed;
pub mod offer;
pub mod whole;
