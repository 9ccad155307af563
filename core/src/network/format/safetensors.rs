//! The safetensors format: f32, f16 and bf16 tensors by name.

use crate::network::parameters::{Parameter, Parameters};
use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

/// Why a weight file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// Not a safetensors file, or cut short.
    Damaged(String),
    /// A tensor of numbers that are not understood.
    Type {
        /// Name of the tensor.
        name: String,
        /// What it holds.
        found: String,
    },
}

impl std::fmt::Display for FormatError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FormatError::Damaged(reason) => {
                write!(f, "The weight file is not a whole safetensors file ({reason}): fetch it again.")
            }
            FormatError::Type { name, found } => write!(
                f,
                "The weight file holds {name} as {found}, and only F32, F16 and BF16 are understood: convert it first."
            ),
        }
    }
}

/// Reads all tensors, widened to f32 (exact).
///
/// # Errors
/// If the file is damaged or holds other types. Memory is bounded by twice the file's size.
pub fn read(bytes: &[u8]) -> Result<Parameters, FormatError> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| FormatError::Damaged(error.to_string()))?;
    file.iter()
        .map(|(name, view)| {
            let values = widen(name, &view)?;
            Ok((name.to_string(), Parameter { shape: view.shape().to_vec(), values }))
        })
        .collect::<Result<_, _>>()
        .map(Parameters)
}

fn widen(name: &str, view: &TensorView) -> Result<Vec<f32>, FormatError> {
    let halves = || view.data().chunks_exact(2).map(|b| [b[0], b[1]]);
    match view.dtype() {
        Dtype::F32 => Ok(view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()),
        Dtype::F16 => Ok(halves().map(|b| f16::from_le_bytes(b).to_f32()).collect()),
        Dtype::BF16 => Ok(halves().map(|b| bf16::from_le_bytes(b).to_f32()).collect()),
        other => Err(FormatError::Type { name: name.into(), found: format!("{other:?}") }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_floats_are_widened_exactly() {
        let bytes = [f16::from_f32(0.5).to_le_bytes(), f16::from_f32(-3.0).to_le_bytes()].concat();
        let view = TensorView::new(Dtype::F16, vec![2], &bytes).unwrap();
        let file = safetensors::serialize([("w", view)], None).unwrap();
        assert_eq!(read(&file).unwrap().values("w"), [0.5, -3.0]);
    }

    #[test]
    fn a_file_cut_short_is_one_sentence_and_no_panic() {
        let view = TensorView::new(Dtype::F32, vec![1], &[0; 4]).unwrap();
        let file = safetensors::serialize([("w", view)], None).unwrap();
        for end in 0..file.len() {
            assert!(matches!(read(&file[..end]), Err(FormatError::Damaged(_))), "cut at {end}");
        }
    }
}
