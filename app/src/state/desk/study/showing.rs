//! Mosaics put together to be seen: only those in sight, and the last ones stay.

use super::super::super::ledger::Work;
use super::super::super::study::design::Drawn;
use super::super::Desk;
use super::super::photos::{canvas, image};
use super::{Cut, Partial};
use crate::bridge::fetch;
use crate::bridge::pool::Seat;
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use tessera_core::photo::Preprocess;
use tessera_engine::protocol::{Event, Job, Request};
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlCanvasElement, ImageData};

/// Longest side of a mosaic on the page, in pixels.
const PREVIEW: usize = 320;

/// How many mosaics are kept as pictures: 0.4 MB each.
const KEPT: usize = 96;

/// What became of a mosaic that was to be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Composed {
    /// It can be drawn.
    Ready,
    /// It can not be put together: why.
    Fault(String),
}

/// Pictures of mosaics, the last ones.
#[derive(Default)]
pub struct Pictures {
    images: HashMap<usize, ImageData>,
    order: VecDeque<usize>,
}

impl Pictures {
    /// Keeps a picture; gives the number of the one that has to go for it.
    fn keep(&mut self, at: usize, picture: ImageData) -> Option<usize> {
        if self.images.insert(at, picture).is_none() {
            self.order.push_back(at);
        }
        let oldest = if self.order.len() > KEPT { self.order.pop_front() } else { None }?;
        self.images.remove(&oldest);
        Some(oldest)
    }
}

impl Desk {
    /// Sees that a mosaic is put together, to be seen.
    pub fn show_mosaic(self, at: usize) {
        let Some(of) = self.studio.drawn.with_untracked(|drawn| Some(drawn.as_ref().ok()?.id)) else { return };
        let work = Work::Compose { at, of, unit: false };
        let there = self.studio.composed.with_untracked(|composed| composed.contains_key(&at));
        if !there && !self.ledger.with_untracked(|ledger| ledger.has(&work)) {
            self.submit(work);
        }
    }

    /// The mosaics were drawn anew: what was put together of the old ones goes.
    pub fn forget_mosaics(self) {
        self.studio.composed.update(std::collections::BTreeMap::clear);
        self.studio.open.set(None);
        self.hands.update_value(|hands| {
            hands.study.pictures = Pictures::default();
            hands.study.maps = super::sheet::Maps::default();
        });
        let jobs: Vec<Job> = self.ledger.with_untracked(|ledger| ledger.showing().collect());
        for job in jobs {
            self.stop(job);
        }
    }

    /// A mosaic as pixels, as soon as it is put together.
    #[must_use]
    pub fn mosaic_picture(self, at: usize) -> Option<HtmlCanvasElement> {
        canvas(&self.hands.with_value(|hands| hands.study.pictures.images.get(&at).cloned())?)
    }

    /// The mosaics that a piece of work is about: the run's, or those that are drawn now.
    fn drawn_for(self, of: u64, unit: bool) -> Option<(Arc<Drawn>, Preprocess)> {
        let found = if unit {
            self.studio.course.with_untracked(|course| {
                let course = course.as_ref()?;
                Some((course.drawn.clone(), course.spec().network.preprocess?))
            })
        } else {
            let drawn = self.studio.drawn.get_untracked().ok();
            drawn.zip(self.network.with_untracked(|network| Some(network.card.as_ref()?.preprocess)))
        };
        found.filter(|(drawn, _)| drawn.id == of)
    }

    /// Reads the photos of a mosaic, then hands them to the worker that waits for them.
    pub(in super::super) fn hand_over_cells(self, seat: Seat, job: Job, at: usize, of: u64, unit: bool) {
        let Some((drawn, preprocess)) = self.drawn_for(of, unit) else { return self.give_up(seat, job, "") };
        spawn_local(async move {
            match self.cells(&drawn, at).await {
                Ok(files) => {
                    let mosaics = Box::new(drawn.spec.clone());
                    self.send(seat, &Request::Compose { job, mosaics, preprocess, preview: PREVIEW }, &files);
                }
                Err(why) => self.give_up(seat, job, &why),
            }
        });
    }

    /// The files of a mosaic's photos.
    async fn cells(self, drawn: &Drawn, at: usize) -> Result<Vec<ArrayBuffer>, String> {
        let mosaic = drawn.mosaics.get(at).ok_or("there is no such mosaic")?;
        let names = self.studio.album.with_untracked(|album| album.by_name());
        let mut files = vec![];
        for cell in &mosaic.cells {
            let gone = || format!("{} is not among the photos: bring it too.", cell.file);
            let id = names.get(&cell.file).ok_or_else(gone)?;
            let blob = self.hands.with_value(|hands| hands.study.blobs.get(id).cloned()).ok_or_else(gone)?;
            let read = fetch::file(&blob).await;
            files.push(read.map_err(|why| format!("{} could not be read: {why}. Bring it again.", cell.file))?);
        }
        Ok(files)
    }

    /// Work that can not be handed over: the worker is free again. Without a sentence, nobody wants it any more.
    pub(in super::super) fn give_up(self, seat: Seat, job: Job, sentence: &str) {
        self.hands.update_value(|hands| hands.pool.heard(seat, &Event::Stopped { job }));
        if sentence.is_empty() {
            self.stopped(job)
        } else {
            self.failed(job, sentence.into())
        }
        self.settle();
    }

    /// A mosaic was put together.
    pub(in super::super) fn composed(self, job: Job, cut: Cut, preview: (usize, usize), buffers: &[ArrayBuffer]) {
        let mut work = None;
        self.ledger.update(|ledger| work = ledger.strike(job));
        let (Some(Work::Compose { at, of, unit }), [pixels, rgb]) = (work, buffers) else { return };
        if self.drawn_for(of, false).is_some() {
            self.keep_picture(at, preview, pixels);
        }
        if unit && self.drawn_for(of, true).is_some() {
            let partial = Partial { cut, rgb: rgb.clone(), seconds: 0.0, answer: None, outcomes: vec![] };
            self.hands.update_value(|hands| drop(hands.study.doing.insert(at, partial)));
            self.submit(Work::Judge { at });
        }
    }

    fn keep_picture(self, at: usize, preview: (usize, usize), pixels: &ArrayBuffer) {
        let Some(picture) = image(preview, pixels) else { return };
        let gone = self.hands.try_update_value(|hands| hands.study.pictures.keep(at, picture)).flatten();
        self.studio.composed.update(|composed| {
            composed.extend([(at, Composed::Ready)]);
            gone.map(|gone| composed.remove(&gone));
        });
    }

    /// Whether the run is of the mosaics that are drawn now.
    #[must_use]
    pub fn same_as_drawn(self) -> bool {
        let drawn = self.studio.drawn.get_untracked();
        let same = |drawn: &Arc<Drawn>| {
            self.studio.course.with_untracked(|course| course.as_ref().is_none_or(|one| one.drawn.spec == drawn.spec))
        };
        drawn.as_ref().is_ok_and(same)
    }

    /// A mosaic that was to be seen can not be put together: the photo that is no good is left out, by name.
    pub(super) fn not_composed(self, at: usize, of: u64, sentence: &str) {
        let Some((drawn, _)) = self.drawn_for(of, false) else { return };
        let running = self.studio.course.with_untracked(|one| {
            one.as_ref().is_some_and(|one| one.state == super::super::super::study::course::State::Running)
        });
        match blamed(&drawn, at, sentence) {
            Some((file, why)) if !running => {
                let shot = self.studio.album.with_untracked(|album| album.by_name().get(file).copied());
                if let Some(shot) = shot {
                    self.say(format!("{file} is left out: {why}"));
                    self.studio.album.update(|album| album.spoil(shot, why));
                }
            }
            _ => {
                let sentence = named(&drawn, at, sentence);
                self.studio.composed.update(|composed| drop(composed.insert(at, Composed::Fault(sentence))));
            }
        }
    }
}

/// The photo that a worker could not decode, and why: it says the number of its cell.
fn blamed<'a>(drawn: &'a Drawn, at: usize, sentence: &'a str) -> Option<(&'a str, &'a str)> {
    let (cell, why) = sentence.strip_prefix("Cell ")?.split_once(": ")?;
    let cell = drawn.mosaics.get(at)?.cells.get(cell.parse::<usize>().ok()?)?;
    Some((&cell.file, why))
}

/// The same sentence with the photo's name in the place of its cell's number.
pub(super) fn named(drawn: &Drawn, at: usize, sentence: &str) -> String {
    blamed(drawn, at, sentence).map_or_else(|| sentence.to_owned(), |(file, why)| format!("{file}: {why}"))
}
