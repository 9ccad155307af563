//! The study at the desk: what a person brings and sets, what workers are asked, what comes back.

mod bringing;
mod checking;
mod keeping;
mod opening;
mod running;
mod setting;
mod sheet;
mod showing;
mod summing;

pub use checking::{Check, Tone};
pub use sheet::Sheet;
pub use showing::Composed;
pub use summing::Summed;

use super::super::ledger::Work;
use super::super::picking::Picking;
use super::super::study::album::{Album, Shot};
use super::super::study::course::Course;
use super::super::study::design::{Design, Drawn};
use js_sys::{ArrayBuffer, JsString};
use leptos::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tessera_core::experiment::record::{Outcome, Ranked};
use tessera_core::photo::{PhotoFacts, Region};
use web_sys::Blob;

/// What is known of the study, as signals.
#[derive(Clone, Copy)]
pub struct Studio {
    /// The photos.
    pub album: RwSignal<Album>,
    /// How mosaics are made.
    pub design: RwSignal<Design>,
    /// What is ticked of the methods.
    pub methods: RwSignal<Picking>,
    /// Ids of what is measured.
    pub metrics: RwSignal<Vec<&'static str>>,
    /// The mosaics as they are drawn now, or why there are none.
    pub drawn: Memo<Result<Arc<Drawn>, String>>,
    /// The run.
    pub course: RwSignal<Option<Course>>,
    /// Mosaics that were put together to be seen.
    pub composed: RwSignal<BTreeMap<usize, Composed>>,
    /// The mosaic whose sheet is open.
    pub open: RwSignal<Option<usize>>,
    /// Counts up whenever maps have come.
    pub maps: RwSignal<u32>,
    /// What the run says, as far as it was summed up.
    pub summed: RwSignal<Option<Arc<Summed>>>,
    /// What the network makes of single photos.
    pub check: RwSignal<Check>,
    /// What is read now.
    pub reading: RwSignal<Option<String>>,
    /// What went wrong with the study as a whole, and what to do.
    pub trouble: RwSignal<Option<String>>,
}

impl Studio {
    /// An empty one.
    pub(super) fn new() -> Studio {
        let (album, design) = (RwSignal::new(Album::default()), RwSignal::new(Design::default()));
        let drawn = Memo::new(move |_| {
            let (pending, none) = album.with(|album| (album.pending(), album.photos().is_empty()));
            if none || pending > 0 {
                return Err(String::new());
            }
            let dataset = album.with(Album::dataset);
            design.with(|design| design.draw(&dataset)).map(Arc::new)
        });
        Studio {
            album,
            design,
            methods: RwSignal::new(setting::usual_methods()),
            metrics: RwSignal::new(setting::usual_metrics()),
            drawn,
            course: RwSignal::new(None),
            composed: RwSignal::default(),
            open: RwSignal::default(),
            maps: RwSignal::default(),
            summed: RwSignal::default(),
            check: RwSignal::default(),
            reading: RwSignal::default(),
            trouble: RwSignal::default(),
        }
    }
}

/// A mosaic as the network sees it, but for its pixels.
#[derive(Clone, Debug)]
pub(super) struct Cut {
    pub facts: PhotoFacts,
    pub input: (usize, usize),
    pub region: Region,
    pub pixels: String,
}

/// A unit in hand.
struct Partial {
    cut: Cut,
    rgb: ArrayBuffer,
    seconds: f64,
    answer: Option<(Ranked, Vec<Ranked>)>,
    outcomes: Vec<Option<Outcome>>,
}

/// What of the study can not lie in a signal.
#[derive(Default)]
pub(super) struct Hands {
    /// The bytes of photos, which the browser keeps.
    blobs: HashMap<Shot, Blob>,
    /// Addresses of their thumbnails.
    urls: HashMap<Shot, String>,
    /// WordNet's ids of ImageNet's classes, a line each.
    wnids: String,
    /// Whether digests are being worked out.
    digesting: bool,
    /// The archive that is unpacked.
    archive: Option<(String, Blob)>,
    /// Mosaics that were put together to be seen.
    pictures: showing::Pictures,
    /// Units in hand.
    doing: HashMap<usize, Partial>,
    /// Maps of the mosaics that were run last.
    maps: sheet::Maps,
    /// What came out, a unit as JSON.
    texts: BTreeMap<usize, JsString>,
    /// Lines that are to be kept.
    lines: String,
    /// Whether the run is kept.
    kept: bool,
    /// Milliseconds of the page's clock when it was summed up last.
    summed: f64,
    /// Photos that the network is to look at, cut out.
    cuts: HashMap<Shot, ((usize, usize), ArrayBuffer)>,
}

/// Numbers of mosaics and photos of a study among those of photos: what shares a number is done by one worker.
const MOSAICS: u32 = 1 << 30;
const SHOTS: u32 = 1 << 29;

/// The number under which the pool shares a study's work among workers.
pub(super) fn shared_as(work: &Work) -> Option<u32> {
    match work {
        Work::Compose { at, .. } | Work::Judge { at } => Some(MOSAICS + u32::try_from(*at).unwrap_or(0)),
        Work::Look { shot } | Work::Recognise { shot } => Some(SHOTS + shot),
        _ => None,
    }
}

/// Milliseconds of the page's clock.
fn clock() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now())
}
