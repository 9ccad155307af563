//! Pools as PyTorch's `MaxPool2d` and `AvgPool2d` define them.

use super::windows::{Axis, inside};
use crate::array::Array;
use crate::case::Case;
use tessera_core::network::op::{Op, Padding, Pool, Pooling, Window};

fn pooled(pool: &Pool, x: &Array) -> Array {
    let axes = [0, 1].map(|axis| Axis::of(&pool.window, axis, x.shape[2 + axis]));
    Array::from_fn(&[x.shape[0], x.shape[1], axes[0].outputs(), axes[1].outputs()], |place| {
        let row = |row| axes[1].taps(place[3]).map(move |column| (row, column));
        let taps: Vec<(isize, isize)> = axes[0].taps(place[2]).flat_map(row).collect();
        let number = |&(row, column): &(isize, isize)| inside(x, place[0], place[1], row, column);
        let numbers: Vec<f64> = taps.iter().filter_map(number).collect();
        let padded = |&&(row, column): &&(isize, isize)| axes[0].padded(row) && axes[1].padded(column);
        match pool.pooling {
            Pooling::Maximum => numbers.into_iter().fold(f64::NEG_INFINITY, f64::max),
            Pooling::Average { with_padding: false } => numbers.iter().sum::<f64>() / numbers.len() as f64,
            Pooling::Average { with_padding: true } => {
                numbers.iter().sum::<f64>() / taps.iter().filter(padded).count() as f64
            }
        }
    })
}

/// Windows with a picture's size; each takes in a place of the picture.
fn windows() -> Vec<(Window, [usize; 2])> {
    let plain = Window::square(3, 2, 1);
    let explicit = |rows, columns| Padding::Explicit { rows, columns };
    vec![
        (plain, [5, 6]),
        (Window::square(2, 2, 0), [4, 5]),
        (Window { ceil: true, ..Window::square(2, 2, 0) }, [5, 4]),
        (Window { ceil: true, ..Window::square(3, 2, 0) }, [6, 5]),
        // The last window would start in the padding: it is left out.
        (Window { ceil: true, ..Window::square(2, 2, 1) }, [3, 4]),
        (Window { ceil: true, ..Window::square(3, 3, 1) }, [4, 6]),
        (Window { padding: explicit((0, 1), (2, 1)), ..plain }, [4, 5]),
        (Window { padding: explicit((1, 0), (0, 2)), ceil: true, ..plain }, [5, 4]),
        (Window { dilation: [2, 1], ..plain }, [6, 5]),
        (Window { kernel: [2, 3], stride: [1, 2], dilation: [1, 2], ceil: true, ..plain }, [3, 6]),
        (Window { padding: Padding::Same, ..plain }, [6, 5]),
        (Window { padding: Padding::SameLower, ..plain }, [6, 5]),
        (Window { padding: Padding::SameLower, ..Window::square(2, 1, 0) }, [3, 4]),
        // Steps longer than the window.
        (Window::square(2, 3, 0), [6, 7]),
    ]
}

pub fn cases() -> Vec<Case> {
    let kinds = [Pooling::Maximum, Pooling::Average { with_padding: true }, Pooling::Average { with_padding: false }];
    let mut cases = vec![];
    for (window, [h, w]) in windows() {
        for pooling in kinds {
            let pool = Pool { pooling, window };
            let case = Case::new(Op::Pool(pool), &[&[3, 2, h, w]], move |x, _| pooled(&pool, &x[0]));
            cases.push(if pooling == Pooling::Maximum { case.distinct() } else { case });
        }
    }
    for shape in [&[3, 2, 3, 4][..], &[3, 4, 5], &[3, 2, 1, 1]] {
        cases.push(Case::new(Op::GlobalAveragePool, &[shape], |x, _| {
            let places: usize = x[0].shape[2..].iter().product();
            let values = x[0].values.chunks(places).map(|c| c.iter().sum::<f64>() / places as f64).collect();
            let shape = x[0].shape.iter().enumerate().map(|(i, &n)| if i < 2 { n } else { 1 }).collect();
            Array { shape, values }
        }));
    }
    cases
}
