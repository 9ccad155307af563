//! Keeping what came out, line by line, and finding it again when the same Spec is run another time.

use super::super::super::study::kept::{Line, Made};
use super::super::Desk;
use super::super::network::pause;
use crate::bridge::runs::{self, Kept};
use js_sys::JsString;
use leptos::prelude::*;
use tessera_core::experiment::record::Unit;
use wasm_bindgen_futures::spawn_local;

/// Milliseconds for which lines are gathered before they are written: what is lost if the page goes.
const GATHER: u32 = 1000;

/// Lines that are read at once; a line is some kilobytes.
const AT_ONCE: usize = 8;

impl Desk {
    /// Takes in what an earlier visit kept of this run; where it kept nothing, begins to keep it if that is wanted.
    pub(super) async fn recall(self, begin: bool) {
        let Some(run) = self.kept_form().filter(|_| !self.hands.with_value(|hands| hands.study.kept)) else { return };
        if runs::open(&run.id).await.is_ok() {
            self.read_kept(&run.id).await;
        } else if !begin {
            return;
        } else if let Err(why) = runs::begin(&run).await {
            let words = format!("This run is not kept: {why}. It is here as long as the page is open.");
            return self.studio.trouble.set(Some(words));
        }
        self.hands.update_value(|hands| hands.study.kept = true);
        self.flush();
    }

    async fn read_kept(self, id: &str) {
        let text = runs::units_text(id).await.unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        for (at, some) in lines.chunks(AT_ONCE).enumerate() {
            some.iter().for_each(|line| self.recall_line(line));
            if at % 4 == 3 {
                let words = format!("Reading what was run before, {} of {}", at * AT_ONCE, lines.len());
                self.studio.reading.set(Some(words));
                pause(0).await;
            }
        }
        self.studio.reading.set(None);
    }

    fn recall_line(self, line: &str) {
        if let Some(Line::Unit(unit)) = Line::read(line) {
            let fits = self.studio.course.with_untracked(|course| {
                course.as_ref().is_some_and(|course| {
                    let name = course.drawn.mosaics.get(unit.at).map(|mosaic| &mosaic.name);
                    unit.outcomes.len() == course.spec().methods.len() && name == Some(&unit.name)
                })
            });
            if fits {
                self.hands.update_value(|hands| drop(hands.study.texts.insert(unit.at, JsString::from(line))));
                self.change(|course| course.recall(*unit));
            }
        }
    }

    /// What is kept of a run beside what comes out.
    fn kept_form(self) -> Option<Kept> {
        self.studio.course.with_untracked(|course| {
            let course = course.as_ref()?;
            let (record, drawn) = (&course.record, &course.drawn);
            let made = Made { version: record.version.clone(), device: record.device.clone() };
            let (methods, mosaics) = (record.spec.methods.len(), drawn.mosaics.len());
            Some(Kept {
                id: record.id.clone(),
                name: format!("{methods} methods on {mosaics} mosaics of {}", drawn.dataset.name),
                spec: record.spec.canonical(),
                dataset: drawn.dataset.table(),
                mosaics: drawn.table.clone(),
                made: serde_json::to_string(&made).ok()?,
            })
        })
    }

    /// Keeps what came out of a unit.
    pub(super) fn keep_unit(self, unit: &Unit) {
        if self.studio.course.with_untracked(|course| course.as_ref().is_some_and(|one| one.record.has(unit.at))) {
            return;
        }
        let Ok(text) = serde_json::to_string(unit) else { return };
        self.hands.update_value(|hands| drop(hands.study.texts.insert(unit.at, JsString::from(text.as_str()))));
        self.gather(&(text + "\n"));
    }

    pub(super) fn keep_line(self, line: &Line) {
        self.gather(&line.write());
    }

    fn gather(self, line: &str) {
        let first = self.hands.with_value(|hands| hands.study.lines.is_empty());
        self.hands.update_value(|hands| hands.study.lines.push_str(line));
        if first {
            gloo::timers::callback::Timeout::new(GATHER, move || self.flush()).forget();
        }
    }

    /// Writes what was gathered.
    pub(super) fn flush(self) {
        let id = self.studio.course.with_untracked(|course| course.as_ref().map(|course| course.record.id.clone()));
        let Some(id) = id.filter(|_| self.hands.with_value(|hands| hands.study.kept)) else { return };
        let lines = self.hands.try_update_value(|hands| std::mem::take(&mut hands.study.lines)).unwrap_or_default();
        if lines.is_empty() {
            return;
        }
        spawn_local(async move {
            if let Err(why) = runs::append(&id, &lines).await {
                let words =
                    format!("What came out is not kept any more: {why}. It is here as long as the page is open.");
                self.studio.trouble.set(Some(words));
            }
        });
    }
}
