//! Every golden file the way a person brings it: read without a card, run on a picture, explained by every method.

use burn::tensor::Device;
use std::path::PathBuf;
use tessera_core::experiment::{MethodSpec, Target};
use tessera_core::method::{ENTRIES, MethodError};
use tessera_core::network::load;
use tessera_tests::explained::{Explained, cheap, stripes};

fn files() -> Vec<PathBuf> {
    let folder = tessera_tests::root().join("tests/golden/onnx");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "onnx"));
    files.sort();
    files
}

#[test]
fn every_classifier_is_explained_by_every_method() {
    let mut refused = vec![];
    for file in files() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let beside = |other: &str| std::fs::read(file.with_file_name(other)).ok().map(Into::into);
        let model = match load::read(&name, tessera_tests::bytes(file.clone()).into(), &beside) {
            Ok(model) => model,
            Err(error) => {
                println!("{name}: {error}");
                refused.push(name);
                continue;
            }
        };
        let network = model.upload(&Device::flex()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let methods: Vec<MethodSpec> = ENTRIES.iter().map(|entry| cheap(entry, 2)).collect();
        let size = network.card.preprocess.size;
        let ran = Explained::default().run(&network, &stripes(size, size), Target::Predicted, &methods);
        let ran = ran.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((ran.maps.len(), ran.logits.len()), (ENTRIES.len(), network.card.classes), "{name}");
        for (map, entry) in ran.maps.iter().zip(ENTRIES) {
            let lacking = matches!(map, Err(MethodError::Refused(_))) && !entry.needs.is_empty();
            // Stripes a few pixels wide are one segment.
            let undefined = matches!(map, Err(MethodError::Undefined(_)));
            assert!(map.is_ok() || lacking || undefined, "{name}, {}: {map:?}", entry.id);
        }
    }
    // What takes no picture.
    assert!(refused.iter().all(|name| name.starts_with("sklearn")), "{refused:?}");
    assert_eq!(refused.len(), 3);
}
