//! The zoo with trained weights: what onnxruntime gave for four crops (shared/data/check), from the weight files beside
//! it (shared/models), and that each file is recognised.

use burn::tensor::Device;
use safetensors::SafeTensors;
use tessera_core::experiment::Answer;
use tessera_core::network::parameters::{Parameter, Parameters};
use tessera_core::network::{Network, Session};
use tessera_core::photo::{self, Crop, Filter};
use tessera_tests::code_books::{from_code_books, open};
use tessera_tests::crops::{NAMES, crops};
use tessera_tests::{bytes, lite0, shared};

/// Bytes times the scale of their row, and plain biases; the first class, the background, is left out.
fn from_scaled_bytes(file: &[u8]) -> Parameters {
    let raw = SafeTensors::deserialize(file).unwrap();
    let floats = |name: &str| -> Vec<f32> {
        raw.tensor(name).unwrap().data().as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect()
    };
    let mut all = Parameters::default();
    for (name, view) in raw.iter().filter(|(name, _)| !name.ends_with("_scale")) {
        let (mut shape, mut values) = (view.shape().to_vec(), vec![]);
        if name.ends_with(".bias") {
            values = floats(name);
        } else {
            let per_row = view.data().len() / shape[0];
            for (row, scale) in view.data().chunks_exact(per_row).zip(floats(&format!("{name}_scale"))) {
                values.extend(row.iter().map(|&byte| f32::from(byte as i8) * scale));
            }
        }
        if name.starts_with("classifier") {
            values.drain(..values.len() / shape[0]);
            shape[0] -= 1;
        }
        all.0.insert(name.into(), Parameter { shape, values });
    }
    all
}

/// Fails unless the logits of all crops are within 1e-4 of the greatest: two f32 engines that sum in other orders.
fn check(row: &str, network: &Network) {
    let Some((crops, logits)) = crops() else { return };
    for ((crop, input), expected) in NAMES.iter().zip(crops).zip(logits.values(row).chunks_exact(1000)) {
        let values = input.normalised(&network.card.preprocess);
        let mut session = Session::new(network, values, input.height, input.width).unwrap();
        let logits = pollster::block_on(session.logits()).unwrap();
        let most = expected.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        let off = logits.iter().zip(expected).fold(0.0_f32, |most, (a, b)| most.max((a - b).abs()));
        println!("{row}, {crop}: {:.1e} of the greatest", off / most);
        assert!(off <= 1e-4 * most, "{row}, {crop}: {off} off, {most} greatest");
    }
}

/// Every twelfth photo.
const EVERY: usize = 12;

/// Fails unless the five likeliest classes of the photos are those that onnxruntime named, in their order, but for two that
/// differ in the fourth digit of their probability, which is all that the table holds.
fn top_five(row: &str, network: &Network) {
    let Some(table) = shared("data/expected_top5.csv") else { return };
    let text = String::from_utf8(bytes(table)).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    let mut photos = 0;
    for line in rows.iter().filter(|line| line[2] == row).step_by(EVERY) {
        let file = shared(&format!("data/photos/{}", line[0])).expect("the table names photos that are there");
        let photo = photo::decode(&bytes(file)).unwrap();
        let input = photo::prepare(&photo, &network.card.preprocess, Crop::Centre);
        let values = input.normalised(&network.card.preprocess);
        let mut session = Session::new(network, values, 224, 224).unwrap();
        let logits = pollster::block_on(session.logits()).unwrap();
        let answer = Answer { logits, output: network.card.output };
        let (probabilities, ranking) = (answer.probabilities(), answer.ranking());
        for place in 0..5 {
            let (class, share) =
                (line[3 + 2 * place].parse::<usize>().unwrap(), line[4 + 2 * place].parse::<f64>().unwrap());
            let found = ranking[place];
            let near = (probabilities[found] - share).abs() < 2e-3;
            assert!(found == class || near, "{row}, {}: {found} instead of {class} at {place}", line[0]);
            assert!(
                (probabilities[class] - share).abs() < 2e-3,
                "{row}, {}: {class} is {}",
                line[0],
                probabilities[class]
            );
        }
        photos += 1;
    }
    assert!(photos > 40, "{row}: {photos} photos");
}

#[test]
fn resnets_with_trained_weights_equal_onnxruntime() {
    for id in ["resnet18", "resnet50"] {
        let Some(file) = shared(&format!("models/{id}-pq.safetensors")) else { return };
        let mut network = open(id, &from_code_books(&bytes(file)));
        check(id, &network);
        network.card.preprocess.filter = Filter::Bilinear;
        top_five(id, &network);
    }
}

#[test]
fn the_folded_mobilenet_with_trained_weights_equals_onnxruntime() {
    let Some(file) = shared("models/mobilenet_v2-int8.safetensors") else { return };
    let network = open("mobilenet_v2_folded", &from_scaled_bytes(&bytes(file)));
    check("mobilenet_v2", &network);
    top_five("mobilenet_v2", &network);
}

#[test]
fn the_bundled_network_equals_onnxruntime() {
    let network = lite0(&Device::flex());
    check("lite0", &network);
    top_five("lite0", &network);
}
