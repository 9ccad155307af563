//! Ops that move numbers without changing them.

use super::convolution::spread;
use super::{Kept, Value};
use burn::tensor::ops::PadMode;
use burn::tensor::{Int, Slice as Span, Tensor, TensorData};

/// Length of one axis of a new shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// So many.
    Is(usize),
    /// As many as the input has along that axis.
    Of(usize),
    /// Whatever is left; at most once.
    Rest,
}

/// The same numbers in the same order along other axes. Lengths may refer to the input's, so that one graph serves any
/// batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reshape(pub Vec<Extent>);

impl Reshape {
    /// All axes after the first become one.
    #[must_use]
    pub fn flatten() -> Reshape {
        Reshape(vec![Extent::Of(0), Extent::Rest])
    }

    pub(super) fn shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        let known = |extent: &Extent| match *extent {
            Extent::Is(length) => Ok(length),
            Extent::Of(axis) => input.get(axis).copied().ok_or_else(|| format!("no axis {axis} in {input:?}")),
            Extent::Rest => Ok(1),
        };
        let mut shape: Vec<usize> = self.0.iter().map(known).collect::<Result<_, _>>()?;
        let counted = |shape: &[usize]| shape.iter().try_fold(1usize, |count, &length| count.checked_mul(length));
        let count = input.iter().product::<usize>();
        let rests = self.0.iter().filter(|extent| **extent == Extent::Rest).count();
        if let (Some(rest), Some(taken)) = (self.0.iter().position(|extent| *extent == Extent::Rest), counted(&shape)) {
            shape[rest] = count / taken.max(1);
        }
        if rests < 2 && counted(&shape) == Some(count) {
            Ok(shape)
        } else {
            Err(format!("{input:?} cannot be seen as {:?}", self.0))
        }
    }

    pub(super) fn forward(&self, input: Value) -> Value {
        let shape = self.shape(input.shape()).unwrap_or_else(|reason| panic!("{reason}"));
        input.reshaped(&shape)
    }

    pub(super) fn gradient(kept: &Kept, signal: Value) -> Value {
        signal.reshaped(kept.shapes[0])
    }
}

/// Axes in another order: axis `i` of the output is axis `order[i]` of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transpose(pub Vec<usize>);

impl Transpose {
    pub(super) fn shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        let mut seen = self.0.clone();
        seen.sort_unstable();
        if input.len() > 6 {
            return Err(format!("takes at most 6 axes, found {input:?}"));
        }
        if seen.iter().copied().eq(0..input.len()) {
            Ok(self.0.iter().map(|&axis| input[axis]).collect())
        } else {
            Err(format!("{:?} is no order of the axes of {input:?}", self.0))
        }
    }

    pub(super) fn forward(&self, input: Value) -> Value {
        fn permuted<const D: usize>(input: Value, order: &[usize]) -> Value {
            let order: [usize; D] = order.try_into().expect("shape inference counted the axes");
            Value::from(input.tensor::<D>().permute(order))
        }
        match self.0.len() {
            0 | 1 => input,
            2 => permuted::<2>(input, &self.0),
            3 => permuted::<3>(input, &self.0),
            4 => permuted::<4>(input, &self.0),
            5 => permuted::<5>(input, &self.0),
            _ => permuted::<6>(input, &self.0),
        }
    }

    pub(super) fn gradient(&self, signal: Value) -> Value {
        let mut back = vec![0; self.0.len()];
        for (to, &from) in self.0.iter().enumerate() {
            back[from] = to;
        }
        Transpose(back).forward(signal)
    }
}

/// Every `step`-th of the places from `start` along an axis, `count` in all; a negative step walks back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The axis.
    pub axis: usize,
    /// First place.
    pub start: usize,
    /// How many places.
    pub count: usize,
    /// From one place to the next; not 0.
    pub step: isize,
}

impl Slice {
    fn last(&self) -> Option<usize> {
        let way = self.step.checked_mul(isize::try_from(self.count.checked_sub(1)?).ok()?)?;
        self.start.checked_add_signed(way)
    }

    pub(super) fn shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        let length = *input.get(self.axis).ok_or_else(|| format!("no axis {} in {input:?}", self.axis))?;
        if self.start >= length || self.last().is_none_or(|last| last >= length) || self.step == 0 {
            let Slice { start, count, step, .. } = self;
            return Err(format!("{count} places from {start} in steps of {step} are not in {length}"));
        }
        let mut shape = input.to_vec();
        shape[self.axis] = self.count;
        Ok(shape)
    }

    fn places(&self) -> Vec<usize> {
        (0..self.count as isize).map(|i| self.start.wrapping_add_signed(i * self.step)).collect()
    }

    pub(super) fn forward(&self, input: Value) -> Value {
        let shape = self.shape(input.shape()).unwrap_or_else(|reason| panic!("{reason}"));
        let input = input.around(self.axis);
        let taken = if self.step == 1 {
            input.narrow(1, self.start, self.count)
        } else if self.step > 1 {
            let end = (self.start + (self.count - 1) * self.step as usize + 1) as isize;
            input.slice_dim(1, Span::new(self.start as isize, Some(end), self.step))
        } else {
            let places = indices(&self.places(), &input);
            input.select(1, places)
        };
        Value::along(taken, &shape)
    }

    /// The signal put back: turned if the way led back, spread by the step, with zeros before and after.
    pub(super) fn gradient(&self, kept: &Kept, signal: Value) -> Value {
        let length = kept.shapes[0][self.axis];
        let last = self.last().expect("shape inference found every place");
        let signal = signal.around(self.axis);
        let signal = if self.step < 0 { signal.flip([1]) } else { signal };
        let (first, end) = (self.start.min(last), self.start.max(last) + 1);
        let signal = spread(signal, 1, self.step.unsigned_abs()).narrow(1, 0, end - first);
        let sides = [(first, length - end), (0, 0)];
        Value::along(signal.pad(sides, PadMode::Constant(0.0)), kept.shapes[0])
    }
}

fn indices(places: &[usize], beside: &Tensor<3>) -> Tensor<1, Int> {
    let places: Vec<i32> = places.iter().map(|&place| place as i32).collect();
    let count = places.len();
    Tensor::from_data(TensorData::new(places, [count]), &beside.device())
}

/// Chosen places along an axis, in any order (ONNX's Gather with constant indices).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Select {
    /// The axis.
    pub axis: usize,
    /// The places.
    pub places: Vec<usize>,
    /// Whether the axis stays when a single place is chosen.
    pub keep: bool,
}

impl Select {
    pub(super) fn shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        let length = *input.get(self.axis).ok_or_else(|| format!("no axis {} in {input:?}", self.axis))?;
        if let Some(place) = self.places.iter().find(|&&place| place >= length) {
            return Err(format!("no place {place} among {length}"));
        }
        let mut shape = input.to_vec();
        shape[self.axis] = self.places.len();
        if !self.keep && self.places.len() == 1 {
            shape.remove(self.axis);
        }
        Ok(shape)
    }

    pub(super) fn forward(&self, input: Value) -> Value {
        let shape = self.shape(input.shape()).unwrap_or_else(|reason| panic!("{reason}"));
        let input = input.around(self.axis);
        let taken = match self.places[..] {
            [place] => input.narrow(1, place, 1),
            _ => {
                let places = indices(&self.places, &input);
                input.select(1, places)
            }
        };
        Value::along(taken, &shape)
    }

    /// The signal put back to its places; summed where a place was chosen twice. As one matrix product, because adding
    /// into places is unordered on some devices.
    pub(super) fn gradient(&self, kept: &Kept, signal: Value) -> Value {
        let shape = kept.shapes[0];
        let (length, count) = (shape[self.axis], self.places.len());
        let mut one_hot = vec![0.0; length * count];
        for (i, &place) in self.places.iter().enumerate() {
            one_hot[place * count + i] = 1.0;
        }
        let back = Value::from_floats(one_hot, &[1, length, count], &signal.device()).tensor::<3>();
        let before: usize = shape[..self.axis].iter().product();
        let after: usize = shape[self.axis + 1..].iter().product();
        Value::along(back.matmul(signal.flat().reshape([before, count, after])), shape)
    }
}

/// Values one after another along an axis. A value with a batch of one (a constant) stands before every picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concat {
    /// The axis.
    pub axis: usize,
}

impl Concat {
    pub(super) fn shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
        let first = inputs.first().ok_or("needs at least one value")?;
        if self.axis >= first.len() || inputs.iter().any(|input| input.len() != first.len()) {
            return Err(format!("{inputs:?} do not go together along axis {}", self.axis));
        }
        let mut shape = first.to_vec();
        for axis in 0..first.len() {
            let lengths = || inputs.iter().map(|input| input[axis]);
            shape[axis] = match axis {
                _ if axis == self.axis => lengths()
                    .try_fold(0usize, usize::checked_add)
                    .ok_or_else(|| format!("{inputs:?} are too long one after another"))?,
                0 => lengths().max().unwrap_or(1),
                _ => first[axis],
            };
            if axis != self.axis && lengths().any(|n| n != shape[axis] && !(axis == 0 && n == 1)) {
                return Err(format!("{inputs:?} do not go together along axis {}", self.axis));
            }
        }
        Ok(shape)
    }

    pub(super) fn forward(&self, inputs: Vec<Value>) -> Value {
        let shapes: Vec<&[usize]> = inputs.iter().map(Value::shape).collect();
        let shape = self.shape(&shapes).unwrap_or_else(|reason| panic!("{reason}"));
        let parts = inputs.into_iter().map(|input| {
            let input = if self.axis > 0 { for_each_picture(input, shape[0]) } else { input };
            input.around(self.axis)
        });
        Value::along(Tensor::cat(parts.collect(), 1), &shape)
    }

    pub(super) fn gradient(&self, kept: &Kept, signal: Value) -> Vec<Value> {
        let signal = signal.around(self.axis);
        let mut start = 0;
        kept.shapes
            .iter()
            .map(|shape| {
                let part = signal.clone().narrow(1, start, shape[self.axis]);
                start += shape[self.axis];
                let repeats = part.shape().num_elements() / shape.iter().product::<usize>().max(1);
                if repeats == 1 {
                    return Value::along(part, shape);
                }
                let count = shape.iter().product();
                Value::along(part.reshape([repeats, count]).sum_dim(0), shape)
            })
            .collect()
    }
}

/// A batch of one as a batch of `pictures`.
fn for_each_picture(input: Value, pictures: usize) -> Value {
    if input.shape()[0] == pictures {
        return input;
    }
    let (count, mut shape) = (input.count(), input.shape().to_vec());
    shape[0] = pictures;
    Value::along(input.flat().reshape([1, count]).expand([pictures, count]), &shape)
}

/// Axes of length one stretched to a new shape, new axes in front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expand(pub Vec<usize>);

impl Expand {
    pub(super) fn shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        super::Arithmetic::Add.shape(&[input, &self.0])
    }

    pub(super) fn forward(&self, input: Value) -> Value {
        let zeros = Value::zeros(&self.0, &input.device());
        super::Arithmetic::Add.forward(input, zeros)
    }

    pub(super) fn gradient(&self, kept: &Kept, signal: Value) -> Value {
        let kept = Kept { shapes: vec![kept.shapes[0], &self.0], inputs: vec![], output: None, trace: None };
        super::Arithmetic::Add.gradient(&kept, signal).swap_remove(0)
    }
}

/// What is put around a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Filling {
    /// One number.
    Constant(f32),
    /// The value itself, mirrored at its edge, which is not repeated.
    Reflect,
    /// The number at the edge.
    Edge,
}

/// The most places that are put on one side of a value.
const LARGEST: usize = 1 << 29;

/// So many places before and after along an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pad {
    /// The axis.
    pub axis: usize,
    /// Places before.
    pub before: usize,
    /// Places after.
    pub after: usize,
    /// What stands there.
    pub filling: Filling,
}

impl Pad {
    pub(super) fn shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        let length = *input.get(self.axis).ok_or_else(|| format!("no axis {} in {input:?}", self.axis))?;
        let most = if self.filling == Filling::Reflect { length.saturating_sub(1) } else { LARGEST };
        if self.before > most || self.after > most {
            return Err(format!("{} and {} places cannot be put around {length}", self.before, self.after));
        }
        let mut shape = input.to_vec();
        shape[self.axis] += self.before + self.after;
        Ok(shape)
    }

    pub(super) fn forward(&self, input: Value) -> Value {
        let shape = self.shape(input.shape()).unwrap_or_else(|reason| panic!("{reason}"));
        if let Filling::Constant(value) = self.filling {
            let sides = [(self.before, self.after), (0, 0)];
            // An infinity keeps a WebGPU shader from running (cubecl issue 68).
            let value = value.clamp(f32::MIN, f32::MAX);
            return Value::along(input.around(self.axis).pad(sides, PadMode::Constant(value)), &shape);
        }
        let places = self.sources(input.shape()[self.axis]);
        Select { axis: self.axis, places, keep: true }.forward(input)
    }

    /// For each place of the output, the place of the input that stands there.
    fn sources(&self, length: usize) -> Vec<usize> {
        let last = length as isize - 1;
        let source = |i: isize| match self.filling {
            Filling::Reflect => (last - (last - i.abs()).abs()).unsigned_abs(),
            _ => i.clamp(0, last).unsigned_abs(),
        };
        (-(self.before as isize)..length as isize + self.after as isize).map(source).collect()
    }

    pub(super) fn gradient(&self, kept: &Kept, signal: Value) -> Value {
        let length = kept.shapes[0][self.axis];
        if matches!(self.filling, Filling::Constant(_)) {
            return Value::along(signal.around(self.axis).narrow(1, self.before, length), kept.shapes[0]);
        }
        Select { axis: self.axis, places: self.sources(length), keep: true }.gradient(kept, signal)
    }
}
