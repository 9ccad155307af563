//! A network by id or path, opened on a device, with its class names.

use std::path::Path;
use tessera_core::digest::Content;
use tessera_core::experiment::classes::{Classes, Found};
use tessera_core::experiment::{Answer, Target, record::Ranked};
use tessera_core::network::{Network, card::Card, load};
use tessera_engine::device;
use tessera_engine::protocol::DeviceKind;

/// The bundled network stands inside the command, so that it works from anywhere.
const BUNDLED_CARD: &str = include_str!("../../public/models/efficientnet-lite0/card.json");
const BUNDLED_WEIGHTS: &[u8] = include_bytes!("../../public/models/efficientnet-lite0/model.safetensors");
const IMAGENET: &str = include_str!("../../public/models/imagenet-classes.txt");
const WNIDS: &str = include_str!("../../public/models/imagenet-wnids.txt");

/// A network on a device.
pub struct Model {
    /// The network.
    pub network: Network,
    /// Name of the device.
    pub device: String,
    /// Its classes by name.
    pub classes: Classes,
}

impl Model {
    /// Opens a network by id, by the path of its card, or by the path of a model file.
    ///
    /// # Errors
    /// One sentence: what, why, what to do.
    pub fn open(model: &str, size: Option<usize>, kind: DeviceKind) -> Result<Model, String> {
        let read = read(model, size)?;
        let (device, facts) = pollster::block_on(device::open(kind))?;
        let classes = classes(&read.card);
        let network = read.upload(&device).map_err(|error| error.to_string())?;
        let device = if facts.kind == DeviceKind::Cpu { "CPU".into() } else { facts.name };
        Ok(Model { network, device, classes })
    }

    /// All classes, best first.
    pub fn rank(&self, answer: &Answer) -> Vec<Ranked> {
        answer.ranked(|index| self.classes.name(index))
    }

    /// The target a person means: `predicted`, `least`, an index, or a class name in any case.
    ///
    /// # Errors
    /// If no class or more than one has that name.
    pub fn target(&self, text: &str) -> Result<Target, String> {
        match text {
            "predicted" => return Ok(Target::Predicted),
            "least" => return Ok(Target::Least),
            _ => {}
        }
        if let Some((one, other)) = text.split_once("-vs-") {
            return match (self.class(one)?, self.class(other)?) {
                (one, other) if one == other => Err(format!("{text} compares a class with itself: give two.")),
                (one, other) => Ok(Target::Difference(one, other)),
            };
        }
        self.class(text).map(Target::Class)
    }

    /// Index of the class of that index or name.
    fn class(&self, text: &str) -> Result<usize, String> {
        if let Ok(index) = text.parse::<usize>() {
            let classes = self.network.card.classes;
            return if index < classes {
                Ok(index)
            } else {
                Err(format!("The network has no class {index}: choose an index from 0 to {}.", classes - 1))
            };
        }
        self.named(text)
    }

    fn named(&self, text: &str) -> Result<usize, String> {
        match self.classes.find(text) {
            Found::One(index) => Ok(index),
            Found::None(near) if near.is_empty() => {
                Err(format!("No class is called {text:?}: give an index, or a name as `tessera classify` prints it."))
            }
            Found::None(near) => Err(format!("No class is called {text:?}: did you mean {}?", near.join(", "))),
            Found::Several(several) => {
                let indices = several.iter().map(usize::to_string).collect::<Vec<_>>().join(" or ");
                Err(format!("{text:?} is the name of several classes: choose one by its index, {indices}."))
            }
        }
    }
}

/// The card of the bundled network.
pub fn bundled() -> Card {
    serde_json::from_str(BUNDLED_CARD).expect("the bundled card is checked by tests")
}

/// The classes a card names; those of ImageNet where it names none and there are as many.
pub fn classes(card: &Card) -> Classes {
    if !card.names.is_empty() {
        return Classes::from_names(card.names.clone());
    }
    if card.classes == 1000 { Classes::from_lines(IMAGENET, WNIDS) } else { Classes::default() }
}

/// Reads a model by the id of a bundled one, the path of a card or its folder, or the path of a model file. A card of
/// the model file's name (`net.onnx`, `net.card.json`) is used where it stands beside it. `size` asks for pictures of
/// another size than the network's own.
///
/// # Errors
/// One sentence: what, why, what to do.
pub fn read(model: &str, size: Option<usize>) -> Result<load::Model, String> {
    let path = Path::new(model);
    if model == bundled().id {
        let card = resized(bundled(), size);
        return load::read_by_card(&card, BUNDLED_WEIGHTS.into(), &|_| None).map_err(|error| error.to_string());
    }
    if !path.exists() {
        return Err(format!(
            "There is no network {model:?}: give {} or the path of a model file or card.json.",
            bundled().id
        ));
    }
    let path = if path.is_dir() { path.join("card.json") } else { path.to_path_buf() };
    if path.extension().is_some_and(|extension| extension == "json") {
        let card = read_card(&path)?;
        let weights = path.with_file_name(&card.weights);
        return by_card(&resized(card, size), &weights);
    }
    let beside = path.with_extension("card.json");
    if beside.exists() {
        return by_card(&resized(read_card(&beside)?, size), &path);
    }
    let name = path.file_name().map_or_else(|| model.into(), |name| name.to_string_lossy().into_owned());
    let read = load::read(&name, bytes(&path)?.into(), &|name| beside_file(&path, name));
    let read = read.map_err(|error| format!("{}: {error}", path.display()))?;
    // The file's own size is a default: for another one its graph is made anew.
    if size.is_some() { by_card(&resized(read.card, size), &path) } else { Ok(read) }
}

fn resized(card: Card, size: Option<usize>) -> Card {
    let preprocess = card.preprocess;
    Card { preprocess: size.map_or(preprocess, |size| preprocess.resized(size)), ..card }
}

fn by_card(card: &Card, weights: &Path) -> Result<load::Model, String> {
    load::read_by_card(card, bytes(weights)?.into(), &|name| beside_file(weights, name))
        .map_err(|error| format!("{}: {error}", weights.display()))
}

fn read_card(path: &Path) -> Result<Card, String> {
    serde_json::from_slice(&bytes(path)?)
        .map_err(|error| format!("{} is not a model card ({error}): see public/models for one.", path.display()))
}

fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path)
        .map_err(|error| format!("{} could not be read ({error}): check the path and its permissions.", path.display()))
}

/// A file in the same folder; a name that leads out of it is none.
fn beside_file(path: &Path, name: &str) -> Option<Content> {
    let plain = Path::new(name).file_name().is_some_and(|file| file == name);
    plain.then(|| std::fs::read(path.with_file_name(name)).ok()).flatten().map(Content::from)
}
