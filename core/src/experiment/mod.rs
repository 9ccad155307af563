//! Experiments: what to run and what came out. What the Explain place shows is an experiment with one cell, so page
//! and command share one path.

pub mod answer;
pub mod classes;
pub mod dataset;
pub mod record;
pub mod run;
pub mod spec;

pub use answer::Answer;
pub use classes::Classes;
pub use record::Record;
pub use run::{Cell, Flow, Observer, RunError, Step, explain};
pub use spec::{MethodSpec, Spec, Target};
