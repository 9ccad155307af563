//! Photos on their way from a file to the stage.

use super::super::ledger::Work;
use super::super::photos::{Origin, Photo, PhotoId, Prepared};
use super::super::samples::Sample;
use super::{Desk, EXPLAIN, Notice, Source};
use crate::bridge::fetch;
use crate::bridge::pool::Seat;
use js_sys::{ArrayBuffer, Uint8Array, Uint8ClampedArray};
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::photo::{Crop, PhotoFacts, Region};
use tessera_engine::protocol::{Event, Job, Request};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// Longest side of a photo on the page, in pixels.
pub const PREVIEW: usize = 1600;

/// Largest file that is read, in bytes. A photo of 50 megapixels without compression is 200 MB.
const LARGEST: f64 = 400e6;

impl Desk {
    /// Fetches the list of samples and opens the one the address names, or the first.
    pub(super) fn load_samples(self) {
        spawn_local(async move {
            let text = fetch::text("samples/samples.json").await;
            let samples: Vec<Sample> = text.ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
            for sample in samples {
                let path = format!("samples/{}", sample.file);
                let mut id = 0;
                self.photos.update(|photos| {
                    id = photos.add(sample.title, sample.alt, sample.credit, Origin::Sample(sample.file));
                });
                self.hands.update_value(|hands| drop(hands.sources.insert(id, Source::Path(path))));
            }
            // A link starts nothing before a click, not even the maps of a sample.
            let linked = self.shelf.offer.with_untracked(Option::is_some);
            if !linked || self.place.get_untracked() == EXPLAIN {
                self.open_any();
            }
        });
    }

    /// Opens the photo that the address names, or the first, unless one is open.
    pub(super) fn open_any(self) {
        if self.selection.with_untracked(|selection| selection.chosen().is_none()) {
            self.open_from_address();
        }
    }

    fn open_from_address(self) {
        let address = self.hands.with_value(|hands| hands.address.clone());
        let named = address.photo.and_then(|name| self.photos.with_untracked(|photos| photos.sample(&name)));
        let first = self.photos.with_untracked(|photos| photos.items().first().map(|photo| photo.id));
        let Some(photo) = named.or(first) else { return };
        if let Some(target) = address.target.filter(|_| named.is_some()) {
            self.selection.update(|selection| selection.choose(photo, target, address.against));
        }
        self.open(photo);
    }

    /// Takes in files that a person brought; the first of them comes on the stage.
    pub fn add(self, files: Vec<web_sys::File>) {
        let mut added = Vec::new();
        // The last one first: each comes before all others, so that they end up in their own order.
        for file in files.into_iter().rev() {
            let name = file.name();
            let known = !name.is_empty() && name != "image.png";
            let name = if known { name } else { "pasted picture".into() };
            if file.size() > LARGEST {
                self.notice(&name, "It is larger than 400 MB. Save it smaller and bring it again.");
                continue;
            }
            let mut id = 0;
            self.photos.update(|photos| id = photos.add(name, String::new(), String::new(), Origin::Given));
            self.hands.update_value(|hands| drop(hands.sources.insert(id, Source::File(file))));
            added.insert(0, id);
        }
        for id in &added {
            self.prepare(*id, Crop::default());
        }
        if let Some(first) = added.first() {
            self.open(*first);
        }
    }

    /// Tells beside the photos what went wrong.
    pub fn notice(self, name: &str, sentence: &str) {
        self.say(format!("{name} was not opened: {sentence}"));
        let notice = Notice { name: name.into(), sentence: sentence.into() };
        self.notices.update(|notices| notices.push(notice));
    }

    /// Brings a photo on the stage as soon as it is decoded, and explains it.
    pub fn open(self, photo: PhotoId) {
        self.selection.update(|selection| selection.wanted = Some(photo));
        self.hands.update_value(|hands| hands.pool.promote(photo));
        let crop = self.photos.with_untracked(|photos| photos.get(photo).map(|photo| photo.crop));
        let Some(crop) = crop else { return };
        let ready = self.photos.with_untracked(|photos| photos.get(photo).is_some_and(|p| p.cut(crop).is_some()));
        if ready {
            self.show(photo);
        } else {
            self.prepare(photo, crop);
        }
    }

    fn show(self, photo: PhotoId) {
        self.selection.update(|selection| {
            selection.photo = Some(photo);
            selection.wanted = None;
        });
        self.view.update(|view| view.reset());
        self.ensure(photo);
    }

    /// Lets the network see another part of the photo on the stage.
    pub fn crop(self, crop: Crop) {
        let Some((photo, now)) = self.seen_untracked() else { return };
        if crop == now {
            return;
        }
        let ready = self.photos.with_untracked(|photos| photos.get(photo).is_some_and(|p| p.cut(crop).is_some()));
        if ready {
            self.take_crop(photo, crop);
        } else {
            self.prepare(photo, crop);
        }
    }

    fn take_crop(self, photo: PhotoId, crop: Crop) {
        self.photos.update(|photos| {
            if let Some(photo) = photos.get_mut(photo) {
                photo.crop = crop;
            }
        });
        self.view.update(|view| view.reset());
        self.ensure(photo);
    }

    fn prepare(self, photo: PhotoId, crop: Crop) {
        if !self.ledger.with_untracked(|ledger| ledger.preparing(photo, crop)) {
            self.submit(Work::Prepare { photo, crop });
        }
    }

    /// Reads the photo's bytes, then hands them to the worker that waits for them.
    pub(super) fn hand_over_photo(self, seat: Seat, job: Job, photo: PhotoId, crop: Crop) {
        let source = self.hands.with_value(|hands| hands.sources.get(&photo).cloned());
        spawn_local(async move {
            let bytes = match source {
                Some(Source::Path(path)) => fetch::bytes(&path).await,
                Some(Source::File(file)) => fetch::file(&file).await,
                None => Err("it was taken away".into()),
            };
            let card = self.card().await;
            match (bytes, card) {
                (Ok(bytes), Some(card)) => {
                    let request = Request::Prepare { job, crop, card, preview: PREVIEW };
                    self.send(seat, &request, &[bytes]);
                }
                (bytes, _) => {
                    self.hands.update_value(|hands| {
                        hands.pool.heard(seat, &Event::Stopped { job });
                    });
                    match bytes.err() {
                        Some(why) => self.failed(job, format!("It could not be read: {why}. Bring it again.")),
                        // Not the photo's fault: it waits until the network is here.
                        None => self.stopped(job),
                    }
                    self.settle();
                }
            }
        });
    }

    pub(super) fn prepared_photo(
        self,
        job: Job,
        facts: PhotoFacts,
        preview: (usize, usize),
        input: (usize, usize),
        region: Region,
        buffers: &[ArrayBuffer],
    ) {
        let mut work = None;
        self.ledger.update(|ledger| work = ledger.strike(job));
        if let (Some(Work::Look { shot }), [_, rgb]) = (&work, buffers) {
            return self.looked(*shot, input, rgb);
        }
        let (Some(Work::Prepare { photo, crop }), [pixels, rgb]) = (work, buffers) else { return };
        if let Some(picture) = image(preview, pixels) {
            self.hands.update_value(|hands| {
                hands.pictures.entry(photo).or_insert(picture);
            });
        }
        let prepared = Arc::new(Prepared { facts, input, region, rgb: Uint8Array::new(rgb).to_vec() });
        self.photos.update(|photos| {
            if let Some(photo) = photos.get_mut(photo) {
                photo.prepared.push((crop, prepared));
            }
        });
        let (open, wanted) = self.selection.with_untracked(|selection| (selection.photo, selection.wanted));
        if wanted == Some(photo) {
            self.show(photo);
        } else if open == Some(photo) {
            self.take_crop(photo, crop);
        } else {
            self.ensure(photo);
        }
    }

    /// Goes on with what had to wait for the network.
    pub(super) fn resume(self) {
        let waiting = |photo: &Photo| photo.origin == Origin::Given && photo.prepared.is_empty();
        let photos: Vec<_> = self.photos.with_untracked(|photos| {
            photos.items().iter().filter(|photo| waiting(photo)).map(|photo| (photo.id, photo.crop)).collect()
        });
        for (photo, crop) in photos {
            self.prepare(photo, crop);
        }
        if let Some(wanted) = self.selection.with_untracked(|selection| selection.wanted) {
            self.open(wanted);
        }
    }

    /// Takes a photo and all that came of it away.
    pub fn remove(self, photo: PhotoId) {
        for job in self.ledger.with_untracked(|ledger| ledger.about(photo)) {
            self.stop(job);
        }
        let mut next = None;
        self.photos.update(|photos| next = photos.remove(photo));
        self.results.update(|results| results.forget(photo));
        self.failures.update(|failures| drop(failures.remove(&photo)));
        self.hands.update_value(|hands| {
            hands.sources.remove(&photo);
            hands.pictures.remove(&photo);
            hands.begun.forget_photo(photo);
        });
        self.selection.update(|selection| selection.forget(photo, next));
        if let Some(wanted) = self.selection.with_untracked(|selection| selection.wanted) {
            self.open(wanted);
        }
    }
}

/// The pixels as the browser takes them; what lies in memory is there even after a graphics processor was lost.
pub(super) fn image((rows, columns): (usize, usize), pixels: &ArrayBuffer) -> Option<ImageData> {
    let bytes = Uint8ClampedArray::new(pixels);
    let (rows, columns) = (u32::try_from(rows).ok()?, u32::try_from(columns).ok()?);
    ImageData::new_with_js_u8_clamped_array_and_sh(&bytes, columns, rows).ok()
}

/// A canvas that holds the pixels, to draw from.
pub(super) fn canvas(image: &ImageData) -> Option<HtmlCanvasElement> {
    let canvas: HtmlCanvasElement = web_sys::window()?.document()?.create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(image.width());
    canvas.set_height(image.height());
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    context.put_image_data(image, 0.0, 0.0).ok()?;
    Some(canvas)
}
