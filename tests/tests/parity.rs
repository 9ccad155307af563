//! Networks on the native CPU against PyTorch: logits, Grad-CAM of two classes, gradient.

use burn::tensor::Device;
use tessera_core::experiment::Target;
use tessera_core::network::Network;
use tessera_tests::explained::{Explained, map};
use tessera_tests::golden::{Golden, check_gradcam, check_gradient, check_logits, check_median, lite0, tiny};

/// Runs one picture and gives the gradient's distance.
fn check(network: &Network, golden: &Golden) -> f64 {
    let input = &golden.input;
    let answer = Explained::default().run(network, input, Target::Predicted, &[]).unwrap();
    check_logits(&answer.logits, golden);
    for (class, &target) in golden.classes.iter().enumerate() {
        check_gradcam(&map(network, input, target, "gradcam", &[]).values, golden, class);
    }
    check_gradient(&map(network, input, golden.classes[0], "gradient", &[]).values, golden)
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
