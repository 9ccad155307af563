//! Resampling as ONNX's `Resize` (its reference implementation's formulas) and PyTorch's `AdaptiveAvgPool2d` define it.

use crate::array::Array;
use crate::case::{Case, forward, read};
use tessera_core::network::op::resampling::{Kernel, Place, Resample, Rounding, Target};
use tessera_core::network::op::{Op, Weights};

/// One axis of a resampling: lengths in and out, and the scale.
#[derive(Clone, Copy)]
struct Axis {
    inputs: usize,
    outputs: usize,
    scale: f64,
}

/// ONNX, `coordinate_transformation_mode`.
fn place(place: Place, i: usize, axis: Axis) -> f64 {
    let Axis { inputs, outputs, scale } = axis;
    let i = i as f64;
    match place {
        Place::HalfPixel => (i + 0.5) / scale - 0.5,
        Place::PytorchHalfPixel => {
            if outputs > 1 {
                (i + 0.5) / scale - 0.5
            } else {
                0.0
            }
        }
        Place::AlignCorners => {
            if outputs == 1 {
                0.0
            } else {
                i * (inputs - 1) as f64 / (outputs - 1) as f64
            }
        }
        Place::Asymmetric => i / scale,
    }
}

/// ONNX, `nearest_mode`.
fn nearest(rounding: Rounding, x: f64) -> f64 {
    let half = x - x.floor() == 0.5;
    match rounding {
        Rounding::PreferFloor if half => x.floor(),
        Rounding::PreferCeil if half => x.ceil(),
        Rounding::PreferFloor | Rounding::PreferCeil => x.round(),
        Rounding::Floor => x.floor(),
        Rounding::Ceil => x.ceil(),
    }
}

/// ONNX's `cubic_coeffs`: for the four inputs around, with `ratio` the way from the second to the third.
fn cubic(ratio: f64, a: f64) -> [f64; 4] {
    let r = ratio;
    [
        ((a * (r + 1.0) - 5.0 * a) * (r + 1.0) + 8.0 * a) * (r + 1.0) - 4.0 * a,
        ((a + 2.0) * r - (a + 3.0)) * r * r + 1.0,
        ((a + 2.0) * (1.0 - r) - (a + 3.0)) * (1.0 - r) * (1.0 - r) + 1.0,
        ((a * (2.0 - r) - 5.0 * a) * (2.0 - r) + 8.0 * a) * (2.0 - r) - 4.0 * a,
    ]
}

/// What output `i` makes of a line of inputs; beyond the edge stands what is at the edge.
fn along(kernel: Kernel, line: &[f64], i: usize, axis: Axis) -> f64 {
    let at = |place: f64| line[place.clamp(0.0, (line.len() - 1) as f64) as usize];
    match kernel {
        Kernel::AdaptiveAverage => {
            let step = axis.inputs as f64 / axis.outputs as f64;
            let (start, end) = ((i as f64 * step).floor() as usize, ((i + 1) as f64 * step).ceil() as usize);
            line[start..end].iter().sum::<f64>() / (end - start) as f64
        }
        Kernel::Nearest { place: p, rounding } => at(nearest(rounding, place(p, i, axis))),
        Kernel::Linear(p) => {
            let x = place(p, i, axis);
            let ratio = x - x.floor();
            at(x.floor()) * (1.0 - ratio) + at(x.floor() + 1.0) * ratio
        }
        Kernel::Cubic { place: p, slope } => {
            let x = place(p, i, axis);
            let weights = cubic(x - x.floor(), f64::from(slope));
            (0..4).map(|tap| at(x.floor() + tap as f64 - 1.0) * weights[tap]).sum()
        }
    }
}

fn case(kernel: Kernel, size: Target, [h, w]: [usize; 2]) -> Case {
    let axis = move |inputs: usize, axis: usize| match size {
        Target::Size(size) => Axis { inputs, outputs: size[axis], scale: size[axis] as f64 / inputs as f64 },
        Target::Scale(scale) => {
            let scale = f64::from(scale[axis]);
            Axis { inputs, outputs: (inputs as f64 * scale).floor() as usize, scale }
        }
    };
    let (rows, columns) = (axis(h, 0), axis(w, 1));
    Case::new(Op::Resample(Resample { size, kernel }), &[&[3, 2, h, w]], move |x, _| {
        Array::from_fn(&[x[0].shape[0], 2, rows.outputs, columns.outputs], |p| {
            let line = |column| (0..h).map(|row| x[0].at(&[p[0], p[1], row, column])).collect::<Vec<_>>();
            let across: Vec<f64> = (0..w).map(|column| along(kernel, &line(column), p[2], rows)).collect();
            along(kernel, &across, p[3], columns)
        })
    })
}

fn kernels() -> Vec<Kernel> {
    let places = [Place::HalfPixel, Place::PytorchHalfPixel, Place::AlignCorners, Place::Asymmetric];
    let roundings = [Rounding::PreferFloor, Rounding::PreferCeil, Rounding::Floor, Rounding::Ceil];
    let mut kernels = vec![Kernel::AdaptiveAverage];
    for place in places {
        kernels.extend(roundings.map(|rounding| Kernel::Nearest { place, rounding }));
        kernels.extend([Kernel::Linear(place), Kernel::Cubic { place, slope: -0.75 }]);
        kernels.push(Kernel::Cubic { place, slope: -0.5 });
    }
    kernels
}

pub fn cases() -> Vec<Case> {
    let mut cases = vec![];
    for kernel in kernels() {
        cases.push(case(kernel, Target::Size([6, 3]), [3, 6]));
        cases.push(case(kernel, Target::Size([5, 4]), [4, 3]));
        cases.push(case(kernel, Target::Size([1, 7]), [3, 2]));
        cases.push(case(kernel, Target::Size([2, 3]), [1, 5]));
        cases.push(case(kernel, Target::Scale([2.0, 0.5]), [3, 5]));
        cases.push(case(kernel, Target::Scale([1.6, 0.75]), [3, 6]));
    }
    cases
}

/// Places that fall on an input, or midway between two, are those: in whole numbers, for every pair of lengths.
#[test]
fn the_nearest_is_exact_for_every_pair_of_lengths() {
    let kernel = |place, rounding| Kernel::Nearest { place, rounding };
    let found = |inputs: usize, outputs: usize, kernel| {
        let op = Op::Resample(Resample { size: Target::Size([1, outputs]), kernel });
        let x = Array::from_fn(&[1, 1, 1, inputs], |place| place[3] as f64);
        read(forward(&op, &Weights::default(), &[x]))
    };
    for (inputs, outputs) in (1..=48).flat_map(|n| (1..=48).map(move |m| (n, m))) {
        let floor = |i: usize| (i * inputs / outputs) as f32;
        let expected: Vec<f32> = (0..outputs).map(floor).collect();
        let place = Place::Asymmetric;
        assert_eq!(found(inputs, outputs, kernel(place, Rounding::Floor)), expected, "{inputs} to {outputs}");
        // The last whole number not above (i + 1/2) n / m, or the one below if it is that.
        let half = |i: usize| (((2 * i + 1) * inputs).div_ceil(2 * outputs) - 1) as f32;
        let expected: Vec<f32> = (0..outputs).map(half).collect();
        let place = Place::HalfPixel;
        assert_eq!(found(inputs, outputs, kernel(place, Rounding::PreferFloor)), expected, "{inputs} to {outputs}");
    }
}
