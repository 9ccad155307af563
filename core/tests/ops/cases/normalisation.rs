//! Normalisation by the published formulas, with every part of a batch norm missing in turn.

use crate::array::{Array, places};
use crate::case::Case;
use tessera_core::network::op::{BatchNorm, LayerNorm, Op, OwnStatistics};

const EPSILON: f32 = 1e-3;

fn batch_norm(parts: [bool; 3], shape: &[usize]) -> Case {
    let name = |i: usize, name: &str| parts[i].then(|| name.to_string());
    let op = BatchNorm {
        channels: shape[1],
        epsilon: EPSILON,
        weight: name(0, "w"),
        bias: name(1, "b"),
        mean: name(2, "mean"),
        variance: "variance".into(),
    };
    Case::new(Op::BatchNorm(op), &[shape], |x, w| {
        Array::from_fn(&x[0].shape, |place| {
            let part = |name: &str, without| w.get(name).map_or(without, |part: &Array| part.values[place[1]]);
            let deviation = (part("variance", f64::NAN) + f64::from(EPSILON)).sqrt();
            (x[0].at(&place) - part("mean", 0.0)) / deviation * part("w", 1.0) + part("b", 0.0)
        })
    })
}

fn own_statistics(shape: &[usize]) -> Case {
    let op = OwnStatistics { channels: shape[1], spacing: "variance".into(), weight: "w".into(), bias: "b".into() };
    let case = Case::new(Op::OwnStatistics(op), &[shape], |x, w| {
        let x = &x[0];
        Array::from_fn(&x.shape, |place| {
            let channel = place[1];
            let numbers: Vec<f64> = places(&x.shape).filter(|at| at[1] == channel).map(|at| x.at(&at)).collect();
            let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
            let variance = numbers.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / numbers.len() as f64;
            let part = |name: &str| w[name].values[channel];
            (x.at(&place) - mean) / (variance + part("variance")).sqrt() * part("w") + part("b")
        })
    });
    case.mixed()
}

fn layer_norm(axes: (usize, usize), parts: [bool; 2], shape: &[usize]) -> Case {
    let name = |i: usize, name: &str| parts[i].then(|| name.to_string());
    let count = shape[axes.0..axes.1].iter().product();
    let op = LayerNorm { axes, count, epsilon: EPSILON, weight: name(0, "w"), bias: name(1, "b") };
    Case::new(Op::LayerNorm(op), &[shape], move |x, w| {
        let (x, along) = (&x[0], axes.0..axes.1);
        Array::from_fn(&x.shape, |place| {
            let numbers: Vec<f64> = places(&x.shape[along.clone()])
                .map(|within| {
                    let mut place = place.clone();
                    place[along.clone()].copy_from_slice(&within);
                    x.at(&place)
                })
                .collect();
            let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
            let variance = numbers.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / numbers.len() as f64;
            let at = along.clone().fold(0, |sum, axis| sum * x.shape[axis] + place[axis]);
            let part = |name: &str, without| w.get(name).map_or(without, |part: &Array| part.values[at]);
            (x.at(&place) - mean) / (variance + f64::from(EPSILON)).sqrt() * part("w", 1.0) + part("b", 0.0)
        })
    })
}

pub fn cases() -> Vec<Case> {
    let mut cases = vec![];
    for i in 0..8 {
        cases.push(batch_norm([i & 1 > 0, i & 2 > 0, i & 4 > 0], &[3, 4, 2, 2]));
    }
    cases.extend([batch_norm([true; 3], &[3, 5]), batch_norm([true; 3], &[3, 4, 3])]);
    for parts in [[true, true], [true, false], [false, true], [false, false]] {
        cases.extend([
            layer_norm((2, 3), parts, &[3, 2, 5]),
            layer_norm((1, 2), parts, &[3, 5, 2, 2]),
            layer_norm((1, 4), parts, &[3, 2, 2, 3]),
        ]);
    }
    cases.push(layer_norm((1, 2), [true, true], &[3, 6]));
    cases.extend([own_statistics(&[3, 4, 2, 2]), own_statistics(&[1, 3, 3, 2]), own_statistics(&[4, 5])]);
    cases
}
