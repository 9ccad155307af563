//! A card and a weight file to a network on a device.

use super::canonise::fold_batch_norms;
use super::card::Card;
use super::format::{self, FormatError};
use super::graph::Graph;
use super::op::Weights;
use super::parameters::Parameters;
use super::shape::{ShapeError, infer};
use super::zoo;
use crate::digest::sha256;
use burn::tensor::Device;

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
            LoadError::Architecture(name) => write!(
                f,
                "The model's card names the architecture {name}, which is not known: known are {}.",
                zoo::ARCHITECTURES.join(" and ")
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

/// Checks a weight file against its card, canonises the graph and puts it on a device.
///
/// # Errors
/// One sentence that says what is wrong with the file; nothing is left on the device then.
pub fn open(card: &Card, file: &[u8], device: &Device) -> Result<Network, LoadError> {
    check_file(card, file)?;
    let graph = zoo::build(&card.architecture).ok_or_else(|| LoadError::Architecture(card.architecture.clone()))?;
    let parameters = format::read(file).map_err(LoadError::Format)?.parameters;
    compare(&graph, &parameters)?;
    let size = card.preprocess.size;
    infer(&graph, [1, 3, size, size]).map_err(LoadError::Shape)?;
    let (graph, parameters) = fold_batch_norms(&graph, &parameters);
    let weights = graph.nodes.iter().map(|node| node.op.upload(&parameters, device)).collect();
    Ok(Network { card: card.clone(), graph, weights, device: device.clone() })
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
