//! Models that the browser keeps, so that they work offline and after a reload.

use super::super::models::{Kept, Space, Spot};
use super::super::network::{Arrival, Origin};
use super::Desk;
use super::models::Candidate;
use crate::bridge::files::Files;
use crate::bridge::store;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::network::card::Card;
use wasm_bindgen_futures::spawn_local;

impl Desk {
    /// Asks the browser what it keeps, and how much room there is.
    pub fn list_kept(self) {
        spawn_local(self.listed());
    }

    async fn listed(self) {
        let kept = store::list().await.ok();
        let space = store::space().await.map(|(used, all, promised)| Space { used, all, promised });
        let read = |(card, bytes): (String, u64)| Some(Kept { card: serde_json::from_str(&card).ok()?, bytes });
        self.models.update(|models| {
            models.kept = kept.map(|kept| kept.into_iter().filter_map(read).collect());
            models.space = space;
        });
    }

    /// Keeps the network in use.
    pub fn keep(self) {
        spawn_local(async move {
            if let Err((name, why)) = self.keep_in_use().await {
                let sentence = format!("It is in use but was not kept: {why}. It is gone after a reload.");
                self.fault(Spot::InUse, &name, &sentence);
            }
            self.listed().await;
        });
    }

    async fn keep_in_use(self) -> Result<(), (String, String)> {
        let card = self.network.with_untracked(|network| network.card.clone());
        let files = self.hands.with_value(|hands| hands.files.clone());
        let (Some(card), Some(files)) = (card, files) else { return Ok(()) };
        self.listed().await;
        let id = self.models.with_untracked(|models| models.free_id(&card));
        let kept = Card { id: id.clone(), ..(*card).clone() };
        let named = |why: String| (card.title.clone(), why);
        let text = serde_json::to_string_pretty(&kept).map_err(|error| named(error.to_string()))?;
        store::ask_to_last().await;
        store::keep(&id, &text, &files).await.map_err(named)?;
        // Another network may have taken over meanwhile.
        if self.network.with_untracked(|network| network.card.as_ref() == Some(&card)) {
            self.network.update(|network| {
                network.origin = Origin::Kept;
                network.card = Some(Arc::new(kept));
            });
        }
        self.say(format!("{} is kept on this machine.", card.title));
        Ok(())
    }

    /// Writes the card of the kept network in use anew.
    pub(super) fn keep_card(self) {
        let Some(card) = self.network.with_untracked(|network| network.card.clone()) else { return };
        spawn_local(async move {
            let text = serde_json::to_string_pretty(&*card).unwrap_or_default();
            if let Err(why) = store::keep_card(&card.id, &text).await {
                let sentence = format!("The changes hold until a reload, but were not kept: {why}.");
                self.fault(Spot::InUse, &card.title, &sentence);
            }
            self.listed().await;
        });
    }

    /// A kept model: its card and its files.
    pub(super) async fn fetch_kept(self, id: &str) -> Result<(Card, Files), String> {
        let (text, files) = store::open(id).await.map_err(|why| format!("it is not kept on this machine ({why})"))?;
        let card = serde_json::from_str(&text).map_err(|_| "its card can not be read")?;
        Ok((card, files))
    }

    /// Uses a kept model.
    pub fn use_kept(self, id: String) {
        self.stop_coming();
        spawn_local(async move {
            let spot = Spot::Kept(id.clone());
            match self.fetch_kept(&id).await {
                Ok((card, files)) => self.try_out(Candidate { card, files, origin: Origin::Kept, spot, keep: false }),
                Err(why) => self.fault(spot, &id, &format!("It can not be used: {why}. Delete it and get it again.")),
            }
        });
    }

    /// The kept network the page began with does not open: the bundled one takes its place.
    pub(super) fn kept_refused(self, sentence: String) {
        let title = self.network.with_untracked(|network| network.title());
        self.notice(&title, &format!("{sentence} The bundled network is used; delete the kept one in Models."));
        self.hands.update_value(|hands| {
            hands.address.network = None;
            hands.files = None;
            hands.pool.await_weights();
        });
        self.network.update(|network| {
            network.card = None;
            network.arrival = Arrival::Card;
        });
        // What was cut out for its size is not what the other one sees.
        self.forget_results(true);
        self.load_network();
        if let Some(photo) = self.selection.with_untracked(|selection| selection.chosen()) {
            self.open(photo);
        }
    }

    /// Deletes a kept model; one that is in use works on until the page is left.
    pub fn delete(self, id: String) {
        spawn_local(async move {
            let in_use = self.network.with_untracked(|network| {
                network.origin == Origin::Kept && network.card.as_ref().is_some_and(|card| card.id == id)
            });
            if in_use {
                self.hold().await;
            }
            if let Err(why) = store::remove(&id).await {
                self.fault(Spot::Kept(id.clone()), &id, &format!("It was not deleted: {why}. Try again."));
            }
            self.listed().await;
        });
    }

    /// Takes the files in use into memory, before they go from the disk.
    async fn hold(self) {
        let Some(files) = self.hands.with_value(|hands| hands.files.clone()) else { return };
        if let Some(copy) = files.copied().await {
            self.hands.update_value(|hands| hands.files = Some(copy));
        }
        self.network.update(|network| network.origin = Origin::Brought);
    }
}
