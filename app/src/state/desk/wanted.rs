//! Choosing what is wanted of every photo, and keeping it for the next visit.

use super::super::address::Address;
use super::super::ledger::Work;
use super::super::network::Arrival;
use super::super::order::entry;
use super::super::pace::{Foretold, Pace};
use super::super::question::Key;
use super::super::results::Drawn;
use super::super::wanted::Wanted;
use super::Desk;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::descriptor::Scale;
use tessera_core::experiment::MethodSpec;
use tessera_core::network::plan::Pass;

/// Name under which the browser keeps what is wanted.
const KEY: &str = "tessera.wanted";

fn store() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// What was wanted on an earlier visit, and what the address asks for.
pub(super) fn remembered(address: &Address) -> Wanted {
    let kept = store().and_then(|store| store.get_item(KEY).ok()?);
    let mut wanted = kept.and_then(|text| Wanted::read(&text)).unwrap_or_default();
    let named = address.map.as_deref().and_then(entry).map(|entry| MethodSpec::plain(entry.id));
    wanted.add(named.filter(|named| !wanted.methods().iter().any(|spec| spec.id == named.id)));
    wanted.scale = address.scale.unwrap_or(wanted.scale);
    wanted.seed = address.seed.unwrap_or(wanted.seed);
    wanted
}

impl Desk {
    /// Changes what is wanted, keeps it, and asks for what is missing now.
    fn want(self, change: impl FnOnce(&mut Wanted)) {
        self.wanted.update(change);
        if let Some(store) = store() {
            // A browser that keeps nothing still works; the list is the usual one next time.
            let _ = store.set_item(KEY, &self.wanted.with_untracked(Wanted::write));
        }
        self.hold_on_stage();
        self.again();
    }

    /// Wants these methods too; the first of them comes on the stage.
    pub fn add_methods(self, specs: Vec<MethodSpec>) {
        self.open_first(&specs);
        self.want(|wanted| wanted.add(specs));
    }

    /// Wants these methods alone, and what is pinned; the maps of others go.
    pub fn only_methods(self, specs: Vec<MethodSpec>) {
        self.open_first(&specs);
        self.want(|wanted| wanted.only(specs));
        self.stop_unwanted();
        let wanted = self.wanted.get_untracked();
        self.results.update(|results| results.keep(|spec| wanted.has(spec)));
        self.hands.update_value(|hands| hands.begun.keep(|spec| wanted.has(spec)));
    }

    fn open_first(self, specs: &[MethodSpec]) {
        if let Some(first) = specs.first() {
            self.selection.update(|selection| selection.open = first.brief());
        }
    }

    /// Pins a method, or lets it go.
    pub fn pin(self, spec: &MethodSpec) {
        self.want(|wanted| wanted.pin(spec));
    }

    /// The scale of the network's output that is explained.
    pub fn set_scale(self, scale: Scale) {
        self.want(|wanted| wanted.scale = scale);
    }

    /// The seed of everything drawn at random.
    pub fn set_seed(self, seed: u64) {
        self.want(|wanted| wanted.seed = seed);
    }

    /// Puts a map of the photo on the stage; what it explains is explained from now on.
    pub fn open_map(self, key: &Key) {
        self.selection.update(|selection| selection.open = key.spec.clone());
        let now = untrack(move || self.question());
        let (scale, seed) = (key.question.scale, key.seed);
        self.wanted.update(|wanted| {
            wanted.scale = scale;
            wanted.seed = seed.unwrap_or(wanted.seed);
        });
        if now != Some(key.question) {
            self.choose_rather(key.question.class, key.question.against);
        }
    }

    /// Takes a map away; if it was asked for now, its method is not wanted any more.
    pub fn remove_map(self, key: &Key) {
        let Some(seen) = self.seen_untracked() else { return };
        let asked = untrack(move || self.question()) == Some(key.question);
        self.results.update(|results| results.remove(seen, key));
        self.hands.update_value(|hands| hands.begun.forget(seen, key));
        if asked {
            self.want(|wanted| wanted.remove(&key.spec));
            self.stop_unwanted();
        } else {
            self.hold_on_stage();
        }
    }

    /// If what lay on the stage is gone for good, another map of the photo comes there.
    fn hold_on_stage(self) {
        let open = self.selection.with_untracked(|selection| selection.open.clone());
        if untrack(move || self.map()).is_some() || self.wanted.with_untracked(|wanted| wanted.has(&open)) {
            return;
        }
        let maps: Vec<Arc<Drawn>> = untrack(move || self.maps());
        if let Some(next) = maps.first() {
            self.open_map(&next.key.clone());
        }
    }

    /// Seconds of a picture: of long methods that were drawn, else of the device's self-test, else of any that were drawn.
    #[must_use]
    pub fn pace(self) -> Option<Pace> {
        let drawn = |least| drawn_pace(&self.maps(), least);
        drawn(LONG).or_else(|| self.devices.with(super::super::devices::Devices::pace)).or_else(|| drawn(0.5))
    }

    /// Measures the device, if it was not: its pace is asked for.
    pub fn measure(self) {
        let known = self.devices.with_untracked(|devices| devices.cpu_seconds.is_some());
        let ready = self.network.with_untracked(|network| network.arrival == Arrival::Ready);
        if !known && ready && !self.ledger.with_untracked(super::super::ledger::Ledger::testing) {
            self.submit(Work::Reference);
        }
    }

    /// Seconds that a method takes by the self-test's pace alone, which no map that was drawn has changed.
    #[must_use]
    pub fn foretold_by_test(self, spec: &MethodSpec) -> Option<f64> {
        let outline = self.network.with_untracked(|network| network.outline.clone())?;
        let pace = self.devices.with_untracked(super::super::devices::Devices::pace);
        Foretold::of(spec, &outline.plan, pace)?.seconds
    }

    /// Bytes that methods hold at once beside the weights, at most: the values of a batch with its gradient.
    #[must_use]
    pub fn held(self) -> Option<u64> {
        self.network.with(|network| Some(network.outline.as_ref()?.plan.memory(Pass::Gradient)))
    }

    /// What a method would take here.
    #[must_use]
    pub fn foretold(self, spec: &MethodSpec) -> Option<Foretold> {
        let outline = self.network.with(|network| network.outline.clone())?;
        Foretold::of(spec, &outline.plan, self.pace())
    }
}

/// Passes from which on a method tells how fast a device is: batches are full, and nothing is done for the first time.
const LONG: f64 = 16.0;

/// Seconds a pass, of all maps that took at least so many beside the shared one.
fn drawn_pace(maps: &[Arc<Drawn>], least: f64) -> Option<Pace> {
    let passes = |drawn: &&Arc<Drawn>| drawn.map.facts.provenance.passes - 1.0;
    let long = maps.iter().filter(|drawn| passes(drawn) >= least && !drawn.cut_short());
    let (seconds, passes) = long
        .fold((0.0, 0.0), |(seconds, all), drawn| (seconds + drawn.map.facts.provenance.seconds, all + passes(&drawn)));
    (passes > 0.0).then(|| Pace { forward: seconds / passes, backward: seconds / passes })
}
