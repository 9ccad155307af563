//! Reshapes of values that hold several pictures, and batches that an exporter baked in.

use super::axes;
use super::error::Refusal;
use crate::network::op::Extent;

/// A value of several pictures that is to be seen along other axes.
pub struct Growth<'a> {
    /// Its shape for the two batches that are followed.
    pub shapes: &'a [Vec<usize>; 2],
    /// How many runs of numbers lie before the batch: 1 where the pictures lie one after another.
    pub start: usize,
    /// The two batches.
    pub batches: [usize; 2],
    /// Whether the picture has another size than the file was exported for.
    pub resized: bool,
}

impl Growth<'_> {
    /// The extents that a Reshape's targets, one for each batch, mean for any batch.
    ///
    /// A target that says how the batch goes on is taken at its word. One that holds the exporter's own batch as a
    /// number, or leaves the batch to whatever is left, is repaired: a reshape moves no number, so the batch can only be
    /// in an axis before which its runs come out even.
    pub fn reshape(&self, targets: &[Vec<i64>; 2], zero_is_zero: bool) -> Result<Vec<Extent>, Refusal> {
        let shapes = self.shapes;
        let fitted = [0, 1].map(|batch| self.fitted(batch, &targets[batch]));
        let targets = &match fitted {
            [Some(one), Some(other)] if self.resized => [one, other],
            _ => targets.clone(),
        };
        let one = axes::reshaped(&shapes[0], &targets[0], zero_is_zero)?;
        if shapes[0].iter().product::<usize>() != one.iter().product::<usize>() {
            return Err(format!("{:?} cannot be seen as {:?}: export it again", shapes[0], targets[0]).into());
        }
        if targets[0].len() != targets[1].len() {
            return Err("the number of axes depends on how many pictures there are: export it again".into());
        }
        let batch = (0..shapes[0].len()).find(|&axis| shapes[0][axis] != shapes[1][axis]);
        let Some(batch) = batch else { return Ok(of_one(&one, &targets[0], zero_is_zero)) };
        let grown = grown_axis(shapes, targets, zero_is_zero, &one);
        let swallowed = |axis: &usize| targets[0][*axis] == -1 && targets[0] == targets[1];
        let axis = match grown.filter(|axis| !swallowed(axis)) {
            Some(said) => said,
            None => self.meant(&one, targets, grown).ok_or_else(baked)?,
        };
        Ok(with_batch(shapes, &one, axis, batch))
    }

    /// A target that holds the places of the size the file was exported for, with those of the picture instead; `None`
    /// where it fits as it is, or where nothing proves which lengths are places.
    ///
    /// Behind the batch, the lengths of both sides are compared from the front for as long as runs of them come out even:
    /// those are channels. What is left are places: each for each, or all in one.
    fn fitted(&self, batch: usize, target: &[i64]) -> Option<Vec<i64>> {
        let shape = &self.shapes[batch];
        let (own, wanted) = (shape.get(1..)?, target.get(1..)?);
        let wanted: Vec<usize> = wanted.iter().map(|&length| usize::try_from(length)).collect::<Result<_, _>>().ok()?;
        // The file's lengths may be any; more than there are is not even.
        let product = |lengths: &[usize]| lengths.iter().fold(1usize, |all, &length| all.saturating_mul(length));
        let fits = product(own) == product(&wanted);
        if self.start != 1 || shape[0] != self.batches[batch] || wanted.contains(&0) || fits {
            return None;
        }
        let even = |i: &usize| (0..=wanted.len()).any(|j| product(&own[..*i]) == product(&wanted[..j]));
        let from = (0..=own.len()).rev().find(even)?;
        // Places of length one may stand among the channels' runs: as many are left on both sides, or one.
        let left = own.len() - from;
        let ends = |left: usize| {
            let to = wanted.len().checked_sub(left)?;
            (left > 0 && product(&own[..from]) == product(&wanted[..to])).then_some(to)
        };
        let (to, places) = match (ends(left), ends(1)) {
            (Some(to), _) => (to, own[from..].to_vec()),
            (None, Some(to)) => (to, vec![product(&own[from..])]),
            (None, None) => return None,
        };
        let lengths = wanted[..to].iter().chain(&places).map(|&length| length as i64);
        Some(target[..1].iter().copied().chain(lengths).collect())
    }

    /// The axis that grows where the target does not say it; `grown` is where it would go if left alone.
    fn meant(&self, one: &[usize], targets: &[Vec<i64>; 2], grown: Option<usize>) -> Option<usize> {
        let before = |axis: usize| one[..axis].iter().product::<usize>();
        let even = |axis: &usize| {
            let (runs, rest) = (self.start / before(*axis).max(1), self.start % before(*axis).max(1));
            rest == 0 && one[*axis].is_multiple_of((runs * self.batches[0]).max(1))
        };
        let possible: Vec<usize> = (0..one.len()).filter(even).collect();
        let own = [self.batches[0] as i64; 2];
        let literal = possible.iter().copied().find(|&axis| [targets[0][axis], targets[1][axis]] == own);
        let left = grown.filter(|axis| possible.contains(axis) && literal.is_none_or(|literal| *axis < literal));
        // The last axis, the features of a linear layer, never grows if another may.
        let last = one.len().checked_sub(1)?;
        let begins = possible.iter().copied().find(|&axis| axis < last && before(axis) == self.start);
        left.or(literal).or(begins).or(possible.first().copied()).or(grown)
    }
}

/// How many runs of numbers lie before the batch in a value seen along other axes.
pub fn start_after(start: usize, shapes: &[Vec<usize>; 2]) -> usize {
    let grown = (0..shapes[0].len()).find(|&axis| shapes[0][axis] != shapes[1][axis]);
    let before = |axis: usize| shapes[0][..axis].iter().product::<usize>().max(1);
    grown.map_or(1, |axis| if start.is_multiple_of(before(axis)) { start / before(axis) } else { 1 })
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
