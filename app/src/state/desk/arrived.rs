//! What comes back of an explanation: the answer, sketches and maps, or a sentence.

use super::super::ledger::Work;
use super::super::photos::PhotoId;
use super::super::question::{Key, Question};
use super::super::results::{Answer, Drawn, Seen};
use super::Desk;
use crate::widgets::number;
use js_sys::{ArrayBuffer, Float32Array, Uint8Array};
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::descriptor::Scale;
use tessera_core::experiment::{MethodSpec, Target};
use tessera_core::map::{Facts, Map};
use tessera_core::network::plan::Outline;
use tessera_engine::protocol::{DeviceFacts, Job};

impl Desk {
    /// A worker opened the network and says what can be known of it.
    pub(super) fn outlined(self, outline: Outline) {
        self.network.update(|network| network.outline = Some(Arc::new(outline)));
    }

    pub(super) fn answered(self, job: Job, target: usize, seconds: f64, device: DeviceFacts, buffer: &ArrayBuffer) {
        let work = self.ledger.with_untracked(|ledger| ledger.get(job).map(|line| line.work.clone()));
        if let Some(Work::Judge { .. } | Work::Recognise { .. }) = work {
            return self.recognised(work, target, seconds, &Float32Array::new(buffer).to_vec());
        }
        let Some(Work::Explain { photo, crop, .. }) = work else { return };
        let known = self.results.with_untracked(|results| results.answer((photo, crop)).is_some());
        if known && work.is_some_and(|work| work.is_share()) {
            return;
        }
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
                line.at = Some(at);
                line.passes = (done, all);
            }
        });
    }

    /// A map came, or what its method had so far.
    pub(super) fn mapped(
        self,
        (job, at): (Job, usize),
        facts: Facts,
        sketch: bool,
        device: DeviceFacts,
        (buffer, picture): (&ArrayBuffer, Option<&ArrayBuffer>),
    ) {
        let from = &facts.provenance;
        // Where the method's own network chose the class, the question was the answer's.
        let classes = (from.answered.unwrap_or(from.target), from.against);
        let Some((seen, key)) = self.key(job, at, classes) else { return };
        let (rows, columns) = from.input;
        let picture = picture.map(|buffer| Uint8Array::new(buffer).to_vec());
        let picture = picture.filter(|picture| picture.len() == 4 * rows * columns);
        let mut map = Map { values: Float32Array::new(buffer).to_vec(), facts, picture };
        if map.values.len() != map.facts.channels * map.facts.height * map.facts.width {
            return;
        }
        map.facts.provenance.seconds += self.hands.with_value(|hands| hands.begun.seconds(seen, &key, device.kind));
        let mut drawn = Drawn::new(key, map, device);
        drawn.sketch = sketch;
        if !drawn.cut_short() {
            self.hands.update_value(|hands| hands.begun.forget(seen, &drawn.key));
        }
        self.results.update(|results| results.mapped(seen, drawn));
    }

    /// A method has no map here.
    pub(super) fn missed(self, job: Job, at: usize, sentence: String) {
        let work = self.ledger.with_untracked(|ledger| ledger.get(job).map(|line| line.work.clone()));
        if let Some(Work::Judge { at: unit }) = work {
            return self.without_map(unit, at, sentence);
        }
        let Some(Work::Explain { photo, target, .. }) = work else { return };
        let classes = match target {
            Target::Class(class) => Some((class, None)),
            Target::Difference(class, against) => Some((class, Some(against))),
            _ => self.selection.with_untracked(|selection| Some((selection.target(photo)?, None))),
        };
        if let Some((seen, key)) = classes.and_then(|classes| self.key(job, at, classes)) {
            self.results.update(|results| results.missed(seen, key, sentence));
        }
    }

    /// Which map it is that a piece of work drew; none if nobody wants it any more.
    pub(super) fn key(self, job: Job, at: usize, (class, against): (usize, Option<usize>)) -> Option<(Seen, Key)> {
        let (photo, crop, scale, seed, spec) =
            self.ledger.with_untracked(|ledger| parts(&ledger.get(job)?.work, at))?;
        let wanted = self.wanted.with_untracked(|wanted| wanted.has(&spec));
        wanted.then(|| ((photo, crop), Key::new(Question { class, against, scale }, seed, &spec)))
    }

    pub(super) fn finished(self, job: Job) {
        let mut work = None;
        let stopping = self.ledger.with_untracked(|ledger| ledger.get(job).is_some_and(|line| line.stopping));
        self.ledger.update(|ledger| work = ledger.strike(job));
        if let Some(share) = work.as_ref().filter(|work| work.is_share()) {
            self.put_together(share, stopping);
        } else if let Some(Work::Explain { photo, methods, .. }) = work {
            let name = self.photos.with_untracked(|photos| photos.get(photo).map(|photo| photo.name.clone()));
            self.say(format!("{} explained: {} maps.", name.unwrap_or_default(), methods.len()));
            self.ask_for_gpu();
        } else if let Some(Work::Judge { at }) = work {
            self.judged(at);
        }
    }

    pub(super) fn stopped(self, job: Job) {
        let mut work = None;
        self.ledger.update(|ledger| work = ledger.strike(job));
        match work {
            Some(Work::File { ask }) => self.question_failed(ask, "It was stopped."),
            Some(work) if work.is_share() => self.put_together(&work, true),
            Some(work) => self.given_back(&work),
            None => {}
        }
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
            Some(Work::File { ask }) => self.question_failed(ask, &sentence),
            Some(work) => self.study_failed(&work, &sentence),
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

/// What a piece of work is about, and one of its methods.
fn parts(work: &Work, at: usize) -> Option<(PhotoId, tessera_core::photo::Crop, Scale, u64, MethodSpec)> {
    let Work::Explain { photo, crop, scale, seed, methods, .. } = work else { return None };
    Some((*photo, *crop, *scale, *seed, methods.get(at)?.clone()))
}
