//! Networks as data: a graph of explicit ops on burn tensors, on any device.
//!
//! `format` reads weights, `zoo` builds graphs, `canonise` simplifies both, `shape` checks them before a tensor is
//! touched, `forward` and `backward` walk them, `incremental` walks where a window changed (its `cone`), `rule` says what comes
//! back through a node, `pieces` walks back in less memory, `training` has a network as in training, `session` is one input
//! on one network. No op knows its neighbours.

pub mod backward;
pub mod canonise;
pub mod card;
pub mod cone;
pub mod describe;
pub mod format;
pub mod forward;
pub mod graph;
pub mod incremental;
pub mod load;
pub mod objective;
pub mod op;
pub mod parameters;
pub mod pieces;
pub mod plan;
pub mod processor;
pub mod rule;
pub mod session;
pub mod shape;
pub mod training;
pub mod value;
pub mod zoo;

pub use load::{LoadError, Network};
pub use objective::Objective;
pub use plan::Plan;
pub use session::Session;
