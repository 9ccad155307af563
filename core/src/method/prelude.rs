//! What every method's file names.

pub use super::LAYER;
pub use super::work::{Flow, MethodError, Work};
pub use crate::descriptor::{Citation, Cost, Domain, Entry, Family, Need, Param, Promise, Settings, Sign};
pub use crate::map::Map;
pub use crate::network::graph::NodeId;
pub use crate::network::objective::Objective;
pub use crate::network::plan::{Pass, Plan};
pub use crate::network::session::Session;
pub use crate::network::value::Value;
pub use burn::tensor::Tensor;
