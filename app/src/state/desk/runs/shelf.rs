//! The list of kept runs, and what is done with one: opened, compared, renamed, deleted.

use super::super::super::runs::listed::{Heads, Run};
use super::super::network::pause;
use super::super::{Desk, MOSAICS};
use super::pieces::{drawn_of, record_of};
use super::{Opened, Pair};
use crate::bridge::{fetch, runs};
use js_sys::Uint8Array;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::experiment::Subject;
use tessera_core::experiment::compare::Comparison;
use tessera_core::experiment::link::{Claim, Found};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

/// Bytes of a run's lines that are read at once.
const PART: f64 = 262_144.0;

/// Longest name that a person can give.
const NAME: usize = 120;

impl Desk {
    /// Lists what is kept.
    pub fn list_runs(self) {
        spawn_local(self.runs_listed());
    }

    pub(super) async fn runs_listed(self) {
        let kept = match runs::list().await {
            Ok(kept) => kept,
            Err(why) => {
                self.shelf.trouble.set(Some(format!("Runs are not kept here: {why}.")));
                return self.shelf.runs.set(Some(vec![]));
            }
        };
        let mut listed = vec![];
        for kept in kept {
            let written = runs::written(&kept.id).await;
            let heads = self.heads_of(&kept.id, written).await;
            listed.extend(Run::of(kept, heads, written).map(Arc::new));
        }
        listed.sort_by(|one, other| other.changed.partial_cmp(&one.changed).unwrap_or(std::cmp::Ordering::Equal));
        let there = |id: &String| listed.iter().any(|run| run.id == *id);
        self.shelf.ticked.update(|ticked| ticked.retain(there));
        self.shelf.runs.set(Some(listed));
    }

    /// What is counted of a run; one that did not grow is not counted again.
    async fn heads_of(self, id: &str, written: Option<(f64, f64)>) -> Heads {
        let known = self.shelf.runs.with_untracked(|runs| runs.iter().flatten().find(|run| run.id == id).cloned());
        if let Some(run) =
            known.filter(|run| written.is_some_and(|now| (run.changed, run.bytes) == (Some(now.0), now.1)))
        {
            return run.heads.clone();
        }
        let mut heads = Heads::default();
        if let Ok(Some(units)) = runs::units(id).await {
            read_heads(&units, &mut heads).await;
        }
        heads
    }

    /// Shows the particulars of a run.
    pub fn open_run(self, id: String) {
        self.with_run(id, async move |opened| {
            self.shelf.open.set(Some(Arc::new(opened)));
            Ok(())
        });
    }

    /// Does something with a run, and says beside the list if it can not be done.
    fn with_run(self, id: String, work: impl AsyncFnOnce(Opened) -> Result<(), String> + 'static) {
        self.shelf.trouble.set(None);
        spawn_local(async move {
            self.shelf.busy.set(Some("Reading the run".into()));
            let done = match self.opened_run(&id).await {
                Ok(opened) => work(opened).await,
                Err(why) => Err(why),
            };
            self.shelf.busy.set(None);
            if let Err(why) = done {
                self.shelf.trouble.set(Some(why));
            }
        });
    }

    pub(super) async fn opened_run(self, id: &str) -> Result<Opened, String> {
        let listed = self.shelf.runs.with_untracked(|runs| runs.iter().flatten().find(|run| run.id == id).cloned());
        let gone = |why: String| format!("This run can not be read: {why}.");
        let kept = runs::open(id).await.map_err(gone)?;
        let record = record_of(&kept).await?;
        let (summary, _) = self.sum_of(&record, 0).await?;
        let run = match listed {
            Some(run) => run,
            None => Arc::new(Run::of(kept, Heads::default(), None).ok_or("This run's Spec can not be read.")?),
        };
        Ok(Opened { run, record, summary })
    }

    /// Ticks a run, or takes the tick away; of three the oldest tick goes.
    pub fn tick_run(self, id: &str) {
        self.shelf.ticked.update(|ticked| {
            if ticked.iter().any(|one| one == id) {
                ticked.retain(|one| one != id);
            } else {
                ticked.push(id.to_owned());
                if ticked.len() > 2 {
                    ticked.remove(0);
                }
            }
        });
        self.shelf.pair.set(None);
    }

    /// Puts the two runs that are ticked side by side.
    pub fn compare_runs(self) {
        let ticked = self.shelf.ticked.get_untracked();
        let [one, other] = &ticked[..] else { return };
        let other = other.clone();
        self.with_run(one.clone(), async move |one| {
            let other = self.opened_run(&other).await?;
            let comparison = Comparison::of((&one.record, &one.summary), (&other.record, &other.summary));
            self.shelf.pair.set(Some(Arc::new(Pair { runs: [Arc::new(one), Arc::new(other)], comparison })));
            Ok(())
        });
    }

    /// Calls a run something else.
    pub fn rename_run(self, id: String, name: &str) {
        let name: String = name.trim().chars().filter(|c| !c.is_control()).take(NAME).collect();
        if name.is_empty() {
            return;
        }
        spawn_local(async move {
            if let Err(why) = runs::rename(&id, &name).await {
                self.shelf.trouble.set(Some(format!("It keeps its name: {why}.")));
            }
            self.runs_listed().await;
            let runs = self.shelf.runs.get_untracked().unwrap_or_default();
            if let Some(run) = runs.into_iter().find(|run| run.id == id) {
                self.shelf.open.update(|open| {
                    if let Some(open) = open.as_mut().filter(|open| open.run.id == id) {
                        *open = Arc::new(Opened { run, ..(**open).clone() });
                    }
                });
            }
        });
    }

    /// Deletes a run; one that is shown in its place stays there until the page is left.
    pub fn delete_run(self, id: String) {
        self.shelf.pair.set(None);
        self.shelf.open.update(|open| drop(open.take_if(|open| open.run.id == id)));
        spawn_local(async move {
            if let Err(why) = runs::remove(&id).await {
                self.shelf.trouble.set(Some(format!("It was not deleted: {why}. Try again.")));
            }
            self.runs_listed().await;
        });
    }

    /// Shows a run in its place: mosaics with their results, one photo with its maps.
    pub fn show_run(self, id: String) {
        self.with_run(id, async move |opened| match opened.record.spec.subject {
            Subject::Mosaics(_) => {
                let kept = runs::open(&opened.run.id).await?;
                let (drawn, table) = drawn_of(&kept, &opened.record.spec)?;
                let samples = self.samples_known().await;
                if samples.set.spec().sha256 == drawn.spec.dataset.sha256
                    && !untrack(|| self.has_photos(&drawn.spec.dataset))
                {
                    self.take_samples(&drawn.spec.dataset).await;
                }
                self.show_course(opened.record, Arc::new(drawn), table).await;
                go_to(MOSAICS);
                Ok(())
            }
            _ => self.show_photo_run(opened.record.spec).await,
        });
    }

    /// Makes a run's own link the one that is open: to see what it costs, and to run it again.
    pub fn offer_run(self, opened: &Opened) {
        self.take_offer(Arc::new(super::Offer::of(claim_of(opened))));
    }
}

/// What a kept run says came out.
pub(super) fn claim_of(opened: &Opened) -> Claim {
    let found = (!opened.record.units.is_empty()).then(|| Found::summed(&opened.record, &opened.summary));
    Claim { spec: opened.record.spec.clone(), found }
}

/// Goes to a place as a click on its tab does.
pub(super) fn go_to(place: &str) {
    if let Some(window) = web_sys::window() {
        // A browser that keeps its address for itself shows the place at the next click.
        let _ = window.location().set_hash(&format!("/{place}"));
    }
}

/// Reads the beginnings of a run's lines, part by part.
async fn read_heads(units: &Blob, heads: &mut Heads) {
    let (mut from, mut rest) = (0.0, Vec::new());
    while from < units.size() {
        let to = (from + PART).min(units.size());
        let Ok(part) = units.slice_with_f64_and_f64(from, to) else { return };
        let Ok(bytes) = fetch::file(&part).await else { return };
        rest.extend(Uint8Array::new(&bytes).to_vec());
        let end = rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        heads.read(&String::from_utf8_lossy(&rest[..end]));
        rest.drain(..end);
        from = to;
        pause(0).await;
    }
    heads.read(&String::from_utf8_lossy(&rest));
}
