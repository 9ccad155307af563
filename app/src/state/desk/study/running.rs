//! Running a study: one mosaic after the other is put together, explained and scored; workers share them.

use super::super::super::ledger::Work;
use super::super::super::study::course::{Course, State, ranked};
use super::super::super::study::design::Drawn;
use super::super::super::study::kept::Line;
use super::super::Desk;
use super::showing::named;
use super::{Partial, clock};
use crate::bridge::pool::Seat;
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use std::sync::Arc;
use tessera_core::experiment::record::{Failed, Made, Outcome, Unit};
use tessera_core::experiment::{Judge, Record, Spec, Target};
use tessera_engine::protocol::{DeviceFacts, DeviceKind, Job, Portion, Request};
use wasm_bindgen_futures::spawn_local;

impl Desk {
    /// Runs the study, or goes on with it.
    pub fn run_study(self) {
        let ready = untrack(move || self.study_spec());
        let (spec, drawn) = match ready {
            Ok(ready) => ready,
            Err(sentence) => return self.studio.trouble.set(Some(sentence)),
        };
        self.run_spec(spec, &drawn, true);
    }

    /// Runs a Spec with its mosaics; what an earlier visit kept of it counts, or all is run anew.
    pub(in super::super) fn run_spec(self, spec: Spec, drawn: &Arc<Drawn>, recall: bool) {
        self.studio.trouble.set(None);
        self.make_ready(spec, drawn);
        self.change(|course| course.state = State::Reading);
        spawn_local(async move {
            if recall {
                self.recall(true).await;
            }
            // It may have been stopped, or another may have taken its place, while it was read.
            let mut goes = false;
            self.change(|course| {
                goes = course.state == State::Reading;
                if goes {
                    course.go(clock());
                }
            });
            if goes {
                self.say("The study runs.");
                self.feed();
                self.finish_if_done();
            }
        });
    }

    /// A run of that Spec, unless there is one already.
    pub(super) fn make_ready(self, spec: Spec, drawn: &Arc<Drawn>) {
        let record = Record::new(env!("CARGO_PKG_VERSION"), spec, &self.device_in_use());
        let same = |course: &Option<Course>| course.as_ref().is_some_and(|course| course.record.id == record.id);
        if self.studio.course.with_untracked(same) {
            return;
        }
        self.studio.course.set(Some(Course::new(record, drawn.clone())));
        self.studio.summed.set(None);
        self.hands.update_value(|hands| {
            hands.study.texts.clear();
            hands.study.lines.clear();
            hands.study.doing.clear();
            hands.study.maps = super::sheet::Maps::default();
            hands.study.kept = false;
        });
    }

    pub(in super::super) fn device_in_use(self) -> String {
        self.devices.with_untracked(|devices| match devices.preferred() {
            DeviceKind::Cpu => "CPU".into(),
            DeviceKind::Gpu if devices.gpu_name.is_empty() => "WebGPU".into(),
            DeviceKind::Gpu => devices.gpu_name.clone(),
        })
    }

    pub(super) fn change(self, change: impl FnOnce(&mut Course)) {
        self.studio.course.update(|course| {
            if let Some(course) = course {
                change(course);
            }
        });
    }

    /// Hands out units as long as workers are free for them.
    pub(super) fn feed(self) {
        let most = match self.devices.with_untracked(|devices| devices.preferred()) {
            DeviceKind::Gpu => 2,
            DeviceKind::Cpu => self.hands.with_value(|hands| hands.pool.limit()),
        };
        let mut taken = vec![];
        if self.studio.course.with_untracked(|course| course.as_ref().is_some_and(|one| one.state == State::Running)) {
            self.change(|course| taken.extend(std::iter::from_fn(|| course.take(most))));
        }
        for at in taken {
            self.submit(self.composition(at));
        }
    }

    /// Putting a mosaic of the run together.
    fn composition(self, at: usize) -> Work {
        let of = self.studio.course.with_untracked(|course| course.as_ref().map_or(0, |course| course.drawn.id));
        Work::Compose { at, of, unit: true }
    }

    /// Draws and scores the maps of one mosaic, before all others.
    pub fn draw_unit(self, at: usize) {
        let Ok((spec, drawn)) = untrack(move || self.study_spec()) else { return };
        self.make_ready(spec, &drawn);
        spawn_local(async move {
            // It may have been run on an earlier visit: then only its maps are drawn again.
            self.recall(false).await;
            self.sum_up(true);
            let mut taken = false;
            self.change(|course| taken = course.take_this(at));
            let work = self.composition(at);
            if taken {
                let shared = super::shared_as(&work);
                self.submit(work);
                self.hands.update_value(|hands| shared.into_iter().for_each(|shared| hands.pool.promote(shared)));
            }
        });
    }

    /// Stops the study: what is done stays, what is in hand is lost.
    pub fn stop_study(self) {
        let jobs: Vec<Job> = self.ledger.with_untracked(|ledger| ledger.study().map(|(job, _)| job).collect());
        let ran = self.studio.course.with_untracked(|course| {
            course.as_ref().is_some_and(|course| matches!(course.state, State::Running | State::Reading))
        });
        if ran {
            self.change(|course| {
                course.stop(clock());
                if course.state == State::Reading {
                    course.state = State::Stopped;
                }
            });
            self.say("The study is stopped. What is done stays.");
        }
        for job in jobs {
            self.stop(job);
        }
        self.stop_check();
        if ran {
            self.hands.update_value(|hands| hands.study.doing.clear());
            self.flush();
            self.sum_up(true);
        }
    }

    /// Another network takes over: nothing can be run for the old one any more.
    pub(in super::super) fn study_without_network(self, other_classes: bool) {
        self.stop_check();
        if self.studio.course.with_untracked(Option::is_some) {
            self.change(|course| course.stop(clock()));
        }
        self.hands.update_value(|hands| {
            hands.study.doing.clear();
            hands.study.cuts.clear();
            hands.study.maps = super::sheet::Maps::default();
        });
        self.studio.check.set(Default::default());
        self.studio.maps.update(|maps| *maps += 1);
        if other_classes && self.studio.album.with_untracked(|album| !album.photos().is_empty()) {
            let desk = self;
            // The names of the new network's classes are set right after this.
            spawn_local(async move {
                super::super::network::pause(0).await;
                let classes = desk.class_table();
                desk.studio.album.update(|album| album.matched_anew(&classes));
            });
        }
    }

    pub(in super::super) fn hand_over_mosaic(self, seat: Seat, job: Job, at: usize) {
        let cut = self.hands.with_value(|hands| {
            let partial = hands.study.doing.get(&at)?;
            Some((partial.cut.input, partial.rgb.slice(0)))
        });
        let request = self.studio.course.with_untracked(|course| {
            let course = course.as_ref()?;
            let (spec, mosaic) = (course.spec(), course.drawn.mosaics.get(at)?);
            let judge = Judge::of(spec, &course.drawn.spec, mosaic);
            let (height, width) = cut.as_ref()?.0;
            Some(Request::Explain {
                job,
                height,
                width,
                target: Target::Class(mosaic.target),
                scale: spec.scale,
                seed: spec.seed.wrapping_add(at as u64),
                methods: spec.methods.clone(),
                preprocess: spec.network.preprocess,
                judge: Some(Box::new(judge)),
                portion: Portion::default(),
            })
        });
        match (request, cut) {
            (Some(request), Some((_, rgb))) => self.send(seat, &request, &[rgb]),
            _ => self.give_up(seat, job, ""),
        }
    }

    /// The network answered to a mosaic or a single photo.
    pub(in super::super) fn recognised(self, work: Option<Work>, target: usize, seconds: f64, logits: &[f32]) {
        let network = self.network.get_untracked();
        let output = network.card.as_ref().map_or_else(Default::default, |card| card.output);
        let Some(answer) = ranked(logits, output, target, |class| network.class(class)) else { return };
        match work {
            Some(Work::Judge { at }) => {
                let methods =
                    self.studio.course.with_untracked(|one| one.as_ref().map_or(0, |one| one.spec().methods.len()));
                self.hands.update_value(|hands| {
                    if let Some(partial) = hands.study.doing.get_mut(&at) {
                        partial.seconds = seconds;
                        partial.answer = Some(answer);
                        partial.outcomes = vec![None; methods];
                    }
                });
            }
            Some(Work::Recognise { shot }) => self.known_or_not(shot, &answer.1),
            _ => {}
        }
    }

    fn outcome(self, unit: usize, method: usize, outcome: Outcome) {
        self.hands.update_value(|hands| {
            let partial = hands.study.doing.get_mut(&unit);
            if let Some(place) = partial.and_then(|partial| partial.outcomes.get_mut(method)) {
                *place = Some(outcome);
            }
        });
    }

    /// A map of a mosaic came with its scores; false if it belongs to no mosaic.
    pub(in super::super) fn scored(
        self,
        job: Job,
        method: usize,
        made: &Made,
        device: &DeviceFacts,
        buffer: &ArrayBuffer,
    ) -> bool {
        let work = self.ledger.with_untracked(|ledger| ledger.get(job).map(|line| line.work.clone()));
        let Some(Work::Judge { at }) = work else { return false };
        self.outcome(at, method, Outcome::Map(Box::new(made.clone())));
        self.keep_map(at, method, &made.map, device, buffer);
        true
    }

    /// A method has no map of a mosaic.
    pub(in super::super) fn without_map(self, unit: usize, method: usize, sentence: String) {
        self.outcome(unit, method, Outcome::Missing(sentence));
    }

    /// All methods had their say on a mosaic.
    pub(in super::super) fn judged(self, at: usize) {
        let partial = self.hands.try_update_value(|hands| hands.study.doing.remove(&at)).flatten();
        let unit = self.studio.course.with_untracked(|course| unit(course.as_ref()?, at, partial?));
        match unit {
            Some(unit) => {
                self.keep_unit(&unit);
                self.change(|course| course.add(unit, clock()));
            }
            None => self.change(|course| course.drop_unit(at)),
        }
        self.studio.maps.update(|maps| *maps += 1);
        self.feed();
        if !self.finish_if_done() {
            self.sum_up(false);
        }
    }

    /// Sums up what is complete; says whether it is.
    pub(super) fn finish_if_done(self) -> bool {
        let done = self.studio.course.with_untracked(|one| one.as_ref().is_some_and(|one| one.state == State::Done));
        if done {
            let done = self.studio.course.with_untracked(|one| one.as_ref().map_or(0, |one| one.record.units.len()));
            self.say(format!("The study is done: {done} mosaics."));
            self.flush();
            self.sum_up(true);
        }
        done
    }

    /// Work of the study was stopped, or nobody wanted it any more.
    pub(in super::super) fn given_back(self, work: &Work) {
        if let Work::Compose { at, unit: true, .. } | Work::Judge { at } = work {
            self.hands.update_value(|hands| drop(hands.study.doing.remove(at)));
            if self.studio.course.with_untracked(Option::is_some) {
                self.change(|course| course.drop_unit(*at));
            }
        }
    }

    /// Work of the study failed.
    pub(in super::super) fn study_failed(self, work: &Work, sentence: &str) {
        match work {
            Work::Compose { at, of, unit: false } => self.not_composed(*at, *of, sentence),
            Work::Compose { at, .. } | Work::Judge { at } => self.unit_failed(*at, sentence),
            Work::Look { shot } | Work::Recognise { shot } => self.not_looked_at(*shot, sentence),
            Work::Unpack => {
                self.studio.reading.set(None);
                self.studio.trouble.set(Some(sentence.into()));
            }
            Work::Summarise { .. } => self.studio.trouble.set(Some(sentence.into())),
            _ => {}
        }
    }

    fn unit_failed(self, at: usize, sentence: &str) {
        self.hands.update_value(|hands| drop(hands.study.doing.remove(&at)));
        let failed = self.studio.course.with_untracked(|course| {
            let drawn = &course.as_ref()?.drawn;
            let sentence = named(drawn, at, sentence);
            Some(Failed { at, name: drawn.mosaics.get(at)?.name.clone(), sentence })
        });
        if let Some(failed) = failed {
            self.keep_line(&Line::Failed(failed.clone()));
            self.change(|course| course.fail(failed, clock()));
        }
        self.feed();
        self.finish_if_done();
    }
}

/// What came out of a mosaic.
fn unit(course: &Course, at: usize, partial: Partial) -> Option<Unit> {
    let mosaic = course.drawn.mosaics.get(at)?;
    let (target, top) = partial.answer?;
    Some(Unit {
        at,
        name: mosaic.name.clone(),
        cells: mosaic.cells.clone(),
        photo: partial.cut.facts,
        region: partial.cut.region,
        input: partial.cut.input,
        pixels: partial.cut.pixels,
        seed: course.spec().seed.wrapping_add(at as u64),
        seconds: partial.seconds,
        target,
        top,
        outcomes: partial.outcomes.into_iter().collect::<Option<_>>()?,
    })
}
