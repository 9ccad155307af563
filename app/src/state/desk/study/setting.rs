//! What a person sets of a study, and the Spec that follows from it.

use super::super::super::order::entry;
use super::super::super::pace::Foretold;
use super::super::super::picking::Picking;
use super::super::super::study::design::{Design, Drawn};
use super::super::Desk;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::descriptor::Need;
use tessera_core::experiment::spec::{Convention, VERSION};
use tessera_core::experiment::{MethodSpec, NetworkSpec, Spec, Subject, Target};
use tessera_core::method::preset::{PRESETS, preset};
use tessera_core::metric::Metric;
use tessera_core::network::card::Card;
use tessera_core::network::plan::Pass;
use tessera_core::photo::{Preprocess, preset as ways};

/// The methods that are ticked when nothing is said.
pub(super) fn usual_methods() -> Picking {
    let mut picking = Picking::default();
    picking.take(&PRESETS[0], &[]);
    picking
}

/// Ids of what is measured when nothing is said.
pub(super) fn usual_metrics() -> Vec<&'static str> {
    ["precision", "sensitivity", "specificity", "accuracy", "average-precision"].to_vec()
}

/// Methods that show something within a minute on any machine.
const QUICK: [&str; 5] = ["gradcam", "layercam", "gradient", "lrp", "sobel"];

/// What a study will take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Price {
    /// Passes.
    pub passes: f64,
    /// Seconds, where the device was measured.
    pub seconds: Option<f64>,
    /// Bytes held at once beside the weights.
    pub memory: u64,
}

impl Desk {
    /// Takes a preset for mosaics and methods: the advised one or the study's.
    pub fn take_design(self, study: bool) {
        let lacks = self.lacks();
        let (design, id) = if study { (Design::facct24(), "facct24") } else { (Design::recommended(), "recommended") };
        let kept = self.studio.design.with_untracked(|design| (design.per_class, design.table.clone()));
        self.studio.design.set(Design { per_class: kept.0, table: kept.1, ..design });
        if let Some(preset) = preset(id) {
            self.studio.methods.update(|picking| picking.take(preset, &lacks));
        }
        let seven = || Metric::all().take(7).map(Metric::id).collect();
        self.studio.metrics.set(if study { seven() } else { usual_metrics() });
    }

    /// What shows something within a minute.
    pub(super) fn take_small(self) {
        self.studio.design.set(Design::small());
        let lacks = self.lacks();
        self.studio.methods.update(|picking| {
            picking.clear();
            let fits = |id: &&&'static str| entry(id).is_some_and(|one| !one.needs.iter().any(|n| lacks.contains(n)));
            QUICK.iter().filter(fits).for_each(|id| picking.tick(id));
        });
    }

    fn lacks(self) -> Vec<Need> {
        self.network.with_untracked(|network| network.outline.as_ref().map_or_else(Vec::new, |one| one.lacks.clone()))
    }

    /// What is done to a mosaic before the network sees it: all its pixels, where the network takes pictures of any
    /// size, else its own size.
    pub(super) fn preprocess(card: &Card, drawn: &Drawn, any: bool, convention: Convention) -> Preprocess {
        let layout = drawn.spec.layout;
        let size = if any { layout.height().min(layout.width()) } else { card.preprocess.size };
        let own = Preprocess { size, ..card.preprocess };
        match ways::preset("signed") {
            // The FAccT 2024 study took mean and deviation 0.5 for every network but those that want 0 to 1.
            Some(study) if convention == Convention::Facct24 && own.std != ways::UNIT.std => {
                Preprocess { mean: study.mean, std: study.std, order: study.order, ..own }
            }
            _ => own,
        }
    }

    /// Rows and columns of what the network sees of a mosaic.
    #[must_use]
    pub fn seen_of_mosaics(self) -> Option<usize> {
        let drawn = self.studio.drawn.get().ok()?;
        let any = self.network.with(|network| network.outline.as_ref().is_some_and(|one| one.any_size));
        self.network
            .with(|network| Some(Self::preprocess(network.card.as_ref()?, &drawn, any, Convention::default()).size))
    }

    /// What is to be run, and its mosaics.
    ///
    /// # Errors
    /// One sentence: what is missing, and what to do.
    pub fn study_spec(self) -> Result<(Spec, Arc<Drawn>), String> {
        let drawn = self.studio.drawn.get()?;
        let methods = self.studio.methods.with(Picking::specs);
        let methods = methods.ok_or("A setting of a method does not fit: correct it.")?;
        if methods.is_empty() {
            return Err("No method is ticked: tick one or more.".into());
        }
        let metrics: Vec<String> = self.studio.metrics.with(|ids| ids.iter().map(|id| (*id).to_owned()).collect());
        if metrics.is_empty() {
            return Err("No metric is ticked: tick one or more.".into());
        }
        let network = self.network.get();
        let (Some(card), Some(outline)) = (network.card, network.outline) else {
            return Err("The network is not here yet: wait until it is loaded.".into());
        };
        let (seed, convention) = self.studio.design.with(|design| (u64::from(design.seed), design.convention));
        let preprocess = Some(Self::preprocess(&card, &drawn, outline.any_size, convention));
        let study = preset("facct24").filter(|_| convention == Convention::Facct24);
        let steps = study.map(|study| methods.iter().map(|method| study.steps_of(&method.id)).collect());
        let spec = Spec {
            tessera: VERSION,
            network: NetworkSpec { preprocess, ..NetworkSpec::of(&card) },
            subject: Subject::Mosaics(drawn.spec.clone()),
            target: Target::Truth,
            scale: Default::default(),
            seed,
            methods,
            steps: steps.unwrap_or_default(),
            metrics,
            convention,
        };
        spec.check().map_err(|error| error.to_string())?;
        Ok((spec, drawn))
    }

    /// What a method takes on a mosaic: seconds grow with its pixels.
    #[must_use]
    pub fn foretold_of_mosaics(self, spec: &MethodSpec) -> Option<Foretold> {
        let foretold = self.foretold(spec)?;
        let (size, usual) = (self.seen_of_mosaics(), self.network.with(|one| Some(one.card.as_ref()?.preprocess.size)));
        let times = size.zip(usual).map_or(1.0, |(size, usual)| (size as f64 / usual as f64).powi(2));
        Some(Foretold { seconds: foretold.seconds.map(|seconds| seconds * times), ..foretold })
    }

    /// What one mosaic takes, with all methods that are ticked.
    #[must_use]
    pub fn price_of_one(self) -> Option<Price> {
        let specs = self.studio.methods.with(Picking::specs)?;
        let each: Vec<Foretold> = specs.iter().map(|spec| self.foretold_of_mosaics(spec)).collect::<Option<_>>()?;
        let together = Foretold::together(&each);
        let outline = self.network.with(|network| network.outline.clone())?;
        let (size, usual) = (self.seen_of_mosaics()?, outline.plan.input[0].max(1));
        let memory = outline.plan.memory(Pass::Gradient) as f64 * (size as f64 / usual as f64).powi(2);
        Some(Price { passes: together.passes, seconds: together.seconds, memory: memory as u64 })
    }

    /// What the whole study takes; workers share it.
    #[must_use]
    pub fn price(self) -> Option<Price> {
        let mosaics = self.studio.drawn.get().ok()?.mosaics.len() as f64;
        let one = self.price_of_one()?;
        let together = self.hands.with_value(|hands| hands.pool.limit()) as f64;
        let shared = if self.devices.with(|devices| devices.preferred()) == tessera_engine::protocol::DeviceKind::Gpu {
            1.0
        } else {
            together.min(mosaics).max(1.0)
        };
        Some(Price {
            passes: one.passes * mosaics,
            seconds: one.seconds.map(|seconds| seconds * mosaics / shared),
            memory: one.memory.saturating_mul(shared as u64),
        })
    }
}

impl Desk {
    /// Whether the run is not of what is set now.
    #[must_use]
    pub fn study_is_stale(self) -> bool {
        let id = self.studio.course.with(|course| course.as_ref().map(|course| course.record.id.clone()));
        id.is_some_and(|id| !self.study_spec().is_ok_and(|(spec, _)| spec.digest() == id))
    }
}
