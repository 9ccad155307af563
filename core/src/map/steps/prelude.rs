//! What every step's file names.

pub use super::{Changes, StepEntry};
pub(super) use super::{each, ends, folded};
pub use crate::descriptor::{Domain, Param, Settings, Sign};
pub use crate::map::Map;
pub use crate::undefined::Undefined;
