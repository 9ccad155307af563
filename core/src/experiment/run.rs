//! Runs one cell: an input through a network, then each method.

use super::answer::Answer;
use super::spec::{MethodSpec, Target};
use crate::descriptor::{ChoiceError, Cost, Scale, Settings};
use crate::map::Map;
use crate::method::{self, Gathered, MethodError, Portion, Watcher, Work};
use crate::network::shape::ShapeError;
use crate::network::value::ReadError;
use crate::network::{Network, Objective, Session};
use crate::photo::Input;

pub use crate::method::{Flow, Moment};

/// What is run on one input.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    /// What the network sees.
    pub input: &'a Input,
    /// What is explained.
    pub target: Target,
    /// On which scale.
    pub scale: Scale,
    /// Seed of everything drawn at random.
    pub seed: u64,
    /// The methods, in order.
    pub methods: &'a [MethodSpec],
    /// Which of their samples are drawn, if not all. One that has none to be drawn apart runs whole.
    pub portion: Option<&'a Portion>,
}

impl<'a> Cell<'a> {
    /// Only the network's answer.
    #[must_use]
    pub fn answer(input: &'a Input) -> Cell<'a> {
        Cell { input, target: Target::Predicted, scale: Scale::Logit, seed: 0, methods: &[], portion: None }
    }
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
    /// A method is about to run, or went on.
    Running {
        /// Which of the cell's methods.
        at: usize,
        /// Passes done so far, of all methods.
        done: f64,
        /// Passes in all.
        all: f64,
    },
    /// What a method has so far.
    Sketched {
        /// Which of the cell's methods.
        at: usize,
        /// Its map so far.
        map: Map,
    },
    /// What a method's samples came to, where they were broken off or a portion of them was asked for.
    Gathered {
        /// Which of the cell's methods.
        at: usize,
        /// What they came to.
        gathered: Gathered,
    },
    /// A method is done.
    Mapped {
        /// Which of the cell's methods.
        at: usize,
        /// Its map.
        map: Map,
    },
    /// A method has no map here; the others go on.
    Missing {
        /// Which of the cell's methods.
        at: usize,
        /// Why.
        why: MethodError,
    },
}

/// Sees what happens and says whether to go on. May wait: a worker reads its messages then.
pub trait Observer {
    /// Called after each step.
    fn see<'a>(&'a mut self, step: Step<'a>) -> Moment<'a, Flow>;
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
    /// Nobody said what the picture shows.
    Truth,
    /// There is no such method, or a setting does not fit it.
    Choice(ChoiceError),
}

impl std::fmt::Display for RunError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RunError::Shape(error) => error.fmt(f),
            RunError::Device(error) => error.fmt(f),
            RunError::Target { classes } => {
                write!(f, "The network has no such class: choose an index from 0 to {}.", classes.saturating_sub(1))
            }
            RunError::Truth => f.write_str(
                "The class that this picture shows is to be explained, and nobody said which it is: label the photo, or choose a class.",
            ),
            RunError::Choice(error) => error.fmt(f),
        }
    }
}

impl From<ChoiceError> for RunError {
    fn from(error: ChoiceError) -> RunError {
        RunError::Choice(error)
    }
}

impl From<ReadError> for RunError {
    fn from(error: ReadError) -> RunError {
        RunError::Device(error)
    }
}

/// Classifies an input and runs the methods on it, one forward pass shared by all. [`Flow::Stop`] from the observer
/// ends it without an error. A method that has no map here does not keep the others from theirs.
///
/// # Errors
/// If the input, the target or a method does not exist on this network, or the device fails.
pub async fn explain(network: &Network, cell: Cell<'_>, observer: &mut dyn Observer) -> Result<Flow, RunError> {
    let Cell { input, methods, .. } = cell;
    let settings = methods.iter().map(MethodSpec::complete).collect::<Result<Vec<_>, _>>()?;
    let values = input.normalised(&network.card.preprocess);
    let mut session = Session::new(network, values, input.height, input.width).map_err(RunError::Shape)?;
    let foreseen =
        methods.iter().zip(&settings).flat_map(|(spec, settings)| method::foreseen(&spec.id, settings, &session));
    session.foresee(foreseen.collect());
    let answer = Answer { logits: session.logits().await?, output: network.card.output };
    if cell.target == Target::Truth {
        return Err(RunError::Truth);
    }
    let classes = answer.resolve(cell.target).ok_or(RunError::Target { classes: answer.logits.len() })?;
    let target = classes[0].0;
    if observer.see(Step::Answered { answer: &answer, target }).await == Flow::Stop {
        return Ok(Flow::Stop);
    }
    // The forward pass is done, and counted once.
    let foretold: Vec<Cost> = methods
        .iter()
        .zip(&settings)
        .map(|(spec, settings)| method::cost(&spec.id, settings, session.plan()))
        .collect();
    let costs: Vec<f64> = foretold.iter().map(|cost| (cost.passes() - 1.0).max(0.0)).collect();
    let all = 1.0 + costs.iter().sum::<f64>();
    for (at, (spec, settings)) in methods.iter().zip(settings).enumerate() {
        let done = 1.0 + costs[..at].iter().sum::<f64>();
        let begun = begun(cell.portion, foretold[at]) * costs[at];
        if observer.see(Step::Running { at, done: done + begun, all }).await == Flow::Stop {
            return Ok(Flow::Stop);
        }
        let own = own_choice(&cell, &settings, &session).await?;
        let answered = own.as_ref().map(|_| target);
        let mut watching = Watching { observer, at, done, passes: costs[at], all, stopped: false };
        let mut work = Work {
            session: &mut session,
            input,
            objective: Objective { classes: own.unwrap_or_else(|| classes.clone()), scale: cell.scale },
            answered,
            settings,
            seed: cell.seed,
            entry: method::entry(&spec.id).expect("completed above"),
            passes: 1.0 + costs[at] + f64::from(u8::from(answered.is_some())),
            portion: cell.portion,
            watcher: &mut watching,
        };
        let drawn = method::run(&mut work).await;
        let stopped = watching.stopped;
        let step = match drawn {
            Ok(map) => Step::Mapped { at, map },
            Err(MethodError::Device(error)) => return Err(RunError::Device(error)),
            Err(MethodError::Stopped) => return Ok(Flow::Stop),
            Err(MethodError::Apart) if stopped => return Ok(Flow::Stop),
            Err(MethodError::Apart) => continue,
            Err(why) => Step::Missing { at, why },
        };
        if observer.see(step).await == Flow::Stop || stopped {
            return Ok(Flow::Stop);
        }
    }
    Ok(Flow::Go)
}

/// The classes that the target means to a method's own network, where that one is to choose.
async fn own_choice(
    cell: &Cell<'_>,
    settings: &Settings,
    session: &Session<'_>,
) -> Result<Option<Vec<(usize, f32)>>, ReadError> {
    if !matches!(cell.target, Target::Predicted | Target::Least) {
        return Ok(None);
    }
    let logits = method::own_logits(settings, session, cell.seed).await?;
    let output = session.network.card.output;
    Ok(logits.and_then(|logits| Answer { logits, output }.resolve(cell.target)))
}

/// Share of a method's samples that are drawn already.
fn begun(portion: Option<&Portion>, cost: Cost) -> f64 {
    let drawn = portion.map_or(0, Portion::drawn).min(cost.samples);
    drawn as f64 / cost.samples.max(1) as f64
}

/// Tells the observer of a run how far one of its methods is.
struct Watching<'a> {
    observer: &'a mut dyn Observer,
    at: usize,
    done: f64,
    passes: f64,
    all: f64,
    stopped: bool,
}

impl Watcher for Watching<'_> {
    fn went(&mut self, share: f64) -> Moment<'_, Flow> {
        Box::pin(async move {
            let done = self.done + share * self.passes;
            let flow = self.observer.see(Step::Running { at: self.at, done, all: self.all }).await;
            self.stopped |= flow == Flow::Stop;
            flow
        })
    }

    fn sketch(&mut self, map: Map) -> Moment<'_, ()> {
        Box::pin(async move {
            self.observer.see(Step::Sketched { at: self.at, map }).await;
        })
    }

    fn gathered(&mut self, gathered: Gathered) -> Moment<'_, ()> {
        Box::pin(async move {
            self.observer.see(Step::Gathered { at: self.at, gathered }).await;
        })
    }
}
