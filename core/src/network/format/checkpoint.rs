//! What a weight file gives: the weights as f32, and what a person should know of how they came to be.

use super::ALLOWANCE;
use super::error::{FormatError, shown};
use super::tensor::{Element, View};
use crate::network::parameters::{Parameter, Parameters};
use std::collections::BTreeMap;
use std::fmt;

/// A weight file's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Hugging Face's safetensors.
    Safetensors,
    /// PyTorch's archive, from version 1.6 on.
    PytorchZip,
    /// PyTorch's row of pickles, up to version 1.5.
    PytorchLegacy,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Safetensors => "safetensors",
            Format::PytorchZip => "PyTorch",
            Format::PytorchLegacy => "PyTorch (before 1.6)",
        })
    }
}

/// Something about the file that is no error. Displays as one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// The weights were not at the file's top; the names on the way to them.
    Inside(String),
    /// Another set of weights was in the file and was not taken.
    NotTaken(String),
    /// All names began with this, which was taken off.
    Prefix(String),
    /// These tensors hold whole numbers or truth values and were left out. Single counters, such as
    /// `num_batches_tracked`, are left out without a note.
    Whole(Vec<String>),
    /// These entries beside the weights are no tensors and were left out.
    NoTensors(Vec<String>),
    /// So many tensors were f64 and were rounded to f32.
    Rounded(usize),
    /// The file asks Python to call these names. Nothing was called.
    NotCalled(Vec<String>),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Inside(path) => write!(f, "The weights were found under {path}."),
            Note::NotTaken(name) => {
                write!(f, "The file has a second set of weights under {name}, which was not taken.")
            }
            Note::Prefix(prefix) => write!(f, "All names began with {prefix}, which was taken off."),
            Note::Whole(names) => write!(f, "Tensors of whole numbers were left out: {}.", names.join(", ")),
            Note::NoTensors(names) => write!(f, "Entries that are no tensors were left out: {}.", names.join(", ")),
            Note::Rounded(count) => write!(f, "{count} tensors were f64 and were rounded to f32."),
            Note::NotCalled(names) => write!(
                f,
                "The file asks Python to call {}: nothing was called, and what they would have made was left out.",
                names.join(", ")
            ),
        }
    }
}

/// A weight file, read.
///
/// Names are as in the file, less a prefix that training wrappers put before all of them (`module.`, `_orig_mod.`,
/// `model.`). Every weight is finite. Half floats are widened exactly, f64 is rounded to nearest.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// The weights by name.
    pub parameters: Parameters,
    /// What the file was.
    pub format: Format,
    /// Free text by key that the file carries (safetensors' `__metadata__`).
    pub metadata: BTreeMap<String, String>,
    /// What was left out or changed.
    pub notes: Vec<Note>,
}

/// What training wrappers put before every name: `DataParallel`, `torch.compile`, Lightning and the like.
const PREFIXES: [&str; 3] = ["module.", "_orig_mod.", "model."];
/// Most axes a tensor may have.
const AXES: usize = 16;
/// Most names one note lists.
const LISTED: usize = 8;

/// A checkpoint that is being put together, and how much memory it may still take.
pub(super) struct Collector {
    parameters: BTreeMap<String, Parameter>,
    /// Values that may still be added.
    left: usize,
    rounded: usize,
    whole: Vec<String>,
}

impl Collector {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self { parameters: BTreeMap::new(), left: ALLOWANCE / 4, rounded: 0, whole: Vec::new() }
    }

    /// Allows the values of `bytes` more bytes of the file: in f32 at most twice as many bytes.
    pub(super) fn allow(&mut self, bytes: usize) {
        self.left = self.left.saturating_add(bytes.saturating_mul(2) / 4);
    }

    /// Adds one tensor: `view` of the numbers `data`, which are of kind `element`.
    ///
    /// # Errors
    /// If it reaches outside `data`, is of a kind that is not understood, too large, or not finite.
    pub(super) fn add(&mut self, name: &str, view: &View, element: Element, data: &[u8]) -> Result<(), FormatError> {
        let wrong = |reason: &str| FormatError::Tensor { name: shown(name), reason: reason.into() };
        if view.shape.len() > AXES {
            return Err(wrong("it has more than 16 axes"));
        }
        let count = view.count().ok_or_else(|| wrong("its size overflows"))?;
        let reach = view.reach().ok_or_else(|| wrong("its strides overflow"))?;
        if reach > data.len() / element.width() {
            return Err(wrong("it reaches past the numbers that are there"));
        }
        match element {
            Element::Whole(_) => {
                if !view.shape.is_empty() {
                    self.whole.push(name.to_owned());
                }
                return Ok(());
            }
            Element::Other { name: found, .. } => {
                return Err(FormatError::Type { name: shown(name), found: found.into() });
            }
            Element::F64 => self.rounded += 1,
            Element::F32 | Element::F16 | Element::Bf16 => {}
        }
        self.left = self.left.checked_sub(count).ok_or_else(|| FormatError::TooLarge {
            what: format!("With {} the weights take more memory", shown(name)),
            limit: "twice the file's bytes".into(),
        })?;
        let values = view.gather(element, data);
        if let Some(place) = values.iter().position(|value| !value.is_finite()) {
            return Err(FormatError::NotFinite { name: shown(name), place, value: values[place].to_string() });
        }
        self.parameters.insert(name.to_owned(), Parameter { shape: view.shape.clone(), values });
        Ok(())
    }

    /// The checkpoint; `notes` go before those on the tensors.
    ///
    /// # Errors
    /// If no weight was added.
    pub(super) fn finish(
        self,
        format: Format,
        metadata: BTreeMap<String, String>,
        mut notes: Vec<Note>,
    ) -> Result<Checkpoint, FormatError> {
        if self.parameters.is_empty() {
            return Err(FormatError::NoWeights { found: vec![] });
        }
        let mut parameters = self.parameters;
        while let Some(prefix) = PREFIXES.into_iter().find(|prefix| carried(&parameters, prefix)) {
            parameters = parameters.into_iter().map(|(name, it)| (name[prefix.len()..].to_owned(), it)).collect();
            notes.push(Note::Prefix(prefix.into()));
        }
        if !self.whole.is_empty() {
            notes.push(Note::Whole(listed(self.whole.iter().map(String::as_str))));
        }
        if self.rounded > 0 {
            notes.push(Note::Rounded(self.rounded));
        }
        Ok(Checkpoint { parameters: Parameters(parameters), format, metadata, notes })
    }
}

/// Whether every name begins with `prefix` and has more after it.
fn carried(parameters: &BTreeMap<String, Parameter>, prefix: &str) -> bool {
    parameters.keys().all(|name| name.len() > prefix.len() && name.starts_with(prefix))
}

/// The first few names as they may be shown, and how many more there are.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut names = names.into_iter();
    let mut list: Vec<_> = names.by_ref().take(LISTED).map(shown).collect();
    let more = names.count();
    if more > 0 {
        list.push(format!("and {more} more"));
    }
    list
}
