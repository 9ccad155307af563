//! The desk: everything the page knows, as signals that outlive every panel, and what a person can do with it.
//!
//! Panels read the signals and call the methods. The workers are behind it and are never seen from above.

mod arrived;
mod brought;
mod cards;
mod devices;
mod explain;
mod keeping;
mod models;
mod network;
mod photos;
mod runs;
mod shares;
mod study;
mod wanted;
mod workers;

pub use cards::{Card, Progress};
pub use models::LARGEST_LOOK;
pub use network::BUNDLED;
pub use runs::{Cost, Opened, Own, Pair, Shelf};
pub use study::{Check, Composed, Sheet, Studio, Summed, Tone};

use super::address::Address;
use super::begun::Begun;
use super::devices::Devices;
use super::display::Display;
use super::ledger::Ledger;
use super::models::Models;
use super::network::Network;
use super::photos::{Photo, PhotoId, Photos, Prepared};
use super::picking::Picking;
use super::results::{Answer, Results, Seen};
use super::selection::Selection;
use super::view::{Geometry, View};
use super::wanted::Wanted;
use crate::bridge::client::Client;
use crate::bridge::files::Files;
use crate::bridge::pool::Pool;
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;
use tessera_core::descriptor::Scale;
use tessera_core::experiment::MethodSpec;
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, HtmlCanvasElement, ImageData};

/// Id of the place that explains one photo.
pub const EXPLAIN: &str = "explain";

/// Id of the place of studies with mosaics.
pub const MOSAICS: &str = "mosaics";

/// Id of the place of runs that are kept, and of links.
pub const RUNS: &str = "runs";

/// Something that went wrong with what a person brought, told beside the photos.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Notice {
    /// What it is about.
    pub name: String,
    /// Why, and what to do.
    pub sentence: String,
}

/// Where the bytes of a photo are.
#[derive(Clone)]
enum Source {
    /// On the page's own server.
    Path(String),
    /// In a file that a person brought.
    File(web_sys::File),
}

/// What can not lie in a signal: handles of the browser, and the workers.
struct Hands {
    client: Client,
    pool: Pool,
    sources: HashMap<PhotoId, Source>,
    pictures: HashMap<PhotoId, ImageData>,
    /// What samples came to of maps that are not done.
    begun: Begun<ArrayBuffer>,
    /// The files of the network in use.
    files: Option<Files>,
    /// Names of ImageNet's classes.
    imagenet: Arc<Vec<String>>,
    /// The file that is looked at.
    brought: Option<brought::Brought>,
    /// The network that is tried out.
    candidate: Option<models::Candidate>,
    /// What stops the download under way.
    download: Option<AbortController>,
    reference: Option<Vec<ArrayBuffer>>,
    asked_for_gpu: bool,
    address: Address,
    study: study::Hands,
    runs: runs::Hands,
}

/// Everything the page knows.
#[derive(Clone, Copy)]
pub struct Desk {
    /// Id of the place that is open.
    pub place: RwSignal<&'static str>,
    /// The photos.
    pub photos: RwSignal<Photos>,
    /// Answers and maps.
    pub results: RwSignal<Results>,
    /// What is open.
    pub selection: RwSignal<Selection>,
    /// What is wanted of every photo.
    pub wanted: RwSignal<Wanted>,
    /// What is ticked in the panel of methods.
    pub picking: RwSignal<Picking>,
    /// How the stage shows it.
    pub view: RwSignal<View>,
    /// How maps are coloured.
    pub display: RwSignal<Display>,
    /// The network.
    pub network: RwSignal<Network>,
    /// The models to choose from.
    pub models: RwSignal<Models>,
    /// The devices.
    pub devices: RwSignal<Devices>,
    /// The work under way.
    pub ledger: RwSignal<Ledger>,
    /// Files that could not be opened.
    pub notices: RwSignal<Vec<Notice>>,
    /// Why a photo could not be explained.
    pub failures: RwSignal<HashMap<PhotoId, String>>,
    /// The study with mosaics.
    pub studio: Studio,
    /// The runs that are kept, and the link that is open.
    pub shelf: Shelf,
    /// What was last said to who can not see the page.
    pub said: RwSignal<String>,
    hands: StoredValue<Hands, LocalStorage>,
}

impl Desk {
    /// An empty desk. To be called once, by the outermost view: its signals live as long as that.
    #[must_use]
    pub fn new(address: Address) -> Self {
        let limit = web_sys::window().map_or(1.0, |window| window.navigator().hardware_concurrency());
        let hear = StoredValue::new_local(None::<Self>);
        let client = Client::new(move |seat, heard| {
            if let Some(desk) = hear.get_value() {
                desk.heard(seat, heard);
            }
        });
        let wanted = wanted::remembered(&address);
        let named = |spec: &&MethodSpec| address.map.as_ref().is_none_or(|map| spec.id == *map);
        let methods = wanted.methods();
        let open = methods.iter().find(named).or(methods.first()).cloned();
        let selection = Selection::new(open.unwrap_or_else(|| MethodSpec::plain("gradcam")));
        let hands = Hands {
            client,
            pool: Pool::new((limit as usize).clamp(1, 8)),
            sources: HashMap::new(),
            pictures: HashMap::new(),
            begun: Begun::default(),
            files: None,
            imagenet: Arc::default(),
            brought: None,
            candidate: None,
            download: None,
            reference: None,
            asked_for_gpu: false,
            address,
            study: study::Hands::default(),
            runs: runs::Hands::default(),
        };
        let desk = Self {
            place: RwSignal::new(EXPLAIN),
            photos: RwSignal::default(),
            results: RwSignal::default(),
            selection: RwSignal::new(selection),
            wanted: RwSignal::new(wanted),
            picking: RwSignal::default(),
            view: RwSignal::default(),
            display: RwSignal::default(),
            network: RwSignal::default(),
            models: RwSignal::default(),
            devices: RwSignal::default(),
            ledger: RwSignal::default(),
            notices: RwSignal::default(),
            failures: RwSignal::default(),
            studio: Studio::new(),
            shelf: Shelf::default(),
            said: RwSignal::default(),
            hands: StoredValue::new_local(hands),
        };
        hear.set_value(Some(desk));
        desk
    }

    /// Starts all that needs no click: a CPU worker, the network, the samples.
    pub fn begin(self) {
        let chosen = self.hands.with_value(|hands| hands.address.device).or_else(devices::remembered);
        self.devices.update(|devices| devices.chosen = chosen);
        Effect::new(move |_| {
            self.studio.drawn.track();
            self.forget_mosaics();
        });
        Effect::new(move |_| {
            if self.place.get() == EXPLAIN {
                self.open_any();
            }
        });
        spawn_local(async move {
            // The frame comes first.
            network::pause(0).await;
            self.settle();
            self.load_samples();
            self.load_network();
        });
    }

    /// The photo on the stage.
    #[must_use]
    pub fn photo(self) -> Option<Photo> {
        let id = self.selection.with(|selection| selection.photo)?;
        self.photos.with(|photos| photos.get(id).cloned())
    }

    /// What the network sees of the photo on the stage.
    #[must_use]
    pub fn prepared(self) -> Option<Arc<Prepared>> {
        self.photo()?.prepared().cloned()
    }

    /// The photo on the stage as the network sees it.
    #[must_use]
    pub fn seen(self) -> Option<Seen> {
        let id = self.selection.with(|selection| selection.photo)?;
        self.photos.with(|photos| photos.get(id).map(|photo| (id, photo.crop)))
    }

    /// The class that is explained.
    #[must_use]
    pub fn target(self) -> Option<usize> {
        self.selection.with(|selection| selection.target(selection.photo?))
    }

    /// The network's answer to the photo on the stage.
    #[must_use]
    pub fn answer(self) -> Option<Arc<Answer>> {
        let seen = self.seen()?;
        self.results.with(|results| results.answer(seen).cloned())
    }

    /// Sizes of what the stage shows.
    #[must_use]
    pub fn geometry(self) -> Option<Geometry> {
        let prepared = self.prepared()?;
        let photo = (prepared.facts.height as f64, prepared.facts.width as f64);
        let whole = self.view.with(|view| view.whole);
        Some(Geometry { photo, region: prepared.region, input: prepared.input, whole })
    }

    /// A photo as pixels, as soon as it is decoded; at most [`photos::PREVIEW`] on its longest side.
    #[must_use]
    pub fn picture(self, photo: PhotoId) -> Option<HtmlCanvasElement> {
        photos::canvas(&self.hands.with_value(|hands| hands.pictures.get(&photo).cloned())?)
    }

    /// Says something to who can not see the page.
    pub fn say(self, text: impl Into<String>) {
        self.said.set(text.into());
    }

    /// The address of what is open.
    #[must_use]
    pub fn address(self) -> Address {
        let place = self.place.get();
        if place != EXPLAIN {
            let (network, device) = (self.network.with(Network::address), self.devices.with(|devices| devices.chosen));
            let run = if place == RUNS {
                self.shelf.offer.with(|one| one.as_ref().map(|one| one.text.clone()))
            } else {
                None
            };
            return Address { place: Some(place.into()), network, device, run, ..Address::default() };
        }
        let photo = self.photo();
        let sample = photo.as_ref().and_then(|photo| photo.address().map(str::to_owned));
        let target = self.selection.with(|selection| selection.by_hand(selection.photo?));
        let against = self.selection.with(|selection| selection.against(selection.photo?));
        Address {
            place: Some(place.into()),
            network: self.network.with(Network::address),
            target: target.filter(|_| sample.is_some()),
            against: against.filter(|_| sample.is_some()),
            photo: sample,
            map: Some(self.selection.with(|selection| selection.open.id.clone())),
            scale: Some(self.wanted.with(|wanted| wanted.scale)).filter(|scale| *scale != Scale::Logit),
            seed: Some(self.wanted.with(|wanted| wanted.seed)).filter(|seed| *seed != 0),
            device: self.devices.with(|devices| devices.chosen),
            run: None,
        }
    }
}
