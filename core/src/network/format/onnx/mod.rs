//! The ONNX format: a stranger's file to a graph and its weights, at run time.
//!
//! `scan` counts the file's parts before `proto` decodes them, `tensor` reads numbers, `order` sorts the nodes, `import`
//! walks them: what depends on no picture is worked out by `fold`, everything else goes through the table in `mapping`
//! to the file of its family. `features` marks what class activation maps look at.
//!
//! Memory is bounded: decoding by eight times the file and 2^20 parts, what is worked out by
//! `import::MOST_FOLDED` numbers, the weights by `import::MOST_WEIGHTS`.

mod activation;
mod arithmetic;
mod attention;
mod axes;
mod batch;
mod branch;
mod call;
mod convolution;
mod einsum;
mod error;
mod features;
mod fold;
mod head;
#[cfg(test)]
mod hostile;
mod import;
mod linear;
mod mapping;
mod normalisation;
mod order;
mod pooling;
mod proto;
mod quantisation;
mod reduction;
mod resize;
mod scan;
mod shape_moving;
mod tensor;

pub use error::OnnxError;
pub use head::Head;

use crate::network::graph::Graph;
use crate::network::parameters::Parameters;
use import::{Held, Import};
use order::{MOST_NODES, in_order, spelled_out};
use prost::Message;
use prost::bytes::Bytes;
use proto::{GraphProto, ModelProto, TensorProto, ValueInfoProto};
use std::collections::{BTreeMap, BTreeSet};
use tensor::shown;

/// The opsets that are understood.
const OPSETS: std::ops::RangeInclusive<i64> = 7..=23;
/// Newer ones that are tried: most of their operators are as they were.
const LATEST: i64 = 30;
/// Side of the picture where neither the file nor the caller says one.
const USUAL: usize = 224;
/// How many times larger the second batch is that an import follows: a prime that no channel count is likely to share.
const GROWTH: usize = 7;

/// How the axes of the file's input lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `[N, C, H, W]`.
    ChannelsFirst,
    /// `[N, H, W, C]`: TensorFlow's.
    ChannelsLast,
}

/// The picture a file asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Name of the input.
    pub name: String,
    /// Channels.
    pub channels: usize,
    /// Rows and columns, if the file says them: a default, not a wall.
    pub size: Option<[usize; 2]>,
    /// How the axes lie.
    pub layout: Layout,
    /// Pictures, if the file says how many.
    pub batch: Option<usize>,
}

/// A file that was read, before it is made a network for pictures of one size.
#[derive(Clone, Debug)]
pub struct Model {
    graph: GraphProto,
    opsets: BTreeMap<String, i64>,
    files: BTreeMap<String, Bytes>,
    /// The picture it asks for.
    pub declared: Declared,
    /// Who wrote it.
    pub producer: String,
    /// What else it says of itself: class names, preprocessing, licence.
    pub metadata: BTreeMap<String, String>,
}

/// A network out of a file.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Its graph, which ends in what `head` says.
    pub graph: Graph,
    /// Its weights.
    pub parameters: Parameters,
    /// What its last values mean.
    pub head: Head,
    /// Set if it takes only so many pictures at once.
    pub fixed_batch: Option<usize>,
    /// What was found, dropped or changed, a sentence each.
    pub notes: Vec<String>,
}

impl Model {
    /// Reads a file. `external` hands in the files beside it by name, for weights that lie there.
    ///
    /// # Errors
    /// One sentence that says what is wrong with the file.
    pub fn read(bytes: Vec<u8>, external: &dyn Fn(&str) -> Option<Vec<u8>>) -> Result<Model, OnnxError> {
        scan::check(&bytes)?;
        let model = ModelProto::decode(Bytes::from(bytes)).map_err(|error| OnnxError::Damaged(error.to_string()))?;
        let mut graph = model.graph.ok_or_else(|| OnnxError::Damaged("it holds no graph".into()))?;
        let opsets: BTreeMap<String, i64> =
            model.opset_import.into_iter().map(|opset| (own_domain(&opset.domain).into(), opset.version)).collect();
        let opset = opsets.get("").copied().unwrap_or(if opsets.is_empty() { 1 } else { 17 });
        if !(*OPSETS.start()..=LATEST).contains(&opset) {
            return Err(OnnxError::Opset(opset));
        }
        if graph.node.len() > MOST_NODES {
            return Err(OnnxError::Large { what: "nodes".into(), limit: MOST_NODES });
        }
        if !model.functions.is_empty() {
            graph.node = spelled_out(&graph.node, &model.functions)?;
        }
        let files = external_files(&graph, external)?;
        let declared = declared(&graph)?;
        let metadata = model.metadata_props.into_iter().map(|entry| (entry.key, entry.value)).collect();
        let producer = shown(format!("{} {}", model.producer_name, model.producer_version).trim());
        Ok(Model { graph, opsets, files, declared, producer, metadata })
    }

    /// The opset of a domain.
    fn opset(&self, domain: &str) -> i64 {
        self.opsets.get(own_domain(domain)).copied().unwrap_or(1)
    }

    /// The network for pictures of so many rows and columns; without, of those the file asks for.
    ///
    /// A file that goes only for one number of pictures is brought to go for any where its shapes prove how, and is
    /// fixed to that number where they do not; a note says so.
    ///
    /// # Errors
    /// One sentence that names the node that cannot be run, and what to do.
    pub fn network(&self, picture: Option<[usize; 2]>) -> Result<Imported, OnnxError> {
        let size = picture.or(self.declared.size).unwrap_or([USUAL; 2]);
        match (self.sized(size), self.declared.size) {
            (Err(error), Some(declared)) if size != declared && self.sized(declared).is_ok() => {
                Err(OnnxError::Size { declared, asked: size, reason: error.reason() })
            }
            (result, _) => result,
        }
    }

    fn sized(&self, [rows, columns]: [usize; 2]) -> Result<Imported, OnnxError> {
        let pictures = self.declared.batch.unwrap_or(1);
        let shape = |pictures: usize| vec![pictures, self.declared.channels, rows, columns];
        match self.import([shape(pictures), shape(pictures * GROWTH)], true) {
            Ok(imported) => Ok(imported),
            Err(error) => {
                // What fails for a single batch too is the better reason.
                let mut imported = self.import([shape(pictures), shape(pictures)], true)?;
                imported.fixed_batch = Some(pictures);
                imported.notes.push(format!(
                    "The file is fixed to {pictures} picture{} at once ({}), so methods with many passes take longer.",
                    if pictures == 1 { "" } else { "s" },
                    error.reason(),
                ));
                Ok(imported)
            }
        }
    }

    /// The network for an input of exactly that shape, whatever it means, with its output as it is.
    ///
    /// # Errors
    /// One sentence that names the node that cannot be run, and what to do.
    pub fn as_it_is(&self, shape: &[usize]) -> Result<Imported, OnnxError> {
        self.import([shape.to_vec(), shape.to_vec()], false)
    }

    fn import(&self, shapes: [Vec<usize>; 2], classifier: bool) -> Result<Imported, OnnxError> {
        let batches = [&shapes[0], &shapes[1]].map(|shape| shape.first().copied().unwrap_or(1));
        let mut import = Import::new(self, shapes, batches);
        import.resized = classifier && self.declared.size.is_some_and(|size| !import.shape(0).ends_with(&size));
        import.start(&self.declared, classifier)?;
        if self.opset("") > *OPSETS.end() {
            import.note(format!("The file uses opset {}; what is understood are 7 to 23.", self.opset("")));
        }
        let output = self.output(&mut import);
        let known = |name: &str| name == self.declared.name || import.knows(name);
        let nodes = in_order(&self.graph.node, &[output], &known)?;
        let used: BTreeSet<&str> = nodes.iter().flat_map(|node| node.input.iter().map(String::as_str)).collect();
        let dead = self.graph.node.len() - nodes.len();
        if dead > 0 {
            import.note(format!("{dead} nodes that the output does not need were left out."));
        }
        let spare = self.graph.initializer.iter().filter(|tensor| !used.contains(tensor.name.as_str())).count();
        if spare > 0 && nodes.iter().all(|node| node.attribute.iter().all(|attribute| attribute.g.is_none())) {
            import.note(format!("{spare} weights that no node uses were left out."));
        }
        import.walk(&nodes, &[output])?;
        let held = import.held(output)?;
        let held = held.ok_or_else(|| OnnxError::Output(format!("nothing makes its output {}", shown(output))))?;
        self.finish(import, held, classifier)
    }

    fn finish(&self, mut import: Import, held: Held, classifier: bool) -> Result<Imported, OnnxError> {
        let refused = |_| OnnxError::Output("its output depends on no picture".into());
        let mut output = import.node(held).map_err(refused)?;
        let mut head = Head::Logits;
        if classifier {
            (output, head) = head::before(&mut import, output)?;
        }
        let (graph, shapes) = features::pruned(import.graph, &import.shapes, output);
        let graph = features::marked(graph, &shapes);
        let mut parameters = import.parameters;
        let wanted: BTreeSet<String> =
            graph.nodes.iter().flat_map(|node| node.op.wants()).map(|(name, _)| name).collect();
        parameters.0.retain(|name, _| wanted.contains(name));
        let notes = import.notes.into_iter().collect();
        Ok(Imported { graph, parameters, head, fixed_batch: None, notes })
    }

    /// The output that is looked at: the first, or the one called logits.
    fn output(&self, import: &mut Import) -> &str {
        let outputs = &self.graph.output;
        let chosen = outputs.iter().find(|output| output.name.to_lowercase().contains("logits"));
        let chosen = chosen.or(outputs.first()).map_or("", |output| output.name.as_str());
        if outputs.len() > 1 {
            import.note(format!("Of {} outputs the one called {} is used.", outputs.len(), shown(chosen)));
        }
        chosen
    }
}

/// ONNX's own operators go by two names.
fn own_domain(domain: &str) -> &str {
    if domain == "ai.onnx" { "" } else { domain }
}

/// All files that the weights of a graph and of the graphs in its nodes lie in, read once each.
fn external_files(
    graph: &GraphProto,
    external: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Result<BTreeMap<String, Bytes>, OnnxError> {
    let mut files = BTreeMap::new();
    let attributes = graph.node.iter().flat_map(|node| &node.attribute).filter_map(|attribute| attribute.t.as_deref());
    let outside = |tensor: &&TensorProto| tensor.data_location == 1;
    for tensor in graph.initializer.iter().chain(attributes).filter(outside) {
        let (location, ..) = tensor::place(tensor)?;
        if files.contains_key(&location) {
            continue;
        }
        let bytes = external(&location).ok_or_else(|| OnnxError::External {
            name: shown(&tensor.name),
            location: shown(&location),
            reason: "which is not there".into(),
        })?;
        files.insert(location, Bytes::from(bytes));
    }
    Ok(files)
}

/// The one input that is no weight.
fn declared(graph: &GraphProto) -> Result<Declared, OnnxError> {
    let weights: BTreeSet<&str> = graph.initializer.iter().map(|tensor| tensor.name.as_str()).collect();
    let inputs: Vec<&ValueInfoProto> =
        graph.input.iter().filter(|input| !weights.contains(input.name.as_str())).collect();
    let picture = inputs.iter().find(|input| lengths(input).len() == 4).or(inputs.first());
    let Some(picture) = picture else { return Err(OnnxError::Input("it has no input".into())) };
    let lengths = lengths(picture);
    let &[batch, a, b, c] = &lengths[..] else {
        return Ok(Declared {
            name: picture.name.clone(),
            channels: 3,
            size: None,
            layout: Layout::ChannelsFirst,
            batch: None,
        });
    };
    let colours = |length: Option<usize>| matches!(length, Some(1 | 3 | 4));
    let last = colours(c) && !colours(a);
    let (layout, channels, size) =
        if last { (Layout::ChannelsLast, c, [a, b]) } else { (Layout::ChannelsFirst, a, [b, c]) };
    let size = match size {
        [Some(rows), Some(columns)] => Some([rows, columns]),
        _ => None,
    };
    Ok(Declared { name: picture.name.clone(), channels: channels.unwrap_or(3), size, layout, batch })
}

/// The lengths an input is declared with; a name, or nothing above zero, is no length.
fn lengths(input: &ValueInfoProto) -> Vec<Option<usize>> {
    let shape = input.r#type.as_ref().and_then(|kind| kind.tensor_type.as_ref()).and_then(|kind| kind.shape.as_ref());
    let known = |length: i64| usize::try_from(length).ok().filter(|length| (1..=1 << 15).contains(length));
    shape.map_or(vec![], |shape| shape.dim.iter().map(|dim| dim.dim_value.and_then(known)).collect())
}
