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
    let axis = Growth { shapes, targets, one: &one, batch, batches }.axis(zero_is_zero).ok_or_else(baked)?;
    Ok(with_batch(shapes, &one, axis, batch))
}

/// What decides which axis of a target grows with the batch.
struct Growth<'a> {
    shapes: &'a [Vec<usize>; 2],
    targets: &'a [Vec<i64>; 2],
    /// The target's shape for the first batch.
    one: &'a [usize],
    /// The input's axis that grows.
    batch: usize,
    batches: [usize; 2],
}

impl Growth<'_> {
    /// Numbers before an axis of the target, counted as how many runs of it there are.
    fn before(&self, axis: usize) -> usize {
        self.one[..axis].iter().product()
    }

    fn axis(&self, zero_is_zero: bool) -> Option<usize> {
        let grown = grown_axis(self.shapes, self.targets, zero_is_zero, self.one);
        let swallowed = |axis: &usize| self.targets[0][*axis] == -1 && self.targets[0] == self.targets[1];
        match (grown, self.baked()) {
            (Some(axis), _) if !swallowed(&axis) => Some(axis),
            (Some(axis), Some(baked)) if axis < baked => Some(axis),
            (_, Some(baked)) => Some(baked),
            (Some(axis), None) if self.may_hold(axis) => Some(axis),
            (_, None) => self.by_order(),
        }
    }

    /// Where the input's batch begins, and where the axis it lies in ends.
    fn span(&self) -> [usize; 2] {
        let start: usize = self.shapes[0][..self.batch].iter().product();
        [start, start * self.shapes[0][self.batch]]
    }

    /// Whether what was left over for an axis can be the batch: nothing but it, or it lies first or last in there.
    fn may_hold(&self, axis: usize) -> bool {
        let [start, end] = self.span();
        let (from, to) = (self.before(axis), self.before(axis + 1));
        self.one[axis] == self.batches[0] || from == start || (from <= start && to >= end)
    }

    /// The axis that holds the exporter's own batch as a number, where the input's batch can be.
    fn baked(&self) -> Option<usize> {
        let [start, end] = self.span();
        let literal = |axis: usize| {
            let said = [self.targets[0][axis], self.targets[1][axis]];
            said == [self.batches[0] as i64; 2]
        };
        (0..self.one.len()).find(|&axis| literal(axis) && (start..=end).contains(&self.before(axis)))
    }

    /// The axis that begins, or else ends, where the input's batch begins; the last axis never grows if another may.
    fn by_order(&self) -> Option<usize> {
        let [start, _] = self.span();
        let last = self.one.len().checked_sub(1)?;
        let begins = (0..=last).find(|&axis| self.before(axis) == start);
        let ends = (0..last).find(|&axis| self.before(axis + 1) == start);
        begins.filter(|&axis| axis < last).or(ends).or(begins)
    }
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
