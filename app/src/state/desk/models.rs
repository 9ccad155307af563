//! Another network: a file is looked at, tried out beside the network in use, and takes over if it opens.

use super::super::brought::{self, Kind};
use super::super::catalogue::Entry;
use super::super::ledger::Work;
use super::super::models::{Coming, Facts, Fault, Spot, Step};
use super::super::network::Origin;
use super::super::preprocessing::Form;
use super::Desk;
use super::brought::{Brought, completed, own_id, with_text};
use crate::bridge::files::Files;
use crate::bridge::pool::Seat;
use crate::bridge::{download, fetch};
use leptos::prelude::*;
use tessera_core::network::card::Card;
use tessera_engine::protocol::{DeviceFacts, Event, Job, Request};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, File};

/// Largest file that is read once more only for its sums, in bytes.
pub const LARGEST_LOOK: u64 = 200_000_000;

/// Bytes that come between two notes of progress.
const STRIDE: u64 = 1 << 18;

/// Largest file of names or of a card, in bytes.
const LARGEST_TEXT: f64 = 20e6;

/// A network that is tried out.
pub(super) struct Candidate {
    pub card: Card,
    pub files: Files,
    pub origin: Origin,
    pub spot: Spot,
    /// Whether it is to be kept once it is in use.
    pub keep: bool,
}

impl Desk {
    /// Takes in files that a person brought: photos, models, their cards, names of classes.
    pub fn bring(self, files: Vec<File>) {
        spawn_local(async move {
            let mut known = Vec::new();
            for file in files {
                known.push((kind(&file).await, file));
            }
            let sorted = brought::sorted(known);
            if !sorted.photos.is_empty() {
                self.add(sorted.photos);
            }
            self.bring_models(sorted.models, sorted.beside, sorted.texts).await;
        });
    }

    async fn bring_models(self, models: Vec<File>, beside: Vec<File>, files: Vec<File>) {
        let mut texts = Vec::new();
        for file in files {
            let text = if file.size() > LARGEST_TEXT { None } else { JsFuture::from(file.text()).await.ok() };
            match text.and_then(|text| text.as_string()) {
                Some(text) => texts.push((file.name(), text)),
                None => self.fault(
                    Spot::Brought,
                    &file.name(),
                    "It is no text of less than 20 MB: bring a card or names of classes.",
                ),
            }
        }
        let mut models = models.into_iter();
        let Some(file) = models.next() else {
            return texts.into_iter().for_each(|(name, text)| self.take_text(&name, &text));
        };
        self.stop_coming();
        let (name, names) = (file.name(), beside.iter().map(File::name).collect());
        let files = Files { model: file.into(), beside: beside.into_iter().map(Into::into).collect() };
        self.look_at(Brought { files, name, beside: names, spot: Spot::Brought, entry: None, texts });
        if let Some(next) = models.next() {
            self.fault(
                Spot::Brought,
                &next.name(),
                "One model at a time: bring it again when the first one is in use.",
            );
        }
    }

    /// Fetches an entry of the catalogue; to be called by a click that names its host.
    pub fn get(self, id: &str) {
        let Some(entry) = self.models.with_untracked(|models| models.catalogue.entry(id).cloned()) else { return };
        let Ok(stop) = AbortController::new() else { return };
        self.stop_coming();
        let spot = Spot::Catalogue(entry.id.clone());
        self.coming(&entry.title, spot.clone(), Step::Fetching { got: 0, all: None });
        self.hands.update_value(|hands| hands.download = Some(stop.clone()));
        spawn_local(async move {
            match download::fetch(&entry.url, &stop, self.progress(&entry)).await {
                Ok(file) => {
                    let (name, beside, texts) = (entry.file(), Vec::new(), Vec::new());
                    self.look_at(Brought { files: file.into(), name, beside, spot, entry: Some(entry), texts });
                }
                Err(download::Failure::Stopped) => {}
                Err(download::Failure::Because(why)) => {
                    let host = entry.host();
                    let advice = "Try again, or download the file by hand and drop it here";
                    self.fault(spot, &entry.title, &format!("It did not come from {host}: {why}. {advice}."));
                }
            }
        });
    }

    /// Notes how much of an entry has come.
    fn progress(self, entry: &Entry) -> impl Fn(u64, Option<u64>) + use<> {
        let (name, spot) = (entry.title.clone(), Spot::Catalogue(entry.id.clone()));
        let noted = std::cell::Cell::new(0);
        move |got, all| {
            if got == 0 || got >= noted.get() + STRIDE || Some(got) == all {
                noted.set(got);
                self.coming(&name, spot.clone(), Step::Fetching { got, all });
            }
        }
    }

    /// Lets a worker look what a file is.
    fn look_at(self, brought: Brought) {
        self.coming(&brought.name, brought.spot.clone(), Step::Reading);
        self.hands.update_value(|hands| {
            hands.download = None;
            hands.brought = Some(brought);
        });
        self.submit(Work::Inspect { open: true });
    }

    /// Asks for the sums of the network in use, unless they are known.
    pub fn look_closer(self) {
        let Some(card) = self.network.with_untracked(|network| network.card.clone()) else { return };
        let known = self.models.with_untracked(|models| models.facts_of(&card.sha256).is_some());
        let asked = self.ledger.with_untracked(|ledger| ledger.inspecting(false).is_some());
        if !known && !asked && card.all_bytes() <= LARGEST_LOOK && self.hands.with_value(|hands| hands.files.is_some())
        {
            self.submit(Work::Inspect { open: false });
        }
    }

    pub(super) fn hand_over_model(self, seat: Seat, job: Job, open: bool) {
        let card = self.network.with_untracked(|network| network.card.clone());
        let in_use = || card.iter().flat_map(|card| &card.beside).map(|file| file.name.clone()).collect();
        let wanted = self.hands.with_value(|hands| match (&hands.brought, open) {
            (Some(brought), true) => Some((brought.files.clone(), brought.name.clone(), brought.beside.clone())),
            (_, true) => None,
            (_, false) => Some((hands.files.clone()?, String::from("model"), in_use())),
        });
        spawn_local(async move {
            let read = match &wanted {
                Some((files, ..)) => files.read().await,
                None => Err("it was taken away".into()),
            };
            match (read, wanted) {
                (Ok(buffers), Some((_, name, beside))) => {
                    self.send(seat, &Request::Inspect { job, name, beside }, &buffers);
                }
                (read, _) => {
                    self.hands.update_value(|hands| {
                        hands.pool.heard(seat, &Event::Stopped { job });
                    });
                    let why = read.err().unwrap_or_default();
                    self.failed(job, format!("It can not be read: {why}. Bring it again."));
                    self.settle();
                }
            }
        });
    }

    /// A worker knows what a file is: it is tried out, with the card or the names that came with it.
    pub(super) fn inspected(self, job: Job, card: Card, facts: Facts) {
        let mut work = None;
        self.ledger.update(|ledger| work = ledger.strike(job));
        self.models.update(|models| models.facts = Some(facts));
        if work != Some(Work::Inspect { open: true }) {
            return;
        }
        let Some(brought) = self.hands.try_update_value(|hands| hands.brought.take()).flatten() else { return };
        let keep = brought.entry.is_some();
        let left = brought.beside.iter().find(|name| !card.beside.iter().any(|file| file.name == **name)).cloned();
        match completed(card, &brought) {
            Ok(card) => {
                let files = brought.files_of(&card);
                self.try_out(Candidate { card, files, origin: Origin::Brought, spot: brought.spot, keep });
                if let Some(name) = left {
                    self.fault(Spot::Brought, &name, "The model keeps nothing in it: bring it by itself.");
                }
            }
            Err((name, sentence)) => self.fault(brought.spot, &name, &sentence),
        }
    }

    pub(super) fn not_readable(self, open: bool, sentence: String) {
        let brought = self.hands.try_update_value(|hands| hands.brought.take()).flatten();
        if let (true, Some(brought)) = (open, brought) {
            self.fault(brought.spot, &brought.name, &sentence);
        }
    }

    /// Opens a network in a worker of its own, while the one in use goes on.
    pub(super) fn try_out(self, candidate: Candidate) {
        self.stop_coming();
        self.coming(&candidate.card.title, candidate.spot.clone(), Step::Opening);
        self.hands.update_value(|hands| {
            hands.candidate = Some(candidate);
            hands.pool.try_out();
        });
        self.settle();
    }

    /// The network that was tried out opened: it takes over, and the photo on the stage is explained anew.
    pub(super) fn adopt(self, seat: Seat, device: DeviceFacts) {
        let Some(candidate) = self.hands.try_update_value(|hands| hands.candidate.take()).flatten() else { return };
        self.hands.update_value(|hands| {
            hands.pool.adopt(seat);
            hands.files = Some(candidate.files);
            hands.reference = None;
            hands.asked_for_gpu = false;
        });
        let names = self.network.with_untracked(|network| network.classes.clone());
        let (title, origin) = (candidate.card.title.clone(), candidate.origin);
        self.set_network(candidate.card, origin);
        self.forget_results(self.network.with_untracked(|network| network.classes != names));
        self.models.update(|models| {
            models.coming = None;
            models.testing = false;
        });
        self.opened(device);
        self.say(format!("{title} is in use."));
        let photo = self.selection.with_untracked(|selection| selection.chosen());
        if let Some(photo) = photo {
            self.open(photo);
        }
        match origin {
            Origin::Kept => self.keep_card(),
            _ if candidate.keep => self.keep(),
            _ => {}
        }
    }

    /// What another network said is gone, with the work for it, under way or waiting, and with what was cut out for it:
    /// so no cut is ever answered by another network. So are the chosen classes if it has others.
    pub(super) fn forget_results(self, other_classes: bool) {
        let mut vain = Vec::new();
        self.ledger.update(|ledger| vain = ledger.forget_network());
        self.hands.update_value(|hands| {
            hands.pool.forget(&vain);
            hands.begun.clear();
        });
        self.study_without_network(other_classes);
        self.results.update(super::super::results::Results::clear);
        self.photos.update(super::super::photos::Photos::forget_cuts);
        self.failures.update(std::collections::HashMap::clear);
        self.devices.update(super::super::devices::Devices::forget_tests);
        self.selection.update(|selection| selection.forget_targets(other_classes));
    }

    /// The network that was tried out did not open; the one in use goes on.
    pub(super) fn not_adopted(self, sentence: String) {
        let candidate = self.hands.try_update_value(|hands| hands.candidate.take()).flatten();
        if let Some(candidate) = candidate {
            self.fault(candidate.spot, &candidate.card.title, &sentence);
        }
    }

    /// Goes back to the network that comes with the page.
    pub fn use_bundled(self) {
        self.stop_coming();
        self.coming("EfficientNet-Lite0", Spot::Bundled, Step::Reading);
        spawn_local(async move {
            match self.fetch_bundled(|_| (), |_, _| ()).await {
                Ok((card, files)) => {
                    self.try_out(Candidate { card, files, origin: Origin::Bundled, spot: Spot::Bundled, keep: false });
                }
                Err(sentence) => self.fault(Spot::Bundled, "EfficientNet-Lite0", &sentence),
            }
        });
    }

    /// Opens the network in use anew with what stands in a form.
    pub fn apply(self, form: &Form) {
        let Some(card) = self.network.with_untracked(|network| network.card.clone()) else { return };
        match form.card(&card) {
            Ok(card) => self.reopen(card),
            Err(sentence) => self.fault(Spot::InUse, &card.title, &sentence),
        }
    }

    /// Opens the file in use anew with another card.
    fn reopen(self, mut card: Card) {
        let Some(files) = self.hands.with_value(|hands| hands.files.clone()) else { return };
        let mut origin = self.network.with_untracked(|network| network.origin);
        if origin == Origin::Bundled {
            // What comes with the page has one card; with another it is the visitor's own.
            origin = Origin::Brought;
            card.id = own_id(&card.id);
        }
        self.try_out(Candidate { card, files, origin, spot: Spot::InUse, keep: false });
    }

    /// Takes in a card, or names of classes, for the network in use.
    fn take_text(self, name: &str, text: &str) {
        let Some(card) = self.network.with_untracked(|network| network.card.clone()) else { return };
        // It stays under the name it has, in addresses and folders.
        let named = |new: Card| Card { id: card.id.clone(), ..new };
        match with_text((*card).clone(), text).map(named) {
            Ok(new) if new.preprocess == card.preprocess && new.output == card.output => {
                let origin = self.network.with_untracked(|network| network.origin);
                self.models.update(|models| models.fault = None);
                self.set_network(new, origin);
                self.say(format!("{name} is applied."));
                if origin == Origin::Kept {
                    self.keep_card();
                }
            }
            Ok(new) => self.reopen(new),
            Err(sentence) => self.fault(Spot::InUse, name, &sentence),
        }
    }

    /// Stops the model on its way; the network in use stays.
    pub fn stop_coming(self) {
        let download = self.hands.try_update_value(|hands| {
            hands.brought = None;
            if hands.candidate.take().is_some() {
                hands.pool.stop_trial();
            }
            hands.download.take()
        });
        if let Some(Some(download)) = download {
            download.abort();
        }
        if let Some(job) = self.ledger.with_untracked(|ledger| ledger.inspecting(true)) {
            self.stop(job);
        }
        if self.models.with_untracked(|models| models.coming.is_some()) {
            self.models.update(|models| models.coming = None);
        }
        self.settle();
    }

    fn coming(self, name: &str, spot: Spot, step: Step) {
        self.models.update(|models| {
            models.fault = None;
            models.coming = Some(Coming { name: name.into(), spot, step });
        });
    }

    /// Tells where it happened what went wrong with a model.
    pub(super) fn fault(self, spot: Spot, name: &str, sentence: &str) {
        self.say(format!("{name}: {sentence}"));
        self.models.update(|models| {
            models.coming = None;
            models.fault = Some(Fault { spot, name: name.into(), sentence: sentence.into() });
        });
    }

    /// Fetches the catalogue, once; it comes with the page.
    pub fn load_catalogue(self) {
        if self.models.with_untracked(|models| !models.catalogue.entries.is_empty()) {
            return;
        }
        spawn_local(async move {
            let text = fetch::text("models/catalogue.json").await;
            let read =
                text.and_then(|text| serde_json::from_str(&text).map_err(|_| "this page can not read it".into()));
            self.models.update(|models| match read {
                Ok(catalogue) => models.catalogue = catalogue,
                Err(why) => models.catalogue_fault = format!("The catalogue did not come: {why}. Open this again."),
            });
        });
    }
}

async fn kind(file: &File) -> Kind {
    let head = match file.slice_with_i32_and_i32(0, brought::HEAD as i32) {
        Ok(head) => fetch::file(&head).await.ok(),
        Err(_) => None,
    };
    let head = head.map(|head| js_sys::Uint8Array::new(&head).to_vec()).unwrap_or_default();
    brought::kind(&file.name(), &head)
}
