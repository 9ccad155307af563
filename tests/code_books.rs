//! Networks whose kernels stand in code books (shared/models), and opening weights as a person's file.

use burn::tensor::Device;
use half::f16;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use tessera_core::network::parameters::{Parameter, Parameters};
use tessera_core::network::{Network, load};

/// Rows made of code book entries, and plain tensors; batch norms get the statistics they were folded for.
///
/// # Panics
/// If the file is damaged.
#[must_use]
pub fn from_code_books(file: &[u8]) -> Parameters {
    let raw = SafeTensors::deserialize(file).unwrap();
    let mut all = Parameters::default();
    for (name, view) in raw.iter() {
        if let Some(weight) = name.strip_suffix(".codes") {
            let book = raw.tensor(&format!("{weight}.codebook")).unwrap();
            all.0.insert(weight.into(), looked_up(weight, &view, &book));
        } else if !name.ends_with(".codebook") {
            let values: Vec<f32> = view.data().as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect();
            if let (Some(norm), [_]) = (name.strip_suffix(".weight"), view.shape()) {
                let fixed = |value| Parameter { shape: view.shape().to_vec(), values: vec![value; values.len()] };
                all.0.insert(format!("{norm}.running_mean"), fixed(0.0));
                all.0.insert(format!("{norm}.running_var"), fixed(1.0));
            }
            all.0.insert(name.into(), Parameter { shape: view.shape().to_vec(), values });
        }
    }
    all
}

/// Each row's entries of the code book beside each other. Entries of 9 or 18 numbers are of 3 x 3 kernels.
fn looked_up(name: &str, codes: &TensorView, book: &TensorView) -> Parameter {
    let length = book.shape()[1];
    let book: Vec<f32> = book.data().as_chunks().0.iter().map(|&b| f16::from_le_bytes(b).to_f32()).collect();
    let rows = codes.shape()[0];
    let codes: Vec<usize> = match codes.dtype() {
        Dtype::U8 => codes.data().iter().map(|&code| usize::from(code)).collect(),
        _ => codes.data().as_chunks().0.iter().map(|&b| usize::from(u16::from_le_bytes(b))).collect(),
    };
    let values: Vec<f32> = codes.iter().flat_map(|code| &book[code * length..][..length]).copied().collect();
    let columns = values.len() / rows;
    let side = if length % 9 == 0 { 3 } else { 1 };
    let shape = if name == "fc.weight" { vec![rows, columns] } else { vec![rows, columns / (side * side), side, side] };
    Parameter { shape, values }
}

/// The network that a file of these weights is recognised as.
///
/// # Panics
/// If it is not recognised so.
#[must_use]
pub fn open(id: &str, parameters: &Parameters) -> Network {
    let data: Vec<(&String, &Parameter, Vec<u8>)> = (parameters.0.iter())
        .map(|(name, p)| (name, p, p.values.iter().flat_map(|value| value.to_le_bytes()).collect()))
        .collect();
    let views = data.iter().map(|(name, p, bytes)| {
        (name.as_str(), TensorView::new(Dtype::F32, p.shape.clone(), bytes).expect("as many bytes as its shape says"))
    });
    let file = safetensors::serialize(views, None).unwrap();
    let model = load::read(&format!("{id}.safetensors"), file.into(), &|_| None)
        .unwrap_or_else(|error| panic!("{id}: {error}"));
    assert_eq!(model.card.architecture, id);
    model.upload(&Device::flex()).unwrap_or_else(|error| panic!("{id}: {error}"))
}
