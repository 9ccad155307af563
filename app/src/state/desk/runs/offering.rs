//! A link that was opened: what of it is here, what it costs. Nothing is run, and nothing of another origin is fetched.

use super::super::super::brought::{Kind, kind};
use super::super::super::pace::Foretold;
use super::super::super::photos::{Origin, PhotoId};
use super::super::super::runs::listed::short;
use super::super::super::runs::offer::{Check, Lack, Offer};
use super::super::super::samples::Sample;
use super::super::super::study::album::Album;
use super::super::super::study::design::How;
use super::super::Desk;
use super::shelf::go_to;
use super::{Brought, Known};
use crate::bridge::fetch;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::digest::sha256;
use tessera_core::experiment::dataset::{DatasetSpec, Member};
use tessera_core::experiment::spec::NetworkSpec;
use tessera_core::experiment::subject::Draw;
use tessera_core::experiment::{Dataset, Mosaics, Subject};
use tessera_core::network::card::Card;
use tessera_core::photo::Preprocess;
use tessera_engine::protocol::DeviceKind;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

/// What the run of a link takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Photos or mosaics; none before their table is here.
    pub units: Option<usize>,
    /// Passes for one of them; none while its network is not the one in use.
    pub passes: Option<f64>,
    /// Seconds in all, where the device was measured.
    pub seconds: Option<f64>,
}

impl Desk {
    /// Reads the link in the address, unless it is open already.
    pub fn read_link(self, text: Option<&str>) {
        let Some(text) = text else { return };
        if self.shelf.offer.with_untracked(|offer| offer.as_ref().is_some_and(|offer| offer.text == text)) {
            return;
        }
        match Offer::read(text) {
            Ok(offer) => self.take_offer(Arc::new(offer)),
            Err(sentence) => {
                self.leave_offer();
                self.shelf.refused.set(Some(sentence));
            }
        }
    }

    /// Reads a link that was pasted.
    pub fn paste_link(self, text: &str) {
        if !text.trim().is_empty() {
            self.read_link(Some(text.trim()));
        }
    }

    /// Opens a link.
    pub(super) fn take_offer(self, offer: Arc<Offer>) {
        self.leave_offer();
        self.shelf.offer.set(Some(offer));
        go_to(super::super::RUNS);
        self.list_kept();
        spawn_local(async move {
            let _ = self.samples_known().await;
        });
    }

    /// Closes the link that is open; what of it was run stays.
    pub fn leave_offer(self) {
        self.shelf.offer.set(None);
        self.shelf.refused.set(None);
        self.shelf.photo.set(None);
        self.shelf.check.set(Check::Idle);
        self.hands.update_value(|hands| hands.runs.photo = None);
    }

    /// The samples by their digests; they come from the page's own server.
    pub(super) async fn samples_known(self) -> Arc<Known> {
        if let Some(known) = self.shelf.known.get_untracked() {
            return known;
        }
        let text = fetch::text("samples/samples.json").await.unwrap_or_default();
        let samples: Vec<Sample> = serde_json::from_str(&text).unwrap_or_default();
        let mut known = Known { set: Dataset { name: "sample set".into(), members: vec![] }, ..Known::default() };
        for sample in samples {
            let Ok(bytes) = fetch::bytes(&format!("samples/{}", sample.file)).await else { continue };
            let Some(sha256) = digest(&bytes).await else { continue };
            known.files.insert(sha256.clone(), sample.file.clone());
            known.set.members.extend(sample.class.map(|class| Member { file: sample.file, class, sha256 }));
        }
        known.set.members.sort_by(|one, other| one.file.cmp(&other.file));
        let known = Arc::new(known);
        self.shelf.known.set(Some(known.clone()));
        known
    }

    /// The photo of that digest, among samples and what was brought.
    #[must_use]
    pub fn photo_of(self, wanted: &str) -> Option<PhotoId> {
        let sample = self.shelf.known.with(|known| known.as_ref()?.files.get(wanted).cloned());
        self.photos.with(|photos| {
            let is = |photo: &&super::super::super::photos::Photo| {
                let named = sample.as_ref().is_some_and(|file| photo.origin == Origin::Sample(file.clone()));
                named || photo.prepared.iter().any(|(_, prepared)| prepared.facts.sha256 == wanted)
            };
            photos.items().iter().find(is).map(|photo| photo.id)
        })
    }

    /// What the open link needs and is not here.
    #[must_use]
    pub fn lacks_of_offer(self) -> Vec<Lack> {
        let Some(offer) = self.shelf.offer.get() else { return vec![] };
        if let Some(never) = offer.never() {
            return vec![never];
        }
        let mut lacks: Vec<Lack> = self.lack_of_network(&offer).into_iter().collect();
        match &offer.spec().subject {
            Subject::Photo(photo) => {
                let brought = self.shelf.photo.with(|one| one.as_ref().is_some_and(|one| one.sha256 == photo.sha256));
                if !brought && self.photo_of(&photo.sha256).is_none() {
                    lacks.push(Lack::Photo(photo.sha256.clone()));
                }
            }
            Subject::Mosaics(mosaics) => lacks.extend(self.lacks_of_mosaics(mosaics)),
            Subject::Photos(_) => {}
        }
        lacks
    }

    fn lack_of_network(self, offer: &Offer) -> Option<Lack> {
        let wanted = &offer.spec().network;
        let network = self.network.get();
        let Some(card) = network.card.filter(|card| card.sha256 == wanted.weights) else {
            return Some(Lack::Network(wanted.id.clone(), wanted.weights.clone()));
        };
        let photo = matches!(offer.spec().subject, Subject::Photo(_));
        let any = network.outline.as_ref().is_none_or(|outline| outline.any_size);
        (!fits(wanted, &card, photo, any)).then_some(Lack::Preprocess)
    }

    fn lacks_of_mosaics(self, mosaics: &Mosaics) -> Vec<Lack> {
        let wanted = &mosaics.dataset;
        let sample =
            self.shelf.known.with(|known| known.as_ref().is_some_and(|one| one.set.spec().sha256 == wanted.sha256));
        let mut lacks = vec![];
        if !sample && !self.has_photos(wanted) {
            lacks.push(Lack::Photos(wanted.name.clone(), wanted.photos, wanted.sha256.clone()));
        }
        if let Draw::Table { sha256: wanted } = &mosaics.draw
            && !self
                .studio
                .design
                .with(|one| one.how == How::Table && one.table.as_ref().is_some_and(|t| sha256(t) == *wanted))
        {
            lacks.push(Lack::Table(wanted.clone()));
        }
        lacks
    }

    /// What was brought of the photos that the open link waits for, in a sentence.
    #[must_use]
    pub fn brought_so_far(self) -> Option<String> {
        let offer = self.shelf.offer.get()?;
        let Subject::Mosaics(mosaics) = &offer.spec().subject else { return None };
        if let Some(reading) = self.studio.reading.get() {
            return Some(reading);
        }
        let (photos, dataset) = self.studio.album.with(|album| (album.photos().len(), Album::dataset(album)));
        (photos > 0 && !self.has_photos(&mosaics.dataset)).then(|| {
            let known = dataset.members.len();
            let begins = short(&dataset.spec().sha256);
            format!("Here are {photos} photos, {known} of known class; their table’s SHA-256 begins with {begins}.")
        })
    }

    /// What the open link takes on this machine.
    #[must_use]
    pub fn cost_of_offer(self) -> Option<Cost> {
        let offer = self.shelf.offer.get()?;
        let (units, spec) = (offer.units(), offer.spec());
        let each: Option<Vec<Foretold>> = match self.lack_of_network(&offer) {
            None => spec.methods.iter().map(|method| self.foretold(method)).collect(),
            Some(_) => None,
        };
        let Some(one) = each.map(|each| Foretold::together(&each)) else {
            return Some(Cost { units, passes: None, seconds: None });
        };
        let usual = self.network.with(|network| network.card.as_ref().map(|card| card.preprocess.size))?;
        let size = spec.network.preprocess.map_or(usual, |preprocess| preprocess.size);
        let larger = (size as f64 / usual.max(1) as f64).powi(2);
        let workers = match self.devices.with(|devices| devices.preferred()) {
            DeviceKind::Gpu => 1,
            DeviceKind::Cpu => self.hands.with_value(|hands| hands.pool.limit()),
        };
        let shared = units.map_or(1, |units| units.min(workers).max(1)) as f64;
        let seconds = one.seconds.zip(units).map(|(seconds, units)| seconds * larger * units as f64 / shared);
        Some(Cost { units, passes: Some(one.passes), seconds })
    }

    /// The kept network of that digest: its id.
    #[must_use]
    pub fn kept_network(self, weights: &str) -> Option<String> {
        self.models.with(|models| {
            let kept = models.kept.as_ref()?.iter().find(|kept| kept.card.sha256 == weights)?;
            Some(kept.card.id.clone())
        })
    }

    /// Takes in files that the open link may wait for.
    pub(super) async fn bring_to_offer(self, files: Vec<File>) {
        let Some(offer) = self.shelf.offer.get_untracked() else {
            let words = "This is no run: bring a ZIP file or a record.json that was exported here, or paste a link.";
            return self.shelf.trouble.set(Some(words.into()));
        };
        let onnx = files.iter().any(|file| kind_of(file) == Kind::Onnx);
        let of_model = |file: &File| match kind_of(file) {
            Kind::Photo => false,
            Kind::Other => onnx,
            Kind::Model | Kind::Onnx | Kind::Json | Kind::Names => true,
        };
        let (models, photos): (Vec<File>, Vec<File>) = files.into_iter().partition(of_model);
        if !models.is_empty() {
            self.bring_model(&offer, models).await;
        }
        match &offer.spec().subject {
            _ if photos.is_empty() => {}
            Subject::Photo(photo) => self.bring_photo(&photo.sha256, photos).await,
            Subject::Mosaics(mosaics) => self.bring_photos(&mosaics.dataset, photos),
            Subject::Photos(_) => {}
        }
    }

    async fn bring_photo(self, wanted: &str, files: Vec<File>) {
        match the_very(&files, wanted, "photo").await {
            Ok(file) => {
                let brought = Brought { name: file.name(), sha256: wanted.to_owned() };
                self.hands.update_value(|hands| hands.runs.photo = Some(file));
                self.shelf.trouble.set(None);
                self.shelf.photo.set(Some(brought));
            }
            Err(words) => self.shelf.trouble.set(Some(words)),
        }
    }

    /// Photos that a link waits for join those that are here; where as many are here as are wanted and they are others,
    /// they take their place.
    fn bring_photos(self, wanted: &DatasetSpec, files: Vec<File>) {
        let here = self.studio.album.with_untracked(|album| album.photos().len());
        if here >= wanted.photos && !untrack(|| self.has_photos(wanted)) {
            self.clear_study();
        }
        self.bring_to_study(String::new(), files.into_iter().map(|file| (file.name(), file.into())).collect());
    }

    /// A model that a link does not ask for would only take the place of the network in use.
    async fn bring_model(self, offer: &Offer, files: Vec<File>) {
        let models: Vec<File> = files.iter().filter(|file| is_model(file)).cloned().collect();
        let found = match untrack(|| self.lack_of_network(offer)) {
            Some(Lack::Network(_, wanted)) if !models.is_empty() => the_very(&models, &wanted, "model").await.map(drop),
            _ => Ok(()),
        };
        match found {
            Ok(()) => self.bring(files),
            Err(words) => self.shelf.trouble.set(Some(words)),
        }
    }
}

fn kind_of(file: &File) -> Kind {
    kind(&file.name(), &[])
}

/// Whether a file is a model by its name.
pub(super) fn is_model(file: &File) -> bool {
    matches!(kind_of(file), Kind::Model | Kind::Onnx)
}

/// The file of that digest; else a sentence about the last one that is another.
async fn the_very(files: &[File], wanted: &str, what: &str) -> Result<File, String> {
    let mut words = "None of these files could be read. Bring them again.".to_owned();
    for file in files {
        let Ok(bytes) = fetch::file(file).await else { continue };
        let Some(sha256) = digest(&bytes).await else { continue };
        if sha256 == wanted {
            return Ok(file.clone());
        }
        words = format!(
            "{} is another {what}: its SHA-256 begins with {}, and {} is wanted. Bring the very same file.",
            file.name(),
            short(&sha256),
            short(wanted)
        );
    }
    Err(words)
}

/// Whether pictures are made ready as a Spec wants it; mosaics may be larger than what the network was trained on.
fn fits(wanted: &NetworkSpec, card: &Card, photo: bool, any: bool) -> bool {
    let Some(wanted) = wanted.preprocess else { return true };
    let alike = Preprocess { size: card.preprocess.size, resize: card.preprocess.resize, ..wanted } == card.preprocess;
    wanted == card.preprocess || (!photo && any && alike)
}

async fn digest(bytes: &js_sys::ArrayBuffer) -> Option<String> {
    match fetch::sha256(bytes).await {
        Some(digest) => Some(digest),
        // A page without https has no digests of the browser's.
        None => Some(sha256(&js_sys::Uint8Array::new(bytes).to_vec())),
    }
}
