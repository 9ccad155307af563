//! Arithmetic on whole values. The sum's forward and gradient are `+` on [`super::Value`] and a copy to both sides.

/// Shape of a sum: both sides alike.
///
/// # Errors
/// If they differ.
pub fn add_shape(inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
    match inputs {
        [a, b] if a == b => Ok(a.to_vec()),
        [a, b] => Err(format!("cannot add {a:?} and {b:?}")),
        _ => Err(format!("a sum takes two values, not {}", inputs.len())),
    }
}
