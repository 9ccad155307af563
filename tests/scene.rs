//! A network and what it sees, in the network's own numbers: what methods are tried on.

use crate::explained::stripes;
use crate::golden::lite0;
use crate::zoo::Golden;
use burn::tensor::Device;
use tessera_core::descriptor::{Scale, Settings};
use tessera_core::experiment::MethodSpec;
use tessera_core::map::Map;
use tessera_core::method::{self, Flow, MethodError, Moment, Watcher, Work};
use tessera_core::network::canonise::fold_batch_norms;
use tessera_core::network::card::{Card, ONNX};
use tessera_core::network::parameters::Parameters;
use tessera_core::network::{Network, Objective, Session, load, zoo};
use tessera_core::photo::preset::UNIT;
use tessera_core::photo::{Filter, Input, Preprocess};

/// A network and what it sees.
pub struct Scene {
    /// The network.
    pub network: Network,
    /// What it sees, `[3, H, W]`.
    pub numbers: Vec<f32>,
    /// Pixels for those who ask for them.
    pub input: Input,
    /// Pictures of a batch at most, if that is not left to the plan.
    pub batch: Option<usize>,
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

impl Scene {
    /// A network in small, with weights and input by formula.
    #[must_use]
    pub fn formula(file: &str) -> Scene {
        Scene::changed(file, |_| ())
    }

    /// The same with other weights.
    ///
    /// # Panics
    /// If the zoo does not know it.
    #[must_use]
    pub fn changed(file: &str, change: impl FnOnce(&mut Parameters)) -> Scene {
        let golden = Golden::open(file);
        let graph = golden.graph();
        let mut parameters = golden.parameters(&graph);
        change(&mut parameters);
        let (graph, parameters) = fold_batch_norms(graph, parameters);
        let device = Device::flex();
        let weights = load::upload(&graph, parameters, &device);
        let (size, filter) = (golden.size[0], Filter::Bilinear);
        let preprocess = Preprocess { size, resize: size, filter, mean: UNIT.mean, std: UNIT.std, order: UNIT.order };
        let card = Card {
            id: file.into(),
            title: file.into(),
            architecture: ONNX.into(),
            classes: golden.dimensions.classes,
            weights: String::new(),
            bytes: 0,
            sha256: String::new(),
            beside: vec![],
            preprocess,
            output: zoo::architecture(&golden.id).unwrap().output,
            names: vec![],
            licence: String::new(),
            source: String::new(),
        };
        let (network, input) = (Network { card, graph, weights, device }, stripes(golden.size[0], golden.size[1]));
        Scene { network, numbers: golden.input(), input, batch: None }
    }

    /// The bundled network and a photo of a cat.
    ///
    /// # Panics
    /// If the golden photo is missing.
    #[must_use]
    pub fn trained() -> Scene {
        let network = crate::lite0(&Device::flex());
        let input = lite0().into_iter().find(|golden| golden.name == "cat").unwrap().input;
        Scene { numbers: input.normalised(&network.card.preprocess), network, input, batch: None }
    }

    /// The same network looking at a picture of one number everywhere.
    #[must_use]
    pub fn seeing(mut self, number: f32) -> Scene {
        self.numbers.fill(number);
        self.input.rgb.fill(128);
        self
    }

    /// A method's map for a class's logit, with seed 0.
    ///
    /// # Errors
    /// If there is none.
    ///
    /// # Panics
    /// If there is no such method, or a setting does not fit it.
    pub fn map(&self, class: usize, spec: &MethodSpec) -> Result<Map, MethodError> {
        let Input { height, width, .. } = self.input;
        let entry = method::entry(&spec.id).unwrap();
        let settings: Settings = spec.complete().unwrap_or_else(|error| panic!("{error}"));
        let mut session = Session::new(&self.network, self.numbers.clone(), height, width).unwrap();
        self.batch.into_iter().for_each(|most| session.limit(most));
        let passes = method::cost(&spec.id, &settings, session.plan()).passes();
        let mut work = Work {
            session: &mut session,
            input: &self.input,
            objective: Objective { classes: vec![(class, 1.0)], scale: Scale::Logit },
            settings,
            seed: 0,
            entry,
            passes,
            watcher: &mut Silent,
        };
        pollster::block_on(method::run(&mut work))
    }
}
