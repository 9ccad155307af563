//! Tensors as a checkpoint's pickle describes them: calls of PyTorch's rebuilding functions, which are read, not made.
//!
//! The functions and the order of their arguments are those of `torch/_utils.py`.

use super::pickle::{Id, Pickle, Value};
use crate::network::format::error::{FormatError, shown};
use crate::network::format::tensor::{Element, View};

/// A tensor: a view of numbers that lie in a storage of the file.
#[derive(Debug)]
pub(super) struct Tensor<'a> {
    /// The storage's key.
    pub(super) storage: &'a str,
    /// What its numbers are.
    pub(super) element: Element,
    /// Which of them, in what order.
    pub(super) view: View,
}

/// Why a value that stands for a tensor is none that can be read.
#[derive(Debug, PartialEq)]
pub(super) enum Fault {
    /// It is of a kind that is not understood.
    Type(String),
    /// Its description is wrong: what is, without a full stop.
    Wrong(&'static str),
}

impl Fault {
    /// The error for the tensor of this name.
    pub(super) fn of(self, name: &str) -> FormatError {
        match self {
            Fault::Type(found) => FormatError::Type { name: shown(name), found },
            Fault::Wrong(reason) => FormatError::Tensor { name: shown(name), reason: reason.into() },
        }
    }
}

/// Whether a value stands for a tensor, be it one that can be read or not.
pub(super) fn is_tensor(pickle: &Pickle, id: Id) -> bool {
    let Value::Call(callee, _) = pickle.get(id) else { return false };
    matches!(
        pickle.global(*callee),
        Some(("torch._utils", name)) if name.starts_with("_rebuild_"))
        || matches!(pickle.global(*callee), Some(("torch._tensor", "_rebuild_from_type_v2")))
}

impl<'a> Tensor<'a> {
    /// Reads the description of a tensor.
    pub(super) fn read(pickle: &Pickle<'a>, id: Id) -> Result<Self, Fault> {
        const SHORT: Fault = Fault::Wrong("its description lacks something");
        let (name, arguments) = unwrapped(pickle, id).ok_or(SHORT)?;
        let kind = match (name, arguments) {
            ("_rebuild_tensor" | "_rebuild_tensor_v2", _) => None,
            ("_rebuild_tensor_v3", [_, _, _, _, _, _, dtype, ..]) => Some(dtype),
            ("_rebuild_tensor_v3", _) => return Err(SHORT),
            _ => return Err(Fault::Type(what(name))),
        };
        let [place, offset, shape, stride, ..] = arguments else { return Err(SHORT) };
        let storage = Storage::read(pickle, *place).ok_or(Fault::Wrong("its storage is not understood"))?;
        let element = match kind {
            Some(dtype) => dtype_element(pickle.global(*dtype).unwrap_or_default()),
            None => storage.element,
        };
        if let Element::Other { name, .. } = element {
            return Err(Fault::Type(name.into()));
        }
        let offset = pickle.size(*offset).and_then(|offset| offset.checked_add(storage.start));
        let view = View {
            shape: sizes(pickle, *shape).ok_or(Fault::Wrong("its shape is not understood"))?,
            stride: sizes(pickle, *stride).ok_or(Fault::Wrong("its strides are not understood"))?,
            offset: offset.ok_or(Fault::Wrong("its offset is not understood"))?,
        };
        if view.shape.len() != view.stride.len() {
            return Err(Fault::Wrong("its strides do not fit its shape"));
        }
        Ok(Self { storage: storage.key, element, view })
    }
}

/// The function that makes the tensor itself, and its arguments: parameters and tensors with attributes are calls around
/// it. Each step goes to a value made earlier, so this ends.
fn unwrapped<'p, 'a>(pickle: &'p Pickle<'a>, mut id: Id) -> Option<(&'a str, &'p [Id])> {
    loop {
        let Value::Call(callee, given) = pickle.get(id) else { return None };
        let (mut name, mut given) = (pickle.global(*callee)?.1, *given);
        if name == "_rebuild_from_type_v2" {
            let [function, _, arguments, ..] = pickle.tuple(given)? else { return None };
            (name, given) = (pickle.global(*function)?.1, *arguments);
        }
        let Value::Tuple(arguments) = pickle.get(given) else { return None };
        if !matches!(name, "_rebuild_parameter" | "_rebuild_parameter_with_state") {
            return Some((name, arguments));
        }
        id = *arguments.first()?;
    }
}

/// A storage as a persistent id describes it:
/// `("storage", its type, its key, a device, how many numbers)`, and once a part of another storage.
pub(super) struct Storage<'a> {
    /// Its key: the name of its record.
    pub(super) key: &'a str,
    /// What its numbers are.
    pub(super) element: Element,
    /// Where it begins in its record, in numbers.
    start: usize,
}

impl<'a> Storage<'a> {
    /// Reads a persistent id; none if it is no storage's.
    pub(super) fn read(pickle: &Pickle<'a>, id: Id) -> Option<Self> {
        let Value::Elsewhere(tuple) = pickle.get(id) else { return None };
        let [tag, kind, key, _, _, part @ ..] = pickle.tuple(*tuple)? else { return None };
        let start = match part.first().map(|part| (pickle.get(*part), pickle.tuple(*part))) {
            None | Some((Value::Nothing, _)) => 0,
            Some((_, Some([_, start, _]))) => pickle.size(*start)?,
            Some(_) => return None,
        };
        let known = pickle.text(*tag) == Some("storage");
        known.then_some(Self { key: pickle.text(*key)?, element: storage_element(pickle.global(*kind)?)?, start })
    }
}

/// The numbers of a storage, by its class; none if it is no storage's class.
fn storage_element((module, name): (&str, &str)) -> Option<Element> {
    let of_torch = ["torch", "torch.storage", "torch.cuda"].contains(&module);
    let kind = name.strip_suffix("Storage").filter(|_| of_torch)?;
    Some(match kind {
        "Float" => Element::F32,
        "Half" => Element::F16,
        "BFloat16" => Element::Bf16,
        "Double" => Element::F64,
        "Long" => Element::Whole(8),
        "Int" => Element::Whole(4),
        "Short" => Element::Whole(2),
        "Char" | "Byte" | "Bool" | "Untyped" => Element::Whole(1),
        "ComplexFloat" => Element::Other { width: 8, name: "complex numbers" },
        "ComplexDouble" => Element::Other { width: 16, name: "complex numbers" },
        "QInt32" => Element::Other { width: 4, name: "quantised numbers" },
        "QInt8" | "QUInt8" | "QUInt4x2" | "QUInt2x4" => Element::Other { width: 1, name: "quantised numbers" },
        _ => return None,
    })
}

/// The numbers of a tensor, by its `torch.dtype`.
fn dtype_element((_, name): (&str, &str)) -> Element {
    match name {
        "float32" => Element::F32,
        "float16" => Element::F16,
        "bfloat16" => Element::Bf16,
        "float64" => Element::F64,
        "uint64" | "int64" => Element::Whole(8),
        "uint32" | "int32" => Element::Whole(4),
        "uint16" | "int16" => Element::Whole(2),
        "uint8" | "int8" | "bool" => Element::Whole(1),
        _ => Element::Other { width: 1, name: "numbers of 8 bits or fewer, or of a newer kind" },
    }
}

/// How a person calls what another rebuilding function makes.
fn what(name: &str) -> String {
    match name {
        "_rebuild_qtensor" => "quantised numbers".into(),
        "_rebuild_sparse_tensor" | "_rebuild_sparse_csr_tensor" => "a sparse tensor".into(),
        "_rebuild_meta_tensor_no_storage" => "a tensor without numbers (of the meta device)".into(),
        _ => shown(name.trim_start_matches("_rebuild_")),
    }
}

fn sizes(pickle: &Pickle, id: Id) -> Option<Vec<usize>> {
    pickle.tuple(id)?.iter().map(|size| pickle.size(*size)).collect()
}
