//! Explaining: what is asked of the network, and what comes back.

use super::super::ledger::Work;
use super::super::photos::PhotoId;
use super::super::results::{Answer, Seen};
use super::Desk;
use crate::widgets::number;
use js_sys::{ArrayBuffer, Float32Array};
use leptos::prelude::*;
use tessera_core::experiment::Target;
use tessera_core::map::{Facts, Map};
use tessera_engine::protocol::{DeviceFacts, Job};

/// The methods whose maps are drawn without being asked for.
const USUAL: [&str; 2] = ["gradcam", "gradient"];

impl Desk {
    pub(super) fn seen_untracked(self) -> Option<Seen> {
        untrack(move || self.seen())
    }

    /// Sees that a photo has its answer and a map by every method for its target; asks for what is missing.
    pub(super) fn ensure(self, photo: PhotoId) {
        let crop = self.photos.with_untracked(|photos| photos.get(photo).map(|photo| photo.crop));
        let Some(crop) = crop else { return };
        let seen = (photo, crop);
        let answer = self.results.with_untracked(|results| results.answer(seen).cloned());
        let by_hand = self.selection.with_untracked(|selection| selection.by_hand(photo));
        let class = by_hand.or_else(|| answer.as_ref().map(|answer| answer.predicted()));
        if let Some(class) = class {
            self.selection.update(|selection| selection.predicted(photo, class));
        }
        let missing = self.missing(seen, class);
        if missing.is_empty() && answer.is_some() {
            return;
        }
        self.ask(seen, class.map_or(Target::Predicted, Target::Class), missing);
    }

    fn missing(self, seen: Seen, class: Option<usize>) -> Vec<String> {
        let has = |id: &str| {
            let Some(class) = class else { return false };
            self.results.with_untracked(|results| results.map(seen, class, id).is_some())
        };
        USUAL.iter().filter(|id| !has(id)).map(|&id| id.to_owned()).collect()
    }

    fn ask(self, (photo, crop): Seen, target: Target, methods: Vec<String>) {
        let work = Work::Explain { photo, crop, target, methods };
        let running =
            self.ledger.with_untracked(|ledger| ledger.explaining(photo).map(|(job, line)| (job, line.work.clone())));
        if let Some((job, before)) = running {
            if before == work {
                return;
            }
            self.stop(job);
        }
        self.failures.update(|failures| drop(failures.remove(&photo)));
        let name = self.photos.with_untracked(|photos| photos.get(photo).map(|photo| photo.name.clone()));
        self.say(format!("Explaining {}.", name.unwrap_or_default()));
        self.submit(work);
        if self.selection.with_untracked(|selection| selection.chosen()) == Some(photo) {
            self.hands.update_value(|hands| hands.pool.promote(photo));
        }
    }

    /// Explains this class of the photo on the stage.
    pub fn choose(self, class: usize) {
        let Some((photo, _)) = self.seen_untracked() else { return };
        self.selection.update(|selection| selection.choose(photo, class));
        self.ensure(photo);
    }

    /// Puts a map of the photo on the stage.
    pub fn open_map(self, class: usize, method: &str) {
        self.selection.update(|selection| selection.method = method.to_owned());
        if untrack(move || self.target()) != Some(class) {
            self.choose(class);
        }
    }

    /// Takes a map away; another one of its photo comes on the stage if it lay there.
    pub fn remove_map(self, class: usize, method: &str) {
        let Some(seen) = self.seen_untracked() else { return };
        self.results.update(|results| results.remove(seen, class, method));
        let open = untrack(move || self.map().is_some());
        let left = untrack(move || self.maps());
        if let (false, Some(next)) = (open, left.first()) {
            let provenance = &next.map.facts.provenance;
            let (class, method) = (provenance.target, provenance.method.clone());
            self.selection.update(|selection| {
                selection.method = method;
                selection.choose(seen.0, class);
            });
        }
    }

    /// Asks again for what is missing of the photo on the stage.
    pub fn again(self) {
        if let Some((photo, _)) = self.seen_untracked() {
            self.ensure(photo);
        }
    }

    /// Explains the photo on the stage anew, on the device that is in use now.
    pub(super) fn anew(self) {
        let Some(seen) = self.seen_untracked() else { return };
        let class = untrack(move || self.target());
        let methods = self.missing(seen, None);
        self.ask(seen, class.map_or(Target::Predicted, Target::Class), methods);
    }

    pub(super) fn answered(self, job: Job, target: usize, seconds: f64, device: DeviceFacts, buffer: &ArrayBuffer) {
        let work = self.ledger.with_untracked(|ledger| ledger.get(job).map(|line| line.work.clone()));
        let Some(Work::Explain { photo, crop, .. }) = work else { return };
        let output = self
            .network
            .with_untracked(|network| network.card.as_ref().map_or_else(Default::default, |card| card.output));
        let answer = Answer::new(Float32Array::new(buffer).to_vec(), output, seconds, device);
        let (best, predicted) = (answer.probabilities.get(target).copied().unwrap_or(0.0), answer.predicted());
        self.results.update(|results| results.answered((photo, crop), answer));
        self.selection.update(|selection| selection.predicted(photo, predicted));
        let class = self.network.with_untracked(|network| network.class(target));
        self.say(format!("{class}, {}.", number::percent(f64::from(best))));
    }

    pub(super) fn progressed(self, job: Job, at: usize, done: usize, all: usize) {
        self.ledger.update(|ledger| {
            if let Some(line) = ledger.get_mut(job) {
                if let Work::Explain { methods, .. } = &line.work {
                    line.method = methods.get(at).cloned().unwrap_or_default();
                }
                line.passes = (done, all);
            }
        });
    }

    pub(super) fn mapped(self, job: Job, facts: Facts, device: DeviceFacts, buffer: &ArrayBuffer) {
        let work = self.ledger.with_untracked(|ledger| ledger.get(job).map(|line| line.work.clone()));
        let Some(Work::Explain { photo, crop, .. }) = work else { return };
        let map = Map { values: Float32Array::new(buffer).to_vec(), facts };
        if map.values.len() != map.facts.channels * map.facts.height * map.facts.width {
            return;
        }
        self.results.update(|results| results.mapped((photo, crop), map, device));
        self.ledger.update(|ledger| {
            if let Some(line) = ledger.get_mut(job) {
                line.maps += 1;
            }
        });
    }

    pub(super) fn finished(self, job: Job) {
        let mut work = None;
        self.ledger.update(|ledger| work = ledger.strike(job));
        if let Some(Work::Explain { photo, methods, .. }) = work {
            let name = self.photos.with_untracked(|photos| photos.get(photo).map(|photo| photo.name.clone()));
            self.say(format!("{} explained: {} maps.", name.unwrap_or_default(), methods.len()));
            self.ask_for_gpu();
        }
    }

    pub(super) fn stopped(self, job: Job) {
        self.ledger.update(|ledger| drop(ledger.strike(job)));
    }

    pub(super) fn failed(self, job: Job, sentence: String) {
        let mut work = None;
        self.ledger.update(|ledger| work = ledger.strike(job));
        match work {
            Some(Work::Prepare { photo, .. }) => self.unreadable(photo, &sentence),
            Some(Work::Explain { photo, .. }) => {
                self.say(sentence.clone());
                self.failures.update(|failures| drop(failures.insert(photo, sentence)));
            }
            Some(Work::Inspect { open }) => self.not_readable(open, sentence),
            Some(Work::Reference | Work::Compare) => self.test_failed(sentence),
            None => {}
        }
    }

    /// A photo could not be decoded: it goes, and beside the photos stands why. One that was decoded before stays.
    fn unreadable(self, photo: PhotoId, sentence: &str) {
        let known = self.photos.with_untracked(|photos| photos.get(photo).cloned());
        let Some(known) = known else { return };
        self.notice(&known.name, sentence);
        if known.prepared.is_empty() {
            self.remove(photo);
        }
    }
}
