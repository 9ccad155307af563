//! The full-size networks that may not be redistributed: the logits of the shared reference, at any batch.

use crate::running::{deviation, run};
use std::path::PathBuf;
use tessera_core::network::format::onnx::{Head, Model};

/// The folder that `make_onnx.py` wrote them to, named by an environment variable; says aloud where it is not.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("TESSERA_ONNX").map(PathBuf::from);
    if folder.is_none() {
        println!("not run here: TESSERA_ONNX names no folder with files of shared/models/make_onnx.py");
    }
    folder
}

/// The four crops as the network wants them.
fn pictures(name: &str) -> Option<Vec<f32>> {
    let (mean, deviation) = match name {
        "lite0" => ([127.0 / 255.0; 3], [128.0 / 255.0; 3]),
        "mobilenet_v2" => ([0.5; 3], [0.5; 3]),
        _ => ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    };
    let mut values = vec![];
    for photo in ["macaw-0", "zebra-0", "dalmatian-2", "teapot-0"] {
        let path = tessera_tests::shared(&format!("data/check/{photo}-224.png"))?;
        let picture = image::open(path).unwrap().to_rgb8();
        for channel in 0..3 {
            let normal = |level: u8| (f32::from(level) / 255.0 - mean[channel]) / deviation[channel];
            values.extend(picture.pixels().map(|pixel| normal(pixel.0[channel])));
        }
    }
    Some(values)
}

#[test]
fn full_size_networks_give_the_reference_logits() {
    let Some(folder) = folder() else { return };
    for name in ["mobilenet_v2", "lite0", "resnet18", "resnet50"] {
        let (Some(input), Some(logits)) = (pictures(name), tessera_tests::shared("data/check/logits.safetensors"))
        else {
            return;
        };
        let start = std::time::Instant::now();
        let model = Model::read(tessera_tests::bytes(folder.join(format!("{name}.onnx"))), &|_| None).unwrap();
        let imported = model.network(None).unwrap();
        let took = start.elapsed();
        assert_eq!((imported.head, imported.fixed_batch), (Head::Logits, None));
        let logits =
            tessera_core::network::format::safetensors::read(&tessera_tests::bytes(logits)).unwrap().parameters;
        let (got, shape) = run(imported, input, &[4, 3, 224, 224]);
        assert_eq!(shape, [4, 1000]);
        let gap = deviation(&got, logits.values(name));
        println!("{name}: read in {took:?}, deviation {gap:.1e}");
        assert!(gap < 1e-5, "{name}: {gap:e}");
    }
}
