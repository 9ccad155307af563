//! Every golden file the way a person brings it: read without a card, run on a picture, explained by every method.

use burn::tensor::Device;
use std::future::{Future, ready};
use std::path::PathBuf;
use std::pin::Pin;
use tessera_core::experiment::{Flow, MethodSpec, Observer, Target, explain, run::Step};
use tessera_core::map::Map;
use tessera_core::method::ENTRIES;
use tessera_core::network::load;
use tessera_core::photo::{Input, Region};

/// Gathers what a run gives.
#[derive(Default)]
struct Seen {
    classes: usize,
    maps: Vec<Map>,
}

impl Observer for Seen {
    fn see<'a>(&'a mut self, step: Step<'a>) -> Pin<Box<dyn Future<Output = Flow> + 'a>> {
        match step {
            Step::Answered { answer, .. } => self.classes = answer.logits.len(),
            Step::Running { .. } => {}
            Step::Mapped(map) => self.maps.push(map),
        }
        Box::pin(ready(Flow::Go))
    }
}

/// A picture of stripes in three colours.
fn picture(size: usize) -> Input {
    let level = |i: usize| ((i / 3 % size * 7 + i / 3 / size * 13 + i % 3 * 80) % 256) as u8;
    let region = Region { left: 0.0, top: 0.0, width: size as f64, height: size as f64 };
    Input { height: size, width: size, rgb: (0..3 * size * size).map(level).collect(), region }
}

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
        let methods: Vec<MethodSpec> = ENTRIES.iter().map(|entry| MethodSpec { id: entry.id.into() }).collect();
        let mut seen = Seen::default();
        let input = picture(network.card.preprocess.size);
        let ran = pollster::block_on(explain(&network, &input, Target::Predicted, &methods, &mut seen));
        assert_eq!(ran, Ok(Flow::Go), "{name}");
        assert_eq!((seen.maps.len(), seen.classes), (ENTRIES.len(), network.card.classes), "{name}");
        for map in seen.maps {
            assert!(map.values.iter().all(|value| value.is_finite()), "{name}, {}", map.facts.provenance.method);
        }
    }
    // What takes no picture.
    assert!(refused.iter().all(|name| name.starts_with("sklearn")), "{refused:?}");
    assert_eq!(refused.len(), 3);
}
