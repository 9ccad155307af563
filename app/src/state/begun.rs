//! What samples of maps came to that were broken off or drawn in shares: kept until their map is done.
//!
//! The numbers themselves are the browser's buffers, here `B`: what is known of them decides everything.

use super::photos::PhotoId;
use super::question::Key;
use super::results::Seen;
use std::ops::Range;
use tessera_core::experiment::MethodSpec;
use tessera_engine::protocol::{DeviceKind, gathered};

/// Bytes that are kept at most: the oldest go first.
const MOST: usize = 128 << 20;

/// Samples of a batch, of which shares are multiples: any cut gives the same map, this one the fewest passes.
const GRAIN: usize = 16;

/// What samples came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Part<B> {
    /// What is known of it.
    pub facts: gathered::Facts,
    /// Seconds that they took.
    pub seconds: f64,
    /// Its size.
    pub bytes: usize,
    /// Its numbers.
    pub numbers: B,
}

/// The parts of one map, all of one kind of device.
#[derive(Clone, Debug)]
struct Entry<B> {
    seen: Seen,
    key: Key,
    kind: DeviceKind,
    parts: Vec<Part<B>>,
}

/// The parts of all maps that are not done.
#[derive(Clone, Debug)]
pub struct Begun<B> {
    entries: Vec<Entry<B>>,
    most: usize,
}

impl<B> Default for Begun<B> {
    fn default() -> Self {
        Self { entries: Vec::new(), most: MOST }
    }
}

impl<B: Clone> Begun<B> {
    /// Keeps a part. It takes the place of those whose samples it has: it went on from them. What another kind of device
    /// drew goes, for its bits are others.
    pub fn add(&mut self, seen: Seen, key: &Key, kind: DeviceKind, mut part: Part<B>) {
        let at = self.entries.iter().position(|entry| entry.seen == seen && entry.key == *key);
        let entry = at.map(|at| self.entries.remove(at)).filter(|entry| entry.kind == kind);
        let mut entry = entry.unwrap_or_else(|| Entry { seen, key: key.clone(), kind, parts: Vec::new() });
        let within: Vec<_> = entry.parts.extract_if(.., |other| shares_samples(other, &part)).collect();
        part.seconds += within.iter().map(|other| other.seconds).sum::<f64>();
        entry.parts.push(part);
        self.entries.push(entry);
        while self.bytes() > self.most {
            self.entries.remove(0);
        }
    }

    /// The parts of a map that a kind of device drew.
    #[must_use]
    pub fn parts(&self, seen: Seen, key: &Key, kind: DeviceKind) -> Vec<Part<B>> {
        let entry = self.entries.iter().find(|entry| entry.seen == seen && entry.key == *key && entry.kind == kind);
        entry.map(|entry| entry.parts.clone()).unwrap_or_default()
    }

    /// Seconds that the parts of a map took.
    #[must_use]
    pub fn seconds(&self, seen: Seen, key: &Key, kind: DeviceKind) -> f64 {
        self.parts(seen, key, kind).iter().map(|part| part.seconds).sum()
    }

    /// The map is done, or not wanted any more.
    pub fn forget(&mut self, seen: Seen, key: &Key) {
        self.entries.retain(|entry| entry.seen != seen || entry.key != *key);
    }

    /// The photo is gone.
    pub fn forget_photo(&mut self, photo: PhotoId) {
        self.entries.retain(|entry| entry.seen.0 != photo);
    }

    /// Takes away all of methods that are not wanted any more.
    pub fn keep(&mut self, wanted: impl Fn(&MethodSpec) -> bool) {
        self.entries.retain(|entry| wanted(&entry.key.spec));
    }

    /// Takes away everything: it is of another network.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    fn bytes(&self) -> usize {
        self.entries.iter().flat_map(|entry| &entry.parts).map(|part| part.bytes).sum()
    }
}

fn rows<B>(part: &Part<B>) -> impl Iterator<Item = Range<usize>> {
    part.facts.samples.iter().map(|&(from, to)| from..to)
}

fn shares_samples<B>(one: &Part<B>, other: &Part<B>) -> bool {
    rows(one).any(|a| rows(other).any(|b| a.start < b.end && b.start < a.end))
}

/// Cuts the samples that are in no part into about so many shares of one size.
#[must_use]
pub fn shares<B>(parts: &[Part<B>], count: usize, workers: usize) -> Vec<(usize, usize)> {
    let mut drawn: Vec<Range<usize>> = parts.iter().flat_map(rows).collect();
    drawn.sort_by_key(|row| row.start);
    let missing = gathered::missing(&drawn, 0..count);
    let all: usize = missing.iter().map(ExactSizeIterator::len).sum();
    let size = all.div_ceil(workers.max(1)).next_multiple_of(GRAIN).max(GRAIN);
    let cut = |row: Range<usize>| row.clone().step_by(size).map(move |from| (from, (from + size).min(row.end)));
    missing.into_iter().flat_map(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::super::question::tests::key;
    use super::*;
    use tessera_core::photo::Crop;

    const SEEN: Seen = (1, Crop::Centre);
    const CPU: DeviceKind = DeviceKind::Cpu;

    fn part(samples: &[(usize, usize)]) -> Part<()> {
        let facts = gathered::Facts { samples: samples.to_vec(), ..gathered::Facts::default() };
        Part { facts, seconds: 1.0, bytes: 10, numbers: () }
    }

    fn samples(begun: &Begun<()>) -> Vec<Vec<(usize, usize)>> {
        begun.parts(SEEN, &key("rise", 1), CPU).into_iter().map(|part| part.facts.samples).collect()
    }

    #[test]
    fn what_went_on_takes_the_place_of_what_it_went_on_from() {
        let mut begun = Begun::default();
        for rows in [&[(0, 6)][..], &[(20, 26)], &[(0, 9), (10, 20)]] {
            begun.add(SEEN, &key("rise", 1), CPU, part(rows));
        }
        assert_eq!(samples(&begun), [vec![(20, 26)], vec![(0, 9), (10, 20)]]);
        assert_eq!(begun.seconds(SEEN, &key("rise", 1), CPU), 3.0);
        assert_eq!(begun.seconds(SEEN, &key("rise", 2), CPU), 0.0);
    }

    #[test]
    fn another_device_begins_anew() {
        let mut begun = Begun::default();
        begun.add(SEEN, &key("rise", 1), CPU, part(&[(0, 6)]));
        assert!(begun.parts(SEEN, &key("rise", 1), DeviceKind::Gpu).is_empty());
        begun.add(SEEN, &key("rise", 1), DeviceKind::Gpu, part(&[(6, 9)]));
        assert!(samples(&begun).is_empty());
    }

    #[test]
    fn the_oldest_go_first_and_what_is_over_goes() {
        let mut begun = Begun { most: 25, ..Begun::default() };
        begun.add(SEEN, &key("rise", 1), CPU, part(&[(0, 6)]));
        begun.add((2, Crop::Centre), &key("rise", 1), CPU, part(&[(0, 6)]));
        begun.add((3, Crop::Centre), &key("rise", 1), CPU, part(&[(0, 6)]));
        assert!(samples(&begun).is_empty());
        assert_eq!(begun.entries.len(), 2);
        begun.forget((3, Crop::Centre), &key("rise", 1));
        begun.forget_photo(2);
        assert!(begun.entries.is_empty());
    }

    #[test]
    fn shares_are_what_is_missing() {
        assert_eq!(shares::<()>(&[], 4000, 2), [(0, 2000), (2000, 4000)]);
        assert_eq!(shares::<()>(&[], 1000, 3), [(0, 336), (336, 672), (672, 1000)]);
        assert_eq!(shares::<()>(&[], 10, 4), [(0, 10)]);
        assert_eq!(shares(&[part(&[(60, 80)]), part(&[(0, 40)])], 100, 2), [(40, 60), (80, 100)]);
        assert!(shares(&[part(&[(0, 100)])], 100, 2).is_empty());
    }
}
