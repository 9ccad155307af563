//! Requests in, events out: what a worker does with a message.

use crate::numbers::numbers;
use crate::protocol::{DeviceFacts, DeviceKind, Event, Job, Request};
use crate::{device, selftest};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use tessera_core::digest::{Content, sha256};
use tessera_core::experiment::record::{Made, Record};
use tessera_core::experiment::subject::whole;
use tessera_core::experiment::tables::{self, File};
use tessera_core::experiment::{self, Cell, Flow, Judge, Mosaics, Observer, Step, Summary, parcel};
use tessera_core::figure::board::Board;
use tessera_core::map::Map;
use tessera_core::method::{self, Gathered, Portion};
use tessera_core::network::plan::Outline;
use tessera_core::network::{Network, card::Card, load};
use tessera_core::photo::{self, Crop, Input, Preprocess, Region};

/// Bytes that go with an event.
pub type Buffer = Vec<u8>;

/// What the surroundings of an engine give it: a way out, a clock, and a moment to read messages.
pub trait Host {
    /// Sends an event.
    fn post(&self, event: Event, buffers: Vec<Buffer>);
    /// Seconds since some fixed moment.
    fn seconds(&self) -> f64;
    /// Lets waiting messages be read, then says whether that job was asked to stop.
    fn stopped<'a>(&'a self, job: Job) -> Pin<Box<dyn Future<Output = bool> + 'a>>;
}

/// A device, and a network on it once it is open.
pub struct Engine {
    kind: DeviceKind,
    facts: Option<DeviceFacts>,
    network: Option<Network>,
}

impl Engine {
    /// An engine for that kind of device; nothing is opened yet.
    #[must_use]
    pub fn new(kind: DeviceKind) -> Engine {
        Engine { kind, facts: None, network: None }
    }

    /// Does what a request asks and posts its events. Never panics on what a stranger's file holds.
    pub async fn handle(&mut self, request: Request, mut buffers: Vec<Content>, host: &dyn Host) {
        let first = if buffers.is_empty() { vec![].into() } else { buffers.remove(0) };
        match request {
            Request::Open { card } => self.open(&card, first, buffers, host).await,
            Request::Inspect { job, name, beside } => inspect(job, &name, first, &Files::new(beside, buffers), host),
            Request::Prepare { job, crop, card, preview } => prepare(job, crop, &card, preview, &first, host),
            Request::Compose { job, mosaics, preprocess, preview } => {
                compose(job, &mosaics, &preprocess, preview, [first].into_iter().chain(buffers), host);
            }
            Request::Explain { job, height, width, target, scale, seed, methods, preprocess, judge, portion } => {
                let input = Input { height, width, rgb: first.into_bytes(), region: all_of(height, width) };
                let Portion { begun, range, apart } = portion;
                let portion = Portion { begun: gathered(begun, &buffers), range, apart };
                let cell = Cell { input: &input, target, scale, seed, methods: &methods, portion: Some(&portion) };
                let own = preprocess.and_then(|asked| self.preprocess(asked));
                self.explain(job, cell, judge.as_deref(), host).await;
                own.and_then(|own| self.preprocess(own));
            }
            Request::Summarise { job, resamples } => summarise(job, resamples, &first, host),
            Request::Pack { job, names } => pack(job, names, [first].into_iter().chain(buffers), host),
            Request::Unpack { job } => unpack(job, &first, host),
            Request::Number { job, what } => match numbers(&what, &first) {
                Ok(figures) => host.post(Event::Numbered { job, figures }, vec![]),
                Err(sentence) => fail(job, &sentence, host),
            },
            Request::Test { job } => self.test(job, &first, &buffers, host).await,
            Request::Stop { job } => host.post(Event::Stopped { job }, vec![]),
        }
    }

    async fn open(&mut self, card: &Card, file: Content, beside: Vec<Content>, host: &dyn Host) {
        let start = host.seconds();
        let beside = Files::new(card.beside.iter().map(|file| file.name.clone()), beside);
        match self.open_network(card, file, &beside).await {
            Ok((device, network)) => {
                let network = Box::new(network);
                host.post(Event::Opened { device, network, seconds: host.seconds() - start }, vec![]);
            }
            Err(sentence) => host.post(Event::Refused { sentence }, vec![]),
        }
    }

    async fn open_network(
        &mut self,
        card: &Card,
        file: Content,
        beside: &Files,
    ) -> Result<(DeviceFacts, Outline), String> {
        let (device, facts) = match &self.network {
            // A runtime can be set up once only, so a second network goes to the device that is open.
            Some(open) => (open.device.clone(), self.facts.clone().expect("set with the network")),
            None => device::open(self.kind).await?,
        };
        let network = load::open(card, file, &|name| beside.take(name), &device).map_err(|error| error.to_string())?;
        let size = card.preprocess.size;
        let outline = Outline::new(&network.graph, [size, size], &network.device).map_err(|error| error.to_string())?;
        self.network = Some(network);
        self.facts = Some(facts.clone());
        Ok((facts, outline))
    }

    /// Has the network's input prepared in another way, and gives back how it was.
    fn preprocess(&mut self, asked: Preprocess) -> Option<Preprocess> {
        self.network.as_mut().map(|network| std::mem::replace(&mut network.card.preprocess, asked))
    }

    async fn explain(&self, job: Job, cell: Cell<'_>, judge: Option<&Judge>, host: &dyn Host) {
        let (Some(network), input) = (&self.network, cell.input) else { return fail(job, NOT_OPEN, host) };
        if input.rgb.len() != input.height * input.width * 3 {
            return fail(job, "The prepared photo does not have the size it claims: choose the photo again.", host);
        }
        let now = host.seconds();
        let mut posting = Posting { job, host, judge, device: self.device_name(), since: now, shown: now };
        match experiment::explain(network, cell, &mut posting).await {
            Ok(Flow::Go | Flow::Show) => host.post(Event::Finished { job }, vec![]),
            Ok(Flow::Stop) => host.post(Event::Stopped { job }, vec![]),
            Err(error) => fail(job, &error.to_string(), host),
        }
    }

    fn device_name(&self) -> String {
        match &self.facts {
            Some(DeviceFacts { kind: DeviceKind::Gpu, name }) if name.is_empty() => "WebGPU".into(),
            Some(DeviceFacts { kind: DeviceKind::Gpu, name }) => name.clone(),
            _ => "CPU".into(),
        }
    }

    /// Runs the known-answer test twice: the first pass also builds kernels, the second is the one that is timed, its
    /// forward half once more by itself.
    async fn test(&self, job: Job, logits: &[u8], rest: &[Content], host: &dyn Host) {
        let Some(network) = &self.network else { return fail(job, NOT_OPEN, host) };
        let numbers = |gradient| selftest::Numbers { logits: floats(logits), gradient: floats(gradient) };
        let reference = rest.first().map(|gradient| numbers(gradient));
        match timed_test(network, host).await {
            Ok((found, forward, seconds)) => {
                let report = reference.map(|reference| selftest::compare(&found, &reference));
                let event = Event::Tested { job, report, forward, seconds };
                host.post(event, vec![bytes(&found.logits), bytes(&found.gradient)]);
            }
            Err(error) => fail(job, &error.to_string(), host),
        }
    }
}

/// Files beside a model file, each handed out once: no copy of it is made.
struct Files(RefCell<BTreeMap<String, Content>>);

impl Files {
    fn new(names: impl IntoIterator<Item = String>, buffers: Vec<Content>) -> Self {
        Self(RefCell::new(names.into_iter().zip(buffers).collect()))
    }

    fn take(&self, name: &str) -> Option<Content> {
        self.0.borrow_mut().remove(name)
    }
}

/// The test's numbers, then the seconds of a forward pass and of a forward and backward pass.
async fn timed_test(network: &Network, host: &dyn Host) -> Result<(selftest::Numbers, f64, f64), selftest::TestError> {
    selftest::run(network).await?;
    let start = host.seconds();
    selftest::forward(network).await?;
    let half = host.seconds();
    let found = selftest::run(network).await?;
    Ok((found, half - start, host.seconds() - half))
}

const NOT_OPEN: &str = "The network is not open yet: wait until it is loaded.";

fn fail(job: Job, sentence: &str, host: &dyn Host) {
    host.post(Event::Failed { job, sentence: sentence.into() }, vec![]);
}

/// What was begun; numbers that did not come along are none, which the method says does not fit.
fn gathered(begun: Vec<method::gathered::Facts>, buffers: &[Content]) -> Vec<Gathered> {
    let numbers = buffers.iter().map(|buffer| floats(buffer)).chain(std::iter::repeat(vec![]));
    begun.into_iter().zip(numbers).map(|(facts, numbers)| Gathered { facts, numbers }).collect()
}

fn all_of(height: usize, width: usize) -> Region {
    Region { left: 0.0, top: 0.0, width: width as f64, height: height as f64 }
}

fn inspect(job: Job, name: &str, file: Content, beside: &Files, host: &dyn Host) {
    let inspected = load::read(name, file, &|name| beside.take(name)).and_then(|model| Ok((model.sums()?, model)));
    match inspected {
        Ok((sums, model)) => {
            host.post(Event::Inspected { job, card: model.card, sums, notes: model.notes }, vec![]);
        }
        Err(error) => fail(job, &error.to_string(), host),
    }
}

fn prepare(job: Job, crop: Crop, card: &Card, longest: usize, file: &[u8], host: &dyn Host) {
    match photo::decode(file) {
        Ok(photo) => {
            let input = photo::prepare(&photo, &card.preprocess, crop);
            let (height, width, rgba) = photo::preview(&photo, longest);
            let event = Event::Prepared {
                job,
                photo: photo.facts,
                preview: (height, width),
                input: (input.height, input.width),
                region: input.region,
            };
            host.post(event, vec![rgba, input.rgb]);
        }
        Err(error) => fail(job, &error.to_string(), host),
    }
}

fn compose(
    job: Job,
    mosaics: &Mosaics,
    preprocess: &Preprocess,
    longest: usize,
    files: impl Iterator<Item = Content>,
    host: &dyn Host,
) {
    let files: Vec<Content> = files.collect();
    if let Err(error) = mosaics.check() {
        return fail(job, &error.to_string(), host);
    }
    if files.len() != mosaics.cells() || preprocess.size == 0 {
        return fail(job, "A mosaic needs one photo a cell: choose the photos again.", host);
    }
    match mosaics.compose(&files) {
        Ok(mosaic) => {
            let input = whole(&mosaic, preprocess);
            let (height, width, rgba) = photo::preview(&mosaic, longest);
            let event = Event::Composed {
                job,
                mosaic: mosaic.facts,
                preview: (height, width),
                input: (input.height, input.width),
                region: input.region,
                pixels: sha256(&input.rgb),
            };
            host.post(event, vec![rgba, input.rgb]);
        }
        Err(error) => fail(job, &format!("Cell {}: {}", error.cell, error.why), host),
    }
}

fn summarise(job: Job, resamples: usize, record: &[u8], host: &dyn Host) {
    let read = std::str::from_utf8(record).map_err(|_| "The record is no text: choose a record.json.".to_owned());
    match read.and_then(|text| Record::read(text).map_err(|error| error.to_string())) {
        Ok(record) => {
            let summary = Box::new(Summary::of(&record, resamples));
            let mut files = tables::all(&record, &summary);
            // Figures are for files of what is over; while a run goes on the page draws what is looked at.
            if resamples > 0 {
                files.extend(Board { record: &record, summary: &summary }.files());
            }
            let (names, files) = parted(files);
            host.post(Event::Summarised { job, summary, tables: names }, files);
        }
        Err(sentence) => fail(job, &sentence, host),
    }
}

fn pack(job: Job, names: Vec<String>, files: impl Iterator<Item = Content>, host: &dyn Host) {
    let file = |(name, bytes): (String, Content)| File { name, bytes: bytes.into_bytes() };
    match parcel::pack(&names.into_iter().zip(files).map(file).collect::<Vec<_>>()) {
        Ok(zip) => host.post(Event::Packed { job }, vec![zip]),
        Err(sentence) => fail(job, &sentence, host),
    }
}

fn unpack(job: Job, zip: &[u8], host: &dyn Host) {
    match parcel::unpack(zip, |_| true) {
        Ok(files) => {
            let (names, files) = parted(files);
            host.post(Event::Unpacked { job, names }, files);
        }
        Err(sentence) => fail(job, &sentence, host),
    }
}

/// Names and contents of files.
fn parted(files: Vec<File>) -> (Vec<String>, Vec<Buffer>) {
    files.into_iter().map(|file| (file.name, file.bytes)).unzip()
}

/// Turns steps of a run into events.
struct Posting<'a> {
    job: Job,
    host: &'a dyn Host,
    /// What is measured on the maps.
    judge: Option<&'a Judge>,
    device: String,
    /// When the answer or the last map came.
    since: f64,
    /// When there was last something to show.
    shown: f64,
}

/// Seconds between two pictures of a map that is being made: each costs a read-back.
const SKETCH: f64 = 0.5;

impl Observer for Posting<'_> {
    fn see<'a>(&'a mut self, step: Step<'a>) -> Pin<Box<dyn Future<Output = Flow> + 'a>> {
        let now = self.host.seconds();
        let seconds = now - self.since;
        let job = self.job;
        if !matches!(step, Step::Running { .. }) {
            self.shown = now;
        }
        if matches!(step, Step::Answered { .. } | Step::Gathered { .. } | Step::Mapped { .. } | Step::Missing { .. }) {
            self.since = now;
        }
        match step {
            Step::Answered { answer, target } => {
                self.host.post(Event::Answered { job, target, seconds }, vec![bytes(&answer.logits)]);
            }
            Step::Running { at, done, all } => {
                let (done, all) = (done.round() as usize, all.round() as usize);
                self.host.post(Event::Progress { job, at, done, all }, vec![]);
            }
            Step::Sketched { at, map } => {
                let map = self.signed(map, seconds);
                let values = bytes(&map.values);
                self.host.post(Event::Sketched { job, at, map: map.facts }, vec![values]);
            }
            Step::Mapped { at, map } => {
                let map = self.signed(map, seconds);
                let made = self.judge.map_or_else(|| Made::new(&map, vec![]), |judge| judge.made(at, &map));
                let made = Box::new(made);
                let buffers = [bytes(&map.values)].into_iter().chain(map.picture).collect();
                self.host.post(Event::Mapped { job, at, made }, buffers);
            }
            Step::Gathered { at, gathered } => {
                let numbers = bytes(&gathered.numbers);
                self.host.post(Event::Gathered { job, at, gathered: gathered.facts, seconds }, vec![numbers]);
            }
            Step::Missing { at, why } => {
                self.host.post(Event::Missing { job, at, sentence: why.to_string() }, vec![]);
            }
        }
        let flow = if now - self.shown > SKETCH { Flow::Show } else { Flow::Go };
        Box::pin(async move { if self.host.stopped(job).await { Flow::Stop } else { flow } })
    }
}

impl Posting<'_> {
    /// The map with the name of the device and its seconds.
    fn signed(&self, mut map: Map, seconds: f64) -> Map {
        map.facts.provenance.device = self.device.clone();
        map.facts.provenance.seconds = seconds;
        map
    }
}

/// Numbers as little-endian bytes.
#[must_use]
pub fn bytes(floats: &[f32]) -> Buffer {
    floats.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Little-endian bytes as numbers; a rest of fewer than four bytes is dropped.
#[must_use]
pub fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}
