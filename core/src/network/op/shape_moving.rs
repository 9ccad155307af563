//! Ops that move numbers without changing them.

use super::{Kept, Value};

/// Shape of a flattened value: `[N, ...]` to `[N, product of the rest]`.
///
/// # Errors
/// If the value has no axes.
pub fn flatten_shape(input: &[usize]) -> Result<Vec<usize>, String> {
    match input {
        [n, rest @ ..] => Ok(vec![*n, rest.iter().product()]),
        [] => Err("a value without axes cannot be flattened".into()),
    }
}

/// All axes after the first as one.
///
/// # Shapes
/// `[N, C, H, W]` to `[N, C * H * W]`.
#[must_use]
pub fn flatten_forward(input: Value) -> Value {
    match input {
        Value::Pictures(tensor) => Value::Vectors(tensor.flatten(1, 3)),
        vectors @ Value::Vectors(_) => vectors,
    }
}

/// The signal in the input's shape again.
#[must_use]
pub fn flatten_gradient(kept: &Kept, signal: Value) -> Value {
    match *kept.shapes[0] {
        [n, c, h, w] => Value::Pictures(signal.vectors().reshape([n, c, h, w])),
        _ => signal,
    }
}
