//! Long methods: their samples are shared among workers, kept where they are broken off, and put together.

use super::super::begun::{self, Part};
use super::super::ledger::{Draws, Work};
use super::super::pace::Foretold;
use super::super::question::{Key, Question};
use super::super::results::Seen;
use super::Desk;
use crate::bridge::pool::Seat;
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use tessera_core::experiment::MethodSpec;
use tessera_core::method::cost;
use tessera_engine::protocol::{DeviceKind, Job, Portion, gathered};

/// Seconds from which on a method is shared: another worker takes about one to open the network.
const LONG: f64 = 4.0;

/// The same in passes, where nothing was measured.
const LONG_PASSES: f64 = 200.0;

/// Pictures of a batch at most, twice as many to be sure.
const BATCH: f64 = 32.0;

/// Milliseconds after which a worker is given up whatever it does.
const MOST_PATIENT: f64 = 20_000.0;

/// Bytes of weights that workers hold at most for this, all together: each has its own.
const WEIGHTS: u64 = 1 << 30;

impl Desk {
    /// In which pieces of work a method is drawn that is not drawn along with others; none of one that is.
    pub(super) fn shares(self, seen: Seen, question: Option<Question>, spec: &MethodSpec) -> Vec<Draws> {
        let key = question.map(|question| Key::new(question, self.wanted.with_untracked(|wanted| wanted.seed), spec));
        let kind = self.devices.with_untracked(|devices| devices.preferred());
        let parts = key.map(|key| self.parts(seen, &key, kind)).unwrap_or_default();
        let workers = if kind == DeviceKind::Cpu && self.is_long(spec) { self.free_workers(seen) } else { 1 };
        let count = self.samples(spec);
        let shares = if workers > 1 { begun::shares(&parts, count, workers) } else { Vec::new() };
        match shares.len() {
            0 | 1 if parts.is_empty() => Vec::new(),
            0 | 1 => vec![Draws::All],
            _ => (0..).zip(shares).map(|(i, (from, to))| Draws::Share { from, to, first: i == 0 }).collect(),
        }
    }

    /// Samples of a method that may be drawn apart; none before the network is known.
    fn samples(self, spec: &MethodSpec) -> usize {
        let outline = self.network.with_untracked(|network| network.outline.clone());
        let settings = spec.complete().ok();
        outline.zip(settings).map_or(0, |(outline, settings)| cost(&spec.id, &settings, &outline.plan).samples)
    }

    fn is_long(self, spec: &MethodSpec) -> bool {
        let foretold: Option<Foretold> = untrack(|| self.foretold(spec));
        foretold.is_some_and(|one| one.seconds.map_or(one.passes >= LONG_PASSES, |seconds| seconds >= LONG))
    }

    /// How many CPU workers may work at a photo: those that nothing else keeps busy, as memory allows.
    fn free_workers(self, seen: Seen) -> usize {
        let bytes = self.network.with_untracked(|network| network.card.as_ref().map_or(0, |card| card.bytes));
        let held = usize::try_from(WEIGHTS / bytes.max(1)).unwrap_or(usize::MAX).max(1);
        self.hands.with_value(|hands| hands.pool.free_for(seen.0)).min(held)
    }

    /// Milliseconds that a batch of a method's samples takes: a worker answers behind it, and hands out what there is.
    pub(super) fn milliseconds_of_a_batch(self, spec: Option<&MethodSpec>) -> u32 {
        let sampled = spec.filter(|spec| self.samples(spec) > 0);
        let pace = untrack(|| self.pace());
        sampled.zip(pace).map_or(0, |(_, pace)| (1e3 * BATCH * (pace.forward + pace.backward)).min(MOST_PATIENT) as u32)
    }

    fn parts(self, seen: Seen, key: &Key, kind: DeviceKind) -> Vec<Part<ArrayBuffer>> {
        self.hands.with_value(|hands| hands.begun.parts(seen, key, kind))
    }

    /// What a worker is told of the samples that a piece of work draws, and the numbers that go with it.
    pub(super) fn portion(self, seat: Seat, work: &Work) -> (Portion<gathered::Facts>, Vec<ArrayBuffer>) {
        let Work::Explain { draws, .. } = *work else { return (Portion::default(), Vec::new()) };
        let kind = self.hands.with_value(|hands| hands.pool.worker(seat).map(|worker| worker.kind));
        let goes_on = !matches!(draws, Draws::Share { first: false, .. });
        let begun = self.map_of(work).zip(kind).filter(|_| goes_on);
        let parts = begun.map(|((seen, key), kind)| self.parts(seen, &key, kind)).unwrap_or_default();
        let (range, apart) = match draws {
            Draws::All => (None, false),
            Draws::Share { from, to, .. } => (Some((from, to)), true),
            Draws::Nothing => (Some((0, 0)), false),
        };
        let numbers = parts.iter().map(|part| part.numbers.slice(0)).collect();
        (Portion { begun: parts.into_iter().map(|part| part.facts).collect(), range, apart }, numbers)
    }

    /// The map that a piece of work draws, where it draws one alone and its class is known.
    fn map_of(self, work: &Work) -> Option<(Seen, Key)> {
        let Work::Explain { photo, crop, target, scale, seed, methods, .. } = work else { return None };
        let [spec] = &methods[..] else { return None };
        let seen = (*photo, *crop);
        let predicted = self.results.with_untracked(|results| results.answer(seen).map(|answer| answer.predicted()));
        let question = Question::of(*target, predicted, *scale)?;
        Some((seen, Key::new(question, *seed, spec)))
    }

    /// What samples of a map came to.
    pub(super) fn gathered(
        self,
        (job, at): (Job, usize),
        facts: gathered::Facts,
        seconds: f64,
        kind: DeviceKind,
        numbers: &ArrayBuffer,
    ) {
        let Some((seen, key)) = self.key(job, at, (facts.target, facts.against)) else { return };
        let part = Part { facts, seconds, bytes: numbers.byte_length() as usize, numbers: numbers.clone() };
        self.hands.update_value(|hands| hands.begun.add(seen, &key, kind, part));
    }

    /// A share is over: the last of them has what there is put together, unless nobody wants it any more.
    pub(super) fn put_together(self, work: &Work, stopped: bool) {
        if !work.is_share() || self.ledger.with_untracked(|ledger| ledger.beside(work).next().is_some()) {
            return;
        }
        let Some((seen, key)) = self.map_of(work) else { return };
        let wanted = self.wanted.with_untracked(|wanted| wanted.has(&key.spec));
        let asked = self.question_of(seen.0) == Some(key.question);
        let begun = !self.parts(seen, &key, DeviceKind::Cpu).is_empty();
        if wanted && asked && (begun || !stopped) {
            let draws = if stopped { Draws::Nothing } else { Draws::All };
            self.submit_explanation(seen, work.drawing(draws));
        }
    }
}
