//! EfficientNet-Lite0 on the native CPU against PyTorch: eight photos, logits, Grad-CAM of two classes, gradient.

use burn::tensor::Device;
use tessera_core::method;
use tessera_core::network::Session;
use tessera_tests::golden::{check_gradcam, check_gradient, check_logits, check_median, lite0};

#[test]
fn lite0_on_the_cpu_equals_pytorch() {
    let network = tessera_tests::lite0(&Device::flex());
    let mut distances = vec![];
    for photo in lite0() {
        let values = photo.input.normalised(&network.card.preprocess);
        let mut session = Session::new(&network, values, 224, 224).unwrap();
        let logits = pollster::block_on(session.logits()).unwrap();
        check_logits(&logits, &photo);
        for (class, &target) in photo.classes.iter().enumerate() {
            let map = pollster::block_on(method::run("gradcam", &mut session, target)).unwrap().unwrap();
            check_gradcam(&map.values, &photo, class);
        }
        let map = pollster::block_on(method::run("gradient", &mut session, photo.classes[0])).unwrap().unwrap();
        distances.push(check_gradient(&map.values, &photo));
    }
    check_median(distances);
}
