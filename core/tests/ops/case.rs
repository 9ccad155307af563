//! One op with inputs and a second writing of it, and the checks that compare the two.

use crate::array::Array;
use burn::tensor::Device;
use std::collections::BTreeMap;
use tessera_core::network::op::{Kept, Op, Weights};
use tessera_core::network::parameters::{Parameter, Parameters};
use tessera_core::network::value::Value;

/// Of the greatest number in a result (at least 1), how far any number may be off.
///
/// f32 rounds by 6e-8; sixteen roundings are let pass, for the cases sum up to some fifty products whose roundings mostly
/// cancel, and functions are good to a few. On the processor none is off by more than 4e-7. The differences in f64 are a
/// hundred times as exact.
pub const TOLERANCE: f64 = 1e-6;

/// Half the distance of the two points of a central difference. Its error is of the order of `STEP^2` in the formula's
/// third derivative and of 1e-16 / `STEP` in rounding: below 1e-8 for all formulas here.
const STEP: f64 = 1e-5;

/// An op's weights by name.
pub type Named = BTreeMap<String, Array>;
type Formula = Box<dyn Fn(&[Array], &Named) -> Array>;

/// Whether the pictures of a batch can be told apart by the op's output.
pub enum Batch {
    /// Each picture by itself: a batch equals its pictures, one by one, bit for bit.
    Apart,
    /// They cannot, because of what is said.
    Mixed,
}

/// One op with inputs and a second writing of it.
pub struct Case {
    pub op: Op,
    pub inputs: Vec<Array>,
    pub weights: Named,
    pub batch: Batch,
    formula: Formula,
}

/// What a check found: a sentence if something is wrong.
pub type Found = Result<(), String>;

impl Case {
    /// A case with noise for weights and inputs.
    pub fn new(op: Op, shapes: &[&[usize]], formula: impl Fn(&[Array], &Named) -> Array + 'static) -> Case {
        let inputs = shapes.iter().enumerate().map(|(i, shape)| Array::noise(7 + i as u64, shape)).collect();
        Case { weights: named(&op), op, inputs, batch: Batch::Apart, formula: Box::new(formula) }
    }

    /// With each input's numbers changed.
    pub fn input(mut self, change: impl Fn(f64) -> f64) -> Case {
        self.inputs.iter_mut().for_each(|input| *input = input.map(&change).rounded());
        self
    }

    /// With inputs whose numbers are all apart from each other, within each and between them.
    pub fn distinct(mut self) -> Case {
        for (i, input) in self.inputs.iter_mut().enumerate() {
            *input = Array::distinct(7 + i as u64, &input.shape).map(|x| x + i as f64 / 32.0);
        }
        self
    }

    /// The op mixes the pictures of a batch.
    pub fn mixed(self) -> Case {
        Case { batch: Batch::Mixed, ..self }
    }

    /// Shape inference, the forward pass and the second writing give one shape.
    pub fn shape(&self) -> Found {
        let shapes: Vec<&[usize]> = self.inputs.iter().map(|input| &input.shape[..]).collect();
        let inferred = self.op.shape(&shapes)?;
        let found = forward(&self.op, &upload(&self.op, &self.weights), &self.inputs);
        let expected = self.computed(&self.inputs);
        if inferred == expected.shape && found.shape() == expected.shape {
            return Ok(());
        }
        Err(format!("shape {inferred:?} inferred, {:?} computed instead of {:?}", found.shape(), expected.shape))
    }

    /// The forward pass gives the second writing's numbers.
    pub fn forward(&self) -> Found {
        let found = forward(&self.op, &upload(&self.op, &self.weights), &self.inputs);
        close(&read(found), &self.computed(&self.inputs).values).map_err(|reason| format!("forward: {reason}"))
    }

    /// The gradient gives the central differences of the second writing.
    pub fn differences(&self) -> Found {
        let weights = upload(&self.op, &self.weights);
        let signal = Array::noise(8, &self.computed(&self.inputs).shape);
        let found = gradient(&self.op, &weights, &self.inputs, &signal);
        if found.len() != self.inputs.len() {
            return Err(format!("{} gradients for {} inputs", found.len(), self.inputs.len()));
        }
        for (i, (found, input)) in found.into_iter().zip(&self.inputs).enumerate() {
            if found.shape() != input.shape {
                return Err(format!("gradient {i} has shape {:?} instead of {:?}", found.shape(), input.shape));
            }
            let expected = self.by_differences(i, &signal);
            close(&read(found), &expected).map_err(|reason| format!("gradient {i}: {reason}"))?;
        }
        Ok(())
    }

    /// An op that says it leaves a trace gives by it what it gives by values, bit for bit.
    pub fn traces(&self) -> Found {
        let weights = upload(&self.op, &self.weights);
        let signal = Array::noise(8, &self.computed(&self.inputs).shape);
        let found = traced(&self.op, &weights, &self.inputs, &signal);
        if found.is_some() != self.op.leaves_trace() {
            return Err(format!("left a trace: {}", found.is_some()));
        }
        let by_values = gradient(&self.op, &weights, &self.inputs, &signal);
        let wanted = [vec![forward(&self.op, &weights, &self.inputs)], by_values].concat();
        let bits = |values: Vec<Value>| values.into_iter().map(|v| read(v).into_iter().map(f32::to_bits).collect());
        let same = |found: Vec<Value>| bits(found).eq(bits(wanted).collect::<Vec<Vec<u32>>>());
        if found.is_none_or(same) { Ok(()) } else { Err("by its trace it gives something else".into()) }
    }

    /// A batch gives what its pictures give one by one, bit for bit, forward and backward.
    pub fn pictures(&self) -> Found {
        let weights = upload(&self.op, &self.weights);
        let output = forward(&self.op, &weights, &self.inputs);
        let signal = Array::noise(8, output.shape());
        let gradients = gradient(&self.op, &weights, &self.inputs, &signal);
        let (output, count) = (read(output), signal.shape[0]);
        let gradients: Vec<Vec<f32>> = gradients.into_iter().map(read).collect();
        for n in 0..count {
            let alone = |input: &Array| if input.shape[0] == count { input.picture(n) } else { input.clone() };
            let inputs: Vec<Array> = self.inputs.iter().map(alone).collect();
            same(&read(forward(&self.op, &weights, &inputs)), &output, n, count)?;
            let alone = gradient(&self.op, &weights, &inputs, &signal.picture(n));
            for ((alone, all), input) in alone.into_iter().zip(&gradients).zip(&self.inputs) {
                // What all pictures share has the sum of their signals.
                if input.shape[0] == count {
                    same(&read(alone), all, n, count).map_err(|reason| format!("gradient of {reason}"))?;
                }
            }
        }
        Ok(())
    }

    fn computed(&self, inputs: &[Array]) -> Array {
        (self.formula)(inputs, &self.weights)
    }

    /// The derivative of `sum(signal * formula(inputs))` for one of the inputs.
    fn by_differences(&self, of: usize, signal: &Array) -> Vec<f64> {
        let mut inputs = self.inputs.clone();
        let mut total_at = |i: usize, x: f64| {
            let before = std::mem::replace(&mut inputs[of].values[i], x);
            let sum: f64 = self.computed(&inputs).values.iter().zip(&signal.values).map(|(y, s)| y * s).sum();
            inputs[of].values[i] = before;
            sum
        };
        let values = self.inputs[of].values.iter().enumerate();
        values.map(|(i, &x)| (total_at(i, x + STEP) - total_at(i, x - STEP)) / (2.0 * STEP)).collect()
    }
}

/// Noise for each of an op's weights; a variance is positive.
pub fn named(op: &Op) -> Named {
    let noise = |(i, (name, shape)): (usize, (String, Vec<usize>))| {
        let values = Array::noise(100 + i as u64, &shape);
        let values = if name.ends_with("variance") { values.map(|v| v.abs() + 0.1).rounded() } else { values };
        (name, values)
    };
    op.wants().into_iter().enumerate().map(noise).collect()
}

/// Weights on the processor.
pub fn upload(op: &Op, weights: &Named) -> Weights {
    let parameter = |(name, array): (&String, &Array)| {
        (name.clone(), Parameter { shape: array.shape.clone(), values: array.floats() })
    };
    op.upload(&mut Parameters(weights.iter().map(parameter).collect()), &Device::flex())
}

/// Numbers on the processor.
pub fn value(array: &Array) -> Value {
    Value::from_floats(array.floats(), &array.shape, &Device::flex())
}

/// The op's output.
pub fn forward(op: &Op, weights: &Weights, inputs: &[Array]) -> Value {
    op.forward(weights, inputs.iter().map(value).collect())
}

/// The op's gradients, given no more of the forward pass than it says it keeps.
pub fn gradient(op: &Op, weights: &Weights, inputs: &[Array], signal: &Array) -> Vec<Value> {
    let output = op.keeps().output.then(|| forward(op, weights, inputs));
    let values: Vec<Value> = inputs.iter().map(value).collect();
    let kept = Kept {
        shapes: inputs.iter().map(|input| &input.shape[..]).collect(),
        inputs: values.iter().map(|value| op.keeps().inputs.then_some(value)).collect(),
        output: output.as_ref(),
        trace: None,
    };
    op.gradient(weights, &kept, value(signal))
}

/// The op's output and gradients, given a trace in place of values; none where it leaves none.
fn traced(op: &Op, weights: &Weights, inputs: &[Array], signal: &Array) -> Option<Vec<Value>> {
    let values: Vec<Value> = inputs.iter().map(value).collect();
    let (output, trace) = op.traced(&values)?;
    let shapes = inputs.iter().map(|input| &input.shape[..]).collect();
    let kept = Kept { shapes, inputs: vec![None; inputs.len()], output: None, trace: Some(&trace) };
    Some([vec![output], op.gradient(weights, &kept, value(signal))].concat())
}

/// The numbers of a value.
pub fn read(value: Value) -> Vec<f32> {
    pollster::block_on(value.read()).expect("the processor gives its numbers back")
}

fn close(found: &[f32], expected: &[f64]) -> Found {
    if found.len() != expected.len() {
        return Err(format!("{} numbers instead of {}", found.len(), expected.len()));
    }
    let greatest = expected.iter().fold(1.0f64, |greatest, value| greatest.max(value.abs()));
    let off = |(found, expected): (&f32, &f64)| (f64::from(*found) - expected).abs() / greatest;
    let pairs = || found.iter().zip(expected);
    match pairs().enumerate().find(|(_, pair)| off(*pair).is_nan() || off(*pair) > TOLERANCE) {
        Some((i, (found, expected))) => Err(format!("{found} instead of {expected} at {i}")),
        None => Ok(()),
    }
}

/// Whether picture `n` of `count` has the same bits alone and among all.
fn same(alone: &[f32], all: &[f32], n: usize, count: usize) -> Found {
    let each = all.len() / count;
    let bits = |numbers: &[f32]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    if bits(alone) == bits(&all[n * each..(n + 1) * each]) {
        return Ok(());
    }
    Err(format!("picture {n} is another alone than in a batch of {count}"))
}
