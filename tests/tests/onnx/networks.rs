//! The full-size networks that may not be redistributed: the logits of the shared reference, at any batch.

use crate::running::{deviation, run};
use std::path::PathBuf;
use tessera_core::network::format::onnx::{Head, Model};
use tessera_core::photo::preset::preset;
use tessera_core::photo::{Filter, Preprocess};
use tessera_tests::bytes;
use tessera_tests::crops::crops;

/// The four crops as the network wants them.
fn pictures(name: &str, crops: &[tessera_core::photo::Input]) -> Vec<f32> {
    let id = match name {
        "lite0" => "lite",
        "mobilenet_v2" => "signed",
        _ => "imagenet",
    };
    let usual = preset(id).expect("one of the usual ways");
    let (mean, std, order) = (usual.mean, usual.std, usual.order);
    let preprocess = Preprocess { size: 224, resize: 256, filter: Filter::Bilinear, mean, std, order };
    crops.iter().flat_map(|crop| crop.normalised(&preprocess)).collect()
}

#[test]
#[ignore = "TESSERA_ONNX has to name a folder with what shared/models/make_onnx.py writes"]
fn full_size_networks_give_the_reference_logits() {
    let folder = PathBuf::from(std::env::var_os("TESSERA_ONNX").expect("the folder of the ONNX files"));
    let (crops, logits) = crops().expect("the shared reference");
    for name in ["mobilenet_v2", "lite0", "resnet18", "resnet50"] {
        let start = std::time::Instant::now();
        let model = Model::read(bytes(folder.join(format!("{name}.onnx"))), &|_| None).unwrap();
        let imported = model.network(None).unwrap();
        let took = start.elapsed();
        assert_eq!((imported.head, imported.fixed_batch), (Head::Logits, None));
        let (got, shape) = run(imported, pictures(name, &crops), &[4, 3, 224, 224]);
        assert_eq!(shape, [4, 1000]);
        let gap = deviation(&got, logits.values(name));
        println!("{name}: read in {took:?}, deviation {gap:.1e}");
        assert!(gap < 1e-5, "{name}: {gap:e}");
    }
}
