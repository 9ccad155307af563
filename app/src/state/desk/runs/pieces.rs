//! The pieces of a run: its lines to a record, a record to a file and to a summary, its photos and mosaics.

use super::super::super::runs::whole;
use super::super::super::study::design::Drawn;
use super::super::super::study::kept::{Line, Made};
use super::super::Desk;
use super::super::network::pause;
use crate::bridge::fetch;
use crate::bridge::runs::{self, Kept};
use js_sys::{Array, ArrayBuffer, JsString};
use tessera_core::experiment::{Dataset, Record, Spec, Subject, Summary};
use tessera_engine::protocol::{Event, Request};
use web_sys::Blob;

/// Lines that are read or written at once; a line is some kilobytes.
const AT_ONCE: usize = 8;

/// The record of a kept run.
pub(super) async fn record_of(kept: &Kept) -> Result<Record, String> {
    let spec = Spec::read(&kept.spec).map_err(|error| error.to_string())?;
    let made: Made = serde_json::from_str(&kept.made).unwrap_or_default();
    let mut record = Record::new(&made.version, spec, &made.device);
    let text = runs::units_text(&kept.id).await?;
    for (at, line) in text.lines().enumerate() {
        if let Some(line) = Line::read(line) {
            line.enter(&mut record);
        }
        if at % AT_ONCE == AT_ONCE - 1 {
            pause(0).await;
        }
    }
    Ok(record)
}

/// A record as a file, written piece by piece.
pub(super) async fn file_of(record: &Record) -> Result<Blob, String> {
    let refused = "The browser has no room for the record. Close other tabs and try again.";
    let (head, tail) = whole::ends(record).ok_or(refused)?;
    let (parts, comma) = (Array::of1(&head.as_str().into()), JsString::from(","));
    for (at, unit) in record.units.iter().enumerate() {
        if at > 0 {
            parts.push(&comma);
        }
        parts.push(&serde_json::to_string(unit).map_err(|error| error.to_string())?.as_str().into());
        if at % AT_ONCE == AT_ONCE - 1 {
            pause(0).await;
        }
    }
    parts.push(&tail.as_str().into());
    Blob::new_with_str_sequence(&parts).map_err(|_| refused.into())
}

/// The photos and mosaics of a kept run, and the table of mosaics where its draw is one.
pub(super) fn drawn_of(kept: &Kept, spec: &Spec) -> Result<(Drawn, Option<Vec<u8>>), String> {
    let Subject::Mosaics(mosaics) = &spec.subject else { return Err("This run is of one photo.".into()) };
    let dataset = Dataset::read(&mosaics.dataset.name, &kept.dataset)?;
    let table = Some(kept.mosaics.as_bytes().to_vec()).filter(|table| !table.is_empty());
    let drawn = mosaics.mosaics(&dataset, table.as_deref()).map_err(|error| error.to_string())?;
    Ok((Drawn::new(dataset, mosaics.clone(), drawn, kept.mosaics.clone()), table))
}

impl Desk {
    /// What a record says, with the names and contents of its tables: worked out by a worker.
    pub(super) async fn sum_of(
        self,
        record: &Record,
        resamples: usize,
    ) -> Result<(Summary, Vec<(String, ArrayBuffer)>), String> {
        if record.spec.metrics.is_empty() || record.units.is_empty() {
            return Ok((Summary { units: record.units.len(), ..Summary::default() }, vec![]));
        }
        let bytes = fetch::file(&file_of(record).await?).await?;
        match self.ask_worker(move |job| Request::Summarise { job, resamples }, vec![bytes]).await? {
            (Event::Summarised { summary, tables, .. }, buffers) => {
                Ok((*summary, tables.into_iter().zip(buffers).collect()))
            }
            _ => Err("The run could not be summed up. Try again.".into()),
        }
    }
}
