//! Many numbers to one.

use super::super::axes;
use super::super::call::Call;
use super::super::error::Refusal;
use super::super::tensor::{Numbers, Tensor};
use super::{Fold, Inputs};

pub fn function(op: &str) -> Option<Fold> {
    Some(match op {
        "ReduceProd" => |call, inputs| reduce(call, inputs, 1.0, |a, b| a * b),
        "ReduceSum" => |call, inputs| reduce(call, inputs, 0.0, |a, b| a + b),
        "ReduceMax" => |call, inputs| reduce(call, inputs, f64::NEG_INFINITY, f64::max),
        "ReduceMin" => |call, inputs| reduce(call, inputs, f64::INFINITY, f64::min),
        "CumSum" => running_sum,
        "ReduceMean" => |call, inputs| reduce(call, inputs, 0.0, |a, b| a + b),
        _ => return None,
    })
}

fn reduce(call: &Call, inputs: &Inputs, start: f64, join: fn(f64, f64) -> f64) -> Result<Vec<Tensor>, Refusal> {
    let input = inputs.get(0)?;
    let list = inputs.integers_or(1, call, "axes")?.unwrap_or_default();
    let rank = input.shape.len();
    let gone = match (list.is_empty(), call.int("noop_with_empty_axes", 0) != 0) {
        (true, true) => return Ok(vec![input.clone()]),
        (true, false) => (0..rank).collect(),
        _ => axes::axes(&list, rank)?,
    };
    let flat: Vec<usize> = (0..rank).map(|axis| if gone.contains(&axis) { 1 } else { input.shape[axis] }).collect();
    let mut results = vec![start; flat.iter().product()];
    let numbers: Vec<f64> = match &input.numbers {
        Numbers::Floats(numbers) => numbers.iter().map(|&v| f64::from(v)).collect(),
        Numbers::Integers(numbers) => numbers.iter().map(|&v| v as f64).collect(),
    };
    let steps = axes::stretched_strides(&flat, &input.shape);
    for (number, place) in numbers.iter().zip(axes::walk(&input.shape, &steps, 0)) {
        results[place] = join(results[place], *number);
    }
    if call.node.op_type == "ReduceMean" {
        let each = (numbers.len() / results.len().max(1)) as f64;
        results.iter_mut().for_each(|result| *result /= each);
    }
    let numbers = match &input.numbers {
        Numbers::Floats(_) => Numbers::Floats(results.into_iter().map(|v| v as f32).collect()),
        Numbers::Integers(_) => Numbers::Integers(results.into_iter().map(|v| v as i64).collect()),
    };
    let keep = call.int("keepdims", 1) != 0;
    let shape = (0..rank).filter(|axis| keep || !gone.contains(axis)).map(|axis| flat[axis]).collect();
    Ok(vec![Tensor { shape, kind: input.kind, numbers }])
}

fn running_sum(call: &Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let input = inputs.get(0)?;
    let axis = axes::axis(inputs.get(1)?.scalar()? as i64, input.shape.len())?;
    let (exclusive, reverse) = (call.int("exclusive", 0) != 0, call.int("reverse", 0) != 0);
    let (length, step) = (input.shape[axis], axes::strides(&input.shape)[axis] as usize);
    let values = input.to_floats();
    let mut sums = values.clone();
    for start in (0..values.len()).filter(|i| i / step % length == 0) {
        let mut sum = 0.0f64;
        for i in 0..length {
            let place = start + step * if reverse { length - 1 - i } else { i };
            let next = sum + f64::from(values[place]);
            sums[place] = if exclusive { sum } else { next } as f32;
            sum = next;
        }
    }
    let numbers = match &input.numbers {
        Numbers::Floats(_) => Numbers::Floats(sums),
        Numbers::Integers(_) => Numbers::Integers(sums.into_iter().map(|v| v as i64).collect()),
    };
    Ok(vec![Tensor { numbers, ..input.clone() }])
}
