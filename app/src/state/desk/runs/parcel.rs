//! Runs out of the browser and into it: one ZIP file with everything, or a record alone.

use super::super::super::study::kept::{Line, Made};
use super::super::Desk;
use super::super::network::pause;
use super::pieces::{drawn_of, file_of, record_of};
use crate::bridge::fetch;
use crate::bridge::runs::{self, Kept};
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::*;
use tessera_core::experiment::summary::RESAMPLES;
use tessera_core::experiment::{Record, Subject};
use tessera_engine::protocol::{Event, Request};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File};

/// Largest file that is taken in: it is held in memory.
const LARGEST: f64 = 512e6;

/// Lines that are written at once.
const AT_ONCE: usize = 8;

/// Files with their names.
type Named = Vec<(String, ArrayBuffer)>;

impl Desk {
    /// Packs a run into one ZIP file and hands it to `keep`.
    pub fn export_run(self, id: String, keep: impl Fn(&Blob, &str) + 'static) {
        self.shelf.trouble.set(None);
        self.shelf.busy.set(Some("Packing the run".into()));
        spawn_local(async move {
            let packed = self.packed(&id).await;
            self.shelf.busy.set(None);
            match packed {
                Ok(file) => keep(&file, &format!("tessera-{}.zip", id.chars().take(8).collect::<String>())),
                Err(why) => self.shelf.trouble.set(Some(format!("The run was not exported. {why}"))),
            }
        });
    }

    async fn packed(self, id: &str) -> Result<Blob, String> {
        let kept = runs::open(id).await?;
        let record = record_of(&kept).await?;
        let (summary, tables) = self.sum_of(&record, RESAMPLES).await?;
        let texts = [
            ("name.txt", kept.name.clone()),
            ("spec.json", kept.spec.clone()),
            ("summary.json", serde_json::to_string_pretty(&summary).unwrap_or_default()),
            ("dataset.csv", kept.dataset.clone()),
            ("mosaics.csv", kept.mosaics.clone()),
        ];
        let mut files: Named = vec![("record.json".into(), fetch::file(&file_of(&record).await?).await?)];
        files.extend(
            texts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name.into(), bytes(&text))),
        );
        files.extend(tables);
        files.extend(self.maps_at_hand(&record));
        let (names, buffers): (Vec<String>, Vec<ArrayBuffer>) = files.into_iter().unzip();
        match self.ask_worker(move |job| Request::Pack { job, names: names.clone() }, buffers).await? {
            (Event::Packed { .. }, buffers) => {
                let zip = buffers.first().and_then(fetch::blob);
                zip.ok_or_else(|| "The browser has no room for it. Close other tabs.".into())
            }
            _ => Err("Try again.".into()),
        }
    }

    /// Takes in files that were brought to this place: runs, or what an open link waits for.
    pub fn bring_to_runs(self, files: Vec<File>) {
        self.shelf.trouble.set(None);
        let waits = self.shelf.offer.with_untracked(Option::is_some);
        let (own, files): (Vec<File>, Vec<File>) =
            files.into_iter().partition(|file| super::is_own(&file.name()) && !waits);
        if !own.is_empty() {
            self.take_numbers(own);
        }
        // With a model comes its card.
        let card = waits && files.iter().any(super::offering::is_model);
        spawn_local(async move {
            let mut others = vec![];
            for file in files {
                let name = file.name().to_lowercase();
                let taken = match () {
                    () if file.size() > LARGEST => Err("It is larger than 512 MB.".into()),
                    () if name.ends_with(".json") && !card => self.import_record(&file).await,
                    () if name.ends_with(".zip") => self.import_zip(&file, &mut others).await,
                    () => {
                        others.push(file.clone());
                        Ok(())
                    }
                };
                if let Err(why) = taken {
                    self.shelf.trouble.set(Some(format!("{}: {why}", file.name())));
                }
            }
            self.shelf.busy.set(None);
            if !others.is_empty() {
                self.bring_to_offer(others).await;
            }
        });
    }

    async fn import_record(self, file: &File) -> Result<(), String> {
        let text = text_of(&fetch::file(file).await?)?;
        self.import(&text, Kept::default()).await
    }

    /// Takes a run out of a ZIP file; one of photos goes to the link that waits for them.
    async fn import_zip(self, file: &File, others: &mut Vec<File>) -> Result<(), String> {
        self.shelf.busy.set(Some(format!("Unpacking {}", file.name())));
        let buffer = fetch::file(file).await?;
        let (Event::Unpacked { names, .. }, buffers) =
            self.ask_worker(|job| Request::Unpack { job }, vec![buffer]).await?
        else {
            return Err("It can not be unpacked. Choose another file.".into());
        };
        let find = |wanted: &str| {
            let at = names.iter().position(|name| name.rsplit('/').next() == Some(wanted))?;
            text_of(buffers.get(at)?).ok()
        };
        let Some(record) = find("record.json") else {
            if self.shelf.offer.with_untracked(Option::is_some) {
                others.push(file.clone());
                return Ok(());
            }
            return Err("It holds no record.json, so it is no run that was exported. Choose another file.".into());
        };
        let (name, dataset) = (find("name.txt").unwrap_or_default(), find("dataset.csv").unwrap_or_default());
        let mosaics = find("mosaics.csv").unwrap_or_default();
        self.import(&record, Kept { name, dataset, mosaics, ..Kept::default() }).await
    }

    /// Keeps a run that came from elsewhere.
    async fn import(self, text: &str, parts: Kept) -> Result<(), String> {
        self.shelf.busy.set(Some("Reading the run".into()));
        let record = Record::read(text).map_err(|error| error.to_string())?;
        let made = Made { version: record.version.clone(), device: record.device.clone() };
        let mut kept = Kept {
            id: self.free_id(&record.id).await,
            spec: record.spec.canonical(),
            made: serde_json::to_string(&made).unwrap_or_default(),
            ..parts
        };
        kept.name = match &kept.name[..] {
            "" => format!("{} (imported)", super::super::super::runs::listed::asked(&record.spec, record.units.len())),
            name => format!("{name} (imported)"),
        };
        drawn_of(&kept, &record.spec).map(drop).or_else(|why| {
            // Without its table of photos a run can be read and compared, only not gone on with.
            if kept.dataset.is_empty() || matches!(record.spec.subject, Subject::Photo(_)) { Ok(()) } else { Err(why) }
        })?;
        runs::begin(&kept).await?;
        let mut lines = String::new();
        for (at, unit) in record.units.into_iter().enumerate() {
            lines += &Line::Unit(Box::new(unit)).write();
            if at % AT_ONCE == AT_ONCE - 1 {
                pause(0).await;
            }
        }
        record.failed.into_iter().for_each(|failed| lines += &Line::Failed(failed).write());
        runs::append(&kept.id, &lines).await?;
        self.say(format!("{} is kept.", kept.name));
        self.runs_listed().await;
        Ok(())
    }

    /// A folder for a run of that Spec: its digest, with a number behind where that is taken.
    async fn free_id(self, digest: &str) -> String {
        self.runs_listed().await;
        let taken = |id: &String| self.shelf.runs.with_untracked(|runs| runs.iter().flatten().any(|run| run.id == *id));
        let mut ids = std::iter::once(digest.to_owned()).chain((2..).map(|number| format!("{digest}-{number}")));
        ids.find(|id| !taken(id)).unwrap_or_default()
    }

    /// Maps that the page still holds, as NumPy files.
    fn maps_at_hand(self, record: &Record) -> Named {
        let (Subject::Photo(photo), [unit]) = (&record.spec.subject, &record.units[..]) else { return vec![] };
        let Some(seen) = self.photo_of(&photo.sha256).map(|id| (id, photo.crop)) else { return vec![] };
        let target = (unit.target.index, record.spec.target);
        let maps = record.spec.methods.iter().zip(record.names()).filter_map(|(spec, name)| {
            let drawn = self.drawn_for_spec(seen, &record.spec, target, spec)?;
            let file = Uint8Array::from(tessera_core::map::npy::write(&drawn.map).as_slice()).buffer();
            Some((format!("maps/{name}.npy"), file))
        });
        maps.collect()
    }
}

fn bytes(text: &str) -> ArrayBuffer {
    Uint8Array::from(text.as_bytes()).buffer()
}

fn text_of(bytes: &ArrayBuffer) -> Result<String, String> {
    String::from_utf8(Uint8Array::new(bytes).to_vec()).map_err(|_| "It is no text. Choose another file.".into())
}
