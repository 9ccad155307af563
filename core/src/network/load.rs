//! A card and a weight file to a network on a device.

use super::canonise::fold_batch_norms;
use super::card::{self, Card, ONNX, Output};
use super::format::onnx::{self, Head, OnnxError};
use super::format::{self, FormatError, Kind};
use super::graph::{Graph, Node, NodeId};
use super::op::{Activation, Concat, FoldedNorm, Op, Weights};
use super::parameters::Parameters;
use super::shape::{ShapeError, infer};
use super::training::in_training;
use super::value::Value;
use super::zoo;
use super::zoo::recognise::{Shapes, nearest, recognise, unused};
use crate::digest::Content;
use crate::photo::preset::{PRESETS, Preset, UNIT};
use crate::photo::{Filter, Preprocess};
use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
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

impl Network {
    /// The same as in training: batch norms take the statistics of the batch that goes through, and dropout draws by the
    /// seed. None where it is known of neither, so that training would be no different.
    #[must_use]
    pub fn in_training(&self, seed: u64) -> Option<Network> {
        let Network { card, graph, weights, device } = self;
        let (card, device) = (card.clone(), device.clone());
        let differs = !(graph.trained.is_empty() && graph.dropped.is_empty());
        let (graph, weights) = differs.then(|| in_training(graph, weights, seed, &device))?;
        Some(Network { card, graph, weights, device })
    }
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
    /// A file has another length than its card says.
    Length {
        /// Its name.
        name: String,
        /// Bytes the card says.
        expected: u64,
        /// Bytes the file has.
        found: u64,
    },
    /// The digest of the file of that name is not its card's.
    Digest(String),
    /// The file cannot be read.
    Format(FormatError),
    /// The ONNX file cannot become a network.
    Onnx(OnnxError),
    /// The network does not take colour pictures, but so many channels.
    Channels(usize),
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
            LoadError::Length { name, expected, found } => write!(
                f,
                "The model file {name} has {found} bytes where its card says {expected}, so it was cut short or changed: fetch it again."
            ),
            LoadError::Digest(name) => write!(
                f,
                "The SHA-256 of the model file {name} is not the one on its card, so it was damaged or changed: fetch it again."
            ),
            LoadError::Format(error) => error.fmt(f),
            LoadError::Onnx(error) => error.fmt(f),
            LoadError::Channels(found) => write!(
                f,
                "The network takes pictures of {found} channels, and a photo has 3: choose a network for colour pictures."
            ),
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

/// Files beside a model file, by name: an ONNX file may keep its weights in them.
pub type Beside<'a> = &'a dyn Fn(&str) -> Option<Content>;

/// Reads a model file that came without a card: recognises its format by its content and its architecture by its
/// names and shapes. The card is a draft: what the file does not say is the usual.
///
/// # Errors
/// One sentence that says what is wrong with the file.
pub fn read(name: &str, file: Content, beside: Beside) -> Result<Model, LoadError> {
    if format::recognise(&file) == Kind::Onnx {
        return read_onnx(name, file, beside);
    }
    let checkpoint = format::read(&file).map_err(LoadError::Format)?;
    let candidate = recognise(&shapes(&checkpoint.parameters)).into_iter().next().ok_or(LoadError::Unknown)?;
    if !candidate.fits() {
        return Err(LoadError::Nearest(candidate.to_string()));
    }
    let (architecture, dimensions) = (candidate.architecture, &candidate.dimensions);
    let card = Card {
        title: architecture.title.into(),
        architecture: architecture.id.into(),
        classes: dimensions.classes,
        preprocess: Preprocess { size: dimensions.picture, ..architecture.preprocess },
        // Softmax of one class is one, whatever it sees.
        output: if dimensions.classes == 1 { Output::Sigmoid } else { architecture.output },
        ..draft(name, &file)
    };
    let mut notes: Vec<String> = checkpoint.notes.iter().map(ToString::to_string).collect();
    notes.push(format!("Preprocessing as for {}: change it if these weights want another.", architecture.source));
    let graph = candidate.graph();
    Ok(Model { card, parameters: wanted(&graph, candidate.adopt(checkpoint.parameters)), graph, notes })
}

/// What is known of any file: its name, length and digest, and ImageNet's usual preprocessing.
fn draft(name: &str, file: &Content) -> Card {
    let id = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let Preset { mean, std, order, .. } = PRESETS[0];
    Card {
        id: id.into(),
        title: id.into(),
        architecture: ONNX.into(),
        classes: 0,
        weights: name.into(),
        bytes: file.len() as u64,
        sha256: file.sha256().into(),
        beside: vec![],
        preprocess: Preprocess { size: 224, resize: 256, filter: Filter::Bilinear, mean, std, order },
        output: Output::Softmax,
        names: vec![],
        licence: String::new(),
        source: name.into(),
    }
}

fn read_onnx(name: &str, file: Content, beside: Beside) -> Result<Model, LoadError> {
    let mut card = draft(name, &file);
    let (model, beside) = onnx_model(file, beside)?;
    card.beside = beside;
    if model.declared.channels == 6 {
        let Preset { mean, std, order, .. } = UNIT;
        (card.preprocess, card.output) = (Preprocess { mean, std, order, ..card.preprocess }, Output::Sigmoid);
    }
    if let Some([rows, _]) = model.declared.size {
        card.preprocess = card.preprocess.resized(rows);
    }
    let mut read = by_onnx(&model, card)?;
    let classes = read.card.classes;
    read.card.names = class_names(&model.metadata, classes).unwrap_or_default();
    if read.card.output == Output::Softmax {
        read.notes.push("The file does not say how a photo is to be prepared: ImageNet's usual way was taken.".into());
    }
    Ok(read)
}

/// Reads an ONNX file, and says which files beside it were needed.
fn onnx_model(file: Content, beside: Beside) -> Result<(onnx::Model, Vec<card::Beside>), LoadError> {
    let taken = RefCell::new(vec![]);
    let take = |name: &str| {
        let file = beside(name)?;
        let (bytes, sha256) = (file.len() as u64, file.sha256().into());
        taken.borrow_mut().push(card::Beside { name: name.into(), bytes, sha256 });
        Some(file.into_bytes())
    };
    let model = onnx::Model::read(file.into_bytes(), &take).map_err(LoadError::Onnx)?;
    Ok((model, taken.into_inner()))
}

/// The network of an ONNX file at the card's size.
fn by_onnx(model: &onnx::Model, card: Card) -> Result<Model, LoadError> {
    let size = card.preprocess.size;
    let imported = model.network(Some([size; 2])).map_err(LoadError::Onnx)?;
    let graph = match model.declared.channels {
        3 => imported.graph,
        6 => beside_its_inverse(imported.graph),
        other => return Err(LoadError::Channels(other)),
    };
    let shapes = infer(&graph, [1, 3, size, size]).map_err(LoadError::Shape)?;
    let classes = shapes[graph.output()].last().copied().unwrap_or(0);
    let sigmoid = imported.head == Head::Sigmoid || classes == 1;
    let output = if sigmoid { Output::Sigmoid } else { card.output };
    let card = Card { classes, output, ..card };
    Ok(Model { card, graph, parameters: imported.parameters, notes: imported.notes })
}

/// A graph for pictures of six channels made one for photos: the colours, and one less each colour, as B-cos networks see
/// them (Böhle et al. 2022).
fn beside_its_inverse(graph: Graph) -> Graph {
    let mut seeing = Graph { tokens: graph.tokens, picture: graph.picture, ..Graph::new() };
    let inverse =
        seeing.push("add_inverse.inverse", Op::Activation(Activation::Affine { scale: -1.0, shift: 1.0 }), &[0]);
    let both = seeing.push("add_inverse", Op::Concat(Concat { axis: 1 }), &[0, inverse]);
    for node in graph.nodes.into_iter().skip(1) {
        let inputs: Vec<NodeId> = node.inputs.iter().map(|input| input + both).collect();
        seeing.push(node.name, node.op, &inputs);
    }
    seeing.features = graph.features + both;
    seeing
}

/// Names of the classes, where the file carries a list of as many.
fn class_names(metadata: &BTreeMap<String, String>, classes: usize) -> Option<Vec<String>> {
    let text = ["classes", "class_names", "names", "labels"].iter().find_map(|key| metadata.get(*key))?;
    let listed = serde_json::from_str::<Vec<String>>(text).ok();
    let names = listed.unwrap_or_else(|| text.lines().map(|line| line.trim().to_owned()).collect());
    (names.len() == classes).then_some(names)
}

/// Reads a model file by its card, and checks it against it.
///
/// # Errors
/// One sentence that says what is wrong with the file.
pub fn read_by_card(card: &Card, file: Content, beside: Beside) -> Result<Model, LoadError> {
    check_file(&card.weights, (card.bytes, &card.sha256), (file.len() as u64, file.sha256()))?;
    if card.architecture == ONNX {
        let (model, beside) = onnx_model(file, beside)?;
        check_beside(card, &beside)?;
        return by_onnx(&model, card.clone());
    }
    let architecture =
        zoo::architecture(&card.architecture).ok_or_else(|| LoadError::Architecture(card.architecture.clone()))?;
    let checkpoint = format::read(&file).map_err(LoadError::Format)?;
    let candidate = nearest(architecture, &shapes(&checkpoint.parameters));
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
pub fn open(card: &Card, file: Content, beside: Beside, device: &Device) -> Result<Network, LoadError> {
    read_by_card(card, file, beside)?.upload(device)
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
///
/// # Panics
/// If a weight is missing: weights were compared with the graph before.
#[must_use]
pub fn upload(graph: &Graph, mut parameters: Parameters, device: &Device) -> Vec<Weights> {
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
    for folded in &graph.folded {
        let put = |numbers: &[f32]| Value::from_floats(numbers.to_vec(), &[numbers.len()], device);
        let turns = folded.scale.iter().any(|scale| *scale < 0.0);
        let norm = FoldedNorm { scale: put(&folded.scale), shift: put(&folded.shift), turns };
        weights[folded.node].folded = Some(norm);
    }
    weights
}

/// Compares length and digest of a file with those its card says.
fn check_file(name: &str, expected: (u64, &str), found: (u64, &str)) -> Result<(), LoadError> {
    if found.0 != expected.0 {
        return Err(LoadError::Length { name: name.into(), expected: expected.0, found: found.0 });
    }
    if found.1 != expected.1 { Err(LoadError::Digest(name.into())) } else { Ok(()) }
}

/// Compares the files beside an ONNX file with those its card says, as far as it says them.
fn check_beside(card: &Card, found: &[card::Beside]) -> Result<(), LoadError> {
    found.iter().try_for_each(|found| match card.beside.iter().find(|known| known.name == found.name) {
        Some(known) => check_file(&known.name, (known.bytes, &known.sha256), (found.bytes, &found.sha256)),
        None => Ok(()),
    })
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
