//! Experiments: what to run and what came out. What the Explain place shows is an experiment with one unit, so page
//! and command share one path.
//!
//! [`Spec`] -> [`plan`] -> [`run`], once a unit -> [`Record`] -> [`summary`], [`tables`]; a Spec goes into a [`link`]
//! or a [`parcel`], and [`verify`] says whether what came out of it comes out again.

pub mod answer;
pub mod classes;
pub mod compare;
pub mod dataset;
pub mod differences;
pub mod judge;
pub mod link;
mod migrate;
pub mod parcel;
pub mod plan;
pub mod record;
pub mod run;
pub mod spec;
pub mod subject;
pub mod summary;
pub mod tables;
pub mod verify;

pub use answer::Answer;
pub use classes::Classes;
pub use dataset::Dataset;
pub use judge::Judge;
pub use record::Record;
pub use run::{Cell, Flow, Observer, RunError, Step, explain};
pub use spec::{MethodSpec, NetworkSpec, Spec, Target};
pub use subject::{Mosaics, Subject};
pub use summary::Summary;
