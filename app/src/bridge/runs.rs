//! Runs that the browser keeps for this page, in the origin's private file system: a folder each, named by its Spec's
//! digest, `runs/<id>/{spec.json, dataset.csv, mosaics.csv, made.json, units.jsonl, name.txt}`.
//!
//! `units.jsonl` has a line for each photo or mosaic that was run, and grows while a run goes on; the rest is written
//! when it begins. `mosaics.csv` is there where mosaics came from a table, `made.json` says what made the run.

use super::store::{below, handle, names, read, read_text, top, writable, write_text};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, File, FileSystemCreateWritableOptions, FileSystemDirectoryHandle, FileSystemRemoveOptions,
    FileSystemWritableFileStream,
};

/// Folder of all runs.
const FOLDER: &str = "runs";
/// What was to be run: canonical JSON.
const SPEC: &str = "spec.json";
/// The photos, their classes and digests: CSV.
const DATASET: &str = "dataset.csv";
/// The table of mosaics, where they came from one: CSV.
const MOSAICS: &str = "mosaics.csv";
/// What made the run: JSON.
const MADE: &str = "made.json";
/// What came out, a line of JSON a unit.
const UNITS: &str = "units.jsonl";
/// What a person calls it.
const NAME: &str = "name.txt";

/// A run that is kept, but for what came out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Its id: the digest of its Spec.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// Its Spec, as JSON.
    pub spec: String,
    /// Its photos as a table; empty where it has none.
    pub dataset: String,
    /// Its table of mosaics; empty where they were drawn.
    pub mosaics: String,
    /// What made it, as JSON.
    pub made: String,
}

/// Writes what is known before anything has run. Units that are there already stay.
pub async fn begin(run: &Kept) -> Result<(), String> {
    let own = below(&top(FOLDER).await?, &run.id, true).await?;
    let parts = [(DATASET, &run.dataset), (MOSAICS, &run.mosaics), (MADE, &run.made), (NAME, &run.name)];
    for (file, text) in parts.into_iter().filter(|(_, text)| !text.is_empty()) {
        write_text(&own, file, text).await?;
    }
    // The Spec comes last: a folder without one is no run.
    write_text(&own, SPEC, &run.spec).await
}

/// Adds lines to what came out: it is all there or nothing of it.
pub async fn append(id: &str, lines: &str) -> Result<(), String> {
    let own = below(&top(FOLDER).await?, id, false).await?;
    let file = writable(&own, UNITS).await?;
    let there = read(&own, UNITS).await?.size();
    let refused = "the browser does not write it";
    let options = FileSystemCreateWritableOptions::new();
    options.set_keep_existing_data(true);
    let stream: FileSystemWritableFileStream = handle(file.create_writable_with_options(&options), refused).await?;
    let _: JsValue = handle(stream.seek_with_f64(there).map_err(|_| refused)?, refused).await?;
    let _: JsValue = handle(stream.write_with_str(lines).map_err(|_| refused)?, refused).await?;
    let _: JsValue = handle(stream.close(), refused).await?;
    Ok(())
}

/// A run without what came out.
pub async fn open(id: &str) -> Result<Kept, String> {
    let own = folder(id).await?;
    let text = async |file| read_text(&own, file).await.unwrap_or_default();
    Ok(Kept {
        id: id.into(),
        spec: read_text(&own, SPEC).await?,
        name: text(NAME).await,
        dataset: text(DATASET).await,
        mosaics: text(MOSAICS).await,
        made: text(MADE).await,
    })
}

/// What came out of a run so far, a line a unit; none if nothing did. It stays on the disk until it is read.
pub async fn units(id: &str) -> Result<Option<Blob>, String> {
    let own = folder(id).await?;
    Ok(read(&own, UNITS).await.ok())
}

/// The same as text.
pub async fn units_text(id: &str) -> Result<String, String> {
    let own = folder(id).await?;
    Ok(read_text(&own, UNITS).await.unwrap_or_default())
}

/// When something came out of a run last, in milliseconds since 1970, and how many bytes did.
pub async fn written(id: &str) -> Option<(f64, f64)> {
    let own = folder(id).await.ok()?;
    let (file, bytes) = match read(&own, UNITS).await {
        Ok(units) => (units.clone(), units.size()),
        Err(_) => (read(&own, SPEC).await.ok()?, 0.0),
    };
    Some((file.unchecked_into::<File>().last_modified(), bytes))
}

/// All runs that are kept.
pub async fn list() -> Result<Vec<Kept>, String> {
    let mut found = Vec::new();
    for id in names(&top(FOLDER).await?).await {
        // What was not written to its end is no run.
        found.extend(open(&id).await.ok());
    }
    Ok(found)
}

/// Calls a run something else.
pub async fn rename(id: &str, name: &str) -> Result<(), String> {
    write_text(&folder(id).await?, NAME, name).await
}

/// Deletes a run.
pub async fn remove(id: &str) -> Result<(), String> {
    let options = FileSystemRemoveOptions::new();
    options.set_recursive(true);
    let all = top(FOLDER).await?;
    let _: JsValue = handle(all.remove_entry_with_options(id, &options), "the browser does not delete it").await?;
    Ok(())
}

async fn folder(id: &str) -> Result<FileSystemDirectoryHandle, String> {
    below(&top(FOLDER).await?, id, false).await
}
