//! The network on its way to the page.

use super::super::network::{Arrival, Network, Origin, names_of};
use super::Desk;
use crate::bridge::fetch;
use crate::bridge::files::Files;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::network::card::{Card, class_names};
use wasm_bindgen_futures::spawn_local;

/// Id of the network that comes with the page.
pub const BUNDLED: &str = "efficientnet-lite0";

/// Its folder.
const FOLDER: &str = "models/efficientnet-lite0";

/// Names of its classes.
const CLASSES: &str = "models/imagenet-classes.txt";

impl Desk {
    /// Brings the network the address names, else the bundled one; to be called again when that failed.
    pub fn load_network(self) {
        self.network.update(|network| {
            network.arrival = Arrival::Card;
            network.sentence.clear();
        });
        spawn_local(async move {
            match self.first_network().await {
                Ok(()) => {
                    self.network.update(|network| network.arrival = Arrival::Opening);
                    self.hands.update_value(|hands| {
                        hands.pool.again();
                        hands.pool.weights();
                    });
                    self.settle();
                    self.resume();
                }
                Err(sentence) => self.network_failed(sentence),
            }
        });
    }

    async fn first_network(self) -> Result<(), String> {
        let named = self.hands.with_value(|hands| hands.address.network.clone()).filter(|id| id != BUNDLED);
        if let Some(id) = named {
            match self.fetch_kept(&id).await {
                Ok((card, files)) => {
                    self.fetch_names().await?;
                    self.set_network(card, Origin::Kept);
                    self.hands.update_value(|hands| hands.files = Some(files));
                    return Ok(());
                }
                Err(why) => {
                    self.notice(&id, &format!("The address names this network, but {why}; the bundled one is used."))
                }
            }
        }
        let known = |card: &Card| self.set_network(card.clone(), Origin::Bundled);
        let progress = |got, all| self.network.update(|network| network.arrival = Arrival::Weights { got, all });
        let (_, files) = self.fetch_bundled(known, progress).await?;
        self.hands.update_value(|hands| hands.files = Some(files));
        Ok(())
    }

    /// Fetches the network that comes with the page; `known` hears its card before the weights are here.
    pub(super) async fn fetch_bundled(
        self,
        known: impl Fn(&Card),
        progress: impl Fn(u64, u64),
    ) -> Result<(Card, Files), String> {
        let text = fetch::text(&format!("{FOLDER}/card.json")).await;
        let text = text.map_err(|why| about("The network's card", &why))?;
        let card: Card =
            serde_json::from_str(&text).map_err(|_| about("The network's card", "it is not one this page can read"))?;
        self.fetch_names().await?;
        known(&card);
        progress(0, card.bytes);
        let path = format!("{FOLDER}/{}", card.weights);
        let weights = fetch::large(&path, card.bytes, |got| progress(got, card.bytes)).await;
        let weights = weights.map_err(|why| about(&format!("The network's file {}", card.weights), &why))?;
        let digest = fetch::sha256(&weights).await;
        if let Some(fault) = Network::fault(&card, u64::from(weights.byte_length()), digest.as_deref()) {
            return Err(fault);
        }
        let file =
            fetch::blob(&weights).ok_or_else(|| about("The network's file", "the browser has no room for it"))?;
        Ok((card, file.into()))
    }

    /// Fetches the names of ImageNet's classes, once.
    async fn fetch_names(self) -> Result<(), String> {
        if self.hands.with_value(|hands| !hands.imagenet.is_empty()) {
            return Ok(());
        }
        let names = fetch::text(CLASSES).await.map_err(|why| about("The list of classes", &why))?;
        self.hands.update_value(|hands| hands.imagenet = Arc::new(class_names(&names)));
        Ok(())
    }

    /// Takes a card as that of the network in use.
    pub(super) fn set_network(self, card: Card, origin: Origin) {
        let classes = self.hands.with_value(|hands| names_of(&card, &hands.imagenet));
        self.network.update(|network| {
            network.card = Some(Arc::new(card));
            network.classes = classes;
            network.origin = origin;
        });
    }

    pub(super) fn network_failed(self, sentence: String) {
        self.say(sentence.clone());
        self.network.update(|network| {
            network.arrival = Arrival::Failed;
            network.sentence = sentence;
        });
    }

    /// The card, as soon as it is here; none if it does not come.
    pub(super) async fn card(self) -> Option<Card> {
        for _ in 0..400 {
            let network = self.network.get_untracked();
            match (network.card, network.arrival) {
                (Some(card), _) => return Some((*card).clone()),
                (None, Arrival::Failed) => return None,
                (None, _) => pause(25).await,
            }
        }
        None
    }

    /// No CPU worker comes up: nothing can be explained.
    pub(super) fn no_engine(self, text: &str) {
        let why = if text.is_empty() { "its file did not come" } else { text.trim_end_matches('.') };
        self.network_failed(format!(
            "The engine that runs the network did not start: {why}. Try again, or use a current browser."
        ));
    }
}

fn about(what: &str, why: &str) -> String {
    format!("{what} did not come: {why}. Load it again.")
}

/// Waits.
pub(super) async fn pause(milliseconds: u32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let done = move || drop(resolve.call0(&wasm_bindgen::JsValue::NULL));
        gloo::timers::callback::Timeout::new(milliseconds, done).forget();
    });
    // A timer does not fail.
    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
}
