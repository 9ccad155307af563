//! What depends on no picture is worked out on the host: shapes, limits, weights that are scaled or turned.
//!
//! How much is worked out is bounded: one result by [`super::tensor::MOST_NUMBERS`], all by
//! [`super::import::MOST_FOLDED`].

mod making;
mod moving;
mod numbers;
mod reducing;
mod standardising;
mod whole;

pub use whole::meant;

use super::call::Call;
use super::error::Refusal;
use super::tensor::{Tensor, kind};

/// A node's inputs, `None` where left out, and its attribute `value`.
pub struct Inputs<'a> {
    /// The inputs.
    pub tensors: Vec<Option<&'a Tensor>>,
    /// The attribute `value`.
    pub attribute: Option<&'a Tensor>,
}

impl<'a> Inputs<'a> {
    /// One that has to be there.
    pub fn get(&self, at: usize) -> Result<&'a Tensor, Refusal> {
        self.optional(at).ok_or_else(|| format!("its input {at} is missing: export it again").into())
    }

    /// One that may be left out.
    pub fn optional(&self, at: usize) -> Option<&'a Tensor> {
        self.tensors.get(at).copied().flatten()
    }

    /// Integers that may be left out.
    pub fn integers(&self, at: usize) -> Result<Option<Vec<i64>>, Refusal> {
        Ok(self.optional(at).map(Tensor::to_integers).transpose()?)
    }

    /// Integers given as an input, or in older opsets as an attribute.
    pub fn integers_or(&self, at: usize, call: &Call, attribute: &str) -> Result<Option<Vec<i64>>, Refusal> {
        Ok(match self.integers(at)? {
            Some(integers) => Some(integers),
            None => call.ints(attribute).map(<[i64]>::to_vec),
        })
    }
}

/// Works one node out.
pub type Fold = fn(&Call, &Inputs) -> Result<Vec<Tensor>, Refusal>;

/// How a node is worked out, if it can be.
pub fn function(call: &Call) -> Option<Fold> {
    if !matches!(call.node.domain.as_str(), "" | "ai.onnx") {
        return None;
    }
    let op = call.node.op_type.as_str();
    let families = [
        making::function,
        moving::function,
        numbers::function,
        reducing::function,
        standardising::function,
        whole::function,
    ];
    families.into_iter().find_map(|family| family(op))
}

/// What Shape and Size give for a value of that shape.
pub fn of_shape(call: &Call, shape: &[usize]) -> Result<Tensor, Refusal> {
    let lengths: Vec<i64> = shape.iter().map(|&length| length as i64).collect();
    if call.node.op_type == "Size" {
        return Ok(Tensor { shape: vec![], ..Tensor::integers(vec![lengths.iter().product()]) });
    }
    let rank = lengths.len() as i64;
    let place = |place: i64| (if place < 0 { place + rank } else { place }).clamp(0, rank) as usize;
    let (start, end) = (place(call.int("start", 0)), place(call.int("end", rank)));
    Ok(Tensor::integers(lengths[start..end.max(start)].to_vec()))
}

/// Truths.
fn truths(shape: Vec<usize>, truths: impl Iterator<Item = bool>) -> Tensor {
    let numbers = super::tensor::Numbers::Integers(truths.map(i64::from).collect());
    Tensor { shape, kind: kind::BOOL, numbers }
}
