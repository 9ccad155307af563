//! Where there is no derivative: exactly the number that PyTorch takes, with a signal of ones.

use crate::array::Array;
use crate::case::{Found, gradient, named, read, upload};
use tessera_core::network::op::{
    Activation, Arithmetic, Op, PRelu, Padding, Pool, Pooling, Reduce, Reduction, Softmax, Window,
};

/// An op at a kink: its inputs and the derivative for each.
pub struct Kink {
    pub op: Op,
    inputs: Vec<Array>,
    expected: Vec<Vec<f32>>,
}

impl Kink {
    pub fn check(&self) -> Found {
        let shapes: Vec<&[usize]> = self.inputs.iter().map(|input| &input.shape[..]).collect();
        let signal = Array::from_fn(&self.op.shape(&shapes)?, |_| 1.0);
        let found = gradient(&self.op, &upload(&self.op, &named(&self.op)), &self.inputs, &signal);
        let found: Vec<Vec<f32>> = found.into_iter().map(read).collect();
        if found == self.expected { Ok(()) } else { Err(format!("at kinks {found:?} instead of {:?}", self.expected)) }
    }
}

fn array(shape: &[usize], values: &[f64]) -> Array {
    assert_eq!(shape.iter().product::<usize>(), values.len());
    Array { shape: shape.to_vec(), values: values.to_vec() }
}

fn activation(op: Activation, at: &[f64], expected: &[f32]) -> Kink {
    Kink { op: Op::Activation(op), inputs: vec![array(&[1, at.len()], at)], expected: vec![expected.to_vec()] }
}

fn activations() -> Vec<Kink> {
    use Activation as A;
    vec![
        activation(A::Relu, &[0.0, -0.0, 1.0], &[0.0, 0.0, 1.0]),
        activation(A::LeakyRelu { slope: 0.25 }, &[0.0, 1.0], &[0.25, 1.0]),
        // `relu6` and `hardtanh`; `clamp` would let both limits through, and exports to the same ONNX op.
        activation(A::Clip { low: 0.0, high: 6.0 }, &[0.0, 3.0, 6.0], &[0.0, 1.0, 0.0]),
        activation(A::Clip { low: f32::NEG_INFINITY, high: 1.0 }, &[-9.0, 1.0], &[1.0, 0.0]),
        activation(A::Clip { low: f32::NEG_INFINITY, high: f32::INFINITY }, &[-9.0, 9.0], &[1.0, 1.0]),
        activation(A::HardSigmoid { slope: 0.25, shift: 0.5 }, &[-2.0, 0.0, 2.0], &[0.0, 0.25, 0.0]),
        // As the definition has it and PyTorch since its pull request 148049; before, -0.5 and 1.5.
        activation(A::HardSwish, &[-3.0, 0.0, 3.0], &[0.0, 0.5, 1.0]),
        activation(A::Elu { scale: 1.5 }, &[0.0, 1.0], &[1.5, 1.0]),
        activation(A::Abs, &[0.0, -0.0, -2.0, 2.0], &[0.0, 0.0, -1.0, 1.0]),
        activation(A::Softplus, &[0.0, 200.0, -200.0], &[0.5, 1.0, 0.0]),
    ]
}

fn pair(op: Arithmetic, a: &[f64], b: &[f64], left: &[f32], right: &[f32]) -> Kink {
    let inputs = [a, b].map(|values| array(&[1, values.len()], values)).to_vec();
    Kink { op: Op::Arithmetic(op), inputs, expected: vec![left.to_vec(), right.to_vec()] }
}

fn pairs() -> Vec<Kink> {
    vec![
        pair(Arithmetic::Maximum, &[1.0, 0.0, 2.0], &[1.0, 1.0, 1.0], &[0.5, 0.0, 1.0], &[0.5, 1.0, 0.0]),
        pair(Arithmetic::Minimum, &[1.0, 0.0, 2.0], &[1.0, 1.0, 1.0], &[0.5, 1.0, 0.0], &[0.5, 0.0, 1.0]),
        // 0^2, 0^1, 0^0; below zero only the base has a derivative.
        pair(Arithmetic::Power, &[0.0, 0.0, 0.0, -2.0], &[2.0, 1.0, 0.0, 2.0], &[0.0, 1.0, 0.0, -4.0], &[0.0; 4]),
    ]
}

fn greatest() -> Vec<Kink> {
    let pool = |window, size: [usize; 2], values: &[f64], expected: &[f32]| Kink {
        op: Op::Pool(Pool { pooling: Pooling::Maximum, window }),
        inputs: vec![array(&[1, 1, size[0], size[1]], values)],
        expected: vec![expected.to_vec()],
    };
    let reduce = |axes: &[usize], values: &[f64], expected: &[f32]| Kink {
        op: Op::Reduce(Reduce { reduction: Reduction::Maximum, axes: axes.to_vec(), keep: false }),
        inputs: vec![array(&[2, 3], values)],
        expected: vec![expected.to_vec()],
    };
    let padding = Padding::Explicit { rows: (1, 0), columns: (0, 1) };
    vec![
        // The first of several in the order of reading; windows that share it add up.
        pool(Window::square(2, 2, 0), [2, 2], &[1.0, 2.0, 2.0, 2.0], &[0.0, 1.0, 0.0, 0.0]),
        pool(Window::square(2, 1, 0), [2, 3], &[5.0; 6], &[1.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
        // After a rectifier: all zeros, and the padding is never taken.
        pool(Window::square(3, 2, 1), [3, 3], &[0.0; 9], &[1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
        pool(Window { padding, ..Window::square(2, 2, 0) }, [1, 3], &[-7.0, -7.0, -7.0], &[1.0, 0.0, 1.0]),
        // `amax`: equal parts.
        reduce(&[1], &[1.0, 1.0, 0.0, 2.0, 2.0, 2.0], &[0.5, 0.5, 0.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0]),
        reduce(&[0, 1], &[3.0, 1.0, 3.0, 3.0, 2.0, 3.0], &[0.25, 0.0, 0.25, 0.25, 0.0, 0.25]),
    ]
}

pub fn all() -> Vec<Kink> {
    let prelu = Op::PRelu(PRelu { slope: "slope".into(), channels: 1 });
    let slope = named(&prelu)["slope"].floats()[0];
    let prelu = Kink { op: prelu, inputs: vec![array(&[1, 2], &[0.0, 1.0])], expected: vec![vec![slope, 1.0]] };
    let mut all = vec![prelu];
    all.extend(activations());
    all.extend(pairs());
    all.extend(greatest());
    all
}

/// Far from zero nothing overflows: an exponential is never taken of a large number.
#[test]
fn saturated_functions_are_finite() {
    use Activation as A;
    let functions = [A::Sigmoid, A::HardSigmoid { slope: 0.2, shift: 0.5 }, A::HardSwish, A::Silu, A::Gelu];
    let more = [A::GeluTanh, A::Elu { scale: 1.0 }, A::Softplus, A::Erf, A::Tanh];
    let mut ops: Vec<Op> = functions.into_iter().chain(more).map(Op::Activation).collect();
    ops.extend([false, true].map(|log| Op::Softmax(Softmax { axis: 1, log })));
    let far = array(&[1, 4], &[-1000.0, -60.0, 60.0, 1000.0]);
    for op in ops {
        let weights = upload(&op, &named(&op));
        let output = read(crate::case::forward(&op, &weights, std::slice::from_ref(&far)));
        let slopes = gradient(&op, &weights, std::slice::from_ref(&far), &far.map(|_| 1.0)).remove(0);
        let slopes = read(slopes);
        assert!(output.iter().chain(&slopes).all(|number| number.is_finite()), "{op:?}: {output:?}, {slopes:?}");
    }
}
