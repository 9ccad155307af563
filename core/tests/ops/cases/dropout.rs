//! Dropout and stochastic depth: each draw by its number, and what is kept divided by the share that is kept.

use crate::array::Array;
use crate::case::Case;
use tessera_core::network::op::{Dropout, Op};
use tessera_core::random::Stream;

fn dropout(share: f64, whole: bool, shape: &[usize]) -> Case {
    let draws = Stream::new(3, "dropout.0");
    let count: usize = shape[1..].iter().product();
    let case = Case::new(Op::Dropout(Dropout { share, whole, draws }), &[shape], move |x, _| {
        let draw = |i: usize| draws.uniform((if whole { i / count } else { i }) as u64);
        let kept = |(i, x): (usize, &f64)| if draw(i) < share { 0.0 } else { x / (1.0 - share) };
        Array { shape: x[0].shape.clone(), values: x[0].values.iter().enumerate().map(kept).collect() }
    });
    case.mixed()
}

pub fn cases() -> Vec<Case> {
    vec![
        dropout(0.5, false, &[3, 4, 2, 2]),
        dropout(0.2, false, &[4, 5]),
        dropout(0.3, true, &[6, 2, 3]),
        dropout(0.5, true, &[5]),
    ]
}
