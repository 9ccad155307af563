//! Attribution methods against captum, zennit, pytorch-grad-cam, lime, shap, bcos and their definitions
//! (tests/golden/methods).

use tessera_core::map::Map;
use tessera_core::map::steps::{self, StepSpec};
use tessera_core::map::weights::picture;
use tessera_core::method::iba::{self, Statistics};
use tessera_core::method::{bcos, expected_gradients};
use tessera_core::network::Objective;
use tessera_core::network::value::Value;
use tessera_tests::explained::spec;
use tessera_tests::methods::References;
use tessera_tests::scene::Scene;
use tessera_tests::zoo::uniform;

/// Stored as raw sums, of which the method shows what is above zero.
const POSITIVE: [&str; 6] = ["gradcam", "gradcam++", "xgradcam", "layercam", "scorecam", "ablationcam"];

/// A tensor, the method that makes it, and its settings.
type Line = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// All that is compared.
const METHODS: [Line; 46] = [
    ("gradient", "gradient", &[]),
    ("gradient.training", "gradient", &[("statistics", "batch")]),
    ("guided_backprop.training", "guided_backpropagation", &[("statistics", "batch")]),
    ("integrated_gradients.training", "integrated_gradients", &[("steps", "20"), ("statistics", "batch")]),
    ("input_x_gradient", "input_x_gradient", &[]),
    ("integrated_gradients.gausslegendre", "integrated_gradients", &[]),
    ("integrated_gradients.riemann_middle", "integrated_gradients", &[("steps", "20"), ("quadrature", "middle")]),
    ("integrated_gradients.riemann_trapezoid", "integrated_gradients", &[("steps", "20"), ("quadrature", "trapezoid")]),
    ("smoothgrad", "smoothgrad", &[("samples", "8")]),
    ("smoothgrad_sq", "smoothgrad_squared", &[("samples", "8")]),
    ("vargrad", "vargrad", &[("samples", "8")]),
    ("guided_backprop", "guided_backpropagation", &[]),
    ("deconvnet", "deconvolution", &[]),
    ("guided_gradcam", "guided_gradcam", &[]),
    ("gradcam", "gradcam", &[]),
    ("gradcam++", "gradcam_plus_plus", &[]),
    ("xgradcam", "xgradcam", &[]),
    ("hirescam", "hirescam", &[]),
    ("elementwise", "elementwise_cam", &[]),
    ("layercam", "layercam", &[]),
    ("eigencam", "eigencam", &[]),
    ("eigengradcam", "eigengradcam", &[]),
    ("scorecam", "scorecam", &[]),
    ("ablationcam", "ablationcam", &[]),
    ("opticam", "opticam", &[]),
    ("opticam.plain", "opticam", &[("aim", "raise")]),
    ("opticam.short", "opticam", &[("aim", "raise"), ("steps", "10")]),
    ("fullgrad", "fullgrad", &[]),
    ("attention_rollout", "attention_rollout", &[]),
    ("gradient_weighted_attention", "gradient_weighted_attention", &[]),
    ("occlusion", "occlusion", &[]),
    ("rise", "rise", &[("masks", "32"), ("cells", "4")]),
    ("lime.coefficients", "lime", &[("samples", "200"), ("segments", "grid"), ("parts", "48")]),
    ("kernelshap.coefficients", "kernelshap", &[("samples", "200"), ("parts", "12")]),
    ("bcos.contribution", "bcos", &[]),
    ("deeplift", "deeplift", &[]),
    ("lrp.epsilon", "lrp", &[("composite", "epsilon")]),
    ("lrp.epsilon_plus", "lrp", &[]),
    ("lrp.epsilon_plus.no_bias", "lrp", &[("bias", "handed_on")]),
    ("lrp.epsilon_plus_flat", "lrp", &[("composite", "epsilon_plus_flat")]),
    ("lrp.epsilon_gamma_box", "lrp", &[("composite", "epsilon_gamma_box")]),
    ("lrp.epsilon_alpha2_beta1", "lrp", &[("composite", "alpha2_beta1")]),
    ("lrp.epsilon_alpha2_beta1.no_bias", "lrp", &[("composite", "alpha2_beta1"), ("bias", "handed_on")]),
    ("lrp.facct24", "lrp", &[("composite", "facct24")]),
    ("attnlrp", "lrp", &[("composite", "attention")]),
    ("cp_lrp", "lrp", &[("composite", "epsilon")]),
];

/// The number of each part of a map painted over parts of `side` x `side`, along the rows.
fn parts(map: &Map, side: usize) -> Vec<f32> {
    let (rows, columns) = (map.facts.height / side, map.facts.width / side);
    let at = |i: usize| map.values[i / columns * side * map.facts.width + i % columns * side];
    (0..rows * columns).map(at).collect()
}

/// Compares all that is stored of a network, and gives how many maps those were.
fn compare(scene: &Scene, references: &References) -> usize {
    let (mut count, mut far) = (0, vec![]);
    for (tensor, id, settings) in METHODS {
        for stored in references.tensors.keys() {
            let layer = match stored.split_once('@') {
                Some((name, layer)) if name == tensor => Some(layer),
                None if stored == tensor => None,
                _ => continue,
            };
            let layer: Vec<(&str, &str)> = layer.map(|layer| ("layer", layer)).into_iter().collect();
            let map = scene.map(references.target, &spec(id, &[settings, &layer].concat()));
            let map = map.unwrap_or_else(|why| panic!("{}, {stored}: {why}", references.file));
            let found = match tensor {
                "lime.coefficients" => parts(&map, 8),
                "kernelshap.coefficients" => parts(&map, 16),
                "lrp.facct24" => map.flat(),
                _ => map.values,
            };
            let off = references.off(stored, &found, POSITIVE.contains(&tensor));
            if off.is_nan() || off > 1.0 {
                far.push(format!("{stored}: {off:.1} times what is allowed"));
            }
            count += 1;
        }
    }
    assert!(far.is_empty(), "{}: {}", references.file, far.join("; "));
    count
}

/// Compares a network in small and fails unless there were as many maps as there should be.
fn check(file: &str, maps: usize) {
    assert_eq!(compare(&Scene::formula(file), &References::open(file)), maps, "{file}");
}

#[test]
fn in_sequence() {
    check("vgg11", 48);
}

#[test]
fn with_sums() {
    check("resnet18", 52);
}

#[test]
fn with_concatenations() {
    check("densenet121", 35);
    check("squeezenet1_1", 36);
}

#[test]
fn with_clips_and_depthwise_convolutions() {
    check("mobilenet_v2", 34);
}

#[test]
fn with_layer_norms() {
    check("convnext_tiny", 32);
}

#[test]
fn with_attention() {
    check("vit_b_16", 25);
}

#[test]
fn with_scales() {
    check("bcos_resnet18", 1);
    check("bcos_simple_vit_ti_patch16", 1);
}

/// The weights, and the pictures of them: where two colours are both next to nothing, rounding decides.
#[test]
fn pictures_of_scales() {
    for file in ["bcos_resnet18", "bcos_simple_vit_ti_patch16"] {
        let (scene, references) = (Scene::formula(file), References::open(file));
        let (mut session, objective) = (scene.session(), Objective::logit(references.target));
        let (inputs, weights) = bcos::factors(&mut session, &objective).unwrap();
        let [inputs, weights] = [inputs, weights].map(|part| pollster::block_on(Value::from(part).read()).unwrap());
        assert!(references.off("bcos.weights", &weights, false) <= 1.0, "{file}");
        for smooth in [0, 15] {
            let found = picture(&weights, &inputs, session.size, smooth);
            assert!(references.off(&format!("bcos.picture.smooth{smooth}"), &found, false) <= 1.0, "{file}, {smooth}");
        }
    }
}

#[test]
fn with_trained_weights() {
    assert_eq!(compare(&Scene::trained().boxed(), &References::open("efficientnet_lite0_trained")), 39);
}

/// The weights may not be redistributed: where they are absent this is not run, and says so.
#[test]
fn with_trained_weights_of_resnet18() {
    let Some(scene) = Scene::resnet18() else { return };
    assert_eq!(compare(&scene.boxed(), &References::open("resnet18_trained")), 43);
}

/// The study's VGG-16, of which nothing else is stored.
#[test]
fn as_in_training() {
    check("vgg16_bn", 3);
}

/// What batch norms with a picture's own statistics and dropout with our draws answer.
#[test]
fn answers_as_in_training() {
    for file in ["vgg11", "vgg16_bn", "resnet18", "squeezenet1_1", "mobilenet_v2", "convnext_tiny"] {
        let (scene, references) = (Scene::formula(file), References::open(file));
        let (network, session) = (scene.network.in_training(0).unwrap(), scene.session());
        let logits = pollster::block_on(session.on(&network, session.input()).unwrap().logits()).unwrap();
        assert!(references.off("logits.training", &logits, false) <= 1.0, "{file}");
    }
    assert!(Scene::formula("vit_b_16").network.in_training(0).is_none(), "it drops nothing and has no batch norms");
}

/// Their own draws and their own baselines: zero, and a picture by formula.
#[test]
fn expected_gradients_over_the_references_baselines() {
    let mut count = 0;
    for file in ["vgg11", "resnet18", "mobilenet_v2", "convnext_tiny", "vit_b_16"] {
        let (scene, references) = (Scene::formula(file), References::open(file));
        let formula = uniform("baseline.0", scene.numbers.len()).map(|u| (u as f32 - 0.5) / 0.25).collect();
        let baselines = [vec![0.0; scene.numbers.len()], formula];
        let map = scene.with(references.target, &spec("expected_gradients", &[("samples", "8")]), async |work| {
            expected_gradients::over(work, &baselines).await
        });
        assert!(references.off("expected_gradients", &map.unwrap().values, false) <= 1.0, "{file}");
        count += 1;
    }
    assert_eq!(count, 5);
}

/// A regression on coalitions of twelve parts, against all 4096 of them: as near as it says itself.
#[test]
fn kernelshap_comes_near_shapley_values() {
    let (scene, references) = (Scene::formula("resnet18"), References::open("resnet18"));
    let map = scene.map(references.target, &spec("kernelshap", &[("samples", "2000"), ("parts", "12")])).unwrap();
    let exact = &references.tensors["shapley.exact"];
    let found = parts(&map, 16);
    let square = |sum: f64, d: f64| sum + d * d;
    let apart = found.iter().zip(exact).map(|(a, b)| f64::from(a - b)).fold(0.0, square).sqrt();
    let length = exact.iter().map(|&v| f64::from(v)).fold(0.0, square).sqrt();
    let error = map.facts.provenance.error.unwrap();
    println!("{:.4} apart, {error:.4} its own standard error", apart / length);
    assert!(apart / length < 3.0 * error && error < 0.1, "{} {error}", apart / length);
}

/// Eight thousand masks of ours against as many of numpy's draws: as near as both say of themselves.
#[test]
fn rise_comes_near_that_of_other_masks() {
    let (scene, references) = (Scene::formula("resnet18"), References::open("resnet18"));
    let map = scene.map(references.target, &spec("rise", &[("masks", "8000")])).unwrap();
    let expected = &references.tensors["rise.many"];
    let stride = map.values.len().div_ceil(expected.len());
    let square = |sum: f64, d: f64| sum + d * d;
    let found = map.values.iter().step_by(stride);
    let apart = found.zip(expected).map(|(a, b)| f64::from(a - b)).fold(0.0, square).sqrt();
    let length = expected.iter().map(|&v| f64::from(v)).fold(0.0, square).sqrt();
    let (ours, theirs) = (map.facts.provenance.error.unwrap(), references.maps["rise.many"]["error"].as_f64().unwrap());
    println!("{:.5} apart; standard errors {ours:.5} and {theirs:.5}", apart / length);
    assert!(apart / length < 2.0 * ours.hypot(theirs) && ours < 0.02, "{:.5} {ours:.5} {theirs:.5}", apart / length);
}

/// With what the layer holds in 32 pictures by formula, and the references' noise.
#[test]
fn the_information_bottleneck() {
    let (scene, references) = (Scene::formula("resnet18"), References::open("resnet18"));
    let node = scene.network.graph.node("layer2.1").unwrap();
    let features = |i: usize| {
        let name = format!("baseline.{i}");
        let numbers = uniform(&name, scene.numbers.len()).map(|u| (u as f32 - 0.5) / 0.25);
        let mut session = scene.session_of(numbers.collect());
        session.tap(node);
        pollster::block_on(session.value(node).read()).unwrap()
    };
    let statistics = Statistics::of_many(&(0..32).map(features).collect::<Vec<_>>());
    let map = scene.with(references.target, &spec("iba", &[("layer", "layer2.1")]), async |work| {
        iba::with(work, &statistics).await
    });
    let map = map.unwrap();
    assert!(references.off("iba.bits", &map.values, false) <= 1.0);
    // The original spreads the bits over the pixels, enlarged as the step does.
    let share = map.values.len() as f32;
    let mirrored = StepSpec::typed("resize", [("how", "mirrored")]).unwrap();
    let large = steps::run(&mirrored, map).unwrap();
    let share = share / large.values.len() as f32;
    let spread: Vec<f32> = large.values.iter().map(|bits| bits * share).collect();
    assert!(references.off("iba", &spread, false) <= 1.0);
}
