//! What graphs do with ops: walks forward, from the middle and backward, rules, folding.

mod backward;
mod folding;
mod net;
mod reuse;
mod rules;
mod suffix;
