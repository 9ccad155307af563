//! Matrix products.

use super::convolution::to_unit_norm;
use super::{Arithmetic, Change, Expand, Kept, Value, Want, Weights};
use crate::network::parameters::Parameters;
use crate::network::processor::{self, Numbers};
use burn::tensor::{Device, Tensor};
use tessera_kernels::{Layout, memory, product};

/// Numbers of a matrix that a graphics processor takes in one piece: 128 MiB, the least that WebGPU promises for a binding.
/// VGG's first linear op has three times as many.
const LONGEST: usize = 1 << 25;

/// From so many vectors a picture on a matrix is worth being put in our kernels' order; with fewer, reading it is all the
/// work. Never by the number of pictures: what comes of one must not depend on the others of its batch.
const MANY: usize = 8;

/// `y = W x + b` for each vector along the last axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// Length of the vectors it takes.
    pub inputs: usize,
    /// Length of the vectors it gives.
    pub outputs: usize,
    /// Name of the matrix `[outputs, inputs]`.
    pub weight: String,
    /// Name of the bias `[outputs]`, if it has one.
    pub bias: Option<String>,
    /// Whether each row of the matrix is divided by its Euclidean norm before use (B-cos).
    pub unit_norm: bool,
}

impl Linear {
    pub(super) fn wants(&self) -> Vec<Want> {
        let mut wants = vec![(self.weight.clone(), vec![self.outputs, self.inputs])];
        wants.extend(self.bias.iter().map(|bias| (bias.clone(), vec![self.outputs])));
        wants
    }

    pub(super) fn upload(&self, parameters: &mut Parameters, device: &Device) -> Weights {
        let mut matrix = parameters.take(&self.weight);
        if self.unit_norm {
            matrix.chunks_exact_mut(self.inputs).for_each(to_unit_norm);
        }
        let bias = self.bias.as_ref().map(|bias| parameters.take(bias));
        self.split(matrix, bias, if processor::is(device) { usize::MAX } else { LONGEST }, device)
    }

    /// The matrix in runs of rows of at most `longest` numbers, and the bias after them.
    fn split(&self, matrix: Vec<f32>, bias: Option<Vec<f32>>, longest: usize, device: &Device) -> Weights {
        let rows = (longest / self.inputs.max(1)).clamp(1, self.outputs);
        let part = |part: Vec<f32>| {
            let rows = part.len() / self.inputs;
            Value::from_floats(part, &[rows, self.inputs], device)
        };
        let mut tensors: Vec<Value> = if rows == self.outputs {
            vec![part(matrix)]
        } else {
            matrix.chunks(rows * self.inputs).map(|numbers| part(numbers.to_vec())).collect()
        };
        tensors.extend(bias.map(|bias| Value::from_floats(bias, &[1, self.outputs], device)));
        Weights::of(tensors)
    }

    /// The runs of rows of the matrix, and the bias.
    fn parts<'a>(&self, weights: &'a Weights) -> (&'a [Value], Option<&'a Value>) {
        match (&self.bias, weights.tensors.split_last()) {
            (Some(_), Some((bias, matrix))) => (matrix, Some(bias)),
            _ => (&weights.tensors, None),
        }
    }

    pub(super) fn changed(&self, weights: &Weights, matrix: Change, bias: Change) -> Weights {
        let (parts, summands) = self.parts(weights);
        let parts = parts.iter().cloned().map(|part| matrix.value(part));
        Weights::of(parts.chain(summands.cloned().map(|summands| bias.value(summands))).collect())
    }

    /// What it adds, `[1, outputs]`.
    pub(super) fn bias_of(&self, weights: &Weights) -> Option<Value> {
        self.parts(weights).1.cloned()
    }

    pub(super) fn shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        match input {
            [before @ .., last] if *last == self.inputs && !before.is_empty() => Ok([before, &[self.outputs]].concat()),
            _ => Err(format!("expected [N, ..., {}], found {input:?}", self.inputs)),
        }
    }

    pub(super) fn cost(&self, output: &[usize]) -> u64 {
        output.iter().product::<usize>() as u64 * self.inputs as u64
    }

    pub(super) fn forward(&self, weights: &Weights, input: Value) -> Value {
        let shape = self.shape(input.shape()).unwrap_or_else(|reason| panic!("{reason}"));
        let (matrix, bias) = self.parts(weights);
        let size = [input.count() / self.inputs, self.inputs, self.outputs];
        if let ([matrix], true) = (matrix, many(&shape))
            && let Some(mut output) = products(size, (&input, Layout::Rows), (matrix, Layout::Columns))
        {
            if let Some(bias) = bias.and_then(|bias| Numbers::of(bias.clone().flat())) {
                let add = |row: &mut [f32]| row.iter_mut().zip(bias.slice()).for_each(|(sum, bias)| *sum += bias);
                output.chunks_exact_mut(self.outputs).for_each(add);
            }
            return Value::from_floats(output, &shape, &input.device());
        }
        let input = rows(input, self.inputs);
        let products = matrix.iter().map(|part| input.clone().matmul(part.clone().tensor::<2>().transpose()));
        let product = Tensor::cat(products.collect(), 1);
        Value::along(
            match bias {
                Some(bias) => product + bias.clone().tensor::<2>(),
                None => product,
            },
            &shape,
        )
    }

    pub(super) fn gradient(&self, weights: &Weights, kept: &Kept, signal: Value) -> Value {
        let size = [signal.count() / self.outputs, self.outputs, self.inputs];
        if let ([matrix], true) = (self.parts(weights).0, many(kept.shapes[0]))
            && let Some(output) = products(size, (&signal, Layout::Rows), (matrix, Layout::Rows))
        {
            return Value::from_floats(output, kept.shapes[0], &signal.device());
        }
        let signal = rows(signal, self.outputs);
        let mut first = 0;
        let mut products = self.parts(weights).0.iter().map(|part| {
            let rows = part.shape()[0];
            first += rows;
            signal.clone().narrow(1, first - rows, rows).matmul(part.clone().tensor::<2>())
        });
        let product = products.next().expect("a matrix has at least one row");
        Value::along(products.fold(product, |sum, product| sum + product), kept.shapes[0])
    }
}

/// All vectors of the last axis as rows of one matrix.
fn rows(value: Value, length: usize) -> Tensor<2> {
    let count = value.count() / length;
    value.flat().reshape([count, length])
}

/// Whether each picture of `[N, ..., C]` has many vectors.
fn many(shape: &[usize]) -> bool {
    shape.len() > 2 && shape[1..shape.len() - 1].iter().product::<usize>() >= MANY
}

/// The products of two stacks of as many matrices by kernels of our own, `size` rows, depth and columns each; none if they
/// do not lie on the processor.
fn products([m, k, n]: [usize; 3], left: (&Value, Layout), right: (&Value, Layout)) -> Option<Vec<f32>> {
    let count = left.0.count() / (m * k).max(1);
    let (a, b) = (Numbers::of(left.0.clone().flat())?, Numbers::of(right.0.clone().flat())?);
    let mut output = memory::take(count * m * n);
    let stacks = a.slice().chunks_exact(m * k).zip(b.slice().chunks_exact(k * n));
    memory::with_scratch(|scratch| {
        for ((a, b), output) in stacks.zip(output.chunks_exact_mut(m * n)) {
            product([m, k, n], (a, left.1), (b, right.1), output, scratch);
        }
    });
    Some(output)
}

/// Shape of a product of two stacks of matrices: `[..., R, K]` and `[..., K, C]` to `[..., R, C]`, the shorter stack
/// stretched along axes of length one.
///
/// # Errors
/// If they do not fit.
pub fn matmul_shape(inputs: &[&[usize]]) -> Result<Vec<usize>, String> {
    let [left @ [before_left @ .., r, k], right @ [before_right @ .., k_right, c]] = inputs else {
        return Err(format!("takes two stacks of matrices, found {inputs:?}"));
    };
    match Arithmetic::Add.shape(&[before_left, before_right]) {
        Ok(before) if k == k_right => Ok([&before[..], &[*r, *c]].concat()),
        _ => Err(format!("{left:?} and {right:?} cannot be multiplied")),
    }
}

/// `[..., R, C]` as `[stack, R, C]`.
fn stack(value: Value) -> Tensor<3> {
    let &[r, c] = last_two(&value);
    let count = value.count() / (r * c).max(1);
    value.flat().reshape([count, r, c])
}

/// The same stretched to a product whose shape is `product`; a single matrix is left alone, for it fits any stack.
fn stretched(value: Value, product: &[usize]) -> Tensor<3> {
    let single = value.shape().iter().rev().skip(2).all(|&length| length == 1);
    stack(if single { value } else { as_long(value, product) })
}

/// The shape of one side, stretched to a product whose shape is `product`.
fn full(side: &[usize], product: &[usize]) -> Vec<usize> {
    [&product[..product.len() - 2], &side[side.len() - 2..]].concat()
}

fn last_two(value: &Value) -> &[usize; 2] {
    value.shape().last_chunk().expect("shape inference saw two axes")
}

/// A stack as long as that of a product whose shape is `product`.
fn as_long(value: Value, product: &[usize]) -> Value {
    let full = full(value.shape(), product);
    if value.count() == full.iter().product::<usize>() { value.reshaped(&full) } else { Expand(full).forward(value) }
}

/// The product of two stacks of matrices.
pub(super) fn matmul_forward(left: Value, right: Value) -> Value {
    let shape = matmul_shape(&[left.shape(), right.shape()]).unwrap_or_else(|reason| panic!("{reason}"));
    let device = left.device();
    if !processor::is(&device) || left.count() * right.count() == 0 {
        return Value::along(stretched(left, &shape).matmul(stretched(right, &shape)), &shape);
    }
    let (a, b) = (as_long(left, &shape), as_long(right, &shape));
    let (&[m, k], &[_, n]) = (last_two(&a), last_two(&b));
    let output = products([m, k, n], (&a, Layout::Rows), (&b, Layout::Rows)).expect("they lie on the processor");
    Value::from_floats(output, &shape, &device)
}

/// `S B^T` and `A^T S`, summed where a matrix served several.
pub(super) fn matmul_gradient(kept: &Kept, signal: Value) -> Vec<Value> {
    let product = signal.shape().to_vec();
    let numbers = signal.count() * kept.input(0).count();
    let sides = if processor::is(&signal.device()) && numbers > 0 {
        gradient_on_processor(as_long(kept.input(0), &product), as_long(kept.input(1), &product), &signal)
    } else {
        let (a, b) = (stretched(kept.input(0), &product), stretched(kept.input(1), &product));
        let s = stack(signal);
        let sides = [s.clone().matmul(b.transpose()), a.transpose().matmul(s)];
        let shapes = kept.shapes.iter().map(|shape| full(shape, &product));
        sides.into_iter().zip(shapes).map(|(side, full)| Value::along(side, &full)).collect()
    };
    let gathered = |(side, &shape): (Value, &&[usize])| {
        let full = full(shape, &product);
        let kept = Kept { shapes: vec![shape], inputs: vec![], output: None, trace: None };
        if full == shape { side } else { Expand(full).gradient(&kept, side) }
    };
    sides.into_iter().zip(&kept.shapes).map(gathered).collect()
}

/// The signal at both sides, each as long as the product.
fn gradient_on_processor(a: Value, b: Value, signal: &Value) -> Vec<Value> {
    let (&[m, k], &[_, n]) = (last_two(&a), last_two(&b));
    let here = "they lie on the processor";
    let left = products([m, n, k], (signal, Layout::Rows), (&b, Layout::Columns)).expect(here);
    let right = products([k, m, n], (&a, Layout::Columns), (signal, Layout::Rows)).expect(here);
    let device = signal.device();
    vec![Value::from_floats(left, a.shape(), &device), Value::from_floats(right, b.shape(), &device)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_in_parts_gives_what_it_gives_in_one() {
        let device = Device::flex();
        let op = Linear { inputs: 3, outputs: 5, weight: "w".into(), bias: Some("b".into()), unit_norm: false };
        let numbers = |count: usize| (0..count).map(|i| (i as f32 * 0.7).sin()).collect::<Vec<_>>();
        let read = |value: Value| pollster::block_on(value.read()).unwrap();
        let run = |longest: usize| {
            let weights = op.split(numbers(15), Some(numbers(5)), longest, &device);
            let kept = Kept { shapes: vec![&[2, 3]], inputs: vec![], output: None, trace: None };
            let forward = op.forward(&weights, Value::from_floats(numbers(6), &[2, 3], &device));
            let gradient = op.gradient(&weights, &kept, Value::from_floats(numbers(10), &[2, 5], &device));
            (weights.tensors.len(), read(forward), read(gradient))
        };
        let (whole, parts) = (run(usize::MAX), run(7));
        assert_eq!((whole.0, parts.0), (2, 4));
        assert_eq!(whole.1, parts.1);
        let close = whole.2.iter().zip(&parts.2).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(close, "{:?} {:?}", whole.2, parts.2);
    }
}
