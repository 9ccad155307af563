//! Opening a kept run: its results as they were, its photos where they are at hand.

use super::super::super::study::album::Album;
use super::super::super::study::course::{Course, State};
use super::super::super::study::design::{Design, Drawn};
use super::super::super::study::kept::Line;
use super::super::Desk;
use super::super::network::pause;
use super::clock;
use js_sys::JsString;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::experiment::dataset::DatasetSpec;
use tessera_core::experiment::{Record, Spec, Subject};
use tessera_core::metric::Metric;

/// Lines that are entered at once.
const AT_ONCE: usize = 8;

/// Milliseconds between two looks at photos that are being digested, and how often they are looked at.
const LOOK: u32 = 50;
const LOOKS: usize = 600;

impl Desk {
    /// Sets the place as a Spec says, so that what is shown there is what is run.
    pub(in super::super) fn set_as(self, spec: &Spec, table: Option<Vec<u8>>) {
        let Subject::Mosaics(mosaics) = &spec.subject else { return };
        self.studio.album.update(|album| album.name.clone_from(&mosaics.dataset.name));
        self.studio.design.set(Design::of(mosaics, spec.convention, table));
        self.studio.methods.update(|picking| picking.set(&spec.methods));
        self.studio.metrics.set(spec.metrics.iter().filter_map(|id| Metric::find(id)).map(Metric::id).collect());
    }

    /// The photos of that dataset, as far as they are here.
    #[must_use]
    pub fn has_photos(self, wanted: &DatasetSpec) -> bool {
        self.studio.album.with(|album| album.pending() == 0 && album.dataset().spec().sha256 == wanted.sha256)
    }

    /// Takes the samples for a study and waits until they are read.
    pub(in super::super) async fn take_samples(self, wanted: &DatasetSpec) {
        self.try_samples();
        for _ in 0..LOOKS {
            if untrack(move || self.has_photos(wanted)) {
                return;
            }
            pause(LOOK).await;
        }
    }

    /// Shows what came out of a run that is kept.
    pub(in super::super) async fn show_course(self, record: Record, drawn: Arc<Drawn>, table: Option<Vec<u8>>) {
        let here = untrack(move || self.studio.album.with(|album| album.photos().is_empty()));
        if !here && !untrack(|| self.has_photos(&drawn.spec.dataset)) {
            self.clear_study();
            self.studio.album.set(Album::default());
        }
        self.set_as(&record.spec, table);
        let empty = Record { units: vec![], failed: vec![], ..record.clone() };
        self.stop_study();
        self.studio.course.set(None);
        self.make_ready(empty.spec.clone(), &drawn);
        self.studio.course.set(Some(Course::new(empty, drawn)));
        for (at, unit) in record.units.into_iter().enumerate() {
            if let Ok(text) = serde_json::to_string(&unit) {
                self.hands.update_value(|hands| drop(hands.study.texts.insert(unit.at, JsString::from(text.as_str()))));
            }
            self.change(|course| course.recall(unit));
            if at % AT_ONCE == AT_ONCE - 1 {
                pause(0).await;
            }
        }
        self.change(|course| {
            for failed in record.failed {
                Line::Failed(failed).enter(&mut course.record);
            }
            course.state = if course.done() == course.all() { State::Done } else { State::Stopped };
            course.stop(clock());
        });
        self.sum_up(true);
    }
}
