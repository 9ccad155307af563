//! The system's chooser of files, opened by a button of ours; its input is hidden.

use leptos::html;
use leptos::prelude::*;
use web_sys::{File, FileList};

/// Opens it.
pub fn press(input: NodeRef<html::Input>) {
    if let Some(input) = input.get_untracked() {
        input.click();
    }
}

/// What was chosen. The same may be chosen again.
pub fn take(input: NodeRef<html::Input>) -> Vec<File> {
    let Some(input) = input.get_untracked() else { return vec![] };
    let files = files(input.files());
    input.set_value("");
    files
}

/// The files of a list; none where there is none.
pub fn files(list: Option<FileList>) -> Vec<File> {
    list.map(|list| (0..list.length()).filter_map(|i| list.item(i)).collect()).unwrap_or_default()
}
