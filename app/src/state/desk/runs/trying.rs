//! Running what a link says, and holding what comes out against what it claims.

use super::super::super::order::entry;
use super::super::super::photos::PhotoId;
use super::super::super::question::Question;
use super::super::super::runs::offer::{Check, Offer};
use super::super::super::study::course::State;
use super::super::super::study::design::Drawn;
use super::super::network::pause;
use super::super::{Desk, EXPLAIN};
use super::shelf::go_to;
use crate::bridge::runs;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::experiment::link::{Claim, Found};
use tessera_core::experiment::subject::Draw;
use tessera_core::experiment::verify::compare;
use tessera_core::experiment::{Mosaics, Record, Spec, Subject, Summary, Target};
use tessera_core::photo::Crop;
use wasm_bindgen_futures::spawn_local;

/// Milliseconds between two looks at work under way.
const LOOK: u32 = 80;

/// Looks without any work under way after which it has ended.
const IDLE: usize = 8;

impl Desk {
    /// Runs the open link.
    pub fn run_offer(self) {
        let Some(offer) = self.shelf.offer.get_untracked() else { return };
        let lacks = untrack(|| self.lacks_of_offer());
        if !lacks.is_empty() || self.shelf.check.with_untracked(|check| *check == Check::Running) {
            return;
        }
        self.shelf.check.set(Check::Running);
        self.say("The link is run.");
        spawn_local(async move {
            let found = match &offer.spec().subject {
                Subject::Photo(photo) => self.try_photo(&offer, &photo.sha256, photo.crop).await,
                Subject::Mosaics(mosaics) => self.try_mosaics(&offer, mosaics).await,
                Subject::Photos(_) => Err("The page runs one photo or mosaics.".into()),
            };
            if self.is_open(&offer) {
                self.shelf.check.set(match found {
                    Err(why) => Check::Failed(why),
                    Ok(found) => Check::Done(
                        offer
                            .claim
                            .found
                            .as_ref()
                            .map_or_else(Vec::new, |claimed| compare(offer.spec(), claimed, &found)),
                    ),
                });
                self.say(untrack(|| self.shelf.check.with(words)));
            }
            self.runs_listed().await;
        });
    }

    fn is_open(self, offer: &Arc<Offer>) -> bool {
        self.shelf.offer.with_untracked(|open| open.as_ref().is_some_and(|open| Arc::ptr_eq(open, offer)))
    }

    async fn try_photo(self, offer: &Arc<Offer>, wanted: &str, crop: Crop) -> Result<Found, String> {
        let photo = untrack(|| self.photo_of(wanted)).or_else(|| self.add_brought());
        let photo = photo.ok_or("The photo is not here any more: bring it again.")?;
        let spec = offer.spec();
        self.explain_as(photo, crop, spec, true);
        let record = self.until_explained(offer, photo, crop).await?;
        let found = Found::summed(&record, &Summary::default());
        // Where nothing is kept the answer stands all the same.
        let _ = self.keep_photo_run(&record).await;
        Ok(found)
    }

    /// The photo that was brought for the link takes its place among the others.
    fn add_brought(self) -> Option<PhotoId> {
        let file = self.hands.with_value(|hands| hands.runs.photo.clone())?;
        self.add(vec![file]);
        self.photos.with_untracked(|photos| photos.items().first().map(|photo| photo.id))
    }

    /// Sets the place of one photo as a Spec says, and explains it; `anew` draws maps that are there already again.
    pub(super) fn explain_as(self, photo: PhotoId, crop: Crop, spec: &Spec, anew: bool) {
        self.wanted.update(|wanted| {
            wanted.only(spec.methods.iter().cloned());
            (wanted.scale, wanted.seed) = (spec.scale, spec.seed);
        });
        self.photos.update(|photos| {
            if let Some(photo) = photos.get_mut(photo) {
                photo.crop = crop;
            }
        });
        self.selection.update(|selection| {
            if let Some(first) = spec.methods.first() {
                selection.open = first.brief();
            }
            match spec.target {
                Target::Class(class) => selection.choose(photo, class, None),
                Target::Difference(class, against) => selection.choose(photo, class, Some(against)),
                Target::Predicted | Target::Least | Target::Truth => {}
            }
        });
        if anew {
            let seen = (photo, crop);
            let wanted = self.wanted.get_untracked();
            self.results.update(|results| {
                let keys: Vec<_> = results
                    .maps(seen)
                    .iter()
                    .filter(|one| wanted.has(&one.key.spec))
                    .map(|one| one.key.clone())
                    .collect();
                let missing = results.missing(seen).into_iter().map(|(key, _)| key);
                for key in keys.into_iter().chain(missing.collect::<Vec<_>>()) {
                    results.remove(seen, &key);
                }
            });
        }
        self.open(photo);
    }

    /// What is explained of a photo by a Spec, once its answer is here.
    pub(super) fn question_by(self, seen: (PhotoId, Crop), spec: &Spec) -> Option<Question> {
        let answer = self.results.with_untracked(|results| results.answer(seen).cloned())?;
        let (class, against) = match spec.target {
            Target::Class(class) => (class, None),
            Target::Difference(class, against) => (class, Some(against)),
            Target::Predicted | Target::Truth => (answer.predicted(), None),
            Target::Least => (answer.least(), None),
        };
        Some(Question { class, against, scale: spec.scale })
    }

    async fn until_explained(self, offer: &Arc<Offer>, photo: PhotoId, crop: Crop) -> Result<Record, String> {
        let (seen, spec, mut idle) = ((photo, crop), offer.spec(), 0);
        loop {
            pause(LOOK).await;
            if !self.is_open(offer) {
                return Err("Another link was opened.".into());
            }
            if let Some(why) = self.failures.with_untracked(|failures| failures.get(&photo).cloned()) {
                return Err(why);
            }
            if let Some(question) = self.question_by(seen, spec) {
                let chosen = untrack(|| self.selection.with(|one| (one.target(photo), one.against(photo))));
                if chosen != (Some(question.class), question.against) {
                    self.selection.update(|selection| selection.choose(photo, question.class, question.against));
                    self.ensure(photo);
                }
                if let Some(record) = self.record_of_photo(seen, spec).await {
                    return Ok(record);
                }
            }
            let busy = self.ledger.with_untracked(|ledger| !ledger.about(photo).is_empty());
            idle = if busy { 0 } else { idle + 1 };
            if idle > IDLE {
                return Err("It was stopped before all maps were drawn. Run it again.".into());
            }
        }
    }

    async fn try_mosaics(self, offer: &Arc<Offer>, mosaics: &Mosaics) -> Result<Found, String> {
        if !untrack(|| self.has_photos(&mosaics.dataset)) {
            self.take_samples(&mosaics.dataset).await;
        }
        let spec = self.completed(offer.spec());
        let own = matches!(mosaics.draw, Draw::Table { .. });
        let table = self.studio.design.with_untracked(|design| design.table.clone()).filter(|_| own);
        let dataset = self.studio.album.with_untracked(|album| album.dataset());
        let drawn = mosaics.mosaics(&dataset, table.as_deref()).map_err(|error| error.to_string())?;
        let text = table.as_deref().map(|table| String::from_utf8_lossy(table).into_owned()).unwrap_or_default();
        let drawn = Arc::new(Drawn::new(dataset, mosaics.clone(), drawn, text));
        self.stop_study();
        self.studio.course.set(None);
        self.set_as(&spec, table);
        let kept = runs::open(&spec.digest()).await.is_ok();
        self.run_spec(spec.clone(), &drawn, !kept);
        let record = self.until_run(offer, &spec).await?;
        let (summary, _) = self.sum_of(&record, 0).await?;
        Ok(Found::summed(&record, &summary))
    }

    /// A Spec that says nothing of how pictures are made ready takes what the network in use says.
    fn completed(self, spec: &Spec) -> Spec {
        let mut spec = spec.clone();
        let own = self.network.with_untracked(|network| network.card.as_ref().map(|card| card.preprocess));
        spec.network.preprocess = spec.network.preprocess.or(own);
        spec
    }

    async fn until_run(self, offer: &Arc<Offer>, spec: &Spec) -> Result<Record, String> {
        let id = spec.digest();
        loop {
            pause(LOOK).await;
            if !self.is_open(offer) {
                return Err("Another link was opened.".into());
            }
            let state = self.studio.course.with_untracked(|course| {
                course.as_ref().filter(|course| course.record.id == id).map(|course| course.state)
            });
            match state {
                Some(State::Done) => {
                    let record = self.studio.course.with_untracked(|one| one.as_ref().map(|one| one.record.clone()));
                    return record.ok_or_else(|| "The run is gone. Run it again.".into());
                }
                Some(State::Stopped) => return Err("It was stopped before its end. Run it again.".into()),
                Some(State::Fresh | State::Reading | State::Running) => {}
                None => return Err("Another study took its place. Run it again.".into()),
            }
        }
    }

    /// Shows a kept run of one photo in its place; where the photo is not here, a link asks for it.
    pub(super) async fn show_photo_run(self, spec: Spec) -> Result<(), String> {
        let Subject::Photo(wanted) = &spec.subject else { return Err("The page shows one photo or mosaics.".into()) };
        let _ = self.samples_known().await;
        let known = spec.methods.iter().all(|method| entry(&method.id).is_some());
        let here = untrack(|| self.photo_of(&wanted.sha256)).filter(|_| known && self.has_network(&spec));
        let Some(photo) = here else {
            self.take_offer(Arc::new(Offer::of(Claim { spec, found: None })));
            return Ok(());
        };
        self.explain_as(photo, wanted.crop, &spec, false);
        go_to(EXPLAIN);
        Ok(())
    }

    fn has_network(self, spec: &Spec) -> bool {
        self.network.with_untracked(|one| one.card.as_ref().is_some_and(|card| card.sha256 == spec.network.weights))
    }
}

/// How far it is, for who can not see the page.
fn words(check: &Check) -> String {
    match check {
        Check::Idle | Check::Running => "The link is run.".into(),
        Check::Failed(why) => why.clone(),
        Check::Done(lines) => super::super::super::runs::offer::verdict(lines),
    }
}
