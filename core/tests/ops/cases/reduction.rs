//! Reductions as numpy's `sum`, `mean` and `max` define them.

use crate::array::{Array, places};
use crate::case::Case;
use tessera_core::network::op::{Op, Reduce, Reduction};

fn case(reduction: Reduction, axes: &'static [usize], keep: bool, shape: &[usize]) -> Case {
    let op = Op::Reduce(Reduce { reduction, axes: axes.to_vec(), keep });
    let case = Case::new(op, &[shape], move |x, _| {
        let x = &x[0];
        let kept: Vec<usize> =
            (0..x.shape.len()).map(|axis| if axes.contains(&axis) { 1 } else { x.shape[axis] }).collect();
        let values = places(&kept)
            .map(|place| {
                let fits = |other: &Vec<usize>| (0..other.len()).all(|i| axes.contains(&i) || other[i] == place[i]);
                let numbers: Vec<f64> = places(&x.shape).filter(fits).map(|other| x.at(&other)).collect();
                match reduction {
                    Reduction::Sum => numbers.iter().sum(),
                    Reduction::Mean => numbers.iter().sum::<f64>() / numbers.len() as f64,
                    Reduction::Maximum => numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                }
            })
            .collect();
        let left = kept.iter().enumerate().filter(|(axis, _)| keep || !axes.contains(axis)).map(|(_, &n)| n);
        Array { shape: left.collect(), values }
    });
    let case = if axes.contains(&0) { case.mixed() } else { case };
    if reduction == Reduction::Maximum { case.distinct() } else { case }
}

pub fn cases() -> Vec<Case> {
    let mut cases = vec![];
    for reduction in [Reduction::Sum, Reduction::Mean, Reduction::Maximum] {
        for keep in [true, false] {
            cases.extend([
                case(reduction, &[1], keep, &[3, 4]),
                case(reduction, &[2, 3], keep, &[3, 2, 3, 2]),
                case(reduction, &[3, 1], keep, &[3, 2, 2, 3]),
                case(reduction, &[1, 2, 3], keep, &[3, 2, 2, 3]),
                case(reduction, &[0], keep, &[3, 4]),
                case(reduction, &[0, 1], keep, &[3, 4]),
                case(reduction, &[], keep, &[3, 4]),
                case(reduction, &[1], keep, &[3, 1, 2]),
            ]);
        }
    }
    cases
}
