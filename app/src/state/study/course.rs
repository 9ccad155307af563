//! The course of a run: what has come out so far, what is in hand, how long the rest will take.

use super::design::Drawn;
use super::tally::Tallies;
use std::collections::BTreeSet;
use std::sync::Arc;
use tessera_core::experiment::record::{Failed, Ranked, Unit};
use tessera_core::experiment::{Record, Spec};
use tessera_core::network::card::Output;

/// Whether a run goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Nothing was run.
    #[default]
    Fresh,
    /// What an earlier visit kept is read.
    Reading,
    /// Units are run.
    Running,
    /// A person, or a change of the network, stopped it.
    Stopped,
    /// Every unit was run, or could not be.
    Done,
}

/// A run.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// How far it is.
    pub state: State,
    /// What has come out.
    pub record: Record,
    /// The mosaics, and how they are put together.
    pub drawn: Arc<Drawn>,
    /// Means so far.
    pub tallies: Tallies,
    /// Units that were there from an earlier visit.
    pub kept: usize,
    /// Units that workers have in hand.
    in_hand: BTreeSet<usize>,
    /// Units run since it last went on.
    fresh: usize,
    /// Milliseconds of the page's clock when it last went on.
    since: f64,
    /// Milliseconds it ran before that.
    before: f64,
    /// No unit before this one waits.
    next: usize,
}

impl Course {
    /// Of a Spec and its mosaics, with nothing run yet.
    #[must_use]
    pub fn new(record: Record, drawn: Arc<Drawn>) -> Course {
        let tallies = Tallies::new(record.spec.metrics.len(), record.spec.methods.len());
        Course {
            state: State::Fresh,
            record,
            drawn,
            tallies,
            kept: 0,
            in_hand: BTreeSet::new(),
            fresh: 0,
            since: 0.0,
            before: 0.0,
            next: 0,
        }
    }

    /// What was to be run.
    #[must_use]
    pub fn spec(&self) -> &Spec {
        &self.record.spec
    }

    /// Goes on at that time; what could not be run is tried again.
    pub fn go(&mut self, now: f64) {
        self.state = State::Running;
        self.record.failed.clear();
        (self.fresh, self.since, self.next) = (0, now, 0);
        // All may have been run on an earlier visit.
        self.end(now);
    }

    /// Stops at that time: what is in hand is lost.
    pub fn stop(&mut self, now: f64) {
        if self.state == State::Running {
            self.state = State::Stopped;
            self.before += now - self.since;
        }
        self.in_hand.clear();
    }

    /// The next unit that nobody has in hand, if fewer than `most` are in hand.
    pub fn take(&mut self, most: usize) -> Option<usize> {
        if self.state != State::Running || self.in_hand.len() >= most {
            return None;
        }
        let waits = |at: &usize| !self.record.has(*at) && !self.in_hand.contains(at);
        let at = (self.next..self.drawn.mosaics.len()).find(waits)?;
        self.next = at + 1;
        self.in_hand.insert(at);
        Some(at)
    }

    /// Takes that unit in hand out of turn, unless it is; says whether it did.
    pub fn take_this(&mut self, at: usize) -> bool {
        at < self.drawn.mosaics.len() && self.in_hand.insert(at)
    }

    /// Whether a worker has that unit in hand.
    #[must_use]
    pub fn has_in_hand(&self, at: usize) -> bool {
        self.in_hand.contains(&at)
    }

    /// Takes in what came out of a unit.
    pub fn add(&mut self, unit: Unit, now: f64) {
        self.in_hand.remove(&unit.at);
        if !self.record.has(unit.at) {
            self.fresh += 1;
            self.tallies.add(&unit);
            self.record.add(unit);
        }
        self.end(now);
    }

    /// Takes in what an earlier visit kept.
    pub fn recall(&mut self, unit: Unit) {
        if unit.at < self.drawn.mosaics.len() && !self.record.has(unit.at) {
            self.kept += 1;
            self.tallies.add(&unit);
            self.record.add(unit);
        }
    }

    /// Takes in why a unit could not be run.
    pub fn fail(&mut self, failed: Failed, now: f64) {
        self.in_hand.remove(&failed.at);
        self.record.fail(failed);
        self.end(now);
    }

    /// A unit was given back without having been run.
    pub fn drop_unit(&mut self, at: usize) {
        self.in_hand.remove(&at);
        self.next = self.next.min(at);
    }

    fn end(&mut self, now: f64) {
        if self.state == State::Running && self.done() == self.drawn.mosaics.len() {
            self.state = State::Done;
            self.before += now - self.since;
        }
    }

    /// Units that were run, or could not be.
    #[must_use]
    pub fn done(&self) -> usize {
        self.record.units.len() + self.record.failed.len()
    }

    /// How many units there are.
    #[must_use]
    pub fn all(&self) -> usize {
        self.drawn.mosaics.len()
    }

    /// Milliseconds of the page's clock when it would have begun, had it never been stopped; none while it rests.
    #[must_use]
    pub fn began(&self) -> Option<f64> {
        (self.state == State::Running).then_some(self.since - self.before)
    }

    /// Seconds it has run until that time.
    #[must_use]
    pub fn elapsed(&self, now: f64) -> f64 {
        let now = if self.state == State::Running { now - self.since } else { 0.0 };
        (self.before + now) / 1000.0
    }

    /// Seconds that the rest will take if it goes on as it did; none before there is a unit to tell by.
    #[must_use]
    pub fn left(&self, now: f64) -> Option<f64> {
        let rest = self.drawn.mosaics.len() - self.done();
        (self.fresh > 0 && self.state == State::Running)
            .then(|| (now - self.since) / 1000.0 / self.fresh as f64 * rest as f64)
    }
}

/// The best classes of an answer, and the one that is explained.
#[must_use]
pub fn ranked(
    logits: &[f32],
    output: Output,
    target: usize,
    name: impl Fn(usize) -> String,
) -> Option<(Ranked, Vec<Ranked>)> {
    let answer = tessera_core::experiment::Answer { logits: logits.to_vec(), output };
    let probabilities = answer.probabilities();
    let of = |index: usize| {
        Some(Ranked { index, name: name(index), probability: *probabilities.get(index)?, logit: *logits.get(index)? })
    };
    let top = answer.ranking().into_iter().take(5).filter_map(of).collect();
    Some((of(target)?, top))
}

#[cfg(test)]
pub(in crate::state) mod tests {
    use super::*;
    use tessera_core::experiment::record::{Made, Outcome};
    use tessera_core::experiment::spec::{Convention, VERSION};
    use tessera_core::experiment::subject::PhotoSpec;
    use tessera_core::experiment::{Dataset, MethodSpec, Mosaics, NetworkSpec, Subject, Target};
    use tessera_core::map::Facts;
    use tessera_core::mosaic::Mosaic;
    use tessera_core::photo::{Crop, PhotoFacts, Region};
    use tessera_core::undefined::{Told, Undefined};

    /// A Spec of two methods and one metric.
    pub fn spec() -> Spec {
        Spec {
            tessera: VERSION,
            network: NetworkSpec { id: "toy".into(), weights: "ab".into(), preprocess: None },
            subject: Subject::Photo(PhotoSpec { sha256: String::new(), crop: Crop::Centre }),
            target: Target::Truth,
            scale: Default::default(),
            seed: 0,
            methods: ["gradcam", "gradient"].map(MethodSpec::plain).to_vec(),
            steps: vec![],
            metrics: vec!["precision".into()],
            convention: Convention::Tessera,
        }
    }

    /// A unit whose methods have these scores.
    pub fn unit(at: usize, scores: &[Option<f64>]) -> Unit {
        let class = Ranked { index: 0, name: "tench".into(), probability: 0.5, logit: 1.0 };
        let outcome = |score: &Option<f64>| {
            let score = score.map_or(Told::Undefined(Undefined::ZeroDenominator), Told::Number);
            let map = Facts {
                channels: 1,
                height: 1,
                width: 1,
                sign: Default::default(),
                provenance: Default::default(),
                steps: vec![],
            };
            let text = String::new;
            let (file, layers, stepped) = (None, Default::default(), None);
            let made = Made { file, sha256: text(), signature: text(), map, scores: vec![score], layers, stepped };
            Outcome::Map(Box::new(made))
        };
        Unit {
            at,
            name: format!("{at}.png"),
            cells: vec![],
            photo: PhotoFacts { height: 1, width: 1, format: String::new(), sha256: String::new(), notes: vec![] },
            region: Region { left: 0.0, top: 0.0, width: 1.0, height: 1.0 },
            input: (1, 1),
            pixels: String::new(),
            seed: 0,
            seconds: 0.0,
            target: class.clone(),
            top: vec![class],
            outcomes: scores.iter().map(outcome).collect(),
        }
    }

    fn course(mosaics: usize) -> Course {
        let mosaic = |at: usize| Mosaic { name: format!("{at}.png"), target: 0, cells: vec![] };
        let dataset = Dataset::default();
        let spec_of = Mosaics::recommended(dataset.spec(), mosaics, 0);
        let drawn =
            Drawn { id: 0, dataset, spec: spec_of, mosaics: (0..mosaics).map(mosaic).collect(), table: String::new() };
        Course::new(Record::new("0", spec(), "CPU"), Arc::new(drawn))
    }

    #[test]
    fn units_are_handed_out_once_and_no_more_than_may_be_in_hand() {
        let mut course = course(3);
        assert_eq!(course.take(2), None, "it does not run yet");
        course.go(0.0);
        assert_eq!((course.take(2), course.take(2), course.take(2)), (Some(0), Some(1), None));
        course.add(unit(1, &[Some(0.5), None]), 1000.0);
        course.drop_unit(0);
        assert_eq!((course.take(2), course.take(2), course.take(3)), (Some(0), Some(2), None));
        assert_eq!(course.left(2000.0), Some(4.0));
    }

    #[test]
    fn it_is_done_when_every_unit_was_run_or_could_not_be() {
        let mut course = course(2);
        course.go(0.0);
        assert_eq!((course.take(9), course.take(9)), (Some(0), Some(1)));
        course.add(unit(0, &[Some(0.5), None]), 500.0);
        course.fail(Failed { at: 1, name: "1.png".into(), sentence: "No.".into() }, 1500.0);
        assert_eq!((course.state, course.done(), course.elapsed(9e9)), (State::Done, 2, 1.5));
        course.go(2000.0);
        assert_eq!(course.take(9), Some(1), "what could not be run is tried again, what was run is not");
    }

    #[test]
    fn what_was_kept_is_not_run_again() {
        let mut course = course(2);
        course.recall(unit(0, &[Some(0.25), None]));
        course.go(0.0);
        assert_eq!((course.kept, course.take(9), course.take(9)), (1, Some(1), None));
        assert_eq!(course.tallies.of(0, 0).mean(), Some(0.25));
        course.stop(700.0);
        assert_eq!((course.state, course.elapsed(9e9)), (State::Stopped, 0.7));
        course.recall(unit(1, &[Some(0.5), None]));
        course.go(800.0);
        assert_eq!(course.state, State::Done, "nothing is left to run");
    }
}
