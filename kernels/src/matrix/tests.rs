//! Products against sums in f64, on every instruction set of the machine.

use super::*;
use crate::noise::{assert_close, noise};

const SIZES: [[usize; 3]; 9] = [
    [1, 1, 1],
    [1, 300, 1000],
    [3, 7, 5],
    [8, 600, 48],
    [16, 33, 100],
    [197, 64, 197],
    [5, 257, 49],
    [2, 1, 17],
    [64, 64, 64],
];

fn at(layout: Layout, size: [usize; 2], i: usize, j: usize) -> usize {
    let [row, column] = layout.strides(size);
    i * row + j * column
}

fn wanted([m, k, n]: [usize; 3], left: (&[f32], Layout), right: (&[f32], Layout), bias: Option<&[f32]>) -> Vec<f64> {
    let sum = |i: usize, j: usize| -> f64 {
        let terms =
            (0..k).map(|l| f64::from(left.0[at(left.1, [m, k], i, l)]) * f64::from(right.0[at(right.1, [k, n], l, j)]));
        terms.sum::<f64>() + bias.map_or(0.0, |bias| f64::from(bias[j]))
    };
    (0..m * n).map(|index| sum(index / n, index % n)).collect()
}

#[test]
fn products_are_the_sums_they_should_be() {
    for (size, isa) in SIZES.iter().flat_map(|&size| Isa::available().into_iter().map(move |isa| (size, isa))) {
        let [m, k, n] = size;
        let (left, right) = (noise(m * k, 1), noise(k * n, 2));
        let (mut output, mut scratch) = (vec![f32::NAN; m * n], Scratch::default());
        for (a, b) in [(Layout::Rows, Layout::Rows), (Layout::Columns, Layout::Rows), (Layout::Rows, Layout::Columns)] {
            product_on(isa, size, (&left, a), (&right, b), &mut output, &mut scratch);
            assert_close(&output, &wanted(size, (&left, a), (&right, b), None), &format!("{size:?} {}", isa.name()));
        }
    }
}

#[test]
fn a_prepared_matrix_adds_its_bias_and_keeps_rows_apart() {
    for (size, isa) in SIZES.iter().flat_map(|&size| Isa::available().into_iter().map(move |isa| (size, isa))) {
        let [m, k, n] = size;
        let (left, right, bias) = (noise(m * k, 3), noise(k * n, 4), noise(n, 5));
        let matrix = Matrix::for_isa(isa, [k, n], &right, Layout::Columns, Some(&bias));
        let (mut output, mut alone, mut scratch) = (vec![f32::NAN; m * n], vec![f32::NAN; n], Scratch::default());
        matrix.multiply(&left, m, &mut output, &mut scratch);
        let sums = wanted(size, (&left, Layout::Rows), (&right, Layout::Columns), Some(&bias));
        assert_close(&output, &sums, &format!("{size:?} {}", isa.name()));
        for (left, together) in left.chunks_exact(k).zip(output.chunks_exact(n)) {
            matrix.multiply(left, 1, &mut alone, &mut scratch);
            assert!(alone.iter().zip(together).all(|(a, b)| a.to_bits() == b.to_bits()), "{size:?} {}", isa.name());
        }
    }
}
