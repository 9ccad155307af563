//! ONNX files at run time.

use burn::tensor::Device;
use tessera_core::network::canonise::fold_batch_norms;
use tessera_core::network::format::onnx::{Imported, Model};
use tessera_core::network::forward;
use tessera_core::network::shape::infer;
use tessera_core::network::value::Value;

fn run(imported: Imported, input: Vec<f32>, shape: &[usize]) -> Vec<f32> {
    let device = Device::flex();
    let (graph, mut parameters) = fold_batch_norms(imported.graph, imported.parameters);
    infer(&graph, shape.try_into().unwrap()).unwrap();
    let weights: Vec<_> = graph.nodes.iter().map(|node| node.op.upload(&mut parameters, &device)).collect();
    let tape = forward::run(&graph, &weights, Value::from_floats(input, shape, &device), &[], None);
    pollster::block_on(tape.values[graph.output()].clone().unwrap().read()).unwrap()
}

#[test]
fn shared_networks() {
    for name in ["mobilenet_v2", "lite0", "resnet18", "resnet50"] {
        let bytes = std::fs::read(format!("/tmp/onnxi/nets/{name}.onnx")).unwrap();
        let start = std::time::Instant::now();
        let model = Model::read(bytes, &|_| None).unwrap();
        println!("{:?} {:?}", model.declared, model.producer);
        let imported = model.network(None).unwrap();
        println!(
            "{name} {:?} {:?} {} nodes, features {}",
            imported.head,
            imported.notes,
            imported.graph.nodes.len(),
            imported.graph.nodes[imported.graph.features].name
        );
        println!("read in {:?}", start.elapsed());
        let check =
            tessera_core::network::format::safetensors::read(&std::fs::read("/tmp/onnxi/check.safetensors").unwrap())
                .unwrap();
        let (input, want) = (check.values(&format!("{name}.input")), check.values(&format!("{name}.logits")));
        let got = run(imported, input.to_vec(), &[4, 3, 224, 224]);
        let gap = got.iter().zip(want).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        println!("{name}: greatest gap {gap:e} {:?}", start.elapsed());
        assert!(gap < 1e-3);
    }
}
