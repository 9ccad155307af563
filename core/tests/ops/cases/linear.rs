//! Matrix products as PyTorch's `Linear` and numpy's `matmul` define them.

use crate::array::{Array, stretched, with};
use crate::case::Case;
use tessera_core::network::op::{Linear, Op};

fn linear(shape: &[usize], bias: bool, unit_norm: bool) -> Case {
    let axis = shape.len() - 1;
    let (inputs, outputs) = (shape[axis], 3);
    let name = bias.then(|| "b".to_string());
    let op = Op::Linear(Linear { inputs, outputs, weight: "w".into(), bias: name, unit_norm });
    Case::new(op, &[shape], move |x, w| {
        let matrix = &w["w"];
        Array::from_fn(&with(&x[0].shape, axis, outputs), |place| {
            let row: Vec<f64> = (0..inputs).map(|i| matrix.at(&[place[axis], i])).collect();
            let norm = if unit_norm { row.iter().map(|v| v * v).sum::<f64>().sqrt() } else { 1.0 };
            let sum: f64 = row.iter().enumerate().map(|(i, v)| v / norm * x[0].at(&with(&place, axis, i))).sum();
            sum + w.get("b").map_or(0.0, |bias| bias.values[place[axis]])
        })
    })
}

fn matmul(a: &[usize], b: &[usize]) -> Case {
    let case = Case::new(Op::MatMul, &[a, b], |x, _| {
        let ([before_a @ .., r, k], [before_b @ .., _, c]) = (&x[0].shape[..], &x[1].shape[..]) else {
            panic!("two stacks of matrices")
        };
        Array::from_fn(&[stretched(before_a, before_b), vec![*r, *c]].concat(), |place| {
            let last = place.len() - 1;
            let product = |i| x[0].stretched_at(&with(&place, last, i)) * x[1].stretched_at(&with(&place, last - 1, i));
            (0..*k).map(product).sum()
        })
    });
    // Told apart are pictures along a first axis that at least one side has in full.
    if a.len().max(b.len()) == 2 || (a.len() == 2 && a[0] == 3) { case.mixed() } else { case }
}

pub fn cases() -> Vec<Case> {
    let mut cases = vec![];
    for shape in [&[3, 5][..], &[3, 2, 5], &[3, 2, 2, 4], &[3, 1]] {
        cases.extend([(true, false), (false, false), (true, true), (false, true)].map(|(b, u)| linear(shape, b, u)));
    }
    let stacks: [(&[usize], &[usize]); 11] = [
        (&[3, 2, 4], &[3, 4, 5]),
        (&[3, 2, 2, 4], &[3, 2, 4, 3]),
        (&[3, 2, 4], &[4, 5]),
        (&[2, 4], &[3, 4, 2]),
        (&[1, 2, 4], &[3, 4, 2]),
        (&[3, 2, 2, 4], &[1, 1, 4, 2]),
        (&[2, 3], &[3, 4]),
        (&[3, 2, 4], &[1, 1, 4, 2]),
        // Stretched along one axis of the stack: what a batch meets that another part of the network has once.
        (&[1, 2, 2, 4], &[3, 2, 4, 2]),
        (&[3, 2, 2, 4], &[2, 4, 2]),
        (&[3, 1, 2, 4], &[1, 2, 4, 2]),
    ];
    cases.extend(stacks.map(|(a, b)| matmul(a, b)));
    cases
}
