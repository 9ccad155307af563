//! A network under test: its name, the side of its pictures, and the folder with what contenders open it from.

use super::{folder, programs};
use crate::{command, files, workspace};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The network that Tessera ships; the others are torchvision's, with weights from noise.
const BUNDLED: &str = "lite0";
/// Where its weights and card lie.
const BUNDLE: &str = "public/models/efficientnet-lite0";
/// The scripts that say what is in a network's files.
const SCRIPTS: [&str; 4] = ["lite0.py", "networks.py", "write_network.py", "write_onnx.py"];
/// What a page fetches of a network.
pub const SERVED: [&str; 5] = ["card.json", "model.safetensors", "network.onnx", "picture.f32", "picture.rgb"];

/// A network under test.
#[derive(Debug, PartialEq, Eq)]
pub struct Network {
    /// Its name in the talk with contenders.
    pub name: String,
    /// Rows and columns of its pictures.
    pub side: usize,
}

impl Network {
    /// Reads `NAME` or `NAME@SIDE`.
    pub fn read(text: &str) -> Result<Self, String> {
        let (name, side) = text.split_once('@').unwrap_or((text, "224"));
        let side = side.parse().map_err(|_| format!("`{side}` is no side of a picture"))?;
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(format!("`{name}` is no name of a network: torchvision's resnet50, for instance"));
        }
        Ok(Self { name: name.into(), side })
    }

    /// Its name in tables and paths.
    pub fn label(&self) -> String {
        if self.side == 224 { self.name.clone() } else { format!("{}-{}", self.name, self.side) }
    }

    /// Where its files lie.
    pub fn folder(&self) -> PathBuf {
        folder().join(self.label())
    }

    /// Turns and passes that are usual for it: the large ones take their time.
    pub fn turns(&self) -> (usize, usize) {
        if self.name == BUNDLED { (15, 4) } else { (5, 2) }
    }

    /// Bytes of its weight file.
    pub fn bytes(&self) -> Result<u64, String> {
        let path = self.folder().join("model.safetensors");
        path.metadata().map(|facts| facts.len()).map_err(|error| files::complain("read", &path, error))
    }

    /// Writes its files, unless they lie there as the scripts would write them.
    pub fn prepare(&self, own: &Path, python: &Path) -> Result<(), String> {
        let folder = self.folder();
        files::make(&folder)?;
        let wanted = SCRIPTS.iter().map(|name| files::read(&programs::scripts().join(name)));
        let wanted = wanted.collect::<Result<Vec<_>, _>>()?.concat();
        let stamp = folder.join("written-by.txt");
        if !files::read(&stamp).is_ok_and(|written| written == wanted) {
            self.write(python, &folder)?;
            files::write(&stamp, &wanted)?;
        }
        let sentence = format!("the picture for {} could not be written", self.label());
        command::run(Command::new(own).arg("files").arg(&folder).arg(self.side.to_string()), &sentence)
    }

    fn write(&self, python: &Path, folder: &Path) -> Result<(), String> {
        if self.name == BUNDLED {
            for name in ["card.json", "model.safetensors"] {
                files::write(&folder.join(name), &files::read(&workspace::root().join(BUNDLE).join(name))?)?;
            }
        } else {
            files::remove(folder)?;
            files::make(folder)?;
        }
        let mut script = programs::script(python, "write_network.py");
        script.args([&self.name, &self.side.to_string()]).arg(folder);
        command::run(&mut script, &format!("the files of {} could not be written; Python says why above", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_stands_behind_the_name() {
        let large = Network::read("resnet50@448").unwrap();
        assert_eq!((large.name.as_str(), large.side, large.label().as_str()), ("resnet50", 448, "resnet50-448"));
        assert_eq!(Network::read("lite0").unwrap().label(), "lite0");
        assert!(Network::read("../lite0").is_err() && Network::read("lite0@big").is_err());
    }
}
