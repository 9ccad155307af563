//! Summing a run up, in a worker: ranks, intervals, agreement.

use super::super::super::ledger::Work;
use super::super::super::runs::whole;
use super::super::super::study::course::State;
use super::super::Desk;
use super::clock;
use crate::bridge::fetch;
use crate::bridge::pool::Seat;
use js_sys::{Array, ArrayBuffer, JsString};
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::experiment::Summary;
use tessera_core::experiment::summary::RESAMPLES;
use tessera_engine::protocol::{Job, Request};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

/// What a run says.
#[derive(Clone, Debug)]
pub struct Summed {
    /// Ranks, intervals, agreement.
    pub summary: Summary,
    /// Resamples behind its intervals; 0 if there are none yet.
    pub resamples: usize,
    /// Names and contents of its tables, CSV.
    pub tables: Vec<(String, ArrayBuffer)>,
}

// Tables follow from the summary.
impl PartialEq for Summed {
    fn eq(&self, other: &Summed) -> bool {
        self.resamples == other.resamples && self.summary == other.summary
    }
}

/// Milliseconds between two sums while a run goes on, and for each unit of it.
const BETWEEN: f64 = 1500.0;
const EACH: f64 = 50.0;

impl Desk {
    /// Asks for a sum: a rough one now and then, one with intervals when the run rests.
    pub(super) fn sum_up(self, rests: bool) {
        let units = self.studio.course.with_untracked(|one| one.as_ref().map_or(0, |one| one.record.units.len()));
        let running = self.studio.course.with_untracked(|one| one.as_ref().is_some_and(|o| o.state == State::Running));
        let since = clock() - self.hands.with_value(|hands| hands.study.summed);
        let rough = Work::Summarise { resamples: 0 };
        let due = rests || (running && since > BETWEEN + EACH * units as f64);
        if units == 0 || (units < 2 && !rests) || !due || self.ledger.with_untracked(|ledger| ledger.has(&rough)) {
            return;
        }
        self.hands.update_value(|hands| hands.study.summed = clock());
        self.submit(rough);
        if rests {
            self.submit(Work::Summarise { resamples: RESAMPLES });
        }
    }

    /// A table of the run by the end of its name: its own name and its content.
    #[must_use]
    pub fn run_table(self, ends: &str) -> Option<(String, Blob)> {
        let summed = self.studio.summed.get_untracked()?;
        let (name, bytes) = summed.tables.iter().find(|(name, _)| name.ends_with(ends))?;
        Some((name.rsplit('/').next().unwrap_or(name).to_owned(), fetch::blob(bytes)?))
    }

    /// The record as JSON, put together by the browser from what came out.
    #[must_use]
    pub fn record_file(self) -> Option<Blob> {
        let (head, tail) = self.studio.course.with_untracked(|course| {
            let record = &course.as_ref()?.record;
            whole::ends(record)
        })?;
        let parts = Array::of1(&head.as_str().into());
        let (comma, mut first) = (JsString::from(","), true);
        self.hands.with_value(|hands| {
            for text in hands.study.texts.values() {
                if !std::mem::take(&mut first) {
                    parts.push(&comma);
                }
                parts.push(text);
            }
        });
        parts.push(&tail.as_str().into());
        Blob::new_with_str_sequence(&parts).ok()
    }

    pub(in super::super) fn hand_over_record(self, seat: Seat, job: Job, resamples: usize) {
        let record = self.record_file();
        spawn_local(async move {
            match record {
                None => self.give_up(seat, job, ""),
                Some(record) => match fetch::file(&record).await {
                    Ok(bytes) => self.send(seat, &Request::Summarise { job, resamples }, &[bytes]),
                    Err(why) => {
                        self.give_up(seat, job, &format!("The run could not be summed up: {why}. Run it again."))
                    }
                },
            }
        });
    }

    pub(in super::super) fn summarised(self, job: Job, summary: Summary, tables: Vec<String>, buffers: &[ArrayBuffer]) {
        let mut work = None;
        self.ledger.update(|ledger| work = ledger.strike(job));
        let Some(Work::Summarise { resamples }) = work else { return };
        let known = self.studio.course.with_untracked(|one| one.as_ref().map_or(0, |one| one.record.units.len()));
        // A sum of another run, or of one that was cleared.
        if summary.units > known {
            return;
        }
        let tables = tables.into_iter().zip(buffers.iter().cloned()).collect();
        self.studio.summed.set(Some(Arc::new(Summed { summary, resamples, tables })));
    }
}
