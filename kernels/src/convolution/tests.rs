//! Every path against a slow second writing in f64, on every instruction set of the machine.

use super::*;
use crate::noise::{assert_close, noise};

/// A convolution, an input size and a batch.
struct Case {
    geometry: Geometry,
    size: [usize; 2],
    batch: usize,
}

/// Calls `visit(input index, output index, weight index)` for every multiplication.
fn multiplications(case: &Case, mut visit: impl FnMut(usize, usize, usize)) {
    let Geometry { inputs, outputs, groups, kernel, stride, dilation, padding } = case.geometry;
    let ([height, width], [rows, columns]) = (case.size, case.geometry.output_size(case.size));
    let (group_inputs, group_outputs) = (inputs / groups, outputs / groups);
    for at in 0..case.batch * outputs * rows * columns {
        let (x, y) = (at % columns, at / columns % rows);
        let (o, n) = (at / columns / rows % outputs, at / columns / rows / outputs);
        for k in 0..group_inputs * kernel[0] * kernel[1] {
            let (kx, ky, c) = (k % kernel[1], k / kernel[1] % kernel[0], k / kernel[1] / kernel[0]);
            let from_y = (y * stride[0] + ky * dilation[0]).wrapping_sub(padding[0]);
            let from_x = (x * stride[1] + kx * dilation[1]).wrapping_sub(padding[2]);
            if from_y < height && from_x < width {
                let channel = o / group_outputs * group_inputs + c;
                let weight = o * group_inputs * kernel[0] * kernel[1] + k;
                visit(((n * inputs + channel) * height + from_y) * width + from_x, at, weight);
            }
        }
    }
}

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut case = |[inputs, outputs, groups]: [usize; 3], kernel, stride, dilation, padding, size, batch| {
        let geometry = Geometry { inputs, outputs, groups, kernel, stride, dilation, padding };
        cases.push(Case { geometry, size, batch });
    };
    // Pointwise: tiles left over in rows and columns, planes smaller than a tile, two blocks of depth, strides.
    case([3, 8, 1], [1, 1], [1, 1], [1, 1], [0; 4], [7, 7], 3);
    case([16, 24, 1], [1, 1], [1, 1], [1, 1], [0; 4], [17, 19], 2);
    case([5, 13, 1], [1, 1], [1, 1], [1, 1], [0; 4], [1, 1], 3);
    case([300, 11, 1], [1, 1], [1, 1], [1, 1], [0; 4], [5, 7], 2);
    case([600, 18, 1], [1, 1], [1, 1], [1, 1], [0; 4], [14, 14], 1);
    case([18, 600, 1], [1, 1], [1, 1], [1, 1], [0; 4], [14, 14], 1);
    case([50, 601, 1], [1, 1], [1, 1], [1, 1], [0; 4], [7, 7], 2);
    case([9, 7, 1], [1, 1], [2, 2], [1, 1], [0; 4], [9, 8], 2);
    case([4, 4, 1], [1, 1], [3, 2], [1, 1], [0, 1, 2, 0], [10, 11], 1);
    // Dense: padding on some sides only, strides, dilations, kernels that are no squares.
    case([3, 32, 1], [3, 3], [2, 2], [1, 1], [0, 1, 0, 1], [32, 32], 1);
    case([3, 10, 1], [7, 7], [2, 2], [1, 1], [3; 4], [33, 30], 2);
    case([8, 9, 1], [3, 3], [1, 1], [1, 1], [1; 4], [7, 7], 3);
    case([40, 16, 1], [3, 3], [1, 1], [1, 1], [1; 4], [14, 14], 2);
    case([50, 77, 1], [3, 3], [1, 1], [1, 1], [1; 4], [7, 7], 1);
    case([21, 77, 1], [3, 3], [2, 2], [1, 1], [1; 4], [15, 15], 1);
    case([2, 3, 1], [3, 3], [1, 1], [2, 3], [2, 2, 3, 3], [13, 17], 1);
    case([2, 5, 1], [3, 2], [3, 3], [2, 1], [0, 3, 1, 0], [19, 17], 2);
    case([3, 4, 1], [2, 5], [1, 2], [1, 1], [1, 0, 0, 2], [11, 12], 1);
    case([4, 4, 1], [4, 4], [4, 4], [1, 1], [0; 4], [16, 19], 1);
    case([2, 2, 1], [3, 3], [2, 2], [2, 2], [2; 4], [15, 15], 1);
    case([64, 20, 1], [3, 3], [1, 1], [1, 1], [1; 4], [56, 56], 1);
    case([3, 5, 1], [1, 1], [3, 3], [1, 1], [0; 4], [2, 2], 2);
    case([3, 3, 3], [2, 2], [3, 3], [1, 1], [0; 4], [2, 2], 2);
    case([600, 40, 1], [1, 1], [1, 1], [1, 1], [0; 4], [7, 7], 3);
    // Groups, depthwise, depthwise with two outputs to a channel.
    case([6, 9, 3], [3, 3], [1, 1], [1, 1], [1; 4], [9, 10], 2);
    case([8, 8, 2], [1, 1], [1, 1], [1, 1], [0; 4], [6, 6], 3);
    case([12, 24, 4], [3, 3], [2, 2], [1, 1], [1; 4], [8, 9], 2);
    case([7, 7, 7], [3, 3], [1, 1], [1, 1], [1; 4], [7, 7], 2);
    case([5, 5, 5], [5, 5], [1, 1], [1, 1], [2; 4], [14, 14], 3);
    case([3, 3, 3], [3, 3], [2, 2], [1, 1], [0, 1, 0, 1], [17, 19], 2);
    case([3, 3, 3], [5, 5], [2, 2], [1, 1], [1, 2, 1, 2], [28, 28], 1);
    case([2, 2, 2], [3, 3], [3, 1], [1, 2], [2, 0, 1, 3], [16, 13], 1);
    case([3, 3, 3], [3, 3], [1, 1], [1, 1], [1; 4], [1, 1], 2);
    case([4, 8, 4], [3, 3], [2, 2], [1, 1], [1; 4], [9, 9], 1);
    case([1, 1, 1], [3, 3], [1, 1], [1, 1], [1; 4], [5, 5], 1);
    cases
}

#[test]
fn the_forward_pass_is_the_sum_it_should_be() {
    for (case, isa) in cases().iter().flat_map(|case| Isa::available().into_iter().map(move |isa| (case, isa))) {
        let Geometry { inputs, outputs, .. } = case.geometry;
        let plane: usize = case.geometry.output_size(case.size).iter().product();
        let input = noise(case.batch * inputs * case.size[0] * case.size[1], 1);
        let weights = noise(case.geometry.weight_count(), 2);
        let (bias, residual) = (noise(outputs, 3), noise(case.batch * outputs * plane, 4));
        let mut sums: Vec<f64> = (0..residual.len()).map(|at| f64::from(bias[at / plane % outputs])).collect();
        multiplications(case, |from, to, weight| sums[to] += f64::from(input[from]) * f64::from(weights[weight]));
        let convolution = Convolution::for_isa(isa, case.geometry, &weights, Some(&bias));
        let (mut output, mut scratch) = (vec![f32::NAN; sums.len()], Scratch::default());
        let what = format!("{:?} {:?} {}", case.geometry, case.size, isa.name());
        convolution.run(&input, case.batch, case.size, Epilogue::default(), &mut output, &mut scratch);
        assert_close(&output, &sums, &what);
        let epilogue = Epilogue { residual: Some(&residual), clamp: Some((-0.1, 0.9)) };
        convolution.run(&input, case.batch, case.size, epilogue, &mut output, &mut scratch);
        let wanted: Vec<f64> =
            sums.iter().zip(&residual).map(|(sum, r)| (sum + f64::from(*r)).clamp(-0.1, 0.9)).collect();
        assert_close(&output, &wanted, &format!("{what}, with epilogue"));
    }
}

#[test]
fn the_gradient_is_the_transposed_sum() {
    for (case, isa) in cases().iter().flat_map(|case| Isa::available().into_iter().map(move |isa| (case, isa))) {
        let Geometry { inputs, outputs, .. } = case.geometry;
        let plane: usize = case.geometry.output_size(case.size).iter().product();
        let signal = noise(case.batch * outputs * plane, 5);
        let clamped: Vec<f32> = noise(signal.len(), 6).iter().map(|x| x.clamp(-0.3, 0.5)).collect();
        let weights = noise(case.geometry.weight_count(), 2);
        let convolution = Convolution::for_isa(isa, case.geometry, &weights, None);
        let gradients = [0, usize::MAX].map(|large| ConvolutionGradient::reading_across(&convolution, large));
        let mut scratch = Scratch::default();
        let passed = Mask::new(&clamped, -0.3, 0.5);
        for mask in [None, Some(&passed)] {
            let len = case.batch * inputs * case.size[0] * case.size[1];
            let (mut wanted, mut found) = (vec![0.0; len], vec![f32::NAN; len]);
            multiplications(case, |from, to, weight| {
                let passes = mask.is_none() || clamped[to] > -0.3 && clamped[to] < 0.5;
                wanted[from] += if passes { f64::from(signal[to]) * f64::from(weights[weight]) } else { 0.0 };
            });
            gradients[0].run(&signal, mask, case.batch, case.size, &mut found, &mut scratch);
            let what = format!("{:?} {:?} {} mask {}", case.geometry, case.size, isa.name(), mask.is_some());
            assert_close(&found, &wanted, &what);
            let across = found.clone();
            gradients[1].run(&signal, mask, case.batch, case.size, &mut found, &mut scratch);
            assert!(across.iter().zip(&found).all(|(a, b)| a.to_bits() == b.to_bits()), "read across {what}");
        }
    }
}

#[test]
fn a_picture_does_not_depend_on_its_batch() {
    for (case, isa) in cases().iter().flat_map(|case| Isa::available().into_iter().map(move |isa| (case, isa))) {
        let len = case.geometry.inputs * case.size[0] * case.size[1];
        let input = noise(5 * len, 7);
        let weights = noise(case.geometry.weight_count(), 8);
        let convolution = Convolution::for_isa(isa, case.geometry, &weights, None);
        let plane = case.geometry.outputs * case.geometry.output_size(case.size).iter().product::<usize>();
        let (mut together, mut alone) = (vec![0.0; 5 * plane], vec![0.0; plane]);
        let mut scratch = Scratch::default();
        convolution.run(&input, 5, case.size, Epilogue::default(), &mut together, &mut scratch);
        for (input, wanted) in input.chunks_exact(len).zip(together.chunks_exact(plane)) {
            convolution.run(input, 1, case.size, Epilogue::default(), &mut alone, &mut scratch);
            assert!(alone.iter().zip(wanted).all(|(a, b)| a.to_bits() == b.to_bits()), "{:?}", case.geometry);
        }
    }
}

#[test]
fn clamping_keeps_nan() {
    let geometry = Geometry {
        inputs: 1,
        outputs: 1,
        groups: 1,
        kernel: [1, 1],
        stride: [1, 1],
        dilation: [1, 1],
        padding: [0; 4],
    };
    for isa in Isa::available() {
        let mut output = vec![0.0; 100];
        let epilogue = Epilogue { residual: None, clamp: Some((0.0, 6.0)) };
        let convolution = Convolution::for_isa(isa, geometry, &[1.0], None);
        convolution.run(&[f32::NAN; 100], 1, [10, 10], epilogue, &mut output, &mut Scratch::default());
        assert!(output.iter().all(|x| x.is_nan()), "{}", isa.name());
    }
}

#[test]
fn another_padding_is_as_good_as_prepared_anew() {
    for (case, isa) in cases().iter().flat_map(|case| Isa::available().into_iter().map(move |isa| (case, isa))) {
        let (weights, bias) = (noise(case.geometry.weight_count(), 5), noise(case.geometry.outputs, 6));
        let input = noise(case.batch * case.geometry.inputs * case.size[0] * case.size[1], 7);
        let run = |convolution: &Convolution| {
            let plane: usize = convolution.geometry().output_size(case.size).iter().product();
            let mut output = vec![0.0; case.batch * case.geometry.outputs * plane];
            convolution.run(&input, case.batch, case.size, Epilogue::default(), &mut output, &mut Scratch::default());
            output
        };
        let geometry = Geometry { padding: [2, 1, 0, 3], ..case.geometry };
        let padded = Convolution::for_isa(isa, case.geometry, &weights, Some(&bias)).padded(geometry.padding);
        assert_eq!(*padded.geometry(), geometry);
        assert!(run(&padded) == run(&Convolution::for_isa(isa, geometry, &weights, Some(&bias))), "{geometry:?}");
    }
}

#[test]
fn weights_can_be_had_back() {
    for case in cases() {
        let weights = noise(case.geometry.weight_count(), 5);
        for isa in Isa::available() {
            let packed = Convolution::for_isa(isa, case.geometry, &weights, None);
            assert_eq!(packed.weights(), weights, "{:?} on {}", case.geometry, isa.name());
        }
    }
}

#[test]
fn other_weights_are_as_good_as_packed_anew() {
    let square = |weights: &[f32]| weights.iter().map(|w| w * w + 1.0).collect::<Vec<f32>>();
    for (case, isa) in cases().iter().flat_map(|case| Isa::available().into_iter().map(move |isa| (case, isa))) {
        let Geometry { inputs, outputs, .. } = case.geometry;
        let plane: usize = case.geometry.output_size(case.size).iter().product();
        let (weights, bias) = (noise(case.geometry.weight_count(), 5), noise(outputs, 6));
        let input = noise(case.batch * inputs * case.size[0] * case.size[1], 7);
        let signal = noise(case.batch * outputs * plane, 8);
        let packed = Convolution::for_isa(isa, case.geometry, &weights, Some(&bias));
        let mut scratch = Scratch::default();
        let mut run = |convolution: &Convolution, gradient: &ConvolutionGradient| {
            let (mut output, mut back) = (vec![0.0; signal.len()], vec![0.0; input.len()]);
            convolution.run(&input, case.batch, case.size, Epilogue::default(), &mut output, &mut scratch);
            gradient.run(&signal, None, case.batch, case.size, &mut back, &mut scratch);
            (output, back)
        };
        for large in [0, usize::MAX] {
            let gradient = ConvolutionGradient::reading_across(&packed, large);
            // Once before, so that all that is made when first asked for is there.
            run(&packed, &gradient);
            let mapped = packed.mapped(&square, &square);
            let found = run(&mapped, &gradient.mapped(&square, &mapped));
            let anew = Convolution::for_isa(isa, case.geometry, &square(&weights), Some(&square(&bias)));
            let wanted = run(&anew, &ConvolutionGradient::reading_across(&anew, large));
            assert!(found == wanted, "{:?} on {}", case.geometry, isa.name());
        }
    }
}
