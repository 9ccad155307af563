//! A card and a weight file to a network on a device.

use super::canonise::fold_batch_norms;
use super::card::Card;
use super::format::{self, FormatError};
use super::graph::{Graph, Node};
use super::op::Weights;
use super::parameters::Parameters;
use super::shape::{ShapeError, infer};
use super::zoo;
use super::zoo::recognise::{Shapes, beside, recognise, unused};
use crate::digest::sha256;
use crate::photo::Preprocess;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A network on a device, ready to run.
#[derive(Debug)]
pub struct Network {
    /// What is known of it.
    pub card: Card,
    /// Its graph, canonised.
    pub graph: Graph,
    /// Each node's weights.
    pub weights: Vec<Weights>,
    /// Where it runs.
    pub device: Device,
}

/// Why a network could not be opened. Displays as one sentence: what, why, what to do.
#[derive(Clone, Debug, PartialEq)]
pub enum LoadError {
    /// No architecture has such weights.
    Unknown,
    /// The nearest architecture, and what does not fit it.
    Nearest(String),
    /// The card names an architecture that is not known.
    Architecture(String),
    /// The file has another length than its card says.
    Length {
        /// Bytes the card says.
        expected: u64,
        /// Bytes the file has.
        found: u64,
    },
    /// The file's digest is not its card's.
    Digest,
    /// The file cannot be read.
    Format(FormatError),
    /// Weights are missing, left over or of another shape; a line each.
    Weights(Vec<String>),
    /// The network does not take its own input size.
    Shape(ShapeError),
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LoadError::Unknown => f.write_str(
                "The model file's weights belong to no architecture that is known: export the model as ONNX instead.",
            ),
            LoadError::Nearest(sentence) => write!(f, "{sentence} If it is another network, export it as ONNX."),
            LoadError::Architecture(name) => write!(
                f,
                "The model's card names the architecture {name}, which is not known: known are {}.",
                zoo::ARCHITECTURES.iter().map(|known| known.id).collect::<Vec<_>>().join(", ")
            ),
            LoadError::Length { expected, found } => write!(
                f,
                "The model file has {found} bytes where its card says {expected}, so it was cut short or changed: fetch it again."
            ),
            LoadError::Digest => {
                write!(
                    f,
                    "The model file's SHA-256 is not the one on its card, so it was damaged or changed: fetch it again."
                )
            }
            LoadError::Format(error) => error.fmt(f),
            LoadError::Weights(lines) => write!(
                f,
                "The model file's weights do not fit its architecture ({}{}): choose the file that belongs to the card.",
                lines[0],
                if lines.len() > 1 { format!(", and {} more", lines.len() - 1) } else { String::new() }
            ),
            LoadError::Shape(error) => error.fmt(f),
        }
    }
}

/// A model on the host: what is known of it, its graph and its weights. Not on a device yet.
#[derive(Debug)]
pub struct Model {
    /// What is known of it, or inferred from its file.
    pub card: Card,
    /// Its graph, as its builder or its file has it.
    pub graph: Graph,
    /// Its weights.
    pub parameters: Parameters,
    /// What a person should know of how it was read; a sentence each.
    pub notes: Vec<String>,
}

/// Sums over a model, for a person who looks at it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sums {
    /// Nodes of the graph.
    pub nodes: usize,
    /// Weights.
    pub weights: u64,
    /// Multiply-adds of one forward pass at the card's size.
    pub multiply_adds: u64,
    /// Numbers of the largest value that flows.
    pub largest_value: u64,
}

/// Reads a model file that came without a card: recognises its format by its content and its architecture by its
/// names and shapes. The card is a draft: what the file does not say is the usual.
///
/// # Errors
/// One sentence that says what is wrong with the file.
pub fn read(name: &str, file: &[u8]) -> Result<Model, LoadError> {
    let checkpoint = format::read(file).map_err(LoadError::Format)?;
    let candidate = recognise(&shapes(&checkpoint.parameters)).into_iter().next().ok_or(LoadError::Unknown)?;
    if !candidate.fits() {
        return Err(LoadError::Nearest(candidate.to_string()));
    }
    let (architecture, dimensions) = (candidate.architecture, &candidate.dimensions);
    let preprocess = Preprocess { size: dimensions.picture, ..architecture.preprocess };
    let card = Card {
        id: name.rsplit_once('.').map_or(name, |(stem, _)| stem).into(),
        title: architecture.title.into(),
        architecture: architecture.id.into(),
        classes: dimensions.classes,
        weights: name.into(),
        bytes: file.len() as u64,
        sha256: sha256(file),
        preprocess,
        output: architecture.output,
        names: vec![],
        licence: String::new(),
        source: name.into(),
    };
    let mut notes: Vec<String> = checkpoint.notes.iter().map(ToString::to_string).collect();
    notes.push(format!("Preprocessing as for {}: change it if these weights want another.", architecture.source));
    let graph = candidate.graph();
    Ok(Model { card, parameters: wanted(&graph, candidate.adopt(checkpoint.parameters)), graph, notes })
}

/// Reads a model file by its card, and checks it against it.
///
/// # Errors
/// One sentence that says what is wrong with the file.
pub fn read_by_card(card: &Card, file: &[u8]) -> Result<Model, LoadError> {
    check_file(card, file)?;
    let architecture =
        zoo::architecture(&card.architecture).ok_or_else(|| LoadError::Architecture(card.architecture.clone()))?;
    let checkpoint = format::read(file).map_err(LoadError::Format)?;
    let candidate = beside(architecture, &shapes(&checkpoint.parameters));
    let graph = candidate.graph();
    let notes = checkpoint.notes.iter().map(ToString::to_string).collect();
    let parameters = wanted(&graph, candidate.adopt(checkpoint.parameters));
    Ok(Model { card: card.clone(), graph, parameters, notes })
}

fn shapes(parameters: &Parameters) -> Shapes {
    parameters.0.iter().map(|(name, parameter)| (name.clone(), parameter.shape.clone())).collect()
}

/// The weights without those that are known to be left over.
fn wanted(graph: &Graph, mut parameters: Parameters) -> Parameters {
    parameters.0.retain(|name, _| !unused(graph, name));
    parameters
}

/// Reads a model file by its card and puts the network on a device.
///
/// # Errors
/// One sentence that says what is wrong with the file; nothing is left on the device then.
pub fn open(card: &Card, file: &[u8], device: &Device) -> Result<Network, LoadError> {
    read_by_card(card, file)?.upload(device)
}

impl Model {
    /// Sums at the card's size.
    ///
    /// # Errors
    /// If weights and graph do not fit, or the network does not take its own input size.
    pub fn sums(&self) -> Result<Sums, LoadError> {
        let shapes = self.check()?;
        let inputs = |node: &Node| node.inputs.iter().map(|&input| shapes[input].as_slice()).collect::<Vec<_>>();
        let costs = self.graph.nodes.iter().zip(&shapes).map(|(node, shape)| node.op.cost(&inputs(node), shape));
        Ok(Sums {
            nodes: self.graph.nodes.len(),
            weights: self.parameters.count() as u64,
            multiply_adds: costs.sum(),
            largest_value: shapes.iter().map(|shape| shape.iter().product::<usize>() as u64).max().unwrap_or(0),
        })
    }

    /// Compares weights with the graph, and the graph with its input size; gives each node's shape.
    fn check(&self) -> Result<Vec<Vec<usize>>, LoadError> {
        compare(&self.graph, &self.parameters)?;
        let size = self.card.preprocess.size;
        infer(&self.graph, [1, 3, size, size]).map_err(LoadError::Shape)
    }

    /// Canonises graph and weights and moves them to a device.
    ///
    /// # Errors
    /// If weights and graph do not fit, or the network does not take its own input size; nothing is left on the device
    /// then.
    pub fn upload(self, device: &Device) -> Result<Network, LoadError> {
        self.check()?;
        let (graph, parameters) = fold_batch_norms(self.graph, self.parameters);
        let weights = upload(&graph, parameters, device);
        Ok(Network { card: self.card, graph, weights, device: device.clone() })
    }
}

/// Moves all weights to a device; one that serves several nodes is copied for all but the last.
fn upload(graph: &Graph, mut parameters: Parameters, device: &Device) -> Vec<Weights> {
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    for (name, _) in graph.nodes.iter().flat_map(|node| node.op.wants()) {
        *uses.entry(name).or_default() += 1;
    }
    let mut weights = Vec::with_capacity(graph.nodes.len());
    for node in &graph.nodes {
        let mut again = vec![];
        for (name, _) in node.op.wants() {
            let left = uses.get_mut(&name).expect("counted above");
            *left -= 1;
            if *left > 0 {
                again.push((name.clone(), parameters.get(&name).clone()));
            }
        }
        weights.push(node.op.upload(&mut parameters, device));
        parameters.0.extend(again);
    }
    weights
}

fn check_file(card: &Card, file: &[u8]) -> Result<(), LoadError> {
    if file.len() as u64 != card.bytes {
        return Err(LoadError::Length { expected: card.bytes, found: file.len() as u64 });
    }
    if sha256(file) != card.sha256 { Err(LoadError::Digest) } else { Ok(()) }
}

/// Compares what the graph wants with what the file has.
fn compare(graph: &Graph, parameters: &Parameters) -> Result<(), LoadError> {
    let mut lines = vec![];
    let mut spare: Vec<&str> = parameters.0.keys().map(String::as_str).collect();
    for (name, shape) in graph.nodes.iter().flat_map(|node| node.op.wants()) {
        spare.retain(|other| *other != name);
        match parameters.0.get(&name) {
            None => lines.push(format!("{name} is missing")),
            Some(found) if found.shape != shape => {
                lines.push(format!("{name} has shape {:?} instead of {shape:?}", found.shape));
            }
            Some(_) => {}
        }
    }
    lines.extend(spare.into_iter().map(|name| format!("{name} is not wanted")));
    if lines.is_empty() { Ok(()) } else { Err(LoadError::Weights(lines)) }
}
