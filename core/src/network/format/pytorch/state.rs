//! Where the weights are in a checkpoint: the dictionary of names and tensors, which training code likes to wrap.

use super::pickle::{Id, Pickle, Value};
use super::tensor::is_tensor;
use crate::network::format::checkpoint::{Note, listed};
use crate::network::format::error::{FormatError, shown};
use std::collections::{BTreeMap, BTreeSet};

/// Names under which training code keeps the weights, the most telling first. An average of weights over the training
/// comes last: it is taken only where the weights themselves are not there.
const CONTAINERS: [&str; 16] = [
    "state_dict",
    "model_state_dict",
    "model_state",
    "model",
    "net",
    "network",
    "module",
    "weights",
    "params",
    "backbone",
    "teacher",
    "state_dict_ema",
    "ema_state_dict",
    "model_ema",
    "ema",
    "params_ema",
];

/// How many wrappings are looked through.
const DEPTH: usize = 4;

/// What Python may be asked to call without a note: nothing that any of these makes matters for weights.
const ORDINARY: [(&str, &str); 11] = [
    ("collections", "defaultdict"),
    ("torch", "device"),
    ("torch", "Size"),
    ("argparse", "Namespace"),
    ("numpy", "dtype"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("_codecs", "encode"),
    ("torch.serialization", "_get_layout"),
];

/// The weights of a checkpoint, not yet read.
#[derive(Debug)]
pub(super) struct State<'a> {
    /// The tensors by name.
    pub(super) tensors: BTreeMap<&'a str, Id>,
    /// Where they were, and what else there is.
    pub(super) notes: Vec<Note>,
}

impl<'a> State<'a> {
    /// Looks for the weights.
    ///
    /// # Errors
    /// If there are none: what there is instead.
    pub(super) fn find(pickle: &Pickle<'a>) -> Result<Self, FormatError> {
        let (path, mut at) = (&mut Vec::new(), pickle.top);
        let mut second = None;
        for _ in 0..DEPTH {
            let entries = entries(pickle, at);
            let mut inner = CONTAINERS.iter().filter_map(|name| {
                let id = *entries.get(name)?;
                leads_on(pickle, id).then_some((*name, id))
            });
            let Some((name, id)) = inner.next() else { break };
            second = second.or_else(|| inner.next().map(|(name, _)| Note::NotTaken(name.into())));
            path.push(name);
            at = id;
        }
        let entries = entries(pickle, at);
        let (tensors, others): (BTreeMap<_, _>, BTreeMap<_, _>) =
            entries.into_iter().partition(|(_, id)| is_tensor(pickle, *id));
        if tensors.is_empty() {
            return Err(instead(pickle, at, &others));
        }
        let mut notes = Vec::new();
        if !path.is_empty() {
            notes.push(Note::Inside(path.join(" > ")));
        }
        notes.extend(second);
        if !others.is_empty() {
            notes.push(Note::NoTensors(listed(others.into_keys())));
        }
        notes.extend(not_called(pickle));
        Ok(Self { tensors, notes })
    }
}

/// The entries of a dictionary that have a text for a name; of several of one name the last, as in Python.
fn entries<'a>(pickle: &Pickle<'a>, id: Id) -> BTreeMap<&'a str, Id> {
    let Value::Dict(entries) = pickle.get(id) else { return BTreeMap::new() };
    entries.iter().filter_map(|(name, value)| Some((pickle.text(*name)?, *value))).collect()
}

/// Whether a value is a dictionary with tensors, or with a container.
fn leads_on(pickle: &Pickle, id: Id) -> bool {
    let Value::Dict(entries) = pickle.get(id) else { return false };
    entries.iter().any(|(name, value)| {
        let container = pickle.text(*name).is_some_and(|name| CONTAINERS.contains(&name));
        is_tensor(pickle, *value) || container && matches!(pickle.get(*value), Value::Dict(_))
    })
}

/// What there is where no weights are: an object of a program, or other names.
fn instead(pickle: &Pickle, at: Id, others: &BTreeMap<&str, Id>) -> FormatError {
    if is_tensor(pickle, at) {
        return FormatError::NoWeights { found: vec!["a single tensor".into()] };
    }
    let contained = CONTAINERS.iter().filter_map(|name| others.get(name).copied());
    let object = std::iter::once(at).chain(contained).find_map(|id| called(pickle, id));
    match object {
        Some(name) => FormatError::Program { name },
        None => FormatError::NoWeights { found: listed(others.keys().copied()) },
    }
}

/// The name of what would be called to make a value; none if it is no call.
fn called(pickle: &Pickle, id: Id) -> Option<String> {
    let Value::Call(callee, _) = pickle.get(id) else { return None };
    let name = |(module, name)| format!("{}.{}", shown(module), shown(name));
    if let Some(global) = pickle.global(*callee) {
        return Some(name(global));
    }
    // Up to version 1.5 a module's class was kept elsewhere, beside its source text.
    let Value::Elsewhere(tuple) = pickle.get(*callee) else { return Some("a nameless function".into()) };
    let class = pickle.tuple(*tuple).and_then(|parts| pickle.global(*parts.get(1)?));
    Some(class.map_or_else(|| "a nameless class".into(), name))
}

/// A note on everything that Python would have called and that is not known to be harmless.
fn not_called(pickle: &Pickle) -> Option<Note> {
    let mut names = BTreeSet::new();
    for value in &pickle.values {
        let Value::Call(callee, _) = value else { continue };
        let Some((module, name)) = pickle.global(*callee) else { continue };
        let of_torch = matches!(module, "torch._utils" | "torch._tensor") && name.starts_with("_rebuild_");
        if !of_torch && !ORDINARY.contains(&(module, name)) {
            names.insert((module, name));
        }
    }
    let names: Vec<_> = names.iter().map(|(module, name)| format!("{}.{}", shown(module), shown(name))).collect();
    (!names.is_empty()).then(|| Note::NotCalled(listed(names.iter().map(String::as_str))))
}
