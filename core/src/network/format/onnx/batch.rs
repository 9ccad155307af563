//! Reshapes of values that hold several pictures, and batches that an exporter baked in.

use super::axes;
use super::error::Refusal;
use crate::network::op::Extent;

/// The extents that a Reshape's target means for any batch, given the input's shapes and the targets for the two
/// batches that are followed.
///
/// A target that says how the batch goes on is taken at its word. One that holds the exporter's own batch as a number
/// is repaired where the shapes prove it: the numbers of one picture stay together, so the batch is the length before
/// which as many numbers lie in the target as in the input.
pub fn reshape(
    shapes: &[Vec<usize>; 2],
    targets: &[Vec<i64>; 2],
    zero_is_zero: bool,
    batches: [usize; 2],
) -> Result<Vec<Extent>, Refusal> {
    let one = axes::reshaped(&shapes[0], &targets[0], zero_is_zero)?;
    let wrong = || Refusal::Reason(format!("{:?} cannot be seen as {:?}: export it again", shapes[0], targets[0]));
    if shapes[0].iter().product::<usize>() != one.iter().product::<usize>() {
        return Err(wrong());
    }
    if targets[0].len() != targets[1].len() {
        return Err("the number of axes depends on how many pictures there are: export it again".into());
    }
    let batch = (0..shapes[0].len()).find(|&axis| shapes[0][axis] != shapes[1][axis]);
    let Some(batch) = batch else { return Ok(of_one(&one, &targets[0], zero_is_zero)) };
    let grown = grown_axis(shapes, targets, zero_is_zero, &one);
    let before: usize = shapes[0][..batch].iter().product();
    let candidates: Vec<usize> =
        (0..one.len()).filter(|&axis| one[..axis].iter().product::<usize>() == before).collect();
    let said = grown.filter(|&axis| targets[0][axis] != -1 || targets[0] != targets[1]);
    let axis = match (said, candidates.first()) {
        (Some(axis), _) => axis,
        (None, Some(&first)) => {
            let fits = one[first] % shapes[0][batch] == 0 || one[first] % batches[0] == 0;
            if fits { first } else { grown.ok_or_else(baked)? }
        }
        (None, None) => grown.ok_or_else(baked)?,
    };
    Ok(with_batch(shapes, &one, axis, batch))
}

fn baked() -> Refusal {
    "it holds the number of pictures it was exported with: export it for any number".into()
}

/// The axis that grows with the batch, if the target says so by itself.
fn grown_axis(shapes: &[Vec<usize>; 2], targets: &[Vec<i64>; 2], zero_is_zero: bool, one: &[usize]) -> Option<usize> {
    let other = axes::reshaped(&shapes[1], &targets[1], zero_is_zero).ok()?;
    if shapes[1].iter().product::<usize>() != other.iter().product::<usize>() {
        return None;
    }
    let mut grown = (0..one.len()).filter(|&axis| one[axis] != other[axis]);
    let first = grown.next()?;
    if grown.next().is_some() { None } else { Some(first) }
}

/// Extents where the axis `grown` is what grows with the batch; the others are lengths.
fn with_batch(shapes: &[Vec<usize>; 2], one: &[usize], grown: usize, batch: usize) -> Vec<Extent> {
    let alone = one[grown] == shapes[0][batch];
    let growing = if alone { Extent::Of(batch) } else { Extent::Rest };
    let mut extents: Vec<Extent> = one
        .iter()
        .enumerate()
        .map(|(axis, &length)| if axis == grown { growing } else { Extent::Is(length) })
        .collect();
    // With the batch known by its axis, one more length may be left open: all places in one, as flattening has it.
    if alone && one.len() == 2 {
        extents[1 - grown] = Extent::Rest;
    }
    extents
}

/// Extents where no batch matters: lengths, and what is left.
fn of_one(one: &[usize], target: &[i64], zero_is_zero: bool) -> Vec<Extent> {
    let extent = |(axis, (&length, &target)): (usize, (&usize, &i64))| match target {
        0 if !zero_is_zero => Extent::Of(axis),
        -1 => Extent::Rest,
        _ => Extent::Is(length),
    };
    one.iter().zip(target).enumerate().map(extent).collect()
}
