//! Files on their way from a folder that was chosen or dropped, with their names below it.

use crate::state::desk::Desk;
use crate::widgets::chooser;
use js_sys::{Array, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, DataTransfer, File, FileSystemDirectoryEntry, FileSystemDirectoryReader, FileSystemEntry, FileSystemFileEntry,
};

/// Most files that are taken in at once.
const MOST: usize = 50_000;

/// Files of a chooser: where a folder was chosen, each knows its name below it.
pub fn chosen(desk: Desk, files: Vec<File>) {
    bring(desk, files.into_iter().map(|file| (path(&file), file.into())).collect());
}

fn path(file: &File) -> String {
    let below = Reflect::get(file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
    below.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name())
}

fn bring(desk: Desk, mut files: Vec<(String, Blob)>) {
    if files.len() > MOST {
        desk.studio
            .trouble
            .set(Some(format!("These are {} files, and {MOST} are taken at once: bring fewer.", files.len())));
        files.truncate(MOST);
    }
    let root = files.first().and_then(|(path, _)| path.split_once('/')).map(|(root, _)| root.to_owned());
    desk.bring_to_study(root.unwrap_or_default(), files);
}

/// Takes what was dropped on the page, folders with all that is in them; false if there is no file in it.
pub fn drop(desk: Desk, transfer: &DataTransfer) -> bool {
    // The list is empty as soon as the event is over: everything is taken out of it now.
    let items = transfer.items();
    let entries: Vec<FileSystemEntry> = (0..items.length())
        .filter_map(|i| items.get(i))
        .filter_map(|item| item.webkit_get_as_entry().ok().flatten())
        .collect();
    let files = chooser::files(transfer.files());
    if entries.is_empty() && files.is_empty() {
        return false;
    }
    spawn_local(async move {
        let mut found = Vec::new();
        if entries.is_empty() {
            found.extend(files.into_iter().map(|file| (path(&file), file.into())));
        }
        let mut waiting = entries;
        while let Some(entry) = waiting.pop() {
            if found.len() > MOST {
                break;
            }
            if entry.is_directory() {
                waiting.extend(inside(entry.unchecked_into()).await);
            } else if let Some(file) = file(entry.unchecked_ref()).await {
                let path = entry.full_path();
                found.push((path.trim_start_matches('/').to_owned(), file));
            }
        }
        bring(desk, found);
    });
    true
}

/// What lies in a folder; browsers tell it in parts.
async fn inside(folder: FileSystemDirectoryEntry) -> Vec<FileSystemEntry> {
    let reader: FileSystemDirectoryReader = folder.create_reader();
    let mut all = Vec::new();
    loop {
        let part = promise(|resolve, reject| {
            // A folder that can not be read calls `reject`, or has nothing in it.
            let _ = reader.read_entries_with_callback_and_callback(resolve, reject);
        });
        let Ok(part) = JsFuture::from(part).await else { return all };
        let part: Array = part.unchecked_into();
        if part.length() == 0 {
            return all;
        }
        all.extend(part.iter().map(|entry| entry.unchecked_into::<FileSystemEntry>()));
    }
}

async fn file(entry: &FileSystemFileEntry) -> Option<Blob> {
    let file = promise(|resolve, reject| entry.file_with_callback_and_callback(resolve, reject));
    JsFuture::from(file).await.ok().map(|file| file.unchecked_into())
}

fn promise(call: impl Fn(&js_sys::Function, &js_sys::Function)) -> Promise {
    Promise::new(&mut |resolve, reject| call(&resolve, &reject))
}
