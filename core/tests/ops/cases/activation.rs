//! Functions of one number, as PyTorch's documentation and ONNX's operators define them; PReLU and softmax.

use crate::array::{Array, with};
use crate::case::Case;
use std::f64::consts::{PI, SQRT_2};
use tessera_core::network::op::{Activation, Op, PRelu, Softmax};

type Function = Box<dyn Fn(f64) -> f64>;

/// The error function by its series: exact to 1e-13 between -3 and 3.
fn erf(x: f64) -> f64 {
    let mut term = x;
    let mut sum = x;
    for n in 1..100 {
        term *= -x * x / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    sum * 2.0 / PI.sqrt()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn relu6(x: f64) -> f64 {
    x.clamp(0.0, 6.0)
}

/// Each activation with its definition, its kinks, and where it is looked at.
fn functions() -> Vec<(Activation, Function, Vec<f64>, [f64; 2])> {
    use Activation as A;
    let wide = [-4.0, 4.0];
    let infinity = f32::INFINITY;
    let f = |a: A, function: fn(f64) -> f64, kinks: &[f64], range| {
        (a, Box::new(function) as Function, kinks.to_vec(), range)
    };
    vec![
        f(A::Relu, |x| x.max(0.0), &[0.0], wide),
        f(A::LeakyRelu { slope: 0.25 }, |x| x.max(0.0) + 0.25 * x.min(0.0), &[0.0], wide),
        f(A::LeakyRelu { slope: -0.5 }, |x| x.max(0.0) - 0.5 * x.min(0.0), &[0.0], wide),
        f(A::Clip { low: 0.0, high: 6.0 }, relu6, &[0.0, 6.0], [-2.0, 8.0]),
        f(A::Clip { low: -0.5, high: 0.75 }, |x| x.clamp(-0.5, 0.75), &[-0.5, 0.75], wide),
        f(A::Clip { low: -1.0, high: infinity }, |x| x.max(-1.0), &[-1.0], wide),
        f(A::Clip { low: -infinity, high: 1.0 }, |x| x.min(1.0), &[1.0], wide),
        // ONNX: where the least is above the greatest, all is the greatest.
        f(A::Clip { low: 2.0, high: -1.0 }, |_| -1.0, &[], wide),
        f(A::Sigmoid, sigmoid, &[], wide),
        f(A::HardSigmoid { slope: 0.25, shift: 0.5 }, |x| (0.25 * x + 0.5).clamp(0.0, 1.0), &[-2.0, 2.0], wide),
        f(A::HardSwish, |x| x * relu6(x + 3.0) / 6.0, &[-3.0, 3.0], wide),
        f(A::Silu, |x| x * sigmoid(x), &[], wide),
        f(A::Gelu, |x| x * (1.0 + erf(x / SQRT_2)) / 2.0, &[], wide),
        f(A::GeluTanh, |x| 0.5 * x * (1.0 + ((2.0 / PI).sqrt() * (x + 0.044_715 * x * x * x)).tanh()), &[], wide),
        f(A::Elu { scale: 1.5 }, |x| if x > 0.0 { x } else { 1.5 * (x.exp() - 1.0) }, &[0.0], wide),
        f(A::Softplus, |x| (1.0 + x.exp()).ln(), &[], [-9.0, 25.0]),
        f(A::Erf, erf, &[], [-3.0, 3.0]),
        f(A::Tanh, f64::tanh, &[], wide),
        f(A::Exp, f64::exp, &[], [-4.0, 2.0]),
        f(A::Log, f64::ln, &[], [0.1, 4.0]),
        f(A::Sqrt, f64::sqrt, &[], [0.1, 4.0]),
        f(A::Reciprocal, |x| 1.0 / x, &[], [-4.0, -0.25]),
        f(A::Square, |x| x * x, &[], wide),
        f(A::Abs, f64::abs, &[0.0], wide),
        f(A::Affine { scale: -1.5, shift: 0.25 }, |x| 0.25 - 1.5 * x, &[], wide),
        f(A::Affine { scale: 1.0, shift: -2.0 }, |x| x - 2.0, &[], wide),
        f(A::Affine { scale: 2.0, shift: 0.0 }, |x| 2.0 * x, &[], wide),
    ]
}

/// The number, or one 1/64 off the kink it is too near to.
fn away_from(kinks: &[f64], x: f64) -> f64 {
    kinks.iter().find(|kink| (x - **kink).abs() < 1.0 / 64.0).map_or(x, |kink| kink + 1.0 / 64.0)
}

fn prelu(channels: usize, shape: &[usize]) -> Case {
    let op = Op::PRelu(PRelu { slope: "slope".into(), channels });
    let case = Case::new(op, &[shape], move |x, w| {
        Array::from_fn(&x[0].shape, |place| {
            let slope = w["slope"].values[if channels == 1 { 0 } else { place[1] }];
            let x = x[0].at(&place);
            if x > 0.0 { x } else { slope * x }
        })
    });
    case.input(|x| away_from(&[0.0], x))
}

fn softmax(axis: usize, log: bool, shape: &[usize]) -> Case {
    let case = Case::new(Op::Softmax(Softmax { axis, log }), &[shape], move |x, _| {
        let x = &x[0];
        Array::from_fn(&x.shape, |place| {
            let sum: f64 = (0..x.shape[axis]).map(|i| x.at(&with(&place, axis, i)).exp()).sum();
            let share = x.at(&place).exp() / sum;
            if log { share.ln() } else { share }
        })
    });
    let case = case.input(|x| 4.0 * x);
    if axis == 0 { case.mixed() } else { case }
}

pub fn cases() -> Vec<Case> {
    let activation = |(activation, function, kinks, [low, high]): (_, Function, Vec<f64>, [f64; 2])| {
        let case = Case::new(Op::Activation(activation), &[&[3, 2, 4, 3]], move |x, _| x[0].map(&function));
        case.input(|x| away_from(&kinks, low + (high - low) * (x + 1.0) / 2.0))
    };
    let mut cases: Vec<Case> = functions().into_iter().map(activation).collect();
    cases.extend([prelu(4, &[3, 4, 2, 3]), prelu(1, &[3, 4, 2]), prelu(5, &[3, 5])]);
    for log in [false, true] {
        cases.extend([
            softmax(1, log, &[3, 7]),
            softmax(1, log, &[3, 4, 2, 3]),
            softmax(3, log, &[3, 2, 4, 5]),
            softmax(0, log, &[3, 4]),
        ]);
    }
    cases
}
