//! EfficientNet-Lite0 against the logits that onnxruntime gave for four crops (shared/data/check).

use burn::tensor::Device;
use tessera_core::experiment::Answer;
use tessera_core::network::Session;
use tessera_core::network::format::safetensors;
use tessera_core::photo::{Input, Region};
use tessera_tests::{bytes, lite0, shared};

const CROPS: [&str; 4] = ["macaw-0", "zebra-0", "dalmatian-2", "teapot-0"];

#[test]
fn logits_of_the_check_crops() {
    let Some(folder) = shared("data/check") else { return };
    let expected = safetensors::read(&bytes(folder.join("logits.safetensors"))).unwrap().parameters;
    let network = lite0(&Device::flex());
    for (row, name) in CROPS.iter().enumerate() {
        let picture = image::open(folder.join(format!("{name}-224.png"))).unwrap().to_rgb8();
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let region = Region { left: 0.0, top: 0.0, width: 224.0, height: 224.0 };
        let input = Input { height, width, rgb: picture.into_raw(), region };
        let values = input.normalised(&network.card.preprocess);
        let mut session = Session::new(&network, values, height, width).unwrap();
        let answer = Answer { logits: pollster::block_on(session.logits()).unwrap(), output: network.card.output };
        let expected = &expected.values("lite0")[row * 1000..][..1000];
        let most = expected.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        let off = answer.logits.iter().zip(expected).fold(0.0_f32, |most, (a, b)| most.max((a - b).abs()));
        // Two f32 engines that sum in other orders: torch f32 against f64 gives up to 8.4e-6.
        assert!(off <= 1e-4 * most, "{name}: {off} off, {most} greatest");
        println!("{name}: {off:.1e} off of {most:.1}");
    }
}
