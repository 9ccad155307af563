//! Numbers out of nothing, or out of other types of number.

use super::super::call::Call;
use super::super::error::Refusal;
use super::super::tensor::{Numbers, Tensor, count, kind};
use super::{Fold, Inputs, of_shape};
use half::{bf16, f16};

pub fn function(op: &str) -> Option<Fold> {
    Some(match op {
        "Constant" => constant,
        "ConstantOfShape" => constant_of_shape,
        "Shape" | "Size" => |call, inputs| Ok(vec![of_shape(call, &inputs.get(0)?.shape)?]),
        "Range" => range,
        "Cast" => |call, inputs| Ok(vec![cast(inputs.get(0)?, call.int("to", 1) as i32)?]),
        "CastLike" => |_, inputs| Ok(vec![cast(inputs.get(0)?, inputs.get(1)?.kind)?]),
        "EyeLike" => eye,
        "Trilu" => triangle,
        "OneHot" => one_hot,
        _ => return None,
    })
}

fn constant(call: &Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let scalar = |tensor: Tensor| Tensor { shape: vec![], ..tensor };
    Ok(vec![if let Some(tensor) = inputs.attribute {
        tensor.clone()
    } else if let Some(floats) = call.floats("value_floats") {
        Tensor::floats(vec![floats.len()], floats.to_vec())
    } else if let Some(integers) = call.ints("value_ints") {
        Tensor::integers(integers.to_vec())
    } else if call.has("value_int") {
        scalar(Tensor::integers(vec![call.int("value_int", 0)]))
    } else if call.has("value_float") {
        scalar(Tensor::floats(vec![], vec![call.float("value_float", 0.0)]))
    } else {
        return Err("it holds texts or sparse numbers: export it with plain numbers".into());
    }])
}

fn constant_of_shape(_: &Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let lengths = inputs.get(0)?.to_integers()?;
    let lengths = lengths.iter().map(|&length| usize::try_from(length));
    let shape: Vec<usize> = lengths.collect::<Result<_, _>>().map_err(|_| "a length below zero")?;
    let count = count(&shape)?;
    Ok(vec![match inputs.attribute {
        Some(value) if value.count() == 1 => value.pick(std::iter::repeat_n(0, count), shape),
        Some(_) => return Err("its value is not one number: export it again".into()),
        None => Tensor::floats(shape, vec![0.0; count]),
    }])
}

fn range(_: &Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let [start, limit, step] = [inputs.get(0)?, inputs.get(1)?, inputs.get(2)?];
    let (from, to, by) = (start.scalar()?, limit.scalar()?, step.scalar()?);
    let length = ((f64::from(to) - f64::from(from)) / f64::from(by)).ceil().max(0.0);
    if by == 0.0 || !length.is_finite() || length > (1 << 20) as f64 {
        return Err("its range is too long: export it with a shorter one".into());
    }
    let length = length as usize;
    let numbers = match (&start.numbers, &step.numbers) {
        (Numbers::Integers(start), Numbers::Integers(step)) => {
            Numbers::Integers((0..length as i64).map(|i| start[0].wrapping_add(i.wrapping_mul(step[0]))).collect())
        }
        _ => Numbers::Floats((0..length).map(|i| from + i as f32 * by).collect()),
    };
    Ok(vec![Tensor { shape: vec![length], kind: start.kind, numbers }])
}

/// Numbers as another type: rounded to it, cut off, wrapped.
pub fn cast(tensor: &Tensor, to: i32) -> Result<Tensor, Refusal> {
    let floats = |round: fn(f32) -> f32| Numbers::Floats(tensor.to_floats().into_iter().map(round).collect());
    let numbers = match to {
        kind::FLOAT | kind::DOUBLE => floats(|v| v),
        kind::FLOAT16 => floats(|v| f16::from_f32(v).to_f32()),
        kind::BFLOAT16 => floats(|v| bf16::from_f32(v).to_f32()),
        _ => match (kind::range(to), &tensor.numbers) {
            (None, _) => return Err("it makes texts or floats of 8 bits: export it with plain numbers".into()),
            (Some(_), Numbers::Floats(floats)) if to == kind::BOOL => {
                Numbers::Integers(floats.iter().map(|&v| i64::from(v != 0.0)).collect())
            }
            (Some(_), Numbers::Integers(integers)) if to == kind::BOOL => {
                Numbers::Integers(integers.iter().map(|&v| i64::from(v != 0)).collect())
            }
            (Some((low, high)), Numbers::Floats(floats)) => {
                Numbers::Integers(floats.iter().map(|&v| (v as i64).clamp(low, high)).collect())
            }
            (Some((low, high)), Numbers::Integers(integers)) => {
                Numbers::Integers(integers.iter().map(|&v| wrapped(v, low, high)).collect())
            }
        },
    };
    Ok(Tensor { shape: tensor.shape.clone(), kind: to, numbers })
}

fn wrapped(value: i64, low: i64, high: i64) -> i64 {
    if low <= value && value <= high {
        return value;
    }
    let span = i128::from(high) - i128::from(low) + 1;
    (i128::from(low) + (i128::from(value) - i128::from(low)).rem_euclid(span)) as i64
}

fn eye(call: &Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let input = inputs.get(0)?;
    let &[rows, columns] = &input.shape[..] else { return Err("its input is no matrix: export it again".into()) };
    let (k, to) = (call.int("k", 0), call.int("dtype", i64::from(input.kind)) as i32);
    let ones = (0..rows * columns).map(|i| i64::from((i % columns) as i64 - (i / columns) as i64 == k)).collect();
    let numbers = Numbers::Integers(ones);
    Ok(vec![cast(&Tensor { shape: vec![rows, columns], kind: kind::INT64, numbers }, to)?])
}

fn triangle(call: &Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let input = inputs.get(0)?;
    let &[.., rows, columns] = &input.shape[..] else { return Err("its input is no matrix: export it again".into()) };
    let k = inputs.optional(1).map_or(Ok(0.0), Tensor::scalar)? as i64;
    let upper = call.int("upper", 1) != 0;
    let keep = |i: usize| {
        let (row, column) = ((i / columns.max(1) % rows.max(1)) as i64, (i % columns.max(1)) as i64);
        if upper { column - row >= k } else { column - row <= k }
    };
    let numbers = match &input.numbers {
        Numbers::Floats(v) => {
            Numbers::Floats(v.iter().enumerate().map(|(i, &v)| if keep(i) { v } else { 0.0 }).collect())
        }
        Numbers::Integers(v) => {
            Numbers::Integers(v.iter().enumerate().map(|(i, &v)| if keep(i) { v } else { 0 }).collect())
        }
    };
    Ok(vec![Tensor { numbers, ..input.clone() }])
}

fn one_hot(call: &Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let (places, depth, values) = (inputs.get(0)?, inputs.get(1)?.scalar()? as i64, inputs.get(2)?);
    if call.int("axis", -1) != -1 || values.count() != 2 || !(0..1 << 20).contains(&depth) {
        return Err("it is understood along the last axis only: export it so".into());
    }
    let hot = places.to_floats().into_iter().map(|place| (place as i64).checked_rem_euclid(depth).unwrap_or(0));
    let shape = [&places.shape[..], &[depth as usize]].concat();
    count(&shape)?;
    let picks: Vec<usize> = hot.flat_map(|hot| (0..depth).map(move |i| usize::from(i == hot))).collect();
    Ok(vec![values.pick(picks.into_iter(), shape)])
}
