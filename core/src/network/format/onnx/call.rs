//! One node of the file with its arguments by name.

use super::error::{OnnxError, Refusal};
use super::proto::{AttributeProto, GraphProto, NodeProto, TensorProto};
use super::tensor::shown;

/// A node and the opset it is to be read by.
#[derive(Clone, Copy)]
pub struct Call<'m> {
    /// The node.
    pub node: &'m NodeProto,
    /// The opset of its domain.
    pub opset: i64,
}

impl<'m> Call<'m> {
    /// Its operator, with its domain if that is not ONNX's own.
    pub fn op(&self) -> String {
        op_name(self.node)
    }

    /// What it is called: its name, or that of its first output.
    pub fn name(&self) -> &'m str {
        let output = self.node.output.iter().find(|output| !output.is_empty());
        if self.node.name.is_empty() { output.map_or("", String::as_str) } else { &self.node.name }
    }

    fn attribute(&self, name: &str) -> Option<&'m AttributeProto> {
        self.node.attribute.iter().find(|attribute| attribute.name == name)
    }

    /// Whether it has such an argument.
    pub fn has(&self, name: &str) -> bool {
        self.attribute(name).is_some()
    }

    /// An integer, or what stands for it.
    pub fn int(&self, name: &str, without: i64) -> i64 {
        self.attribute(name).map_or(without, |attribute| attribute.i)
    }

    /// A float, or what stands for it.
    pub fn float(&self, name: &str, without: f32) -> f32 {
        self.attribute(name).map_or(without, |attribute| attribute.f)
    }

    /// A list of integers.
    pub fn ints(&self, name: &str) -> Option<&'m [i64]> {
        self.attribute(name).map(|attribute| attribute.ints.as_slice())
    }

    /// A list of floats.
    pub fn floats(&self, name: &str) -> Option<&'m [f32]> {
        self.attribute(name).map(|attribute| attribute.floats.as_slice())
    }

    /// A text, or what stands for it.
    pub fn text(&self, name: &str, without: &'m str) -> &'m str {
        self.attribute(name).and_then(|attribute| std::str::from_utf8(&attribute.s).ok()).unwrap_or(without)
    }

    /// Numbers.
    pub fn tensor(&self, name: &str) -> Option<&'m TensorProto> {
        self.attribute(name).and_then(|attribute| attribute.t.as_deref())
    }

    /// A graph of its own.
    pub fn graph(&self, name: &str) -> Option<&'m GraphProto> {
        self.attribute(name).and_then(|attribute| attribute.g.as_deref())
    }

    /// How many outputs it names, the unnamed before them included.
    pub fn outputs(&self) -> usize {
        self.node.output.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1)
    }

    /// The error for it.
    pub fn error(&self, refusal: Refusal) -> OnnxError {
        match refusal {
            Refusal::Reason(reason) => OnnxError::Node { op: shown(&self.op()), node: shown(self.name()), reason },
            Refusal::Other(error) => error,
        }
    }
}

/// An operator's name, with its domain if that is not ONNX's own.
pub fn op_name(node: &NodeProto) -> String {
    match node.domain.as_str() {
        "" | "ai.onnx" => node.op_type.clone(),
        domain => format!("{domain}.{}", node.op_type),
    }
}
