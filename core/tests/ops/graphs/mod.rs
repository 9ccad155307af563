//! What graphs do with ops: walks forward, from the middle and backward, rules, relevance, folding, training.

mod backward;
mod folding;
mod net;
mod relevance;
mod reuse;
mod rules;
mod suffix;
mod training;
