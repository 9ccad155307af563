//! Numbers moved about.

use super::super::axes::{self, stretched, stretched_strides, strides, walk};
use super::super::call::Call;
use super::super::error::Refusal;
use super::super::tensor::{Numbers, Tensor, count};
use super::{Fold, Inputs};

pub fn function(op: &str) -> Option<Fold> {
    Some(match op {
        "Identity" | "Dropout" => |_, inputs| Ok(vec![inputs.get(0)?.clone()]),
        "Reshape" => reshape,
        "Flatten" => |call, inputs| {
            let input = inputs.get(0)?;
            let shape = axes::flattened(&input.shape, call.int("axis", 1))?;
            Ok(vec![input.clone().along(shape.to_vec())])
        },
        "Squeeze" => squeeze,
        "Unsqueeze" => unsqueeze,
        "Transpose" => transpose,
        "Concat" => concat,
        "Slice" => slice,
        "Split" => split,
        "Gather" => gather,
        "GatherND" => gather_many,
        "ScatterND" => scatter_many,
        "Expand" => expand,
        "Tile" => tile,
        _ => return None,
    })
}

fn reshape(call: &Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let input = inputs.get(0)?;
    let target = inputs.integers_or(1, call, "shape")?.ok_or("its shape is missing: export it again")?;
    let shape = axes::reshaped(&input.shape, &target, call.int("allowzero", 0) != 0)?;
    if count(&shape)? != input.count() {
        return Err(format!("{:?} cannot be seen as {target:?}: export it again", input.shape).into());
    }
    Ok(vec![input.clone().along(shape)])
}

fn squeeze(call: &Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let input = inputs.get(0)?;
    let kept = axes::squeezed(&input.shape, inputs.integers_or(1, call, "axes")?.as_deref())?;
    let shape: Vec<usize> = kept.iter().map(|&axis| input.shape[axis]).collect();
    if shape.iter().product::<usize>() != input.count() {
        return Err(format!("an axis of {:?} is not of length one: export it again", input.shape).into());
    }
    Ok(vec![input.clone().along(shape)])
}

fn unsqueeze(call: &Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let input = inputs.get(0)?;
    let list = inputs.integers_or(1, call, "axes")?.ok_or("its axes are missing: export it again")?;
    let from = axes::unsqueezed(input.shape.len(), &list)?;
    let shape: Vec<usize> = from.iter().map(|from| from.map_or(1, |axis| input.shape[axis])).collect();
    count(&shape)?;
    Ok(vec![input.clone().along(shape)])
}

fn transpose(call: &Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let input = inputs.get(0)?;
    let rank = input.shape.len();
    let order: Vec<usize> = match call.ints("perm") {
        Some(order) => order.iter().map(|&a| axes::axis(a, rank)).collect::<Result<_, _>>()?,
        None => (0..rank).rev().collect(),
    };
    if order.len() != rank || axes::axes(&order.iter().map(|&a| a as i64).collect::<Vec<_>>(), rank)?.len() != rank {
        return Err(format!("{order:?} is no order of the axes of {:?}: export it again", input.shape).into());
    }
    let own = strides(&input.shape);
    let shape: Vec<usize> = order.iter().map(|&axis| input.shape[axis]).collect();
    let steps: Vec<isize> = order.iter().map(|&axis| own[axis]).collect();
    Ok(vec![input.pick(walk(&shape, &steps, 0), shape.clone())])
}

fn concat(call: &Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let first = inputs.get(0)?;
    let axis = axes::axis(call.int("axis", 1), first.shape.len())?;
    let mut shape = first.shape.clone();
    shape[axis] = 0;
    for at in 0..inputs.tensors.len() {
        let part = &inputs.get(at)?.shape;
        let fits = part.len() == shape.len() && (0..shape.len()).all(|i| i == axis || part[i] == shape[i]);
        if !fits {
            return Err(format!("{part:?} and {:?} do not go together: export it again", first.shape).into());
        }
        shape[axis] = shape[axis].saturating_add(part[axis]);
    }
    count(&shape)?;
    let before: usize = shape[..axis].iter().product();
    let floats = inputs.tensors.iter().flatten().any(|part| matches!(part.numbers, Numbers::Floats(_)));
    let runs = |part: &Tensor| part.count().checked_div(before).unwrap_or(0);
    let numbers = if floats {
        let parts: Vec<(Vec<f32>, usize)> = inputs.tensors.iter().flatten().map(|p| (p.to_floats(), runs(p))).collect();
        Numbers::Floats(
            (0..before).flat_map(|b| parts.iter().flat_map(move |(v, n)| v[b * n..][..*n].to_vec())).collect(),
        )
    } else {
        let parts: Result<Vec<(Vec<i64>, usize)>, String> =
            inputs.tensors.iter().flatten().map(|p| Ok((p.to_integers()?, runs(p)))).collect();
        let parts = parts?;
        let parts = &parts;
        Numbers::Integers(
            (0..before).flat_map(|b| parts.iter().flat_map(move |(v, n)| v[b * n..][..*n].to_vec())).collect(),
        )
    };
    Ok(vec![Tensor { shape, kind: first.kind, numbers }])
}

fn slice(call: &Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let input = inputs.get(0)?;
    let starts = inputs.integers_or(1, call, "starts")?.ok_or("its starts are missing: export it again")?;
    let ends = inputs.integers_or(2, call, "ends")?.ok_or("its ends are missing: export it again")?;
    let list = inputs.integers_or(3, call, "axes")?.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let by = inputs.integers(4)?.unwrap_or_else(|| vec![1; starts.len()]);
    if ends.len() != starts.len() || list.len() != starts.len() || by.len() != starts.len() {
        return Err("its starts, ends, axes and steps differ in number: export it again".into());
    }
    let own = strides(&input.shape);
    let (mut shape, mut steps, mut first) = (input.shape.clone(), own.clone(), 0);
    for i in 0..starts.len() {
        let axis = axes::axis(list[i], input.shape.len())?;
        let (start, count, step) = axes::slice(starts[i], ends[i], by[i], input.shape[axis])?;
        shape[axis] = count;
        steps[axis] = own[axis].saturating_mul(step);
        first += start * own[axis] as usize;
    }
    Ok(vec![input.pick(walk(&shape, &steps, first), shape.clone())])
}

fn split(call: &Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let input = inputs.get(0)?;
    let axis = axes::axis(call.int("axis", 0), input.shape.len())?;
    let sizes = inputs.integers_or(1, call, "split")?;
    let own = strides(&input.shape);
    let mut first = 0;
    let sizes = axes::parts(input.shape[axis], sizes.as_deref(), call.node.output.len())?;
    Ok(sizes
        .into_iter()
        .map(|size| {
            let mut shape = input.shape.clone();
            shape[axis] = size;
            let part = input.pick(walk(&shape, &own, first * own[axis] as usize), shape.clone());
            first += size;
            part
        })
        .collect())
}

fn gather(call: &Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let (input, places) = (inputs.get(0)?, inputs.get(1)?);
    let axis = axes::axis(call.int("axis", 0), input.shape.len())?;
    let length = input.shape[axis];
    let chosen: Vec<usize> =
        places.to_integers()?.iter().map(|&place| axes::axis(place, length)).collect::<Result<_, _>>()?;
    let before: usize = input.shape[..axis].iter().product();
    let after: usize = input.shape[axis + 1..].iter().product();
    let shape = [&input.shape[..axis], &places.shape, &input.shape[axis + 1..]].concat();
    count(&shape)?;
    let chosen = &chosen;
    let at = (0..before)
        .flat_map(|b| chosen.iter().flat_map(move |&place| (0..after).map(move |a| (b * length + place) * after + a)));
    Ok(vec![input.pick(at, shape)])
}

/// Where the values lie that each row of places names, and how many numbers each has.
fn named(input: &Tensor, places: &Tensor) -> Result<(Vec<usize>, usize), Refusal> {
    let depth = places.shape.last().copied().filter(|depth| (1..=input.shape.len()).contains(depth));
    let depth = depth.ok_or("it names no places: export it again")?;
    let own = strides(&input.shape);
    let start = |row: &[i64]| -> Result<usize, String> {
        let step = |(i, &place): (usize, &i64)| Ok(axes::axis(place, input.shape[i])? * own[i] as usize);
        row.iter().enumerate().map(step).sum()
    };
    let starts = places.to_integers()?.chunks(depth).map(start).collect::<Result<_, _>>()?;
    Ok((starts, input.shape[depth..].iter().product()))
}

/// GatherND without a batch: each row of places names one value.
fn gather_many(call: &Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let (input, places) = (inputs.get(0)?, inputs.get(1)?);
    if call.int("batch_dims", 0) != 0 {
        return Err("its batches of places are not understood: export it with Gather".into());
    }
    let (starts, each) = named(input, places)?;
    let depth = places.shape[places.shape.len() - 1];
    let shape = [&places.shape[..places.shape.len() - 1], &input.shape[depth..]].concat();
    count(&shape)?;
    Ok(vec![input.pick(starts.into_iter().flat_map(|start| start..start + each), shape)])
}

/// ScatterND: each row of places names one value that is replaced.
fn scatter_many(call: &Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let (input, places, updates) = (inputs.get(0)?, inputs.get(1)?, inputs.get(2)?);
    let (starts, each) = named(input, places)?;
    if call.text("reduction", "none") != "none" || updates.count() != starts.len() * each {
        return Err("it does more than replace values: export it without".into());
    }
    let mut result = input.clone();
    for (i, start) in starts.into_iter().enumerate() {
        let (to, from) = (start..start + each, i * each..(i + 1) * each);
        match (&mut result.numbers, &updates.numbers) {
            (Numbers::Floats(to_all), Numbers::Floats(from_all)) => to_all[to].copy_from_slice(&from_all[from]),
            (Numbers::Integers(to_all), Numbers::Integers(from_all)) => to_all[to].copy_from_slice(&from_all[from]),
            _ => return Err("it mixes whole numbers and others: export it again".into()),
        }
    }
    Ok(vec![result])
}

fn expand(_: &Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let input = inputs.get(0)?;
    let target = lengths(&inputs.get(1)?.to_integers()?)?;
    let shape = stretched(&input.shape, &target)?;
    Ok(vec![input.pick(walk(&shape, &stretched_strides(&input.shape, &shape), 0), shape.clone())])
}

fn tile(_: &Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let input = inputs.get(0)?;
    let repeats = lengths(&inputs.get(1)?.to_integers()?)?;
    if repeats.len() != input.shape.len() {
        return Err(format!("{} repeats for {} axes: export it again", repeats.len(), input.shape.len()).into());
    }
    // Each axis as two: the repeats, which do not move, and the axis itself.
    let wide: Vec<usize> = repeats.iter().zip(&input.shape).flat_map(|(&r, &n)| [r, n]).collect();
    let steps: Vec<isize> = strides(&input.shape).into_iter().flat_map(|step| [0, step]).collect();
    let all = wide.iter().try_fold(1usize, |all, &length| all.checked_mul(length));
    if all.is_none_or(|all| all > super::super::tensor::MOST_NUMBERS) {
        return Err("its result is too large: export it with smaller repeats".into());
    }
    let shape = repeats.iter().zip(&input.shape).map(|(r, n)| r * n).collect();
    Ok(vec![input.pick(walk(&wide, &steps, 0), shape)])
}

fn lengths(list: &[i64]) -> Result<Vec<usize>, Refusal> {
    let lengths: Vec<usize> = list
        .iter()
        .map(|&length| usize::try_from(length))
        .collect::<Result<_, _>>()
        .map_err(|_| "a length below zero")?;
    count(&lengths)?;
    Ok(lengths)
}
