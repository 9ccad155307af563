//! Runs one cell: an input through a network, then each method.

use super::answer::Answer;
use super::spec::{MethodSpec, Target};
use crate::map::Map;
use crate::method;
use crate::network::shape::ShapeError;
use crate::network::value::ReadError;
use crate::network::{Network, Session};
use crate::photo::Input;
use std::future::Future;
use std::pin::Pin;

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Go,
    /// Stop here; what came before stays valid.
    Stop,
}

/// What happened in a run.
#[derive(Clone, Debug)]
pub enum Step<'a> {
    /// The network answered; the maps will explain class `target`.
    Answered {
        /// Its answer.
        answer: &'a Answer,
        /// Index of the class to explain.
        target: usize,
    },
    /// A method is about to run.
    Running {
        /// Its id.
        method: &'a str,
        /// Passes done so far.
        done: usize,
        /// Passes in all.
        all: usize,
    },
    /// A method is done.
    Mapped(Map),
}

/// Sees what happens and says whether to go on. May wait: a worker reads its messages then.
pub trait Observer {
    /// Called after each step.
    fn see<'a>(&'a mut self, step: Step<'a>) -> Pin<Box<dyn Future<Output = Flow> + 'a>>;
}

/// Why a run ended early. Displays as one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunError {
    /// The network does not take the input's size.
    Shape(ShapeError),
    /// The device failed.
    Device(ReadError),
    /// There is no such class.
    Target {
        /// Number of classes.
        classes: usize,
    },
    /// There is no such method.
    Method(String),
}

impl std::fmt::Display for RunError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RunError::Shape(error) => error.fmt(f),
            RunError::Device(error) => error.fmt(f),
            RunError::Target { classes } => {
                write!(f, "The network has no such class: choose an index from 0 to {}.", classes.saturating_sub(1))
            }
            RunError::Method(id) => {
                let known: Vec<&str> = method::ENTRIES.iter().map(|entry| entry.id).collect();
                write!(f, "There is no method called {id}: choose from {}.", known.join(", "))
            }
        }
    }
}

impl From<ReadError> for RunError {
    fn from(error: ReadError) -> RunError {
        RunError::Device(error)
    }
}

/// Classifies an input and runs the methods on it, one forward pass shared by all. [`Flow::Stop`] from the observer
/// ends it without an error.
///
/// # Errors
/// If the input, the target or a method does not exist on this network, or the device fails.
pub async fn explain(
    network: &Network,
    input: &Input,
    target: Target,
    methods: &[MethodSpec],
    observer: &mut dyn Observer,
) -> Result<Flow, RunError> {
    if let Some(unknown) = methods.iter().find(|spec| method::entry(&spec.id).is_none()) {
        return Err(RunError::Method(unknown.id.clone()));
    }
    let values = input.normalised(&network.card.preprocess);
    let mut session = Session::new(network, values, input.height, input.width).map_err(RunError::Shape)?;
    let answer = Answer { logits: session.logits().await?, output: network.card.output };
    let target = answer.resolve(target).ok_or(RunError::Target { classes: answer.logits.len() })?;
    if observer.see(Step::Answered { answer: &answer, target }).await == Flow::Stop {
        return Ok(Flow::Stop);
    }
    let all = 1 + methods.len();
    for (done, spec) in methods.iter().enumerate() {
        if observer.see(Step::Running { method: &spec.id, done: done + 1, all }).await == Flow::Stop {
            return Ok(Flow::Stop);
        }
        let map =
            method::run(&spec.id, &mut session, target).await.ok_or_else(|| RunError::Method(spec.id.clone()))??;
        if observer.see(Step::Mapped(map)).await == Flow::Stop {
            return Ok(Flow::Stop);
        }
    }
    Ok(Flow::Go)
}
