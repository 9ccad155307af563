//! Every op against a slow second writing of its formula in f64: forward, and gradient by its definition.

use burn::tensor::Device;
use std::collections::BTreeMap;
use tessera_core::network::op::{BatchNorm, Clip, Convolution, Kept, Linear, Op, Padding};
use tessera_core::network::parameters::{Parameter, Parameters};
use tessera_core::network::value::Value;

/// f32 sums of a few dozen products of numbers near 1.
const TOLERANCE: f64 = 2e-5;

/// Numbers between -1 and 1 from a counter (splitmix64, Steele et al. 2014).
fn noise(seed: u64, count: usize) -> Vec<f32> {
    let mix = |mut z: u64| {
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let unit = |z: u64| (z >> 40) as f32 / (1 << 24) as f32;
    (1..=count as u64)
        .map(|i| unit(mix(seed.wrapping_add(i.wrapping_mul(0x9e37_79b9_7f4a_7c15)))) * 2.0 - 1.0)
        .collect()
}

fn parameters(op: &Op) -> Parameters {
    let weights = op.wants().into_iter().enumerate().map(|(i, (name, shape))| {
        let mut values = noise(100 + i as u64, shape.iter().product());
        if name.ends_with("running_var") {
            values.iter_mut().for_each(|value| *value = value.abs() + 0.1);
        }
        (name, Parameter { shape, values })
    });
    Parameters(weights.collect::<BTreeMap<_, _>>())
}

fn read(value: Value) -> Vec<f32> {
    pollster::block_on(value.read()).unwrap()
}

/// Forward and gradient of an op against `formula`, which maps input numbers to output numbers in f64.
fn check(op: &Op, shape: &[usize], formula: &dyn Fn(&[f64]) -> Vec<f64>) {
    let device = Device::flex();
    let weights = op.upload(&parameters(op), &device);
    let input = noise(7, shape.iter().product());
    let wide: Vec<f64> = input.iter().map(|&v| f64::from(v)).collect();
    let output = op.forward(&weights, vec![Value::from_floats(input, shape, &device)]);
    let output_shape = output.shape();
    assert_eq!(op.shape(&[shape]).unwrap(), output_shape, "{op:?}: inferred shape");
    close(&read(output.clone()), &formula(&wide), &format!("{op:?}: forward"));

    let signal = noise(8, output_shape.iter().product());
    let kept = Kept { shapes: vec![shape], output: Some(&output) };
    let gradient = op.gradient(&weights, &kept, Value::from_floats(signal.clone(), &output_shape, &device)).remove(0);
    assert_eq!(gradient.shape(), shape, "{op:?}: gradient's shape");
    close(&read(gradient), &by_differences(&wide, &signal, formula), &format!("{op:?}: gradient"));
}

/// The gradient of `sum(signal * formula(input))` by central differences in f64; all ops here are piecewise linear, so
/// that these are exact but for rounding, away from kinks.
fn by_differences(input: &[f64], signal: &[f32], formula: &dyn Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    let step = 1e-6;
    let total = |input: &[f64]| formula(input).iter().zip(signal).map(|(v, &s)| v * f64::from(s)).sum::<f64>();
    let moved = |i: usize, by: f64| {
        let mut input = input.to_vec();
        input[i] += by;
        total(&input)
    };
    (0..input.len()).map(|i| (moved(i, step) - moved(i, -step)) / (2.0 * step)).collect()
}

fn close(found: &[f32], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        assert!((f64::from(found) - expected).abs() < TOLERANCE, "{what}: {found} instead of {expected} at {i}");
    }
}

struct Case {
    groups: usize,
    inputs: usize,
    outputs: usize,
    kernel: [usize; 2],
    stride: [usize; 2],
    dilation: [usize; 2],
    padding: Padding,
    size: [usize; 2],
}

fn explicit(rows: (usize, usize), columns: (usize, usize)) -> Padding {
    Padding::Explicit { rows, columns }
}

/// Convolution as four sums, with its zeros around the picture given.
fn convolve(case: &Case, weight: &[f32], bias: &[f32], before: [usize; 2], out: [usize; 2], x: &[f64]) -> Vec<f64> {
    let [h, w] = case.size;
    let (per_in, per_out) = (case.inputs / case.groups, case.outputs / case.groups);
    let mut y = vec![];
    for n in 0..x.len() / (case.inputs * h * w) {
        for (o, &bias) in bias.iter().enumerate() {
            for row in 0..out[0] {
                for column in 0..out[1] {
                    let mut sum = f64::from(bias);
                    for i in 0..per_in {
                        for (kr, kc) in (0..case.kernel[0]).flat_map(|r| (0..case.kernel[1]).map(move |c| (r, c))) {
                            let r = (row * case.stride[0] + kr * case.dilation[0]).wrapping_sub(before[0]);
                            let c = (column * case.stride[1] + kc * case.dilation[1]).wrapping_sub(before[1]);
                            if r < h && c < w {
                                let at = ((n * case.inputs + o / per_out * per_in + i) * h + r) * w + c;
                                let k = ((o * per_in + i) * case.kernel[0] + kr) * case.kernel[1] + kc;
                                sum += x[at] * f64::from(weight[k]);
                            }
                        }
                    }
                    y.push(sum);
                }
            }
        }
    }
    y
}

fn check_convolution(case: &Case, before: [usize; 2], out: [usize; 2]) {
    let op = Op::Convolution(Convolution {
        name: "c".into(),
        inputs: case.inputs,
        outputs: case.outputs,
        kernel: case.kernel,
        stride: case.stride,
        dilation: case.dilation,
        groups: case.groups,
        padding: case.padding,
        bias: true,
    });
    let weights = parameters(&op);
    let (weight, bias) = (weights.values("c.weight"), weights.values("c.bias"));
    let [h, w] = case.size;
    check(&op, &[2, case.inputs, h, w], &|x| convolve(case, weight, bias, before, out, x));
}

#[test]
fn convolutions_of_all_kinds() {
    let plain = || Case {
        groups: 1,
        inputs: 3,
        outputs: 4,
        kernel: [3, 3],
        stride: [1, 1],
        dilation: [1, 1],
        padding: explicit((1, 1), (1, 1)),
        size: [5, 6],
    };
    check_convolution(&plain(), [1, 1], [5, 6]);
    check_convolution(&Case { kernel: [1, 1], padding: explicit((0, 0), (0, 0)), ..plain() }, [0, 0], [5, 6]);
    check_convolution(&Case { stride: [2, 2], padding: Padding::Same, ..plain() }, [1, 0], [3, 3]);
    check_convolution(&Case { stride: [2, 3], padding: explicit((0, 2), (1, 0)), ..plain() }, [0, 1], [3, 2]);
    check_convolution(
        &Case { kernel: [3, 2], dilation: [2, 1], padding: explicit((2, 2), (0, 1)), ..plain() },
        [2, 0],
        [5, 6],
    );
    check_convolution(&Case { groups: 3, inputs: 3, outputs: 3, ..plain() }, [1, 1], [5, 6]);
    let depthwise = || Case { groups: 4, inputs: 4, outputs: 4, kernel: [5, 5], padding: Padding::Same, ..plain() };
    check_convolution(&Case { size: [7, 7], ..depthwise() }, [2, 2], [7, 7]);
    check_convolution(&Case { stride: [2, 2], size: [8, 7], ..depthwise() }, [1, 2], [4, 4]);
    check_convolution(&Case { groups: 2, inputs: 4, outputs: 6, ..plain() }, [1, 1], [5, 6]);
    // More zeros around than the kernel reaches, and a last row that no output sees.
    check_convolution(&Case { kernel: [1, 1], padding: explicit((1, 1), (2, 0)), ..plain() }, [1, 2], [7, 8]);
    check_convolution(
        &Case { kernel: [2, 2], stride: [2, 2], padding: explicit((0, 0), (0, 0)), ..plain() },
        [0, 0],
        [2, 3],
    );
}

#[test]
fn batch_norm_is_the_published_formula() {
    let op = Op::BatchNorm(BatchNorm { channels: 3, epsilon: 1e-3, name: "n".into() });
    let p = parameters(&op);
    check(&op, &[2, 3, 2, 2], &|x| {
        let at = |name: &str, c: usize| f64::from(p.values(name)[c]);
        let normalise = |(i, &x): (usize, &f64)| {
            let c = i / 4 % 3;
            let scaled = (x - at("n.running_mean", c)) / (at("n.running_var", c) + f64::from(1e-3_f32)).sqrt();
            scaled * at("n.weight", c) + at("n.bias", c)
        };
        x.iter().enumerate().map(normalise).collect()
    });
}

#[test]
fn clip_passes_only_between_its_limits() {
    let op = Op::Clip(Clip { low: -0.25, high: 0.5 });
    check(&op, &[2, 3, 2, 2], &|x| x.iter().map(|x| x.clamp(-0.25, 0.5)).collect());
    check(&op, &[3, 8], &|x| x.iter().map(|x| x.clamp(-0.25, 0.5)).collect());
}

#[test]
fn the_clips_derivative_at_a_kink_is_zero() {
    let device = Device::flex();
    let op = Clip { low: 0.0, high: 6.0 };
    let output = Value::from_floats(vec![0.0, 3.0, 6.0], &[1, 3], &device);
    let kept = Kept { shapes: vec![&[1, 3]], output: Some(&output) };
    let signal = Value::from_floats(vec![1.0; 3], &[1, 3], &device);
    assert_eq!(read(op.gradient(&kept, signal)), [0.0, 1.0, 0.0]);
}

#[test]
fn pooling_and_flattening() {
    check(&Op::GlobalAveragePool, &[2, 3, 2, 4], &|x| x.chunks(8).map(|c| c.iter().sum::<f64>() / 8.0).collect());
    check(&Op::Flatten, &[2, 3, 2, 1], &<[f64]>::to_vec);
}

#[test]
fn linear_is_a_matrix_product() {
    let op = Op::Linear(Linear { inputs: 5, outputs: 3, weight: "w".into(), bias: "b".into() });
    let p = parameters(&op);
    check(&op, &[2, 5], &|x| {
        let row = |x: &[f64], o: usize| {
            let sum: f64 = x.iter().zip(&p.values("w")[o * 5..]).map(|(x, &w)| x * f64::from(w)).sum();
            sum + f64::from(p.values("b")[o])
        };
        x.chunks(5).flat_map(|x| (0..3).map(move |o| row(x, o))).collect()
    });
}

#[test]
fn shapes_that_do_not_fit_are_refused_with_both_named() {
    let op = Op::Linear(Linear { inputs: 5, outputs: 3, weight: "w".into(), bias: "b".into() });
    assert_eq!(op.shape(&[&[2, 4]]).unwrap_err(), "expected [N, 5], found [2, 4]");
    assert!(Op::Add.shape(&[&[1, 2], &[1, 3]]).unwrap_err().contains("[1, 2] and [1, 3]"));
}
