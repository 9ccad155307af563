//! A network and what it sees, in the network's own numbers: what methods are tried on.

use crate::code_books::{from_code_books, open};
use crate::explained::stripes;
use crate::golden::lite0;
use crate::zoo::Golden;
use crate::{bytes, shared};
use burn::tensor::Device;
use tessera_core::descriptor::{Scale, Settings};
use tessera_core::experiment::MethodSpec;
use tessera_core::map::Map;
use tessera_core::method::{self, Flow, Gathered, MethodError, Moment, Portion, Watcher, Work};
use tessera_core::network::canonise::fold_batch_norms;
use tessera_core::network::card::{Card, ONNX, Output};
use tessera_core::network::graph::Graph;
use tessera_core::network::parameters::Parameters;
use tessera_core::network::{Network, Objective, Session, load, zoo};
use tessera_core::photo::{Filter, Input, Order, Preprocess};

/// Means and deviations by which black is -3 and white 3: the bounds of the references' z-box. What a network sees is handed
/// to it as numbers, so nothing else hangs on them but baselines.
const BOX: ([f32; 3], [f32; 3]) = ([127.5; 3], [42.5; 3]);

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

    fn gathered(&mut self, _: Gathered) -> Moment<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

impl Scene {
    /// A network in small, with weights and input by formula, and batch norms folded as they are in any network that is
    /// opened.
    #[must_use]
    pub fn formula(file: &str) -> Scene {
        Scene::canonised(Golden::open(file), fold_batch_norms)
    }

    /// The same with a single class, yes or no.
    #[must_use]
    pub fn of_one_class(file: &str) -> Scene {
        let mut golden = Golden::open(file);
        golden.dimensions.classes = 1;
        let mut scene = Scene::canonised(golden, fold_batch_norms);
        scene.network.card.output = Output::Sigmoid;
        scene
    }

    /// The same with batch norms where they are.
    #[must_use]
    pub fn as_built(file: &str) -> Scene {
        Scene::canonised(Golden::open(file), |graph, parameters| (graph, parameters))
    }

    /// The same with other weights.
    #[must_use]
    pub fn changed(file: &str, change: impl FnOnce(&mut Parameters)) -> Scene {
        Scene::canonised(Golden::open(file), |graph, mut parameters| {
            change(&mut parameters);
            fold_batch_norms(graph, parameters)
        })
    }

    fn canonised(golden: Golden, canonise: impl FnOnce(Graph, Parameters) -> (Graph, Parameters)) -> Scene {
        let graph = golden.graph();
        let parameters = golden.parameters(&graph);
        let (graph, parameters) = canonise(graph, parameters);
        let device = Device::flex();
        let weights = load::upload(&graph, parameters, &device);
        let preprocess = Preprocess {
            size: golden.size[0],
            resize: golden.size[0],
            filter: Filter::Bilinear,
            mean: BOX.0,
            std: BOX.1,
            order: Order::Rgb,
        };
        let card = Card {
            id: golden.file.clone(),
            title: golden.file.clone(),
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

    /// The same with the references' black and white, which are the bounds of their z-box. What it sees stays.
    #[must_use]
    pub fn boxed(mut self) -> Scene {
        (self.network.card.preprocess.mean, self.network.card.preprocess.std) = BOX;
        self
    }

    /// ResNet-18 with trained weights, which stand beside the workspace, and the same photo; none where they are absent.
    ///
    /// # Panics
    /// If the file is damaged.
    #[must_use]
    pub fn resnet18() -> Option<Scene> {
        let file = shared("models/resnet18-pq.safetensors")?;
        let network = open("resnet18", &from_code_books(&bytes(file)));
        let input = Scene::trained().input;
        Some(Scene { numbers: input.normalised(&network.card.preprocess), network, input, batch: None })
    }

    /// The same network looking at a picture of one number everywhere.
    #[must_use]
    pub fn seeing(mut self, number: f32) -> Scene {
        self.numbers.fill(number);
        self.input.rgb.fill(128);
        self
    }

    /// What it sees on it.
    ///
    /// # Panics
    /// If it does not take its size.
    #[must_use]
    pub fn session(&self) -> Session<'_> {
        self.session_of(self.numbers.clone())
    }

    /// Other numbers on it.
    ///
    /// # Panics
    /// If it does not take their size.
    #[must_use]
    pub fn session_of(&self, numbers: Vec<f32>) -> Session<'_> {
        let Input { height, width, .. } = self.input;
        let mut session = Session::new(&self.network, numbers, height, width).unwrap();
        self.batch.into_iter().for_each(|most| session.limit(most));
        session
    }

    /// A method's map for a class's logit, with seed 0.
    ///
    /// # Errors
    /// If there is none.
    ///
    /// # Panics
    /// If there is no such method, or a setting does not fit it.
    pub fn map(&self, class: usize, spec: &MethodSpec) -> Result<Map, MethodError> {
        self.with(class, spec, async |work| method::run(work).await)
    }

    /// What comes of a method's work, done as told.
    ///
    /// # Errors
    /// If there is no map.
    ///
    /// # Panics
    /// If there is no such method, or a setting does not fit it.
    pub fn with(
        &self,
        class: usize,
        spec: &MethodSpec,
        run: impl AsyncFnOnce(&mut Work<'_, '_>) -> Result<Map, MethodError>,
    ) -> Result<Map, MethodError> {
        self.work((class, spec), None, &mut Silent, run)
    }

    /// A method's map for a class's logit, with seed 0, of a portion of its samples, while someone watches.
    ///
    /// # Errors
    /// If there is none.
    ///
    /// # Panics
    /// If there is no such method, or a setting does not fit it.
    pub fn portion(
        &self,
        class: usize,
        spec: &MethodSpec,
        portion: &Portion,
        watcher: &mut dyn Watcher,
    ) -> Result<Map, MethodError> {
        self.work((class, spec), Some(portion), watcher, async |work| method::run(work).await)
    }

    fn work(
        &self,
        (class, spec): (usize, &MethodSpec),
        portion: Option<&Portion>,
        watcher: &mut dyn Watcher,
        run: impl AsyncFnOnce(&mut Work<'_, '_>) -> Result<Map, MethodError>,
    ) -> Result<Map, MethodError> {
        let settings: Settings = spec.complete().unwrap_or_else(|error| panic!("{error}"));
        let mut session = self.session();
        let mut work = Work {
            passes: method::cost(&spec.id, &settings, session.plan()).passes(),
            session: &mut session,
            input: &self.input,
            objective: Objective { classes: vec![(class, 1.0)], scale: Scale::Logit },
            answered: None,
            settings,
            seed: 0,
            entry: method::entry(&spec.id).unwrap(),
            portion,
            watcher,
        };
        pollster::block_on(run(&mut work))
    }
}
