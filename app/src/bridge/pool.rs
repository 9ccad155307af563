//! Which worker does which work. Nothing here touches a worker: orders come out, [`super::client`] carries them out.

use std::collections::VecDeque;
use tessera_engine::protocol::{DeviceFacts, DeviceKind, Event, Job};

/// Number of a worker, never used twice.
pub type Seat = u32;

/// What a piece of work needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A CPU worker, with or without a network.
    Worker,
    /// A network, on the preferred device.
    Network,
    /// A network on this device and no other.
    Device(DeviceKind),
    /// A network on a CPU worker, of its own beside those that work at the same photo.
    Share,
}

/// A piece of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its number.
    pub job: Job,
    /// The photo it is about: what is wanted now comes first, and photos are shared among workers.
    pub photo: Option<u32>,
    /// What it needs.
    pub need: Need,
    /// How many workers were lost over it.
    pub losses: u8,
}

/// How far a worker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Its code is on the way.
    Starting,
    /// It listens.
    Loaded,
    /// It was given the network.
    Opening,
    /// It has device and network.
    Open,
}

/// A worker and what it does.
#[derive(Clone, Debug, PartialEq)]
pub struct Worker {
    /// Its number.
    pub seat: Seat,
    /// The kind of device it was started for.
    pub kind: DeviceKind,
    /// How far it is.
    pub phase: Phase,
    /// The work in its hands.
    pub task: Option<Task>,
    /// What it said of its device.
    pub facts: Option<DeviceFacts>,
    /// Whether it only tries out another network; it gets no work.
    pub trial: bool,
}

/// What is to be done with a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Start one.
    Start(Seat, DeviceKind),
    /// Give it the network.
    Open(Seat),
    /// Give it this work.
    Send(Seat, Job),
    /// End it.
    End(Seat),
}

/// Where a piece of work was when it was to be stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// In the queue: it is gone.
    Waiting,
    /// In the hands of this worker, who must be told.
    Running(Seat),
    /// Nowhere: it was over.
    Over,
}

/// Losses of CPU workers before they had opened, in a row, after which no more are started.
const GIVE_UP: u8 = 2;

/// All workers, and the work that waits for one.
#[derive(Clone, Debug)]
pub struct Pool {
    /// Greatest number of CPU workers.
    limit: usize,
    /// Number of the next worker.
    next: Seat,
    workers: Vec<Worker>,
    waiting: VecDeque<Task>,
    /// Whether the weights are here.
    weights: bool,
    /// CPU workers lost before they opened, in a row.
    failures: u8,
    /// The device that explains.
    pub preferred: DeviceKind,
    orders: Vec<Order>,
}

impl Pool {
    /// A pool of at most `limit` CPU workers, none of which is started yet.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(1),
            next: 0,
            workers: Vec::new(),
            waiting: VecDeque::new(),
            weights: false,
            failures: 0,
            preferred: DeviceKind::Cpu,
            orders: Vec::new(),
        }
    }

    /// All workers.
    #[must_use]
    pub fn workers(&self) -> &[Worker] {
        &self.workers
    }

    /// The worker of that number.
    #[must_use]
    pub fn worker(&self, seat: Seat) -> Option<&Worker> {
        self.workers.iter().find(|worker| worker.seat == seat)
    }

    /// Greatest number of CPU workers.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Number of workers of that kind that have been started.
    #[must_use]
    pub fn count(&self, kind: DeviceKind) -> usize {
        self.workers.iter().filter(|worker| worker.kind == kind && !worker.trial).count()
    }

    /// Whether CPU workers failed so often that no more are started.
    #[must_use]
    pub fn given_up(&self) -> bool {
        self.failures >= GIVE_UP
    }

    /// Takes heart again after [`Pool::given_up`].
    pub fn again(&mut self) {
        self.failures = 0;
    }

    /// Starts a worker of that kind.
    pub fn start(&mut self, kind: DeviceKind) -> Seat {
        let seat = self.next;
        self.next += 1;
        self.workers.push(Worker { seat, kind, phase: Phase::Starting, task: None, facts: None, trial: false });
        self.orders.push(Order::Start(seat, kind));
        seat
    }

    /// Ends all workers of that kind and puts their work back.
    pub fn end(&mut self, kind: DeviceKind) {
        let seats: Vec<Seat> = self.workers.iter().filter(|w| w.kind == kind).map(|w| w.seat).collect();
        for seat in seats {
            self.orders.push(Order::End(seat));
            self.put_back(seat, false);
        }
    }

    /// Starts a CPU worker that tries out another network, while the others go on with theirs.
    pub fn try_out(&mut self) -> Seat {
        let seat = self.start(DeviceKind::Cpu);
        if let Some(worker) = self.workers.iter_mut().find(|worker| worker.seat == seat) {
            worker.trial = true;
        }
        seat
    }

    /// Ends the worker that tries out another network.
    pub fn stop_trial(&mut self) {
        let trial = self.workers.iter().find(|worker| worker.trial).map(|worker| worker.seat);
        if let Some(seat) = trial {
            self.kill(seat);
        }
    }

    /// Whether that worker tries out another network.
    #[must_use]
    pub fn tries(&self, seat: Seat) -> bool {
        self.worker(seat).is_some_and(|worker| worker.trial)
    }

    /// The network that was tried out takes over: its worker stays, all others end. What they had in hand waits; what of
    /// it was for their network is to be taken away ([`Pool::forget`]).
    pub fn adopt(&mut self, seat: Seat) {
        let (kept, ended) = self.workers.drain(..).partition(|worker| worker.seat == seat);
        self.workers = kept;
        self.workers.iter_mut().for_each(|worker| worker.trial = false);
        for worker in ended {
            self.orders.push(Order::End(worker.seat));
            self.waiting.extend(worker.task);
        }
        self.weights = true;
        self.failures = 0;
        self.preferred = DeviceKind::Cpu;
    }

    /// The weights are here: workers may open.
    pub fn weights(&mut self) {
        self.weights = true;
    }

    /// The weights were no good: workers wait for others.
    pub fn await_weights(&mut self) {
        self.weights = false;
    }

    /// Adds work at the end of the queue.
    pub fn submit(&mut self, task: Task) {
        self.waiting.push_back(task);
    }

    /// Takes work that nobody wants any more out of the queue; what a worker has in hand it finishes in vain.
    pub fn forget(&mut self, jobs: &[Job]) {
        self.waiting.retain(|task| !jobs.contains(&task.job));
    }

    /// Brings what waits about this photo to the front.
    pub fn promote(&mut self, photo: u32) {
        let (first, rest): (VecDeque<Task>, VecDeque<Task>) =
            self.waiting.drain(..).partition(|task| task.photo == Some(photo));
        self.waiting = first;
        self.waiting.extend(rest);
    }

    /// Takes work out of the queue, or says who has it.
    pub fn stop(&mut self, job: Job) -> Stopped {
        if let Some(at) = self.waiting.iter().position(|task| task.job == job) {
            self.waiting.remove(at);
            return Stopped::Waiting;
        }
        let holder = self.workers.iter().find(|w| w.task.as_ref().is_some_and(|task| task.job == job));
        holder.map_or(Stopped::Over, |worker| Stopped::Running(worker.seat))
    }

    /// Takes note of what a worker said.
    pub fn heard(&mut self, seat: Seat, event: &Event) {
        let Some(worker) = self.workers.iter_mut().find(|worker| worker.seat == seat) else { return };
        match event {
            Event::Loaded => worker.phase = Phase::Loaded,
            Event::Opened { device, .. } => {
                worker.phase = Phase::Open;
                worker.facts = Some(device.clone());
                if worker.kind == DeviceKind::Cpu {
                    self.failures = 0;
                }
            }
            Event::Refused { .. } => {
                self.orders.push(Order::End(seat));
                self.ended(seat, false);
            }
            Event::Prepared { job, .. }
            | Event::Composed { job, .. }
            | Event::Summarised { job, .. }
            | Event::Packed { job }
            | Event::Unpacked { job, .. }
            | Event::Numbered { job, .. }
            | Event::Inspected { job, .. }
            | Event::Finished { job }
            | Event::Stopped { job }
            | Event::Tested { job, .. }
            | Event::Failed { job, .. } => {
                if worker.task.as_ref().is_some_and(|task| task.job == *job) {
                    worker.task = None;
                }
            }
            Event::Answered { .. }
            | Event::Progress { .. }
            | Event::Sketched { .. }
            | Event::Gathered { .. }
            | Event::Missing { .. }
            | Event::Mapped { .. } => {}
        }
    }

    /// A worker is gone. Its work goes back to the front of the queue; work that cost two workers, or that only this
    /// device could do, comes out as failed.
    pub fn lost(&mut self, seat: Seat) -> Option<Job> {
        self.ended(seat, true)
    }

    /// A worker is gone; `blame` says whether over its work.
    fn ended(&mut self, seat: Seat, blame: bool) -> Option<Job> {
        let worker = self.worker(seat)?.clone();
        if worker.kind == DeviceKind::Cpu && worker.phase != Phase::Open && !worker.trial {
            self.failures += 1;
        }
        if worker.kind == DeviceKind::Gpu {
            self.preferred = DeviceKind::Cpu;
        }
        self.put_back(seat, blame)
    }

    /// Ends a worker that does not answer; its work is dropped.
    pub fn kill(&mut self, seat: Seat) {
        self.workers.retain(|worker| worker.seat != seat);
        self.orders.push(Order::End(seat));
    }

    fn put_back(&mut self, seat: Seat, blame: bool) -> Option<Job> {
        let at = self.workers.iter().position(|worker| worker.seat == seat)?;
        let mut task = self.workers.remove(at).task?;
        task.losses += u8::from(blame);
        if task.losses >= 2 || task.need == Need::Device(DeviceKind::Gpu) {
            return Some(task.job);
        }
        self.waiting.push_front(task);
        None
    }

    /// What is to be done now.
    pub fn step(&mut self) -> Vec<Order> {
        if self.count(DeviceKind::Cpu) == 0 && !self.given_up() {
            self.start(DeviceKind::Cpu);
        }
        self.open();
        self.assign();
        self.grow();
        std::mem::take(&mut self.orders)
    }

    fn open(&mut self) {
        for worker in &mut self.workers {
            if (self.weights || worker.trial) && worker.phase == Phase::Loaded && worker.task.is_none() {
                worker.phase = Phase::Opening;
                self.orders.push(Order::Open(worker.seat));
            }
        }
    }

    fn assign(&mut self) {
        let mut still = VecDeque::new();
        while let Some(task) = self.waiting.pop_front() {
            let preferred = self.preferred;
            match self.workers.iter_mut().find(|worker| fits(worker, task.need, preferred)) {
                Some(worker) => {
                    self.orders.push(Order::Send(worker.seat, task.job));
                    worker.task = Some(task);
                }
                None => still.push_back(task),
            }
        }
        self.waiting = still;
    }

    /// Starts CPU workers while more photos wait than workers are free or on their way.
    fn grow(&mut self) {
        let on_cpu = |need: Need| match need {
            Need::Worker => true,
            Need::Network => self.preferred == DeviceKind::Cpu,
            Need::Device(_) | Need::Share => false,
        };
        let mut photos: Vec<u32> =
            self.waiting.iter().filter(|task| on_cpu(task.need)).filter_map(|task| task.photo).collect();
        photos.sort_unstable();
        photos.dedup();
        // A photo that a worker has in hand goes on there when its turn comes: it needs no second worker.
        let in_hand =
            |photo: &u32| self.workers.iter().any(|w| w.task.as_ref().is_some_and(|t| t.photo == Some(*photo)));
        photos.retain(|photo| !in_hand(photo));
        let shares = self.waiting.iter().filter(|task| task.need == Need::Share).count();
        let coming = self.workers.iter().filter(|w| w.kind == DeviceKind::Cpu && w.task.is_none() && !w.trial).count();
        let room = self.limit.saturating_sub(self.count(DeviceKind::Cpu));
        if self.given_up() {
            return;
        }
        for _ in 0..(photos.len() + shares).saturating_sub(coming).min(room) {
            self.start(DeviceKind::Cpu);
        }
    }

    /// How many CPU workers there may be for a photo, if each of the others' works keeps one.
    #[must_use]
    pub fn free_for(&self, photo: u32) -> usize {
        let on_cpu = |worker: &&Worker| worker.kind == DeviceKind::Cpu;
        let running = self.workers.iter().filter(on_cpu).filter_map(|worker| worker.task.as_ref());
        let others = running.chain(&self.waiting).filter(|task| task.photo != Some(photo)).count();
        let most = if self.given_up() { self.count(DeviceKind::Cpu) } else { self.limit };
        most.saturating_sub(others)
    }

    /// Numbers of all work, running first.
    #[must_use]
    pub fn jobs(&self) -> Vec<Job> {
        let running = self.workers.iter().filter_map(|worker| worker.task.as_ref());
        running.chain(&self.waiting).map(|task| task.job).collect()
    }
}

fn fits(worker: &Worker, need: Need, preferred: DeviceKind) -> bool {
    let (kind, network) = match need {
        Need::Worker => (DeviceKind::Cpu, false),
        Need::Network => (preferred, true),
        Need::Device(kind) => (kind, true),
        Need::Share => (DeviceKind::Cpu, true),
    };
    let ready = if network { worker.phase == Phase::Open } else { worker.phase != Phase::Starting };
    worker.kind == kind && ready && worker.task.is_none() && !worker.trial
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(job: Job, photo: u32, need: Need) -> Task {
        Task { job, photo: Some(photo), need, losses: 0 }
    }

    fn opened(kind: DeviceKind) -> Event {
        Event::Opened { device: DeviceFacts { kind, name: String::new() }, network: Box::default(), seconds: 0.1 }
    }

    /// A pool with one open CPU worker, number 0.
    fn ready(limit: usize) -> Pool {
        let mut pool = Pool::new(limit);
        pool.weights();
        assert_eq!(pool.step(), [Order::Start(0, DeviceKind::Cpu)]);
        pool.heard(0, &Event::Loaded);
        assert_eq!(pool.step(), [Order::Open(0)]);
        pool.heard(0, &opened(DeviceKind::Cpu));
        pool
    }

    #[test]
    fn a_photo_is_prepared_before_the_weights_are_here() {
        let mut pool = Pool::new(4);
        pool.submit(task(1, 7, Need::Worker));
        assert_eq!(pool.step(), [Order::Start(0, DeviceKind::Cpu)]);
        pool.heard(0, &Event::Loaded);
        assert_eq!(pool.step(), [Order::Send(0, 1)]);
        pool.submit(task(2, 7, Need::Network));
        assert_eq!(pool.step(), []);
    }

    #[test]
    fn several_photos_are_shared_among_workers_up_to_the_limit() {
        let mut pool = ready(3);
        for photo in 0..5 {
            pool.submit(task(photo, photo, Need::Network));
        }
        let cpu = DeviceKind::Cpu;
        assert_eq!(pool.step(), [Order::Send(0, 0), Order::Start(1, cpu), Order::Start(2, cpu)]);
        assert_eq!(pool.step(), []);
        pool.heard(1, &Event::Loaded);
        assert_eq!(pool.step(), [Order::Open(1)]);
        pool.heard(1, &opened(cpu));
        assert_eq!(pool.step(), [Order::Send(1, 1)]);
    }

    #[test]
    fn one_photo_does_not_start_a_second_worker() {
        let mut pool = ready(8);
        pool.submit(task(1, 7, Need::Network));
        assert_eq!(pool.step(), [Order::Send(0, 1)]);
    }

    #[test]
    fn shares_of_a_map_have_a_worker_each_and_pass_on_when_one_is_lost() {
        let cpu = DeviceKind::Cpu;
        let mut pool = ready(3);
        assert_eq!(pool.free_for(7), 3);
        for job in 0..2 {
            pool.submit(task(job, 7, Need::Share));
        }
        pool.submit(task(9, 8, Need::Network));
        assert_eq!((pool.free_for(7), pool.free_for(8)), (2, 1));
        assert_eq!(pool.step(), [Order::Send(0, 0), Order::Start(1, cpu), Order::Start(2, cpu)]);
        for seat in [1, 2] {
            pool.heard(seat, &Event::Loaded);
            pool.heard(seat, &opened(cpu));
        }
        assert_eq!(pool.step(), [Order::Send(1, 1), Order::Send(2, 9)]);
        assert_eq!(pool.lost(1), None);
        pool.heard(0, &Event::Finished { job: 0 });
        assert_eq!(pool.step(), [Order::Send(0, 1)]);
    }

    #[test]
    fn what_is_wanted_now_comes_first() {
        let mut pool = ready(1);
        for photo in 0..4 {
            pool.submit(task(photo, photo, Need::Network));
        }
        pool.step();
        pool.promote(3);
        pool.heard(0, &Event::Finished { job: 0 });
        assert_eq!(pool.step(), [Order::Send(0, 3)]);
    }

    #[test]
    fn a_lost_gpu_hands_its_work_to_the_cpu() {
        let mut pool = ready(1);
        pool.start(DeviceKind::Gpu);
        pool.step();
        pool.heard(1, &Event::Loaded);
        pool.step();
        pool.heard(1, &opened(DeviceKind::Gpu));
        pool.preferred = DeviceKind::Gpu;
        pool.submit(task(9, 1, Need::Network));
        assert_eq!(pool.step(), [Order::Send(1, 9)]);
        assert_eq!(pool.lost(1), None);
        assert_eq!(pool.step(), [Order::Send(0, 9)]);
    }

    #[test]
    fn a_test_of_a_lost_gpu_fails_rather_than_waits() {
        let mut pool = ready(1);
        pool.start(DeviceKind::Gpu);
        pool.step();
        pool.heard(1, &Event::Loaded);
        pool.step();
        pool.heard(1, &opened(DeviceKind::Gpu));
        pool.submit(Task { job: 5, photo: None, need: Need::Device(DeviceKind::Gpu), losses: 0 });
        assert_eq!(pool.step(), [Order::Send(1, 5)]);
        assert_eq!(pool.lost(1), Some(5));
    }

    #[test]
    fn work_that_costs_two_workers_fails() {
        let mut pool = ready(1);
        pool.submit(task(1, 7, Need::Worker));
        pool.step();
        assert_eq!(pool.lost(0), None);
        assert_eq!(pool.step(), [Order::Start(1, DeviceKind::Cpu)]);
        pool.heard(1, &Event::Loaded);
        assert_eq!(pool.step(), [Order::Open(1), Order::Send(1, 1)]);
        assert_eq!(pool.lost(1), Some(1));
    }

    #[test]
    fn workers_that_never_open_are_given_up() {
        let mut pool = Pool::new(4);
        pool.step();
        pool.lost(0);
        assert_eq!(pool.step(), [Order::Start(1, DeviceKind::Cpu)]);
        pool.lost(1);
        assert!(pool.given_up());
        assert_eq!(pool.step(), []);
        pool.again();
        assert_eq!(pool.step(), [Order::Start(2, DeviceKind::Cpu)]);
    }

    #[test]
    fn a_refusal_ends_the_worker() {
        let mut pool = ready(2);
        pool.start(DeviceKind::Gpu);
        pool.step();
        pool.heard(1, &Event::Refused { sentence: "No adapter.".into() });
        assert_eq!(pool.step(), [Order::End(1)]);
        assert_eq!(pool.count(DeviceKind::Gpu), 0);
    }

    #[test]
    fn a_network_is_tried_out_beside_the_one_in_use() {
        let mut pool = ready(1);
        let trial = pool.try_out();
        pool.submit(task(1, 7, Need::Network));
        assert_eq!(pool.step(), [Order::Start(trial, DeviceKind::Cpu), Order::Send(0, 1)]);
        pool.heard(trial, &Event::Loaded);
        assert_eq!(pool.step(), [Order::Open(trial)]);
        pool.heard(trial, &opened(DeviceKind::Cpu));
        pool.submit(task(2, 8, Need::Network));
        assert_eq!(pool.step(), [], "a worker on trial gets no work");
        pool.adopt(trial);
        pool.forget(&[1, 2]);
        assert_eq!(pool.step(), [Order::End(0)]);
        assert_eq!((pool.jobs().len(), pool.tries(trial)), (0, false));
    }

    #[test]
    fn looking_at_a_file_goes_on_when_another_network_takes_over() {
        let mut pool = ready(1);
        let trial = pool.try_out();
        pool.submit(Task { job: 1, photo: None, need: Need::Worker, losses: 0 });
        assert_eq!(pool.step(), [Order::Start(trial, DeviceKind::Cpu), Order::Send(0, 1)]);
        pool.heard(trial, &opened(DeviceKind::Cpu));
        pool.adopt(trial);
        assert_eq!(pool.step(), [Order::End(0), Order::Send(trial, 1)]);
    }

    #[test]
    fn work_for_a_refused_network_does_not_stand_before_that_for_the_next() {
        let mut pool = Pool::new(1);
        pool.weights();
        pool.submit(task(1, 7, Need::Network));
        pool.step();
        pool.heard(0, &Event::Loaded);
        pool.step();
        pool.heard(0, &Event::Refused { sentence: "Damaged.".into() });
        pool.await_weights();
        pool.forget(&[1]);
        pool.submit(task(2, 7, Need::Network));
        pool.weights();
        pool.step();
        pool.heard(1, &Event::Loaded);
        pool.step();
        pool.heard(1, &opened(DeviceKind::Cpu));
        assert_eq!(pool.step(), [Order::Send(1, 2)]);
    }

    #[test]
    fn a_refused_network_is_not_the_photos_fault() {
        let mut pool = Pool::new(1);
        pool.weights();
        pool.submit(task(1, 7, Need::Worker));
        pool.step();
        pool.lost(0);
        pool.step();
        pool.heard(1, &Event::Loaded);
        assert_eq!(pool.step(), [Order::Open(1), Order::Send(1, 1)]);
        pool.heard(1, &Event::Refused { sentence: "Damaged.".into() });
        assert_eq!(pool.jobs(), [1]);
    }

    #[test]
    fn a_network_that_is_refused_leaves_the_one_in_use() {
        let mut pool = ready(1);
        for _ in 0..3 {
            let trial = pool.try_out();
            pool.heard(trial, &Event::Refused { sentence: "No.".into() });
        }
        assert!(!pool.given_up());
        pool.step();
        pool.submit(task(1, 7, Need::Network));
        assert_eq!(pool.step(), [Order::Send(0, 1)]);
    }

    #[test]
    fn stop_finds_work_where_it_is() {
        let mut pool = ready(1);
        pool.submit(task(1, 1, Need::Network));
        pool.submit(task(2, 2, Need::Network));
        pool.step();
        assert_eq!(pool.stop(2), Stopped::Waiting);
        assert_eq!(pool.stop(1), Stopped::Running(0));
        assert_eq!(pool.stop(2), Stopped::Over);
        pool.kill(0);
        assert_eq!(pool.step(), [Order::End(0), Order::Start(1, DeviceKind::Cpu)]);
    }
}
