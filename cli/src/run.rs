//! Runs one photo through the shared path of page and command, and draws a map over what the network saw.

use crate::model::Model;
use image::{ExtendedColorType, ImageFormat, write_buffer_with_format};
use std::future::Future;
use std::io::{Cursor, IsTerminal};
use std::pin::Pin;
use std::time::Instant;
use tessera_core::digest::sha256;
use tessera_core::experiment::record::Unit;
use tessera_core::experiment::{self, Answer, Cell, Flow, MethodSpec, Observer, Step};
use tessera_core::figure::bcos::{SMOOTH, picture};
use tessera_core::figure::overlay::overlay;
use tessera_core::map::Map;
use tessera_core::method::bcos::linear;
use tessera_core::method::lrp::{self, LayerSum};
use tessera_core::network::{Objective, Session};
use tessera_core::photo::{Input, PhotoFacts};

/// What came out.
pub struct Ran {
    /// The network's answer.
    pub answer: Answer,
    /// Index of the explained class.
    pub target: usize,
    /// Seconds of the forward pass.
    pub seconds: f64,
    /// The maps, and which of the methods each is by.
    pub maps: Vec<(usize, Map)>,
    /// Which methods have no map here, and why.
    pub missing: Vec<(usize, String)>,
}

impl Ran {
    /// What is written down of one photo or mosaic, nothing of its methods yet.
    pub fn unit(&self, model: &Model, name: &str, photo: PhotoFacts, input: &Input) -> Unit {
        let ranked = model.rank(&self.answer);
        Unit {
            at: 0,
            name: name.to_owned(),
            cells: vec![],
            photo,
            region: input.region,
            input: (input.height, input.width),
            pixels: sha256(&input.rgb),
            seed: 0,
            seconds: self.seconds,
            target: ranked.iter().find(|class| class.index == self.target).expect("the target is a class").clone(),
            top: ranked.into_iter().take(5).collect(),
            outcomes: vec![],
        }
    }

    /// What became of one of the methods.
    ///
    /// # Errors
    /// Why it has no map.
    pub fn outcome(&self, at: usize) -> Result<&Map, String> {
        if let Some((_, map)) = self.maps.iter().find(|(method, _)| *method == at) {
            return Ok(map);
        }
        let why = self.missing.iter().find(|(method, _)| *method == at);
        Err(why.map_or_else(|| "It was not run.".into(), |(_, why)| why.clone()))
    }
}

/// Classifies an input and runs methods on it.
///
/// # Errors
/// One sentence: what, why, what to do.
pub fn explain(model: &Model, cell: Cell<'_>) -> Result<Ran, String> {
    let progress = Progress::of(cell.methods);
    let mut gathering = Gathering { since: Instant::now(), device: &model.device, ran: None, progress };
    let ended = pollster::block_on(experiment::explain(&model.network, cell, &mut gathering));
    gathering.progress.end();
    ended.map_err(|error| error.to_string())?;
    gathering.ran.ok_or_else(|| "The network gave no answer: this is a defect, please report it.".into())
}

/// Gathers the steps of a run.
struct Gathering<'m> {
    since: Instant,
    device: &'m str,
    ran: Option<Ran>,
    progress: Progress,
}

/// A line on standard error that says how far the work is; nothing where nobody watches.
struct Progress {
    titles: Vec<&'static str>,
    watched: bool,
    shown: Option<Instant>,
}

/// Seconds between two states of the line.
const PAUSE: f64 = 0.1;

impl Progress {
    fn of(methods: &[MethodSpec]) -> Progress {
        let title = |spec: &MethodSpec| tessera_core::method::entry(&spec.id).map_or("", |entry| entry.title);
        Progress { titles: methods.iter().map(title).collect(), watched: std::io::stderr().is_terminal(), shown: None }
    }

    fn tell(&mut self, at: usize, done: f64, all: f64) {
        let soon = self.shown.is_some_and(|shown| shown.elapsed().as_secs_f64() < PAUSE);
        if self.watched && !soon {
            eprint!("\r\x1b[K{}, {done:.0} of {all:.0} passes", self.titles.get(at).unwrap_or(&""));
            self.shown = Some(Instant::now());
        }
    }

    /// Takes the line away.
    fn end(&self) {
        if self.shown.is_some() {
            eprint!("\r\x1b[K");
        }
    }
}

impl Observer for Gathering<'_> {
    fn see<'a>(&'a mut self, step: Step<'a>) -> Pin<Box<dyn Future<Output = Flow> + 'a>> {
        let seconds = self.since.elapsed().as_secs_f64();
        match step {
            Step::Answered { answer, target } => {
                self.ran = Some(Ran { answer: answer.clone(), target, seconds, maps: vec![], missing: vec![] });
            }
            Step::Running { at, done, all } => {
                self.progress.tell(at, done, all);
                return Box::pin(std::future::ready(Flow::Go));
            }
            Step::Sketched { .. } | Step::Gathered { .. } => return Box::pin(std::future::ready(Flow::Go)),
            Step::Missing { at, why } => {
                self.ran.as_mut().expect("the answer comes first").missing.push((at, why.to_string()));
            }
            Step::Mapped { at, mut map } => {
                map.facts.provenance.device = self.device.into();
                map.facts.provenance.seconds = seconds;
                self.ran.as_mut().expect("the answer comes first").maps.push((at, map));
            }
        }
        self.since = Instant::now();
        Box::pin(std::future::ready(Flow::Go))
    }
}

/// A map over the input it explains, as a PNG file of the input's size.
///
/// # Errors
/// If the picture cannot be encoded.
pub fn overlay_png(map: &Map, input: &Input) -> Result<Vec<u8>, String> {
    png(&overlay(map, input), input, ExtendedColorType::Rgb8)
}

/// The picture of a B-cos explanation in the colours that the network asks for, as a PNG file with transparency.
///
/// # Errors
/// If the network gives none, or the picture cannot be encoded.
pub fn bcos_png(model: &Model, map: &Map, input: &Input) -> Result<Vec<u8>, String> {
    let (mut session, objective) = again(model, map, input)?;
    let linear = pollster::block_on(linear(&mut session, &objective)).map_err(|error| error.to_string())?;
    let picture = picture(&linear.weights, &linear.inputs, session.size, SMOOTH);
    let bytes: Vec<u8> = picture.iter().map(|value| (value * 255.0 + 0.5) as u8).collect();
    png(&bytes, input, ExtendedColorType::Rgba8)
}

/// The sums of relevance at each layer for a map by relevance propagation.
///
/// # Errors
/// If the device fails.
pub fn layer_sums(model: &Model, map: &Map, input: &Input) -> Result<Vec<LayerSum>, String> {
    let (mut session, objective) = again(model, map, input)?;
    let sums = lrp::sums(&mut session, &objective, &map.facts.provenance.settings);
    pollster::block_on(sums).map_err(|error| error.to_string())
}

/// The input on its network once more, and what a map explains.
fn again<'m>(model: &'m Model, map: &Map, input: &Input) -> Result<(Session<'m>, Objective), String> {
    let (network, from) = (&model.network, &map.facts.provenance);
    let classes = [Some((from.target, 1.0)), from.against.map(|class| (class, -1.0))].into_iter().flatten().collect();
    let session = Session::new(network, input.normalised(&network.card.preprocess), input.height, input.width);
    Ok((session.map_err(|error| error.to_string())?, Objective { classes, scale: from.scale }))
}

fn png(picture: &[u8], input: &Input, colours: ExtendedColorType) -> Result<Vec<u8>, String> {
    let mut file = Cursor::new(vec![]);
    let (width, height) = (input.width as u32, input.height as u32);
    write_buffer_with_format(&mut file, picture, width, height, colours, ImageFormat::Png)
        .map_err(|error| format!("The picture could not be encoded ({error}): try a smaller photo."))?;
    Ok(file.into_inner())
}
