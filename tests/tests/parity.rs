//! Networks on the native CPU against PyTorch: logits, Grad-CAM of two classes, gradient.

use burn::tensor::Device;
use tessera_core::method;
use tessera_core::network::{Network, Session};
use tessera_tests::golden::{Golden, check_gradcam, check_gradient, check_logits, check_median, lite0, tiny};

/// Runs one picture and gives the gradient's distance.
fn check(network: &Network, golden: &Golden) -> f64 {
    let input = &golden.input;
    let values = input.normalised(&network.card.preprocess);
    let mut session = Session::new(network, values, input.height, input.width).unwrap();
    check_logits(&pollster::block_on(session.logits()).unwrap(), golden);
    for (class, &target) in golden.classes.iter().enumerate() {
        let map = pollster::block_on(method::run("gradcam", &mut session, target)).unwrap().unwrap();
        check_gradcam(&map.values, golden, class);
    }
    let map = pollster::block_on(method::run("gradient", &mut session, golden.classes[0])).unwrap().unwrap();
    check_gradient(&map.values, golden)
}

#[test]
fn lite0_on_the_cpu_equals_pytorch() {
    let network = tessera_tests::lite0(&Device::flex());
    check_median(lite0().iter().map(|golden| check(&network, golden)).collect());
}

#[test]
fn the_tiny_network_on_the_cpu_equals_pytorch_to_rounding() {
    let network = tessera_tests::open("tests/golden/tiny", &Device::flex());
    for golden in tiny() {
        check(&network, &golden);
    }
}
