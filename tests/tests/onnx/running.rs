//! Running what was made of a file.

use burn::tensor::Device;
use tessera_core::network::canonise::fold_batch_norms;
use tessera_core::network::format::onnx::Imported;
use tessera_core::network::forward;
use tessera_core::network::load;
use tessera_core::network::value::Value;

/// The output for an input of that shape.
pub fn run(imported: Imported, input: Vec<f32>, shape: &[usize]) -> (Vec<f32>, Vec<usize>) {
    let device = Device::flex();
    let (graph, parameters) = fold_batch_norms(imported.graph, imported.parameters);
    let uploaded = load::upload(&graph, parameters, &device);
    let tape = forward::run(&graph, &uploaded, Value::from_floats(input, shape, &device), &[], &[]);
    let output = tape.values[graph.output()].clone().expect("the output is always kept");
    let shape = output.shape().to_vec();
    (pollster::block_on(output.read()).expect("the processor does not fail"), shape)
}

/// The greatest difference over the greatest value.
pub fn deviation(got: &[f32], want: &[f32]) -> f32 {
    assert_eq!(got.len(), want.len());
    let greatest = want.iter().fold(f32::MIN_POSITIVE, |greatest, v| greatest.max(v.abs()));
    got.iter()
        .zip(want)
        .map(|(a, b)| (a - b).abs() / greatest)
        .fold(0.0, |a, b| if b.is_nan() || b > a { b } else { a })
}
