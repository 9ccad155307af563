//! Convolution as PyTorch's `Conv2d` defines it.

use super::windows::{Axis, inside};
use crate::array::{Array, places};
use crate::case::{Case, Named};
use tessera_core::network::op::{Convolution, Op, Padding, Window};

/// Channels in and out and groups.
#[derive(Clone, Copy)]
struct Channels(usize, usize, usize);

fn convolved(x: &Array, w: &Named, window: &Window, groups: usize, unit_norm: bool) -> Array {
    let kernels = &w["w"];
    let (outputs, per_group) = (kernels.shape[0], kernels.shape[1]);
    let axes = [0, 1].map(|axis| Axis::of(window, axis, x.shape[2 + axis]));
    let norm = |o: usize| {
        let squares = places(&kernels.shape).filter(|place| place[0] == o).map(|place| kernels.at(&place).powi(2));
        if unit_norm { squares.sum::<f64>().sqrt() } else { 1.0 }
    };
    let norms: Vec<f64> = (0..outputs).map(norm).collect();
    Array::from_fn(&[x.shape[0], outputs, axes[0].outputs(), axes[1].outputs()], |place| {
        let (n, o) = (place[0], place[1]);
        let group = o / (outputs / groups);
        let mut sum = 0.0;
        for i in 0..per_group {
            for (r, row) in axes[0].taps(place[2]).enumerate() {
                for (c, column) in axes[1].taps(place[3]).enumerate() {
                    let x = inside(x, n, group * per_group + i, row, column).unwrap_or(0.0);
                    sum += x * kernels.at(&[o, i, r, c]);
                }
            }
        }
        sum / norms[o] + w.get("b").map_or(0.0, |bias| bias.values[o])
    })
}

fn case(Channels(inputs, outputs, groups): Channels, window: Window, size: [usize; 2], bias: bool) -> Case {
    let op = convolution(Channels(inputs, outputs, groups), window, bias, false);
    Case::new(op, &[&[3, inputs, size[0], size[1]]], move |x, w| convolved(&x[0], w, &window, groups, false))
}

fn convolution(Channels(inputs, outputs, groups): Channels, window: Window, bias: bool, unit_norm: bool) -> Op {
    let bias = bias.then(|| "b".to_string());
    Op::Convolution(Convolution { inputs, outputs, groups, window, weight: "w".into(), bias, unit_norm })
}

fn explicit(rows: (usize, usize), columns: (usize, usize)) -> Padding {
    Padding::Explicit { rows, columns }
}

/// Windows with a picture's size.
fn windows() -> Vec<(Window, [usize; 2])> {
    let plain = Window::square(3, 1, 1);
    vec![
        (plain, [5, 6]),
        (Window::square(1, 1, 0), [3, 4]),
        (Window::square(1, 2, 0), [5, 4]),
        (Window { padding: Padding::Same, ..Window::square(3, 2, 0) }, [5, 6]),
        (Window { padding: Padding::SameLower, ..Window::square(3, 2, 0) }, [6, 5]),
        (Window { padding: Padding::SameLower, ..Window::square(2, 1, 0) }, [4, 5]),
        (Window { stride: [2, 3], padding: explicit((0, 2), (1, 0)), ..plain }, [5, 6]),
        (Window { kernel: [3, 2], dilation: [2, 1], padding: explicit((2, 2), (0, 1)), ..plain }, [5, 4]),
        (Window { kernel: [2, 3], dilation: [3, 2], stride: [2, 1], padding: Padding::Same, ..plain }, [5, 5]),
        // More zeros around than the kernel reaches, and a last row that no output sees.
        (Window { kernel: [1, 1], padding: explicit((1, 1), (2, 0)), ..plain }, [3, 4]),
        (Window { kernel: [2, 1], stride: [3, 2], padding: explicit((4, 3), (2, 1)), ..plain }, [4, 4]),
        (Window::square(2, 2, 0), [5, 5]),
        // Steps longer than the kernel, and a picture as small as the kernel.
        (Window::square(2, 4, 1), [7, 6]),
        (Window::square(3, 2, 0), [3, 3]),
        (Window { ceil: true, ..Window::square(2, 3, 0) }, [6, 7]),
    ]
}

pub fn cases() -> Vec<Case> {
    let mut cases = vec![];
    for (i, (window, size)) in windows().into_iter().enumerate() {
        for channels in [Channels(2, 3, 1), Channels(3, 3, 3), Channels(2, 4, 2), Channels(4, 2, 2)] {
            cases.push(case(channels, window, size, i % 2 == 0));
        }
    }
    // Each input channel with two outputs of its own.
    cases.push(case(Channels(2, 4, 2), Window { padding: Padding::Same, ..Window::square(5, 2, 0) }, [6, 5], true));
    for (channels, bias) in [(Channels(2, 3, 1), true), (Channels(4, 4, 4), false)] {
        let window = Window::square(3, 2, 1);
        let op = convolution(channels, window, bias, true);
        let formula = move |x: &[Array], w: &Named| convolved(&x[0], w, &window, channels.2, true);
        cases.push(Case::new(op, &[&[3, channels.0, 4, 5]], formula));
    }
    cases
}
