//! Models that the browser keeps for this page, in the origin's private file system: a folder each, with the file, those
//! beside it and its card. What is read from here is checked by whoever opens it.

use super::files::Files;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions, FileSystemGetFileOptions,
    FileSystemRemoveOptions, FileSystemWritableFileStream, StorageManager,
};

/// Folder of all models.
const FOLDER: &str = "models";
/// Name of a model's file in its folder.
const MODEL: &str = "model";
/// Names of the files beside it, with their place in its card behind: what they are called there is a stranger's.
const BESIDE: &str = "beside-";
/// Name of its card.
const CARD: &str = "card.json";

/// What a browser says that keeps nothing.
const NONE: &str = "this browser keeps no files for the page (a private window, or a page without https)";

fn manager() -> Result<StorageManager, String> {
    let navigator = web_sys::window().ok_or(NONE)?.navigator();
    let storage = Reflect::get(&navigator, &"storage".into()).unwrap_or(JsValue::UNDEFINED);
    if storage.is_undefined() { Err(NONE.into()) } else { Ok(storage.unchecked_into()) }
}

pub(super) async fn handle<T: JsCast>(promise: Promise, why: &str) -> Result<T, String> {
    JsFuture::from(promise).await.map(JsCast::unchecked_into).map_err(|error| reason(&error, why))
}

/// Why the browser did not do it, where it tells something a person can act on.
fn reason(error: &JsValue, otherwise: &str) -> String {
    let name = Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default();
    match name.as_str() {
        "QuotaExceededError" => "the browser gives this page no more room: delete a kept model".into(),
        "NotFoundError" => "it is not there any more".into(),
        _ => otherwise.into(),
    }
}

/// The folder of all models, made if need be.
async fn folder() -> Result<FileSystemDirectoryHandle, String> {
    top(FOLDER).await
}

/// A folder of the origin's private file system, made if need be.
pub(super) async fn top(name: &str) -> Result<FileSystemDirectoryHandle, String> {
    let storage = manager()?;
    if !Reflect::has(&storage, &"getDirectory".into()).unwrap_or(false) {
        return Err(NONE.into());
    }
    let root: FileSystemDirectoryHandle = handle(storage.get_directory(), NONE).await?;
    below(&root, name, true).await
}

pub(super) async fn below(
    root: &FileSystemDirectoryHandle,
    name: &str,
    make: bool,
) -> Result<FileSystemDirectoryHandle, String> {
    let options = FileSystemGetDirectoryOptions::new();
    options.set_create(make);
    handle(root.get_directory_handle_with_options(name, &options), "the browser does not open the folder").await
}

/// A file that can be written, made if need be.
pub(super) async fn writable(folder: &FileSystemDirectoryHandle, name: &str) -> Result<FileSystemFileHandle, String> {
    let options = FileSystemGetFileOptions::new();
    options.set_create(true);
    let opened = folder.get_file_handle_with_options(name, &options);
    let file: FileSystemFileHandle = handle(opened, "the browser does not write it").await?;
    if Reflect::has(&file, &"createWritable".into()).unwrap_or(false) {
        Ok(file)
    } else {
        Err("this browser can not write files from a page; a current version can".into())
    }
}

/// Writes a file as a whole: it is there when the last byte is, not before.
pub(super) async fn write(folder: &FileSystemDirectoryHandle, name: &str, bytes: &Blob) -> Result<(), String> {
    let file = writable(folder, name).await?;
    let refused = "the browser does not write it";
    let stream: FileSystemWritableFileStream = handle(file.create_writable(), refused).await?;
    let writing = stream.write_with_blob(bytes).map_err(|_| refused)?;
    let _: JsValue = handle(writing, refused).await?;
    let _: JsValue = handle(stream.close(), refused).await?;
    Ok(())
}

/// Keeps a model under its id, in the place of an older one of that id.
pub async fn keep(id: &str, card: &str, files: &Files) -> Result<(), String> {
    let models = folder().await?;
    let own = below(&models, id, true).await?;
    let written = match write_all(&own, files).await {
        // The card comes last: a folder without one is not a model.
        Ok(()) => keep_card(id, card).await,
        Err(why) => Err(why),
    };
    if written.is_err() {
        // The sentence about the first failure matters, not a second one.
        let _ = remove(id).await;
    }
    written
}

async fn write_all(folder: &FileSystemDirectoryHandle, files: &Files) -> Result<(), String> {
    write(folder, MODEL, &files.model).await?;
    for (at, file) in files.beside.iter().enumerate() {
        write(folder, &format!("{BESIDE}{at}"), file).await?;
    }
    Ok(())
}

/// Writes the card of a kept model anew.
pub async fn keep_card(id: &str, card: &str) -> Result<(), String> {
    let own = below(&folder().await?, id, false).await?;
    write_text(&own, CARD, card).await
}

/// Writes a text as a whole.
pub(super) async fn write_text(folder: &FileSystemDirectoryHandle, name: &str, text: &str) -> Result<(), String> {
    let parts = js_sys::Array::of1(&text.into());
    let text = Blob::new_with_str_sequence(&parts).map_err(|_| "the browser does not write it")?;
    write(folder, name, &text).await
}

/// Deletes a model.
pub async fn remove(id: &str) -> Result<(), String> {
    let options = FileSystemRemoveOptions::new();
    options.set_recursive(true);
    let models = folder().await?;
    let _: JsValue = handle(models.remove_entry_with_options(id, &options), "the browser does not delete it").await?;
    Ok(())
}

/// A kept model: its card's text and its files, which stay on the disk until they are read.
pub async fn open(id: &str) -> Result<(String, Files), String> {
    let own = below(&folder().await?, id, false).await?;
    let text = read_text(&own, CARD).await?;
    let mut files = Files::from(read(&own, MODEL).await?);
    while let Ok(file) = read(&own, &format!("{BESIDE}{}", files.beside.len())).await {
        files.beside.push(file);
    }
    Ok((text, files))
}

/// The text of a file.
pub(super) async fn read_text(folder: &FileSystemDirectoryHandle, name: &str) -> Result<String, String> {
    let text = JsFuture::from(read(folder, name).await?.text()).await.ok().and_then(|text| text.as_string());
    text.ok_or_else(|| format!("its file {name} can not be read"))
}

pub(super) async fn read(folder: &FileSystemDirectoryHandle, name: &str) -> Result<Blob, String> {
    let file: FileSystemFileHandle = handle(folder.get_file_handle(name), "the browser does not read it").await?;
    handle(file.get_file(), "the browser does not read it").await
}

/// All kept models: texts of their cards, and bytes of their files.
pub async fn list() -> Result<Vec<(String, u64)>, String> {
    let names = names(&folder().await?).await;
    let mut found = Vec::new();
    for name in names {
        // What was not written to its end is no model.
        if let Ok((card, files)) = open(&name).await {
            found.push((card, files.bytes()));
        }
    }
    Ok(found)
}

pub(super) async fn names(folder: &FileSystemDirectoryHandle) -> Vec<String> {
    let (keys, mut found) = (folder.keys(), Vec::new());
    while let Ok(next) = keys.next() {
        let Ok(entry) = JsFuture::from(next).await else { break };
        let get = |name: &str| Reflect::get(&entry, &name.into()).unwrap_or(JsValue::UNDEFINED);
        if get("done").is_truthy() {
            break;
        }
        found.extend(get("value").as_string());
    }
    found.sort();
    found
}

/// Bytes in use, bytes in all, and whether the browser promised not to clear them by itself.
pub async fn space() -> Option<(f64, f64, bool)> {
    let storage = manager().ok()?;
    let estimate = JsFuture::from(storage.estimate().ok()?).await.ok()?;
    let bytes = |name: &str| Reflect::get(&estimate, &name.into()).ok()?.as_f64();
    let promised = match storage.persisted() {
        Ok(promise) => JsFuture::from(promise).await.is_ok_and(|promised| promised.is_truthy()),
        Err(_) => false,
    };
    Some((bytes("usage")?, bytes("quota")?, promised))
}

/// Asks the browser not to clear what is kept; it may say no.
pub async fn ask_to_last() {
    let Ok(storage) = manager() else { return };
    let ask = Reflect::get(&storage, &"persist".into()).ok().and_then(|ask| ask.dyn_into::<Function>().ok());
    let promise = ask.and_then(|ask| ask.call0(&storage).ok()).and_then(|promise| promise.dyn_into::<Promise>().ok());
    if let Some(promise) = promise {
        // Whether it agreed is asked for with the free space.
        let _ = JsFuture::from(promise).await;
    }
}
