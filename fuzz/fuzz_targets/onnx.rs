//! Any bytes as an ONNX file: a network whose weights are of their shapes or one sentence, never a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tessera_core::network::format::{Kind, recognise};
use tessera_core::network::load;

fuzz_target!(|bytes: &[u8]| {
    // Weight files have a target of their own.
    if recognise(bytes) != Kind::Onnx {
        return;
    }
    let beside = |_: &str| Some(vec![0; 4096].into());
    let read = load::read("fuzzed.onnx", bytes.to_vec().into(), &beside);
    match read.and_then(|model| Ok((model.sums()?, model))) {
        Ok((sums, model)) => {
            assert_eq!(sums.nodes, model.graph.nodes.len());
            for (name, parameter) in &model.parameters.0 {
                assert_eq!(parameter.shape.iter().product::<usize>(), parameter.values.len(), "{name}");
            }
            assert!(model.notes.iter().all(|note| note.len() < 4000));
        }
        Err(error) => assert!(error.to_string().len() < 4000),
    }
});
