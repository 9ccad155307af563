//! What the workers are told and what they say.

use super::super::ledger::Work;
use super::super::models::Facts;
use super::Desk;
use super::study::Cut;
use crate::bridge::client::Heard;
use crate::bridge::pool::{Need, Order, Phase, Seat, Stopped, Task};
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::*;
use tessera_engine::protocol::{DeviceKind, Event, Job, Request};
use wasm_bindgen_futures::spawn_local;

/// Milliseconds a worker has to answer when it is asked to stop, beside a batch of samples.
const PATIENCE: u32 = 1000;

impl Desk {
    /// Enters work and sees that it gets done.
    pub(super) fn submit(self, work: Work) -> Job {
        let need = match work {
            Work::Prepare { .. } | Work::Inspect { .. } | Work::Compose { .. } | Work::Look { .. } => Need::Worker,
            Work::Unpack | Work::Summarise { .. } | Work::File { .. } => Need::Worker,
            Work::Explain { .. } if work.is_share() => Need::Share,
            Work::Explain { .. } | Work::Judge { .. } | Work::Recognise { .. } => Need::Network,
            Work::Reference => Need::Device(DeviceKind::Cpu),
            Work::Compare => Need::Device(DeviceKind::Gpu),
        };
        let photo = work.photo().or_else(|| super::study::shared_as(&work));
        let mut job = 0;
        self.ledger.update(|ledger| job = ledger.enter(work));
        self.hands.update_value(|hands| hands.pool.submit(Task { job, photo, need, losses: 0 }));
        self.settle();
        job
    }

    /// Carries out what the pool wants done now.
    pub(super) fn settle(self) {
        let orders = self.hands.try_update_value(|hands| hands.pool.step()).unwrap_or_default();
        for order in orders {
            self.carry_out(order);
        }
        let workers = self.hands.with_value(|hands| hands.pool.count(DeviceKind::Cpu));
        if self.devices.with_untracked(|devices| devices.workers != workers) {
            self.devices.update(|devices| devices.workers = workers);
        }
    }

    fn carry_out(self, order: Order) {
        match order {
            Order::Start(seat, kind) => {
                let started = self.hands.try_update_value(|hands| hands.client.start(seat, kind));
                if let Some(Err(_)) = started {
                    self.gone(seat, "The browser refuses to start a worker.");
                }
            }
            Order::Open(seat) => self.open_worker(seat),
            Order::Send(seat, job) => self.hand_over(seat, job),
            Order::End(seat) => self.hands.update_value(|hands| hands.client.end(seat)),
        }
    }

    /// Reads the network's files and hands them to a worker; nothing of it stays in the page's memory.
    fn open_worker(self, seat: Seat) {
        let wanted = self.hands.with_value(|hands| match &hands.candidate {
            Some(candidate) if hands.pool.tries(seat) => Some((candidate.card.clone(), candidate.files.clone())),
            _ => Some(((*self.network.with_untracked(|network| network.card.clone())?).clone(), hands.files.clone()?)),
        });
        let Some((card, files)) = wanted else { return };
        spawn_local(async move {
            match files.read().await {
                Ok(buffers) => self.send(seat, &Request::Open { card }, &buffers),
                Err(why) => {
                    let sentence =
                        format!("The file {} can not be read any more: {why}. Bring it again.", card.weights);
                    self.heard_event(seat, Event::Refused { sentence }, Vec::new());
                }
            }
        });
    }

    pub(super) fn send(self, seat: Seat, request: &Request, buffers: &[ArrayBuffer]) {
        let sent = self.hands.with_value(|hands| hands.client.send(seat, request, buffers));
        if sent.is_err() {
            self.gone(seat, "The browser could not hand a message to the worker.");
        }
    }

    fn hand_over(self, seat: Seat, job: Job) {
        let now = web_sys::window().and_then(|w| w.performance()).map_or(0.0, |clock| clock.now());
        let mut work = None;
        self.ledger.update(|ledger| {
            if let Some(line) = ledger.get_mut(job) {
                line.since = Some(now);
                work = Some(line.work.clone());
            }
        });
        match work {
            // Nobody wants it any more: the worker is free for what waits behind it.
            None => self.heard_event(seat, Event::Stopped { job }, Vec::new()),
            Some(Work::Prepare { photo, crop }) => self.hand_over_photo(seat, job, photo, crop),
            Some(ref work @ Work::Explain { photo, crop, target, scale, seed, ref methods, .. }) => {
                let photo = self.photos.with_untracked(|photos| photos.get(photo).cloned());
                let Some(prepared) = photo.and_then(|photo| photo.cut(crop).cloned()) else {
                    return self.heard_event(seat, Event::Stopped { job }, Vec::new());
                };
                let (height, width) = prepared.input;
                let (portion, numbers) = self.portion(seat, work);
                let request = Request::Explain {
                    job,
                    height,
                    width,
                    target,
                    scale,
                    seed,
                    methods: methods.clone(),
                    preprocess: None,
                    judge: None,
                    portion,
                };
                let rgb = Uint8Array::from(prepared.rgb.as_slice()).buffer();
                self.send(seat, &request, &[vec![rgb], numbers].concat());
            }
            Some(Work::Inspect { open }) => self.hand_over_model(seat, job, open),
            Some(Work::Compose { at, of, unit }) => self.hand_over_cells(seat, job, at, of, unit),
            Some(Work::Judge { at }) => self.hand_over_mosaic(seat, job, at),
            Some(Work::Look { shot }) => self.hand_over_shot(seat, job, shot),
            Some(Work::Recognise { shot }) => self.hand_over_cut(seat, job, shot),
            Some(Work::Unpack) => self.hand_over_archive(seat, job),
            Some(Work::File { ask }) => self.hand_over_question(seat, job, ask),
            Some(Work::Summarise { resamples }) => self.hand_over_record(seat, job, resamples),
            Some(Work::Reference) => self.send(seat, &Request::Test { job }, &[]),
            Some(Work::Compare) => {
                let reference = self.hands.with_value(|hands| hands.reference.clone()).unwrap_or_default();
                let copies: Vec<ArrayBuffer> = reference.iter().map(|buffer| buffer.slice(0)).collect();
                self.send(seat, &Request::Test { job }, &copies);
            }
        }
    }

    /// Takes in what a worker said.
    pub(super) fn heard(self, seat: Seat, heard: Heard) {
        match heard {
            Heard::Event(event, buffers) => self.heard_event(seat, *event, buffers),
            Heard::Lost(text) => self.gone(seat, &text),
        }
    }

    fn heard_event(self, seat: Seat, event: Event, buffers: Vec<ArrayBuffer>) {
        if self.failed_on_gpu(seat, &event) {
            // A lost device fails at everything from now on; the CPU takes its work.
            return self.gone(seat, "");
        }
        let device = self.hands.with_value(|hands| hands.pool.worker(seat).and_then(|worker| worker.facts.clone()));
        let kind = self.hands.with_value(|hands| hands.pool.worker(seat).map(|worker| worker.kind));
        let trial = self.hands.with_value(|hands| hands.pool.tries(seat));
        self.hands.update_value(|hands| hands.pool.heard(seat, &event));
        let Some((event, buffers)) = self.answers_question(event, buffers) else { return self.settle() };
        match event {
            Event::Loaded => {}
            Event::Opened { device, network, .. } => {
                // First, so that what the network can do is known when its photo is explained.
                self.outlined(*network);
                if trial { self.adopt(seat, device) } else { self.opened(device) }
            }
            Event::Refused { sentence } if trial => self.not_adopted(sentence),
            Event::Refused { sentence } => self.refused(kind, sentence),
            Event::Inspected { job, card, sums, notes } => {
                let (sha256, size) = (card.sha256.clone(), card.preprocess.size);
                let (weights, multiply_adds) = (sums.weights, sums.multiply_adds);
                self.inspected(job, card, Facts { sha256, size, weights, multiply_adds, notes });
            }
            Event::Prepared { job, photo, preview, input, region } => {
                self.prepared_photo(job, photo, preview, input, region, &buffers);
            }
            Event::Answered { job, target, seconds } => {
                if let (Some(device), Some(buffer)) = (device, buffers.first()) {
                    self.answered(job, target, seconds, device, buffer);
                }
            }
            Event::Progress { job, at, done, all } => self.progressed(job, at, done, all),
            Event::Gathered { job, at, gathered, seconds } => {
                if let (Some(kind), Some(buffer)) = (kind, buffers.first()) {
                    self.gathered((job, at), gathered, seconds, kind, buffer);
                }
            }
            Event::Missing { job, at, sentence } => self.missed(job, at, sentence),
            Event::Sketched { job, at, map } => {
                if let (Some(device), Some(buffer)) = (device, buffers.first()) {
                    self.mapped((job, at), map, true, device, buffer);
                }
            }
            Event::Mapped { job, at, made } => {
                if let (Some(device), Some(buffer)) = (device, buffers.first())
                    && !self.scored(job, at, &made, &device, buffer)
                {
                    self.mapped((job, at), made.map, false, device, buffer);
                }
            }
            Event::Composed { job, mosaic, preview, input, region, pixels } => {
                self.composed(job, Cut { facts: mosaic, input, region, pixels }, preview, &buffers);
            }
            Event::Summarised { job, summary, tables } => self.summarised(job, *summary, tables, &buffers),
            Event::Unpacked { job, names } => self.unpacked(job, names, &buffers),
            // Only questions about files have these answers, and they were heard above.
            Event::Packed { .. } | Event::Numbered { .. } => {}
            Event::Finished { job } => self.finished(job),
            Event::Stopped { job } => self.stopped(job),
            Event::Tested { job, report, forward, seconds } => self.tested(job, report, (forward, seconds), buffers),
            Event::Failed { job, sentence } => self.failed(job, sentence),
        }
        self.settle();
    }

    /// Whether the graphics processor failed at what the CPU can do too.
    fn failed_on_gpu(self, seat: Seat, event: &Event) -> bool {
        let network = |task: &Task| task.need == Need::Network;
        let worker = self.hands.with_value(|hands| hands.pool.worker(seat).cloned());
        let at_work = worker.is_some_and(|w| w.kind == DeviceKind::Gpu && w.task.as_ref().is_some_and(network));
        at_work && matches!(event, Event::Failed { .. })
    }

    /// A worker broke: its work goes on elsewhere, and the page says so.
    pub(super) fn gone(self, seat: Seat, text: &str) {
        let worker = self.hands.with_value(|hands| hands.pool.worker(seat).cloned());
        let Some(worker) = worker else { return };
        let failed = self.hands.try_update_value(|hands| {
            hands.client.end(seat);
            hands.pool.lost(seat)
        });
        if worker.trial {
            let why = "the engine broke while it opened it, perhaps for want of memory";
            self.not_adopted(format!("It can not be used: {why}. Close other tabs, or choose a smaller model."));
        }
        match worker.kind {
            DeviceKind::Gpu => self.gpu_gone(worker.phase == Phase::Open),
            DeviceKind::Cpu if self.hands.with_value(|hands| hands.pool.given_up()) => self.no_engine(text),
            DeviceKind::Cpu => {}
        }
        if let Some(Some(job)) = failed {
            self.failed(job, "The engine broke over it twice. Try a smaller photo, or reload the page.".into());
        }
        self.settle();
    }

    /// Stops all that a person asked for. What is done stays.
    pub fn stop_all(self) {
        self.stop_coming();
        self.stop_study();
        let jobs: Vec<Job> = self.ledger.with_untracked(|ledger| ledger.visible().map(|(job, _)| job).collect());
        for job in jobs {
            self.stop(job);
        }
    }

    /// Stops one piece of work: gently between passes, and firmly if the worker does not answer.
    pub(super) fn stop(self, job: Job) {
        match self.hands.try_update_value(|hands| hands.pool.stop(job)) {
            Some(Stopped::Waiting) => self.stopped(job),
            Some(Stopped::Running(seat)) => {
                let mut running = None;
                self.ledger.update(|ledger| {
                    if let Some(line) = ledger.get_mut(job) {
                        line.stopping = true;
                        running = line.running().cloned();
                    }
                });
                let patience = PATIENCE + self.milliseconds_of_a_batch(running.as_ref());
                self.send(seat, &Request::Stop { job }, &[]);
                gloo::timers::callback::Timeout::new(patience, move || self.stop_firmly(seat, job)).forget();
            }
            _ => {
                self.ledger.update(|ledger| drop(ledger.strike(job)));
            }
        }
    }

    fn stop_firmly(self, seat: Seat, job: Job) {
        let still = self.hands.with_value(|hands| {
            hands.pool.worker(seat).is_some_and(|w| w.task.as_ref().is_some_and(|task| task.job == job))
        });
        if !still {
            return;
        }
        let kind = self.hands.with_value(|hands| hands.pool.worker(seat).map(|worker| worker.kind));
        self.hands.update_value(|hands| hands.pool.kill(seat));
        if kind == Some(DeviceKind::Gpu) {
            // The same device, started anew; the CPU works until it is open again.
            self.restart_gpu();
        }
        self.stopped(job);
        self.settle();
    }
}
