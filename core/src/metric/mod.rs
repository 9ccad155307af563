//! Metrics: whether a map may be believed, as one number each.

pub mod relevance;
