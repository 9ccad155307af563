//! The network on its way to the page.

use super::super::network::{Arrival, Network, class_names};
use super::Desk;
use crate::bridge::fetch;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::network::card::Card;
use wasm_bindgen_futures::spawn_local;

/// Folder of the network the page opens with.
const FOLDER: &str = "models/efficientnet-lite0";

/// Names of its classes.
const CLASSES: &str = "models/imagenet-classes.txt";

impl Desk {
    /// Fetches card, names and weights; to be called again when that failed.
    pub fn load_network(self) {
        self.network.update(|network| {
            network.arrival = Arrival::Card;
            network.sentence.clear();
        });
        spawn_local(async move {
            match self.fetch_network().await {
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

    async fn fetch_network(self) -> Result<(), String> {
        let about = |what: &str, why: String| format!("{what} did not come: {why}. Load it again.");
        let text = fetch::text(&format!("{FOLDER}/card.json")).await;
        let text = text.map_err(|why| about("The network's card", why))?;
        let card: Card = serde_json::from_str(&text)
            .map_err(|_| about("The network's card", "it is not one this page can read".into()))?;
        let card = Arc::new(card);
        let all = card.bytes;
        self.network.update(|network| network.card = Some(card.clone()));
        let names = fetch::text(CLASSES).await.map_err(|why| about("The list of classes", why))?;
        self.network.update(|network| {
            network.classes = Arc::new(class_names(&names));
            network.arrival = Arrival::Weights { got: 0, all };
        });
        let path = format!("{FOLDER}/{}", card.weights);
        let progress = move |got| self.network.update(|network| network.arrival = Arrival::Weights { got, all });
        let weights = fetch::large(&path, all, progress).await;
        let weights = weights.map_err(|why| about(&format!("The network's file {}", card.weights), why))?;
        let digest = fetch::sha256(&weights).await;
        if let Some(fault) = Network::fault(&card, u64::from(weights.byte_length()), digest.as_deref()) {
            return Err(fault);
        }
        self.hands.update_value(|hands| hands.weights = Some(weights));
        Ok(())
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

/// Waits.
async fn pause(milliseconds: u32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let done = move || drop(resolve.call0(&wasm_bindgen::JsValue::NULL));
        gloo::timers::callback::Timeout::new(milliseconds, done).forget();
    });
    // A timer does not fail.
    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
}
