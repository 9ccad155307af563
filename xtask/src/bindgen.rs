//! From cargo's wasm to what a browser loads: wasm-bindgen as a library, of the version the app is built with.

use crate::module::Module;
use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;

/// Writes `NAME.js` and `NAME_bg.wasm` of a compiled module into `folder`.
pub fn bind(module: &Module, folder: &Path) -> Result<(), String> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module.compiled()).out_name(module.name).typescript(false).remove_name_section(true);
    let bound = bindgen.web(true).and_then(|bindgen| bindgen.generate(folder));
    bound.map_err(|error| format!("wasm-bindgen could not bind the {}: {error:#}", module.title))
}
