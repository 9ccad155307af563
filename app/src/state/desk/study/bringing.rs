//! Photos of a study on their way here: folders, archives, tables; each is digested, none is decoded.

use super::super::super::brought::{Kind, kind};
use super::super::super::ledger::Work;
use super::super::super::names::IMAGENET;
use super::super::super::samples::Sample;
use super::super::super::study::album::{Album, Shot};
use super::super::super::study::course::State;
use super::super::super::study::design::{self, How};
use super::super::Desk;
use super::super::network::pause;
use super::clock;
use crate::bridge::fetch;
use crate::bridge::pool::Seat;
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use std::collections::BTreeMap;
use tessera_core::experiment::classes::Classes;
use tessera_core::experiment::dataset::by_table;
use tessera_engine::protocol::{Job, Request};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, Url};

/// A file that was brought: its name, with `/` between folders, and its content.
pub type Given = (String, Blob);

/// Names of WordNet's ids of ImageNet's classes.
const WNIDS: &str = "models/imagenet-wnids.txt";

/// Largest archive that is unpacked: it is held in memory.
const LARGEST_ARCHIVE: f64 = 512e6;

/// Largest table.
const LARGEST_TABLE: f64 = 20e6;

/// Files of an archive that are handed to the browser at once.
const AT_ONCE: usize = 100;

/// Milliseconds between two accounts of what was read.
const ACCOUNT: f64 = 250.0;

impl Desk {
    /// The network's classes by name.
    #[must_use]
    pub fn class_table(self) -> Classes {
        let names = self.network.with_untracked(|network| network.classes.clone());
        let own = self.network.with_untracked(|one| one.card.as_ref().is_some_and(|card| !card.names.is_empty()));
        if own || names.len() != IMAGENET {
            return Classes::from_names(names.to_vec());
        }
        let wnids = self.hands.with_value(|hands| hands.study.wnids.clone());
        Classes::from_lines(&names.join("\n"), &wnids)
    }

    /// Takes in files for a study: photos, tables and archives of them.
    pub fn bring_to_study(self, name: String, files: Vec<Given>) {
        if self.studio.course.with_untracked(|one| one.as_ref().is_some_and(|one| one.state == State::Running)) {
            let sentence = "A run goes on: stop it before photos are added.";
            return self.studio.trouble.set(Some(sentence.into()));
        }
        self.studio.trouble.set(None);
        spawn_local(async move {
            self.names_of_classes().await;
            let (mut photos, mut tables, mut archives, mut left) = (vec![], vec![], vec![], vec![]);
            for (file, blob) in files {
                match what(&file) {
                    What::Photo => photos.push((file, blob)),
                    What::Table => tables.push((file, blob)),
                    What::Archive => archives.push((file, blob)),
                    What::Hidden => {}
                    What::Other => left.push((file, blob)),
                }
            }
            if photos.is_empty() && tables.is_empty() && archives.is_empty() {
                // No photos at all: perhaps a model.
                let others = left.into_iter().filter_map(|(_, blob): Given| blob.dyn_into().ok()).collect();
                return self.bring(others);
            }
            let left: Vec<String> = left.into_iter().map(|(file, _)| file).collect();
            // What the browser handed over, what it shows of it and what is read of it are pieces of work of their own.
            pause(0).await;
            self.add_shots(&name, photos, &left).await;
            pause(0).await;
            for (file, blob) in tables {
                self.take_table(&file, blob).await;
            }
            if let Some(archive) = archives.pop() {
                self.unpack(archive);
            }
            self.digest();
        });
    }

    /// WordNet's ids and the names of classes, as soon as they are here.
    async fn names_of_classes(self) {
        // Without a card there are no classes to match; the photos stay.
        let _ = self.card().await;
        if self.hands.with_value(|hands| hands.study.wnids.is_empty()) {
            // Without the ids, folders called by them are matched by hand.
            let wnids = fetch::text(WNIDS).await.unwrap_or_default();
            self.hands.update_value(|hands| hands.study.wnids = wnids);
        }
    }

    async fn add_shots(self, name: &str, photos: Vec<Given>, left: &[String]) {
        let classes = self.class_table();
        let (files, blobs): (Vec<String>, Vec<Blob>) = photos.into_iter().unzip();
        let mut ids = vec![];
        self.studio.album.update(|album| {
            if album.name.is_empty() {
                album.name = name.into();
            }
            ids = album.add(files, &classes);
            left.iter().for_each(|file| album.leave(file, "it is no photo"));
        });
        self.hands.update_value(|hands| {
            for (id, blob) in ids.into_iter().zip(blobs) {
                hands.study.blobs.extend(id.map(|id| (id, blob)));
            }
        });
    }

    /// A table of photos and classes, or of mosaics.
    async fn take_table(self, file: &str, blob: Blob) {
        let bytes = if blob.size() > LARGEST_TABLE { None } else { fetch::file(&blob).await.ok() };
        let Some(bytes) = bytes.map(|bytes| js_sys::Uint8Array::new(&bytes).to_vec()) else {
            return self.studio.album.update(|album| album.leave(file, "it is no table of less than 20 MB"));
        };
        let taken = if design::is_table(&bytes) { self.take_mosaics(bytes) } else { self.take_classes(&bytes) };
        if let Err(sentence) = taken {
            self.studio.trouble.set(Some(format!("{file}: {sentence}")));
        }
    }

    fn take_mosaics(self, bytes: Vec<u8>) -> Result<(), String> {
        let mosaics = design::mosaics_of(&bytes)?;
        let (rows, columns) = design::square(mosaics[0].cells.len());
        let cells = mosaics.into_iter().flat_map(|mosaic| mosaic.cells).map(|source| (source.file, source.class));
        self.studio.album.update(|album| album.by_mosaics(cells));
        self.studio.design.update(|design| {
            design.how = How::Table;
            (design.layout.rows, design.layout.columns) = (rows, columns);
            design.table = Some(bytes);
        });
        Ok(())
    }

    fn take_classes(self, bytes: &[u8]) -> Result<(), String> {
        let classes = self.class_table();
        let (known, unknown) = by_table(bytes, &classes)?;
        let rows: Vec<(String, usize)> = known.into_iter().map(|source| (source.file, source.class)).collect();
        self.studio.album.update(|album| {
            album.by_table(rows, &classes);
            unknown.iter().for_each(|one| album.leave(&one.file, &one.reason));
        });
        Ok(())
    }

    fn unpack(self, (file, blob): Given) {
        if blob.size() > LARGEST_ARCHIVE {
            let sentence = format!("{file} is larger than 512 MB: unpack it and choose its folder.");
            return self.studio.trouble.set(Some(sentence));
        }
        self.studio.reading.set(Some(format!("Unpacking {file}")));
        self.hands.update_value(|hands| hands.study.archive = Some((file, blob)));
        self.submit(Work::Unpack);
    }

    pub(in super::super) fn hand_over_archive(self, seat: Seat, job: Job) {
        let archive = self.hands.with_value(|hands| hands.study.archive.clone());
        spawn_local(async move {
            let Some((file, blob)) = archive else { return self.give_up(seat, job, "it is gone") };
            match fetch::file(&blob).await {
                Ok(bytes) => self.send(seat, &Request::Unpack { job }, &[bytes]),
                Err(why) => self.give_up(seat, job, &format!("{file} could not be read: {why}. Bring it again.")),
            }
        });
    }

    pub(in super::super) fn unpacked(self, job: Job, names: Vec<String>, buffers: &[ArrayBuffer]) {
        self.ledger.update(|ledger| drop(ledger.strike(job)));
        let name = self.hands.try_update_value(|hands| hands.study.archive.take());
        let name = name.flatten().map(|(name, _)| name).unwrap_or_default();
        self.studio.reading.set(None);
        let buffers = buffers.to_vec();
        spawn_local(async move {
            let mut files = vec![];
            for (at, (file, bytes)) in names.into_iter().zip(buffers).enumerate() {
                if what(&file) != What::Archive {
                    files.extend(fetch::blob(&bytes).map(|blob| (file, blob)));
                }
                if at % AT_ONCE == AT_ONCE - 1 {
                    pause(0).await;
                }
            }
            self.bring_to_study(name.trim_end_matches(".zip").into(), files);
        });
    }

    /// Takes the samples that come with the page: a photo a class.
    pub fn try_samples(self) {
        self.clear_study();
        self.take_small();
        spawn_local(async move {
            self.names_of_classes().await;
            let text = fetch::text("samples/samples.json").await.unwrap_or_default();
            let samples: Vec<Sample> = serde_json::from_str(&text).unwrap_or_default();
            let classes = self.class_table();
            self.studio.album.update(|album| album.name = "sample set".into());
            for sample in samples {
                let Some(class) = sample.class.filter(|class| *class < classes.len()) else { continue };
                let Ok(bytes) = fetch::bytes(&format!("samples/{}", sample.file)).await else { continue };
                let Some(blob) = fetch::blob(&bytes) else { continue };
                let mut id = 0;
                self.studio.album.update(|album| id = album.add_of(sample.file, classes.name(class), class));
                self.hands.update_value(|hands| drop(hands.study.blobs.insert(id, blob)));
            }
            self.digest();
        });
    }

    /// Takes all photos away, and what was run with them; what is kept stays kept.
    pub fn clear_study(self) {
        self.stop_study();
        self.studio.album.set(Album::default());
        self.studio.design.update(|design| {
            design.table = None;
            if design.how == How::Table {
                design.how = How::Even;
            }
        });
        self.studio.course.set(None);
        self.studio.open.set(None);
        self.studio.summed.set(None);
        self.studio.trouble.set(None);
        self.studio.check.set(Default::default());
        self.hands.update_value(|hands| {
            for url in hands.study.urls.values() {
                // An address that is not there any more is what was wanted.
                let _ = Url::revoke_object_url(url);
            }
            let wnids = std::mem::take(&mut hands.study.wnids);
            hands.study = super::Hands { wnids, ..super::Hands::default() };
        });
    }

    /// Works out the digests that are missing, one photo after the other.
    fn digest(self) {
        if self.hands.with_value(|hands| hands.study.digesting) {
            return;
        }
        self.hands.update_value(|hands| hands.study.digesting = true);
        spawn_local(async move {
            while let Some(waiting) = self.undigested() {
                self.digest_all(waiting).await;
            }
            self.studio.reading.set(None);
            self.hands.update_value(|hands| hands.study.digesting = false);
        });
    }

    fn undigested(self) -> Option<Vec<Shot>> {
        let waiting = |album: &Album| -> Vec<Shot> {
            let bare = album.photos().iter().filter(|photo| photo.sha256.is_empty() && photo.fault.is_none());
            bare.map(|photo| photo.id).collect()
        };
        Some(self.studio.album.with_untracked(waiting)).filter(|waiting| !waiting.is_empty())
    }

    async fn digest_all(self, waiting: Vec<Shot>) {
        let (all, mut told, mut digests) = (waiting.len(), clock(), BTreeMap::new());
        let take_in = |digests: &mut BTreeMap<Shot, String>| {
            self.studio.album.update(|album| album.digested(&std::mem::take(digests)));
        };
        for (done, id) in waiting.into_iter().enumerate() {
            let blob = self.hands.with_value(|hands| hands.study.blobs.get(&id).cloned());
            match digest_of(blob).await {
                Ok(digest) => drop(digests.insert(id, digest)),
                Err(why) => self.studio.album.update(|album| album.spoil(id, &why)),
            }
            if clock() - told > ACCOUNT {
                told = clock();
                self.studio.reading.set(Some(format!("Reading photos, {done} of {all}")));
                // The browser may want to draw.
                pause(0).await;
            }
        }
        take_in(&mut digests);
    }

    /// Address of a photo's picture, for as long as the photo is here.
    #[must_use]
    pub fn picture_of(self, shot: Shot) -> Option<String> {
        self.hands.try_update_value(|hands| {
            let study = &mut hands.study;
            if let Some(url) = study.urls.get(&shot) {
                return Some(url.clone());
            }
            let url = Url::create_object_url_with_blob(study.blobs.get(&shot)?).ok()?;
            study.urls.insert(shot, url.clone());
            Some(url)
        })?
    }
}

async fn digest_of(blob: Option<Blob>) -> Result<String, String> {
    let bytes = fetch::file(&blob.ok_or("it was taken away")?).await?;
    match fetch::sha256(&bytes).await {
        Some(digest) => Ok(digest),
        // A page without https has no digests of the browser's.
        None => Ok(tessera_core::digest::sha256(&js_sys::Uint8Array::new(&bytes).to_vec())),
    }
}

/// What a file is to a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Photo,
    Table,
    Archive,
    /// A file that systems put beside others.
    Hidden,
    Other,
}

fn what(file: &str) -> What {
    let name = file.rsplit('/').next().unwrap_or(file);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
    match ending.as_str() {
        _ if name.starts_with('.') || file.starts_with("__MACOSX/") => What::Hidden,
        "db" | "ini" => What::Hidden,
        "csv" => What::Table,
        "zip" => What::Archive,
        _ if kind(name, &[]) == Kind::Photo => What::Photo,
        "avif" | "heic" | "jfif" | "jpe" => What::Photo,
        _ => What::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_names() {
        assert_eq!(what("set/tench/1.JPEG"), What::Photo);
        assert_eq!(what("mosaics.csv"), What::Table);
        assert_eq!(what("a/photos.ZIP"), What::Archive);
        assert_eq!(what("tench/.DS_Store"), What::Hidden);
        assert_eq!(what("tench/read me.txt"), What::Other);
    }
}
