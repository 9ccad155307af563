//! What the field's libraries made of networks (tests/golden/methods), and how near another engine must come: maps are run
//! as the product runs them, on the references' networks and inputs.
//!
//! A tolerance is a relative length over the numbers stored: thirty times what the reference's own f32 is off its f64, and no
//! less than [`LEAST`]; tests/golden/methods/README.md has the reason.

use crate::explained::stripes;
use crate::golden::lite0;
use crate::zoo::Golden;
use crate::{bytes, root};
use burn::tensor::Device;
use safetensors::SafeTensors;
use std::collections::BTreeMap;
use tessera_core::descriptor::{Scale, Setting, Settings};
use tessera_core::map::Map;
use tessera_core::method::{self, Flow, MethodError, Moment, Watcher, Work};
use tessera_core::network::canonise::fold_batch_norms;
use tessera_core::network::card::{Card, ONNX};
use tessera_core::network::graph::Graph;
use tessera_core::network::parameters::Parameters;
use tessera_core::network::{Network, Objective, Session, load, zoo};
use tessera_core::photo::{Filter, Input, Order, Preprocess};

/// The least tolerance: some f32 roundings in another order of sums.
const LEAST: f64 = 1e-5;

/// What the references gave for one network.
pub struct References {
    /// Name of the file without its ending.
    pub file: String,
    /// The class that was explained.
    pub target: usize,
    /// What is said of each tensor.
    pub maps: serde_json::Value,
    /// Tensors by name.
    pub tensors: BTreeMap<String, Vec<f32>>,
}

impl References {
    /// Those of one network.
    ///
    /// # Panics
    /// If the file is damaged.
    #[must_use]
    pub fn open(file: &str) -> References {
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

    /// How far a map is from the reference's, of which only what is above zero counts if `positive`; as a share of what is
    /// allowed.
    ///
    /// # Panics
    /// If there is no such tensor, or it has another size.
    #[must_use]
    pub fn off(&self, tensor: &str, found: &[f32], positive: bool) -> f64 {
        let stride = self.number(tensor, "stride") as usize;
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
pub struct Scene {
    /// The network.
    pub network: Network,
    /// What it sees.
    pub numbers: Vec<f32>,
    /// The picture it stands for.
    pub input: Input,
}

impl Scene {
    /// A network in small, with weights and input by formula, and batch norms folded as they are in any network that is
    /// opened.
    ///
    /// # Panics
    /// If there is no file of it.
    #[must_use]
    pub fn formula(file: &str) -> Scene {
        Scene::canonised(file, fold_batch_norms)
    }

    /// The same with batch norms where they are.
    ///
    /// # Panics
    /// If there is no file of it.
    #[must_use]
    pub fn as_built(file: &str) -> Scene {
        Scene::canonised(file, |graph, parameters| (graph, parameters))
    }

    fn canonised(file: &str, canonise: fn(Graph, Parameters) -> (Graph, Parameters)) -> Scene {
        let golden = Golden::open(file);
        let graph = golden.graph();
        let parameters = golden.parameters(&graph);
        let (graph, parameters) = canonise(graph, parameters);
        let device = Device::flex();
        let weights = load::upload(&graph, parameters, &device);
        let preprocess = Preprocess {
            size: 64,
            resize: 64,
            filter: Filter::Bilinear,
            // So that black is -3 and white 3, the bounds of the references' z-box.
            mean: [127.5; 3],
            std: [42.5; 3],
            order: Order::Rgb,
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
    ///
    /// # Panics
    /// If it cannot be opened.
    #[must_use]
    pub fn trained() -> Scene {
        let network = crate::lite0(&Device::flex());
        let input = lite0().into_iter().find(|golden| golden.name == "cat").unwrap().input;
        Scene { numbers: input.normalised(&network.card.preprocess), network, input }
    }

    /// What it sees on it.
    ///
    /// # Panics
    /// If it does not take its size.
    #[must_use]
    pub fn session(&self) -> Session<'_> {
        Session::new(&self.network, self.numbers.clone(), self.input.height, self.input.width).unwrap()
    }

    /// The map of a method.
    ///
    /// # Errors
    /// If there is none.
    ///
    /// # Panics
    /// If there is no such method or setting.
    pub fn map(&self, target: usize, id: &str, settings: &[(&str, &str)]) -> Result<Map, MethodError> {
        let entry = method::entry(id).unwrap();
        let settings = settings.iter().map(|(id, text)| ((*id).into(), Setting::from(*text))).collect();
        let settings = Settings(settings).complete(entry.params).unwrap();
        let mut session = self.session();
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
