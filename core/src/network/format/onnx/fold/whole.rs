//! Whole numbers to what they mean and back: quantised weights are brought to f32 exactly.

use super::super::axes;
use super::super::call::Call;
use super::super::error::Refusal;
use super::super::tensor::{Numbers, Tensor, kind};
use super::{Fold, Inputs};

pub fn function(op: &str) -> Option<Fold> {
    Some(match op {
        "QuantizeLinear" => quantize,
        "DequantizeLinear" => |call, inputs| {
            let (axis, block) = (call.int("axis", 1), call.int("block_size", 0));
            Ok(vec![meant(inputs.get(0)?, inputs.get(1)?, inputs.optional(2), axis, block)?])
        },
        _ => return None,
    })
}

/// Whole numbers to what they mean: `(q - zero) * scale`, per tensor, per axis or per block.
pub fn meant(
    numbers: &Tensor,
    scale: &Tensor,
    zero: Option<&Tensor>,
    axis: i64,
    block: i64,
) -> Result<Tensor, Refusal> {
    let places = scale_places(&numbers.shape, &scale.shape, axis, block)?;
    let (values, scales) = (numbers.to_floats(), scale.to_floats());
    let zeros = match zero {
        Some(zero) if zero.count() == scales.len() => zero.to_floats(),
        Some(zero) => {
            return Err(format!("{} zero points for {} scales: export it again", zero.count(), scales.len()).into());
        }
        None => vec![0.0; scales.len()],
    };
    let floats = values.iter().zip(places).map(|(value, at)| (value - zeros[at]) * scales[at]).collect();
    Ok(Tensor::floats(numbers.shape.clone(), floats))
}

/// For each number the place of its scale.
fn scale_places(shape: &[usize], scales: &[usize], axis: i64, block: i64) -> Result<Vec<usize>, Refusal> {
    let count: usize = shape.iter().product();
    if scales.iter().product::<usize>() == 1 {
        return Ok(vec![0; count]);
    }
    let axis = axes::axis(axis, shape.len())?;
    let after: usize = shape[axis + 1..].iter().product();
    let along = |i: usize| i / after.max(1) % shape[axis].max(1);
    if scales == [shape[axis]] {
        return Ok((0..count).map(along).collect());
    }
    let blocks = scales.get(axis).copied().unwrap_or(0);
    let alike = scales.len() == shape.len() && (0..shape.len()).all(|i| i == axis || scales[i] == shape[i]);
    let block = usize::try_from(block).unwrap_or(0);
    if !alike || block == 0 || blocks * block < shape[axis] {
        return Err(format!("scales of {scales:?} for numbers of {shape:?}: export it again").into());
    }
    let place = |i: usize| (i / after / shape[axis] * blocks + along(i) / block) * after + i % after;
    Ok((0..count).map(place).collect())
}

fn quantize(call: &Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let (input, scale, zero) = (inputs.get(0)?, inputs.get(1)?, inputs.optional(2));
    let to = zero.map_or(call.int("output_dtype", i64::from(kind::UINT8)) as i32, |zero| zero.kind);
    let (low, high) = kind::range(to).ok_or("it makes floats of 8 bits: quantise to whole numbers")?;
    let places = scale_places(&input.shape, &scale.shape, call.int("axis", 1), call.int("block_size", 0))?;
    let (scales, zeros) = (scale.to_floats(), zero.map_or_else(|| vec![0.0; scale.count()], Tensor::to_floats));
    if zeros.len() != scales.len() {
        return Err(format!("{} zero points for {} scales: export it again", zeros.len(), scales.len()).into());
    }
    let whole = |(value, at): (&f32, usize)| {
        let steps = (value / scales[at]).round_ties_even() + zeros[at];
        (steps as i64).clamp(low, high)
    };
    let numbers = Numbers::Integers(input.to_floats().iter().zip(places).map(whole).collect());
    Ok(vec![Tensor { shape: input.shape.clone(), kind: to, numbers }])
}
