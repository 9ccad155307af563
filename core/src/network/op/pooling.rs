//! Pooling over places.

use super::{Kept, Value};

/// Shape of the mean over all places: `[N, C, H, W]` to `[N, C, 1, 1]`.
///
/// # Errors
/// If the value has no places.
pub fn global_average_shape(input: &[usize]) -> Result<Vec<usize>, String> {
    match *input {
        [n, c, h, w] if h * w > 0 => Ok(vec![n, c, 1, 1]),
        _ => Err(format!("expected [N, C, H, W] with places, found {input:?}")),
    }
}

/// Mean over all places.
///
/// # Shapes
/// `[N, C, H, W]` to `[N, C, 1, 1]`.
#[must_use]
pub fn global_average_forward(input: Value) -> Value {
    Value::Pictures(input.pictures().mean_dim(3).mean_dim(2))
}

/// The signal spread evenly over all places.
///
/// # Shapes
/// `[N, C, 1, 1]` to `[N, C, H, W]`.
#[must_use]
pub fn global_average_gradient(kept: &Kept, signal: Value) -> Value {
    let &[n, c, h, w] = kept.shapes[0] else { panic!("expected [N, C, H, W], found {:?}", kept.shapes[0]) };
    Value::Pictures((signal.pictures() / (h * w) as f32).expand([n, c, h, w]))
}
