//! Attribution methods against captum, pytorch-grad-cam, lime, shap, bcos and their definitions (tests/golden/methods).
//!
//! A tolerance is a relative length over the numbers stored: thirty times what the reference's own f32 is off its f64, and no
//! less than [`LEAST`]; tests/golden/methods/README.md has the reason.

use safetensors::SafeTensors;
use std::collections::BTreeMap;
use tessera_core::map::Map;
use tessera_tests::explained::spec;
use tessera_tests::scene::Scene;
use tessera_tests::{bytes, root};

/// The least tolerance: some f32 roundings in another order of sums.
const LEAST: f64 = 1e-5;

/// The least for sums over dozens of pictures in rectifier networks: rounding turns a unit over that is at its kink in one
/// of them, and that one's gradient moves by a few percent.
const TURNED: f64 = 5e-3;

/// Components whose sign hangs on a sum that a layer norm has made zero.
const UNSIGNED: [(&str, &str); 1] = [("convnext_tiny", "eigengradcam@features.5.8")];

/// What the references gave for one network.
struct References {
    file: String,
    target: usize,
    maps: serde_json::Value,
    tensors: BTreeMap<String, Vec<f32>>,
}

impl References {
    fn open(file: &str) -> References {
        let bytes = bytes(root().join(format!("tests/golden/methods/{file}.safetensors")));
        let (_, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
        let metadata = metadata.metadata().clone().unwrap();
        let floats = |data: &[u8]| data.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect();
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        References {
            file: file.into(),
            target: metadata["target"].parse().unwrap(),
            maps: serde_json::from_str(&metadata["maps"]).unwrap(),
            tensors: tensors.iter().map(|(name, view)| (name.to_string(), floats(view.data()))).collect(),
        }
    }

    fn number(&self, tensor: &str, of: &str) -> f64 {
        self.maps[tensor][of].as_f64().unwrap()
    }

    /// How far a map is from the reference's, as a share of what is allowed.
    fn off(&self, tensor: &str, found: &[f32]) -> f64 {
        let stride = self.number(tensor, "stride") as usize;
        let positive = POSITIVE.contains(&tensor.split('@').next().unwrap());
        let expected = &self.tensors[tensor];
        let found: Vec<f32> = found.iter().copied().step_by(stride).collect();
        assert_eq!(found.len(), expected.len(), "{}, {tensor}", self.file);
        let cut = |v: f32| if positive { v.max(0.0) } else { v };
        let square = |sum: f64, d: f64| sum + d * d;
        let apart =
            |sign: f32| found.iter().zip(expected).map(|(a, b)| f64::from(sign * a - cut(*b))).fold(0.0, square).sqrt();
        let unsigned = UNSIGNED.contains(&(self.file.as_str(), tensor));
        let apart = if unsigned { apart(1.0).min(apart(-1.0)) } else { apart(1.0) };
        let length = expected.iter().map(|&v| f64::from(v)).fold(0.0, square).sqrt();
        let least = if tensor.starts_with("integrated_gradients") { TURNED } else { LEAST };
        let allowed = (30.0 * self.number(tensor, "noise")).max(least);
        println!("{:<28} {tensor:<44} {:.1e} of {allowed:.1e}", self.file, apart / length);
        apart / length / allowed
    }
}

/// Stored as raw sums, of which the method shows what is above zero.
const POSITIVE: [&str; 6] = ["gradcam", "gradcam++", "xgradcam", "layercam", "scorecam", "ablationcam"];

/// Tensors, the methods that make them, and their settings.
const METHODS: [(&str, &str, &[(&str, &str)]); 32] = [
    ("gradient", "gradient", &[]),
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
                _ => map.values,
            };
            let off = references.off(stored, &found);
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
    check("vgg11", 33);
}

#[test]
fn with_sums() {
    check("resnet18", 37);
}

#[test]
fn with_concatenations() {
    check("densenet121", 25);
    check("squeezenet1_1", 25);
}

#[test]
fn with_clips_and_depthwise_convolutions() {
    check("mobilenet_v2", 25);
}

#[test]
fn with_layer_norms() {
    check("convnext_tiny", 28);
}

#[test]
fn with_attention() {
    check("vit_b_16", 23);
}

#[test]
fn with_scales() {
    check("bcos_resnet18", 1);
    check("bcos_simple_vit_ti_patch16", 1);
}

#[test]
fn with_trained_weights() {
    assert_eq!(compare(&Scene::trained(), &References::open("efficientnet_lite0_trained")), 26);
}
