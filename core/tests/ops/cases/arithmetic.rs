//! Arithmetic on two values with numpy's stretching: each pair of shapes with each kind.

use crate::array::{Array, stretched};
use crate::case::Case;
use tessera_core::network::op::{Arithmetic, Op};

const ALL: [Arithmetic; 7] = [
    Arithmetic::Add,
    Arithmetic::Subtract,
    Arithmetic::Multiply,
    Arithmetic::Divide,
    Arithmetic::Power,
    Arithmetic::Maximum,
    Arithmetic::Minimum,
];

/// Pairs of shapes: alike, either side stretched, fewer axes on either side, both stretched, several runs.
const SHAPES: [(&[usize], &[usize]); 11] = [
    (&[3, 2, 3, 2], &[3, 2, 3, 2]),
    (&[3, 4], &[3, 4]),
    (&[3, 4, 2, 2], &[3, 4, 1, 1]),
    (&[3, 1, 1, 2], &[3, 4, 2, 2]),
    (&[3, 4, 2], &[4, 1]),
    (&[5], &[3, 2, 5]),
    (&[3, 4, 2], &[1]),
    (&[3, 2, 1, 2], &[3, 1, 4, 2]),
    (&[3, 1, 4], &[2, 1]),
    (&[3, 2, 1, 2, 1], &[1, 1, 2, 1, 3]),
    (&[3, 2, 1, 3, 1], &[3, 2, 2, 3, 2]),
];

fn function(kind: Arithmetic, a: f64, b: f64) -> f64 {
    match kind {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Divide => a / b,
        Arithmetic::Power => a.powf(b),
        Arithmetic::Maximum => a.max(b),
        Arithmetic::Minimum => a.min(b),
    }
}

fn case(kind: Arithmetic, a: &[usize], b: &[usize]) -> Case {
    let case = Case::new(Op::Arithmetic(kind), &[a, b], move |x, _| {
        let shape = stretched(&x[0].shape, &x[1].shape);
        Array::from_fn(&shape, |place| function(kind, x[0].stretched_at(&place), x[1].stretched_at(&place)))
    });
    let case = match kind {
        Arithmetic::Maximum | Arithmetic::Minimum => case.distinct(),
        // Denominators and bases from 0.5 to 2.
        Arithmetic::Divide | Arithmetic::Power => case.input(|x| 1.25 + 0.75 * x),
        _ => case,
    };
    // A picture alone is told from what all pictures share by its first axis.
    if a == [5] || (a.len() == 5 && b[0] == 1) { case.mixed() } else { case }
}

pub fn cases() -> Vec<Case> {
    ALL.into_iter().flat_map(|kind| SHAPES.map(|(a, b)| case(kind, a, b))).collect()
}
