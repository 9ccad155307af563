//! What is open as a record, and as a link that others run again.

use super::super::super::photos::PhotoId;
use super::super::super::question::Key;
use super::super::super::results::Drawn;
use super::super::super::runs::offer::Offer;
use super::super::super::study::course::ranked;
use super::super::super::study::kept::{Line, Made as Maker};
use super::super::network::pause;
use super::super::{Desk, EXPLAIN, MOSAICS};
use super::shelf::claim_of;
use crate::bridge::runs::{self, Kept};
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::digest::sha256;
use tessera_core::experiment::link::{Claim, Found, write};
use tessera_core::experiment::record::{Made, Outcome, Unit};
use tessera_core::experiment::spec::VERSION;
use tessera_core::experiment::subject::PhotoSpec;
use tessera_core::experiment::{MethodSpec, NetworkSpec, Record, Spec, Subject, Summary, Target};
use tessera_core::photo::Crop;
use wasm_bindgen_futures::spawn_local;

impl Desk {
    /// Writes the address of what is open into [`Shelf::shared`](super::Shelf::shared).
    pub fn share(self) {
        self.shelf.shared.set(None);
        spawn_local(async move {
            let claim = match self.place.get_untracked() {
                EXPLAIN => self.claim_of_photo().await,
                MOSAICS => self.claim_of_study(),
                _ => self.claim_of_runs(),
            };
            self.shelf.shared.set(Some(claim.map(|claim| address(&write(&claim)))));
        });
    }

    /// What stands on the page of one photo, as a run that is over.
    async fn claim_of_photo(self) -> Result<Claim, String> {
        let (record, _) = self.shown_record().await?;
        let found = Some(Found::summed(&record, &Summary::default()));
        Ok(Claim { spec: record.spec, found })
    }

    fn claim_of_study(self) -> Result<Claim, String> {
        let ran = self.studio.course.with_untracked(|course| {
            let course = course.as_ref()?;
            let summed = self.studio.summed.get_untracked()?;
            let found = Found::summed(&course.record, &summed.summary);
            (summed.summary.units == course.record.units.len()).then(|| (course.spec().clone(), found))
        });
        let stale = untrack(|| self.study_is_stale());
        match ran.filter(|_| !stale) {
            Some((spec, found)) => Ok(Claim { spec, found: Some(found) }),
            None => {
                let (spec, _) = untrack(|| self.study_spec()).map_err(|why| match &why[..] {
                    "" => "There is nothing to share yet: bring photos, or try the sample set.".into(),
                    _ => why,
                })?;
                Ok(Claim { spec, found: None })
            }
        }
    }

    fn claim_of_runs(self) -> Result<Claim, String> {
        let open = self.shelf.open.get_untracked().map(|open| claim_of(&open));
        let offer = self.shelf.offer.get_untracked().map(|offer: Arc<Offer>| offer.claim.clone());
        open.or(offer).ok_or_else(|| "Choose a run first: a link is of one run.".into())
    }

    /// Keeps what stands on the page of one photo among the runs.
    pub fn keep_shown(self) {
        spawn_local(async move {
            let kept = match self.shown_record().await {
                Ok((record, _)) => self.keep_photo_run(&record).await,
                Err(why) => Err(why),
            };
            match kept {
                Ok(()) => self.say("It is kept among the runs."),
                Err(why) => self.shelf.shared.set(Some(Err(format!("It was not kept: {why}")))),
            }
        });
    }

    /// Keeps a run of one photo, in the place of an earlier one of the same Spec.
    pub(super) async fn keep_photo_run(self, record: &Record) -> Result<(), String> {
        let made = Maker { version: record.version.clone(), device: record.device.clone() };
        let unit = record.units.first().ok_or("nothing came out.")?;
        let _ = runs::remove(&record.id).await;
        runs::begin(&Kept {
            id: record.id.clone(),
            name: format!("{}, {}", unit.name, methods(record.spec.methods.len())),
            spec: record.spec.canonical(),
            made: serde_json::to_string(&made).unwrap_or_default(),
            ..Kept::default()
        })
        .await?;
        runs::append(&record.id, &Line::Unit(Box::new(unit.clone())).write()).await?;
        self.runs_listed().await;
        Ok(())
    }

    /// What stands on the page of one photo: the wanted maps that are complete.
    async fn shown_record(self) -> Result<(Record, PhotoId), String> {
        let nothing = "There is nothing to share yet: wait until a map is drawn.";
        let seen = untrack(|| self.seen()).ok_or(nothing)?;
        let question = untrack(|| self.question()).ok_or(nothing)?;
        let prepared = untrack(|| self.prepared()).ok_or(nothing)?;
        let card = self.network.with_untracked(|network| network.card.clone()).ok_or(nothing)?;
        let wanted = self.wanted.get_untracked();
        let told = |spec: &&MethodSpec| {
            let key = Key::new(question, wanted.seed, spec);
            self.results.with_untracked(|results| match results.map(seen, &key) {
                Some(drawn) => !drawn.cut_short(),
                None => results.told(seen, &key),
            })
        };
        let methods: Vec<MethodSpec> = wanted.methods().iter().filter(told).cloned().collect();
        let spec = Spec {
            tessera: VERSION,
            network: NetworkSpec::of(&card),
            subject: Subject::Photo(PhotoSpec { sha256: prepared.facts.sha256.clone(), crop: seen.1 }),
            target: self.target_of(seen, Some(question), &methods),
            scale: wanted.scale,
            seed: wanted.seed,
            methods,
            steps: vec![],
            metrics: vec![],
            convention: Default::default(),
        };
        if spec.methods.is_empty() {
            return Err(nothing.into());
        }
        let record = self.record_of_photo(seen, &spec).await.ok_or(nothing)?;
        Ok((record, seen.0))
    }

    /// The map of a Spec's method, if it is here and complete.
    pub(super) fn drawn_for_spec(
        self,
        seen: (PhotoId, Crop),
        spec: &Spec,
        (class, target): (usize, Target),
        method: &MethodSpec,
    ) -> Option<Arc<Drawn>> {
        let against = if let Target::Difference(_, against) = target { Some(against) } else { None };
        let question = super::super::super::question::Question { class, against, scale: spec.scale };
        let key = Key::new(question, spec.seed, method);
        self.results.with_untracked(|results| results.map(seen, &key).cloned()).filter(|drawn| !drawn.cut_short())
    }

    /// What came out of a Spec of one photo, once every method had its say.
    pub(super) async fn record_of_photo(self, seen: (PhotoId, Crop), spec: &Spec) -> Option<Record> {
        let question = self.question_by(seen, spec)?;
        let photo = self.photos.with_untracked(|photos| photos.get(seen.0).cloned())?;
        let (prepared, answer) =
            (photo.cut(seen.1)?.clone(), self.results.with_untracked(|results| results.answer(seen).cloned())?);
        let mut found = vec![];
        for method in &spec.methods {
            let key = Key::new(question, spec.seed, method);
            let drawn = self.results.with_untracked(|results| results.map(seen, &key).cloned());
            let missing = self.results.with_untracked(|results| {
                results.missing(seen).into_iter().find(|(other, _)| *other == key).map(|(_, why)| why)
            });
            match (drawn, missing) {
                (Some(drawn), _) if !drawn.cut_short() => found.push(Ok(drawn)),
                (None, Some(why)) => found.push(Err(why)),
                _ => return None,
            }
        }
        let mut outcomes = vec![];
        for one in found {
            outcomes.push(match one {
                Ok(drawn) => Outcome::Map(Box::new(Made::new(&drawn.map, vec![]))),
                Err(why) => Outcome::Missing(why),
            });
            // The digest of a large map takes some milliseconds.
            pause(0).await;
        }
        let network = self.network.get_untracked();
        let output = network.card.as_ref().map_or_else(Default::default, |card| card.output);
        let (target, top) = ranked(&answer.logits, output, question.class, |class| network.class(class))?;
        let mut record = Record::new(env!("CARGO_PKG_VERSION"), spec.clone(), &self.device_in_use());
        record.add(Unit {
            at: 0,
            name: photo.name.clone(),
            cells: vec![],
            photo: prepared.facts.clone(),
            region: prepared.region,
            input: prepared.input,
            pixels: sha256(&prepared.rgb),
            seed: spec.seed,
            seconds: answer.seconds,
            target,
            top,
            outcomes,
        });
        Some(record)
    }
}

/// A number of methods in words.
fn methods(count: usize) -> String {
    if count == 1 { "1 method".into() } else { format!("{count} methods") }
}

/// The page's own address with a link behind it.
fn address(link: &str) -> String {
    let page = web_sys::window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    let page = page.split_once('#').map_or(page.as_str(), |(page, _)| page);
    format!("{page}#/runs?run={link}")
}
