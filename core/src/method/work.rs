//! What a method is handed: an input on a network, what is to be explained, its settings, and who watches.

use super::gathered::{Gathered, Portion};
use crate::descriptor::{Entry, Settings};
use crate::map::{Facts, Map, Provenance, Residual};
use crate::network::graph::NodeId;
use crate::network::objective::Objective;
use crate::network::plan::Pass;
use crate::network::session::Session;
use crate::network::value::{ReadError, Value};
use crate::photo::Input;
use crate::photo::baseline::{BASELINE, Baseline};
use burn::tensor::Tensor;
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Go,
    /// Go on, and show what there is so far.
    Show,
    /// Stop here; what came before stays valid.
    Stop,
}

/// A moment to wait for.
pub type Moment<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Sees how far a method is and what it has so far. May wait: a worker reads its messages then.
pub trait Watcher {
    /// So much of the work is done, 0 to 1.
    fn went(&mut self, share: f64) -> Moment<'_, Flow>;
    /// What the map looks like so far.
    fn sketch(&mut self, map: Map) -> Moment<'_, ()>;
    /// What the samples came to that were drawn, where they were broken off or a portion of them was asked for.
    fn gathered(&mut self, gathered: Gathered) -> Moment<'_, ()>;
}

/// Why there is no map. Displays as one sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum MethodError {
    /// The device failed.
    Device(ReadError),
    /// The network lacks what the method needs, or a setting does not fit it.
    Refused(String),
    /// The map is not defined here.
    Undefined(String),
    /// It was stopped before there was anything to show.
    Stopped,
    /// Not a map was asked for, but what a portion of its samples come to.
    Apart,
}

impl std::fmt::Display for MethodError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            MethodError::Device(error) => error.fmt(f),
            MethodError::Refused(sentence) | MethodError::Undefined(sentence) => f.write_str(sentence),
            MethodError::Stopped => f.write_str("It was stopped before there was anything to show."),
            MethodError::Apart => f.write_str("Only a portion of its samples was asked for."),
        }
    }
}

impl From<ReadError> for MethodError {
    fn from(error: ReadError) -> MethodError {
        MethodError::Device(error)
    }
}

/// What a method is handed.
pub struct Work<'w, 'n> {
    /// The input on its network; its forward pass is shared with all other methods.
    pub session: &'w mut Session<'n>,
    /// The input's pixels.
    pub input: &'w Input,
    /// What is explained.
    pub objective: Objective,
    /// The class that the network's answer would have had explained, where the method's own network chose.
    pub answered: Option<usize>,
    /// All settings.
    pub settings: Settings,
    /// Seed of everything drawn at random.
    pub seed: u64,
    /// What is said of the method.
    pub entry: &'static Entry,
    /// Passes the method takes.
    pub passes: f64,
    /// Which of its samples are drawn, if not all.
    pub portion: Option<&'w Portion>,
    /// Who watches.
    pub watcher: &'w mut dyn Watcher,
}

/// The numbers of samples in batches of that size.
pub fn cut(samples: Range<usize>, size: usize) -> impl Iterator<Item = Range<usize>> {
    samples.clone().step_by(size).map(move |from| from..(from + size).min(samples.end))
}

impl Work<'_, '_> {
    /// The layer to look at: the one set, or the one marked in the graph.
    ///
    /// # Errors
    /// If there is none of that name, or its values have no places.
    pub fn layer(&mut self) -> Result<NodeId, MethodError> {
        let graph = &self.session.network.graph;
        let node = match self.settings.word("layer") {
            None => self.session.features,
            Some(name) => graph.node(name).ok_or_else(|| {
                MethodError::Refused(format!(
                    "The network has no layer called {name}: `models info --layers` lists them."
                ))
            })?,
        };
        if node == 0 || !self.session.has_places(node) {
            let name = &graph.nodes[node].name;
            let why = format!("The values of the network's layer {name} have no places: choose a convolutional layer.");
            return Err(MethodError::Refused(why));
        }
        self.session.tap(node);
        Ok(node)
    }

    /// Values at a layer as maps over places.
    ///
    /// # Shapes
    /// `[1, C, h, w]`.
    pub fn activations(&mut self, node: NodeId) -> Tensor<4> {
        let value = self.session.value(node);
        self.session.maps(value)
    }

    /// The objective's derivative at a layer as maps over places.
    ///
    /// # Shapes
    /// `[1, C, h, w]`.
    pub fn gradients(&mut self, node: NodeId) -> Tensor<4> {
        let signal = self.session.gradient(&self.objective, node);
        self.session.maps(signal)
    }

    /// The numbers of samples in batches that fit the device.
    pub fn batches(&self, samples: usize, pass: Pass) -> impl Iterator<Item = Range<usize>> + use<> {
        cut(0..samples, self.session.plan().batch(pass))
    }

    /// Copies of one picture.
    ///
    /// # Shapes
    /// `[1, 3, H, W]` to `[n, 3, H, W]`.
    #[must_use]
    pub fn copies(&self, n: usize) -> Tensor<4> {
        let (height, width) = self.session.size;
        self.session.input().pictures().expand([n, 3, height, width])
    }

    /// Puts numbers beside the input.
    ///
    /// # Panics
    /// If the count does not fit the shape.
    #[must_use]
    pub fn upload(&self, numbers: Vec<f32>, shape: &[usize]) -> Value {
        Value::from_floats(numbers, shape, &self.session.network.device)
    }

    /// A map of the input's size.
    ///
    /// # Shapes
    /// `values`: `[channels, H, W]`.
    #[must_use]
    pub fn map(&self, values: Vec<f32>) -> Map {
        let (height, width) = self.session.size;
        let channels = values.len() / (height * width);
        self.made(values, (channels, height, width), None)
    }

    /// A map of a layer's size: one value a place.
    ///
    /// # Errors
    /// If the device fails.
    pub async fn layer_map(&self, map: Tensor<4>, node: NodeId) -> Result<Map, MethodError> {
        let [_, channels, height, width] = map.dims();
        let values = Value::from(map).read().await?;
        Ok(self.made(values, (channels, height, width), Some(node)))
    }

    /// A method's numbers with their provenance; who has a clock fills in device and seconds.
    #[must_use]
    pub fn made(
        &self,
        values: Vec<f32>,
        (channels, height, width): (usize, usize, usize),
        node: Option<NodeId>,
    ) -> Map {
        let network = self.session.network;
        let provenance = Provenance {
            method: self.entry.id.into(),
            settings: self.settings.clone(),
            target: self.objective.classes[0].0,
            against: self.objective.classes.get(1).map(|&(class, _)| class),
            answered: self.answered,
            scale: self.objective.scale,
            node: node.map(|id| network.graph.nodes[id].name.clone()),
            network: network.card.id.clone(),
            input: self.session.size,
            seed: super::draws(self.entry.id, &self.settings).then_some(self.seed),
            passes: self.passes,
            ..Provenance::default()
        };
        Map {
            values,
            facts: Facts { channels, height, width, sign: self.entry.sign, provenance, steps: vec![] },
            picture: None,
        }
    }

    /// The numbers of the baseline that is set.
    ///
    /// # Shapes
    /// `[1, 3, H, W]`.
    ///
    /// # Errors
    /// If the device fails.
    pub async fn baseline(&self) -> Result<Tensor<4>, MethodError> {
        let x = self.session.input().read().await?;
        let baseline = Baseline::named(self.settings.choice(BASELINE.id));
        let numbers = baseline.numbers(&x, self.input, &self.session.network.card.preprocess, self.seed);
        let (height, width) = self.session.size;
        Ok(self.upload(numbers, &[1, 3, height, width]).pictures())
    }

    /// The objective at the input less that at a baseline.
    ///
    /// # Shapes
    /// `[1, 3, H, W]`.
    ///
    /// # Errors
    /// If the device fails.
    pub async fn rise_from(&self, baseline: Tensor<4>) -> Result<f64, MethodError> {
        let there = self.session.again(Value::from(baseline)).scores(&self.objective);
        let both = Tensor::cat(vec![self.session.scores(&self.objective).flat(), there.flat()], 0);
        let scores = Value::from(both).read().await?;
        Ok(f64::from(scores[0]) - f64::from(scores[1]))
    }

    /// A map that promises completeness, with what it sums to and should.
    #[must_use]
    pub fn with_residual(map: Map, expected: f64) -> Map {
        let sum = map.values.iter().map(|&v| f64::from(v)).sum();
        Work::with_sum(map, sum, expected)
    }

    /// The same, where what is to be complete is not the sum of the map's numbers.
    #[must_use]
    pub fn with_sum(mut map: Map, sum: f64, expected: f64) -> Map {
        map.facts.provenance.residual = Some(Residual { sum, expected });
        map
    }
}
