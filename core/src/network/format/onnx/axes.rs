//! Arithmetic on axes and shapes as ONNX means it: what constants and values in the graph share.

use super::tensor::count;

/// An axis, counted from the end if negative.
pub fn axis(axis: i64, rank: usize) -> Result<usize, String> {
    let from_start = if axis < 0 { axis + rank as i64 } else { axis };
    usize::try_from(from_start)
        .ok()
        .filter(|&axis| axis < rank)
        .ok_or_else(|| format!("there is no axis {axis} in {rank}"))
}

/// Axes in order, none twice.
pub fn axes(list: &[i64], rank: usize) -> Result<Vec<usize>, String> {
    let mut axes: Vec<usize> = list.iter().map(|&a| axis(a, rank)).collect::<Result<_, _>>()?;
    axes.sort_unstable();
    axes.dedup();
    Ok(axes)
}

/// The shape without axes of length one: those named, or all.
pub fn squeezed(shape: &[usize], list: Option<&[i64]>) -> Result<Vec<usize>, String> {
    let gone = match list {
        Some(list) => axes(list, shape.len())?,
        None => (0..shape.len()).filter(|&axis| shape[axis] == 1).collect(),
    };
    Ok((0..shape.len()).filter(|axis| !gone.contains(axis)).collect())
}

/// Where each axis of the unsqueezed shape comes from; `None` for a new one.
pub fn unsqueezed(rank: usize, list: &[i64]) -> Result<Vec<Option<usize>>, String> {
    let new = axes(list, rank + list.len())?;
    let mut old = 0..rank;
    Ok((0..rank + new.len()).map(|axis| if new.contains(&axis) { None } else { old.next() }).collect())
}

/// The two lengths of a value flattened before `axis`.
pub fn flattened(shape: &[usize], from: i64) -> Result<[usize; 2], String> {
    let split = if from == shape.len() as i64 { shape.len() } else { axis(from, shape.len())? };
    Ok([shape[..split].iter().product(), shape[split..].iter().product()])
}

/// The shape asked for by a Reshape: 0 is the input's length, -1 what is left.
pub fn reshaped(shape: &[usize], target: &[i64], zero_is_zero: bool) -> Result<Vec<usize>, String> {
    let wrong = || format!("{shape:?} cannot be seen as {target:?}");
    let mut lengths = Vec::with_capacity(target.len());
    for (axis, &length) in target.iter().enumerate() {
        lengths.push(match length {
            0 if !zero_is_zero => *shape.get(axis).ok_or_else(wrong)?,
            -1 => 1,
            length => usize::try_from(length).map_err(|_| wrong())?,
        });
    }
    let (all, taken) = (shape.iter().product::<usize>(), count(&lengths)?);
    if let Some(rest) = target.iter().position(|&length| length == -1) {
        lengths[rest] = all.checked_div(taken).ok_or_else(wrong)?;
    }
    Ok(lengths)
}

/// Places that a slice takes along an axis: first, how many, step.
pub fn slice(start: i64, end: i64, step: i64, length: usize) -> Result<(usize, usize, isize), String> {
    let length = i64::try_from(length).map_err(|error| error.to_string())?;
    let from_end = |place: i64| if place < 0 { place.saturating_add(length) } else { place };
    if step == 0 || step == i64::MIN {
        return Err(format!("a step of {step}"));
    }
    let (low, high) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let (start, end) = (from_end(start).clamp(low.max(0), high.max(0)), from_end(end).clamp(low, high));
    let way = if step > 0 { end - start } else { start - end };
    let count = if length == 0 { 0 } else { way.max(0) as u64 }.div_ceil(step.unsigned_abs());
    Ok((start as usize, count as usize, step as isize))
}

/// The shape two values have when stretched to each other.
pub fn stretched(left: &[usize], right: &[usize]) -> Result<Vec<usize>, String> {
    let rank = left.len().max(right.len());
    let at = |shape: &[usize], i: usize| (i + shape.len()).checked_sub(rank).map_or(1, |i| shape[i]);
    let shape: Vec<usize> = (0..rank)
        .map(|i| match (at(left, i), at(right, i)) {
            (a, b) if a == b || b == 1 => Ok(a),
            (1, b) => Ok(b),
            _ => Err(format!("{left:?} and {right:?} do not fit each other")),
        })
        .collect::<Result<_, _>>()?;
    count(&shape)?;
    Ok(shape)
}

/// Sizes of the parts of a split: those given, or `parts` of equal size but the last.
pub fn parts(length: usize, sizes: Option<&[i64]>, parts: usize) -> Result<Vec<usize>, String> {
    let sizes: Vec<usize> = match sizes {
        Some(sizes) => sizes.iter().map(|&size| usize::try_from(size).unwrap_or(usize::MAX)).collect(),
        None => {
            let size = length.div_ceil(parts.max(1));
            (0..parts).map(|part| size.min(length.saturating_sub(part * size))).collect()
        }
    };
    let sum = sizes.iter().try_fold(0usize, |sum, &size| sum.checked_add(size));
    if sum == Some(length) { Ok(sizes) } else { Err(format!("parts of {sizes:?} of {length}")) }
}

/// For each number of a shape in order, the place of the number that `steps` (per axis) leads to from `start`.
pub fn walk<'a>(shape: &'a [usize], steps: &'a [isize], start: usize) -> impl Iterator<Item = usize> + 'a {
    let count = shape.iter().product::<usize>();
    let mut at = vec![0usize; shape.len()];
    let mut place = start as isize;
    (0..count).map(move |_| {
        let here = place as usize;
        for axis in (0..shape.len()).rev() {
            at[axis] += 1;
            place += steps[axis];
            if at[axis] < shape[axis] {
                break;
            }
            place -= steps[axis] * shape[axis] as isize;
            at[axis] = 0;
        }
        here
    })
}

/// How far apart neighbours along each axis lie.
pub fn strides(shape: &[usize]) -> Vec<isize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis] as isize;
    }
    strides
}

/// The same for a value stretched to another shape: no step where it is stretched.
pub fn stretched_strides(shape: &[usize], to: &[usize]) -> Vec<isize> {
    let own = strides(shape);
    let new = to.len() - shape.len();
    (0..to.len()).map(|axis| if axis < new || shape[axis - new] == 1 { 0 } else { own[axis - new] }).collect()
}
