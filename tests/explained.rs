//! Runs methods on a network and gathers what they give.

use std::future::ready;
use tessera_core::descriptor::{Domain, Entry, Scale, Setting, Settings};
use tessera_core::experiment::{Cell, Flow, MethodSpec, Observer, RunError, Step, Target, explain};
use tessera_core::map::Map;
use tessera_core::method::{MethodError, Moment};
use tessera_core::network::Network;
use tessera_core::photo::{Input, Region};

/// What came of a run.
#[derive(Debug, Default)]
pub struct Explained {
    /// One logit a class.
    pub logits: Vec<f32>,
    /// For each method its map, or why it has none.
    pub maps: Vec<Result<Map, MethodError>>,
    /// Maps that were not final.
    pub sketches: Vec<Map>,
    /// Show what there is after every step.
    pub showing: bool,
    /// Stop after so many reports of progress.
    pub stop_after: Option<usize>,
}

impl Observer for Explained {
    fn see<'a>(&'a mut self, step: Step<'a>) -> Moment<'a, Flow> {
        match step {
            Step::Answered { answer, .. } => self.logits = answer.logits.clone(),
            Step::Running { .. } => {
                if let Some(left) = &mut self.stop_after {
                    if *left == 0 {
                        return Box::pin(ready(Flow::Stop));
                    }
                    *left -= 1;
                }
            }
            Step::Gathered { .. } => {}
            Step::Sketched { map, .. } => self.sketches.push(map),
            Step::Mapped { map, .. } => self.maps.push(Ok(map)),
            Step::Missing { why, .. } => self.maps.push(Err(why)),
        }
        Box::pin(ready(if self.showing { Flow::Show } else { Flow::Go }))
    }
}

impl Explained {
    /// Runs methods for a target's logit with seed 0.
    ///
    /// # Errors
    /// As [`explain`].
    pub fn run(
        mut self,
        network: &Network,
        input: &Input,
        target: Target,
        methods: &[MethodSpec],
    ) -> Result<Explained, RunError> {
        let cell = Cell { input, target, scale: Scale::Logit, seed: 0, methods, portion: None };
        pollster::block_on(explain(network, cell, &mut self))?;
        Ok(self)
    }
}

/// The map of one method with some settings, for a class's logit and seed 0.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn map(network: &Network, input: &Input, class: usize, method: &str, settings: &[(&str, &str)]) -> Map {
    let spec = spec(method, settings);
    let ran = Explained::default().run(network, input, Target::Class(class), &[spec]);
    let mut ran = ran.unwrap_or_else(|error| panic!("{method}: {error}"));
    ran.maps.remove(0).unwrap_or_else(|why| panic!("{method}: {why}"))
}

/// A method with some settings, as typed.
#[must_use]
pub fn spec(method: &str, settings: &[(&str, &str)]) -> MethodSpec {
    let settings = settings.iter().map(|(id, text)| ((*id).to_owned(), Setting::from(*text))).collect();
    MethodSpec::of(method, Settings(settings))
}

/// What costs passes.
const SAMPLES: [&str; 4] = ["samples", "steps", "masks", "copies"];

/// A method with few samples, steps, masks or copies.
#[must_use]
pub fn cheap(entry: &Entry, few: u64) -> MethodSpec {
    let count = |domain: Domain| match domain {
        Domain::Count { least, most, .. } => Some(Setting::Number(few.clamp(least, most) as f64)),
        _ => None,
    };
    let costly = entry.params.iter().filter(|param| SAMPLES.contains(&param.id));
    let settings = costly.filter_map(|param| Some((param.id.to_owned(), count(param.domain)?))).collect();
    MethodSpec::of(entry.id, Settings(settings))
}

/// A picture of stripes in three colours.
#[must_use]
pub fn stripes(height: usize, width: usize) -> Input {
    let level = |i: usize| ((i / 3 % width * 7 + i / 3 / width * 13 + i % 3 * 80) % 256) as u8;
    let region = Region { left: 0.0, top: 0.0, width: width as f64, height: height as f64 };
    Input { height, width, rgb: (0..3 * height * width).map(level).collect(), region }
}
