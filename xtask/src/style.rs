//! The page's style sheet: the tokens, the app's own, then every panel's, as one file.

use crate::{files, workspace};
use std::path::PathBuf;

/// The whole style sheet, each part under the name of its file.
pub fn sheet() -> Result<String, String> {
    let mut sheet = String::new();
    for path in parts()? {
        sheet += &format!("/* {} */\n{}\n", workspace::relative(&path), files::text(&path)?.trim_end());
    }
    Ok(sheet)
}

/// The files it is made of, in the order they take effect.
fn parts() -> Result<Vec<PathBuf>, String> {
    let root = workspace::root();
    let app = root.join("app/src");
    let first = [root.join("public/tokens.css"), app.join("style.css")];
    let mut parts: Vec<_> = first.iter().filter(|path| path.is_file()).cloned().collect();
    let panels = files::below(&app)?.into_iter().filter(|path| path.extension().is_some_and(|end| end == "css"));
    parts.extend(panels.filter(|path| !first.contains(path)));
    Ok(parts)
}
