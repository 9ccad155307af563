//! A network by id or path, opened on a device, with its class names.

use std::path::Path;
use tessera_core::experiment::{Answer, Target, record::Ranked};
use tessera_core::network::{Network, card::Card, load};
use tessera_engine::device;
use tessera_engine::protocol::DeviceKind;

/// The bundled network stands inside the command, so that it works from anywhere.
const BUNDLED_CARD: &str = include_str!("../../public/models/efficientnet-lite0/card.json");
const BUNDLED_WEIGHTS: &[u8] = include_bytes!("../../public/models/efficientnet-lite0/model.safetensors");
const IMAGENET: &str = include_str!("../../public/models/imagenet-classes.txt");

/// A network on a device.
pub struct Model {
    /// The network.
    pub network: Network,
    /// Name of the device.
    pub device: String,
    classes: Vec<&'static str>,
}

impl Model {
    /// Opens a network by id or by the path of its card.
    ///
    /// # Errors
    /// One sentence: what, why, what to do.
    pub fn open(model: &str, kind: DeviceKind) -> Result<Model, String> {
        let (card, weights) = find(model)?;
        let (device, facts) = pollster::block_on(device::open(kind))?;
        let network = load::open(&card, &weights, &device).map_err(|error| error.to_string())?;
        let device = if facts.kind == DeviceKind::Cpu { "CPU".into() } else { facts.name };
        let classes = if card.classes == 1000 { IMAGENET.lines().collect() } else { vec![] };
        Ok(Model { network, device, classes })
    }

    /// Name of a class; its index where no names are known.
    pub fn class_name(&self, index: usize) -> String {
        self.classes.get(index).map_or_else(|| format!("class {index}"), |name| (*name).into())
    }

    /// All classes, best first.
    pub fn rank(&self, answer: &Answer) -> Vec<Ranked> {
        let probabilities = answer.probabilities();
        let ranked = |index: usize| Ranked {
            index,
            name: self.class_name(index),
            probability: probabilities[index],
            logit: answer.logits[index],
        };
        answer.ranking().into_iter().map(ranked).collect()
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
        if let Ok(index) = text.parse::<usize>() {
            let classes = self.network.card.classes;
            return if index < classes {
                Ok(Target::Class(index))
            } else {
                Err(format!("The network has no class {index}: choose an index from 0 to {}.", classes - 1))
            };
        }
        self.named(text)
    }

    fn named(&self, text: &str) -> Result<Target, String> {
        let exact = self.matching(|name| name == text);
        let found = if exact.is_empty() { self.matching(|name| same(name, text)) } else { exact };
        match found.as_slice() {
            [index] => Ok(Target::Class(*index)),
            [] => Err(format!("No class is called {text:?}{}", self.suggestion(text))),
            several => {
                let indices = several.iter().map(usize::to_string).collect::<Vec<_>>().join(" or ");
                Err(format!("{text:?} is the name of several classes: choose one by its index, {indices}."))
            }
        }
    }

    fn matching(&self, like: impl Fn(&str) -> bool) -> Vec<usize> {
        (0..self.classes.len()).filter(|&index| like(self.classes[index])).collect()
    }

    fn suggestion(&self, text: &str) -> String {
        let part = plain(text);
        let near: Vec<&str> = self.classes.iter().filter(|name| plain(name).contains(&part)).take(5).copied().collect();
        if near.is_empty() {
            ": give an index, or a name as `tessera classify` prints it.".into()
        } else {
            format!(": did you mean {}?", near.join(", "))
        }
    }
}

fn plain(name: &str) -> String {
    name.replace('_', " ").to_lowercase()
}

fn same(a: &str, b: &str) -> bool {
    plain(a) == plain(b)
}

/// Card and weights of a bundled id or of a card's path.
fn find(model: &str) -> Result<(Card, Vec<u8>), String> {
    let bundled: Card = serde_json::from_str(BUNDLED_CARD).expect("the bundled card is checked by tests");
    if model == bundled.id {
        return Ok((bundled, BUNDLED_WEIGHTS.to_vec()));
    }
    let path = Path::new(model);
    if !path.exists() {
        return Err(format!("There is no network {model:?}: give {} or the path of a card.json.", bundled.id));
    }
    let path = if path.is_dir() { path.join("card.json") } else { path.to_path_buf() };
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("{} could not be read ({error}): give the path of a card.json.", path.display()))?;
    let card: Card = serde_json::from_str(&text)
        .map_err(|error| format!("{} is not a model card ({error}): see public/models for one.", path.display()))?;
    let weights = path.with_file_name(&card.weights);
    let bytes = std::fs::read(&weights).map_err(|error| {
        format!("The weights {} could not be read ({error}): put them beside the card.", weights.display())
    })?;
    Ok((card, bytes))
}
