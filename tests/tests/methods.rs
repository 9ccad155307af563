//! Attribution methods against captum, pytorch-grad-cam, lime, shap, bcos and their definitions (tests/golden/methods).
//!
//! A tolerance is a relative length over the numbers stored: thirty times what the reference's own f32 is off its f64, and no
//! less than [`LEAST`]; tests/golden/methods/README.md has the reason.

use burn::tensor::Device;
use safetensors::SafeTensors;
use std::collections::BTreeMap;
use tessera_core::descriptor::{Scale, Setting, Settings};
use tessera_core::map::Map;
use tessera_core::method::{self, Flow, MethodError, Moment, Watcher, Work};
use tessera_core::network::canonise::fold_batch_norms;
use tessera_core::network::card::{Card, ONNX};
use tessera_core::network::{Network, Objective, Session, load, zoo};
use tessera_core::photo::preset::UNIT;
use tessera_core::photo::{Filter, Input, Preprocess};
use tessera_tests::explained::stripes;
use tessera_tests::golden::lite0;
use tessera_tests::zoo::Golden;
use tessera_tests::{bytes, root};

/// The least tolerance: some f32 roundings in another order of sums.
const LEAST: f64 = 1e-5;

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
        let apart = found.iter().zip(expected).map(|(a, b)| f64::from(a - cut(*b))).fold(0.0, square).sqrt();
        let length = expected.iter().map(|&v| f64::from(v)).fold(0.0, square).sqrt();
        let allowed = (30.0 * self.number(tensor, "noise")).max(LEAST);
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

/// Nobody.
struct Silent;

impl Watcher for Silent {
    fn went(&mut self, _: f64) -> Moment<'_, Flow> {
        Box::pin(std::future::ready(Flow::Go))
    }

    fn sketch(&mut self, _: Map) -> Moment<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// A network and what it sees, in its own numbers.
struct Scene {
    network: Network,
    numbers: Vec<f32>,
    input: Input,
}

impl Scene {
    /// A network in small, with weights and input by formula.
    fn formula(file: &str) -> Scene {
        let golden = Golden::open(file);
        let graph = golden.graph();
        let parameters = golden.parameters(&graph);
        let (graph, parameters) = fold_batch_norms(graph, parameters);
        let device = Device::flex();
        let weights = load::upload(&graph, parameters, &device);
        let preprocess = Preprocess {
            size: 64,
            resize: 64,
            filter: Filter::Bilinear,
            mean: UNIT.mean,
            std: UNIT.std,
            order: UNIT.order,
        };
        let card = Card {
            id: file.into(),
            title: file.into(),
            architecture: ONNX.into(),
            classes: golden.dimensions.classes,
            weights: String::new(),
            bytes: 0,
            sha256: String::new(),
            preprocess,
            output: zoo::architecture(&golden.id).unwrap().output,
            names: vec![],
            licence: String::new(),
            source: String::new(),
        };
        let input = stripes(golden.size[0], golden.size[1]);
        Scene { network: Network { card, graph, weights, device }, numbers: golden.input(), input }
    }

    /// The bundled network and a photo of a cat.
    fn trained() -> Scene {
        let network = tessera_tests::lite0(&Device::flex());
        let input = lite0().into_iter().find(|golden| golden.name == "cat").unwrap().input;
        Scene { numbers: input.normalised(&network.card.preprocess), network, input }
    }

    fn map(&self, target: usize, id: &str, settings: &[(&str, &str)]) -> Result<Map, MethodError> {
        let Input { height, width, .. } = self.input;
        let entry = method::entry(id).unwrap();
        let settings = settings.iter().map(|(id, text)| ((*id).into(), Setting::from(*text))).collect();
        let settings = Settings(settings).complete(entry.params).unwrap();
        let mut session = Session::new(&self.network, self.numbers.clone(), height, width).unwrap();
        let passes = method::cost(id, &settings, session.plan()).passes();
        let mut work = Work {
            session: &mut session,
            input: &self.input,
            objective: Objective { classes: vec![(target, 1.0)], scale: Scale::Logit },
            settings,
            seed: 0,
            entry,
            passes,
            watcher: &mut Silent,
        };
        pollster::block_on(method::run(&mut work))
    }
}

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
            let map = scene.map(references.target, id, &[settings, &layer].concat());
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
    check("densenet121", 24);
    check("squeezenet1_1", 24);
}

#[test]
fn with_clips_and_depthwise_convolutions() {
    check("mobilenet_v2", 24);
}

#[test]
fn with_layer_norms() {
    check("convnext_tiny", 28);
}

#[test]
fn with_attention() {
    check("vit_b_16", 22);
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
