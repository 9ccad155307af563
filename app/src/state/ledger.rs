//! The work that is under way: what each number stands for, and what the status line says of it.

use super::photos::PhotoId;
use std::collections::BTreeMap;
use tessera_core::descriptor::Scale;
use tessera_core::experiment::{MethodSpec, Target};
use tessera_core::photo::Crop;
use tessera_engine::protocol::Job;

/// Which samples of a method are drawn by a piece of work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Draws {
    /// All that are not there yet, for a map.
    #[default]
    All,
    /// Those from one to another, which others put together.
    Share {
        /// The first.
        from: usize,
        /// The one after the last.
        to: usize,
        /// Whether it goes on from what is begun: one does, and shows how far all are.
        first: bool,
    },
    /// None: a map of what is there.
    Nothing,
}

/// What a piece of work is.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// Decoding a photo and cutting out what the network sees.
    Prepare {
        /// The photo.
        photo: PhotoId,
        /// What is cut out.
        crop: Crop,
    },
    /// Classifying a photo and drawing maps of it.
    Explain {
        /// The photo.
        photo: PhotoId,
        /// What is cut out.
        crop: Crop,
        /// What to explain.
        target: Target,
        /// On which scale.
        scale: Scale,
        /// Seed of everything drawn at random.
        seed: u64,
        /// The methods.
        methods: Vec<MethodSpec>,
        /// Which of its samples, where it is one method.
        draws: Draws,
    },
    /// Putting a mosaic together.
    Compose {
        /// Its number.
        at: usize,
        /// The draw that it is of: numbers of another one mean other mosaics.
        of: u64,
        /// Whether the run wants it; else it is only to be shown.
        unit: bool,
    },
    /// Drawing and scoring the maps of a mosaic.
    Judge {
        /// Its number.
        at: usize,
    },
    /// Decoding a photo of the study, to see whether the network knows it.
    Look {
        /// Its number in the album.
        shot: u32,
    },
    /// Classifying it.
    Recognise {
        /// Its number in the album.
        shot: u32,
    },
    /// Unpacking an archive of photos.
    Unpack,
    /// Packing, unpacking or summing up what is kept.
    File {
        /// Number of the question.
        ask: u32,
    },
    /// Summing a run up.
    Summarise {
        /// Resamples for intervals.
        resamples: usize,
    },
    /// Reading a model file: what it is and what it holds.
    Inspect {
        /// Whether it is to be used then; else only its sums are wanted.
        open: bool,
    },
    /// The self-test on the CPU, which gives the reference.
    Reference,
    /// The self-test on the graphics processor.
    Compare,
}

impl Work {
    /// The photo it is about.
    #[must_use]
    pub fn photo(&self) -> Option<PhotoId> {
        match self {
            Self::Prepare { photo, .. } | Self::Explain { photo, .. } => Some(*photo),
            _ => None,
        }
    }

    /// Whether it draws a share of a method's samples.
    #[must_use]
    pub fn is_share(&self) -> bool {
        matches!(self, Self::Explain { draws: Draws::Share { .. }, .. })
    }

    /// The same work, but for the samples that it draws.
    #[must_use]
    pub fn drawing(&self, now: Draws) -> Self {
        let mut work = self.clone();
        if let Self::Explain { draws, .. } = &mut work {
            *draws = now;
        }
        work
    }

    /// Whether both draw shares of the same map.
    fn shares_with(&self, other: &Self) -> bool {
        self.is_share() && other.is_share() && self.drawing(Draws::All) == other.drawing(Draws::All)
    }

    /// Whether it is a part of a study that a person asked for, beside what is only shown.
    #[must_use]
    pub fn is_study(&self) -> bool {
        matches!(
            self,
            Self::Compose { unit: true, .. } | Self::Judge { .. } | Self::Look { .. } | Self::Recognise { .. }
        )
    }

    /// Whether it outlives the network in use.
    fn outlives(&self) -> bool {
        matches!(
            self,
            Self::Inspect { .. }
                | Self::Unpack
                | Self::File { .. }
                | Self::Summarise { .. }
                | Self::Compose { unit: false, .. }
        )
    }
}

/// A piece of work and how far it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is.
    pub work: Work,
    /// Milliseconds of the page's clock when a worker took it; none while it waits.
    pub since: Option<f64>,
    /// Which of the methods runs.
    pub at: Option<usize>,
    /// Passes done and in all, of all its methods together.
    pub passes: (usize, usize),
    /// Passes of shares of the same map that are over.
    over: usize,
    /// Whether it was asked to stop.
    pub stopping: bool,
}

impl Line {
    /// The methods of an explanation.
    #[must_use]
    pub fn methods(&self) -> &[MethodSpec] {
        match &self.work {
            Work::Explain { methods, .. } => methods,
            _ => &[],
        }
    }

    /// The method that runs.
    #[must_use]
    pub fn running(&self) -> Option<&MethodSpec> {
        self.methods().get(self.at?)
    }
}

/// All work under way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    lines: BTreeMap<Job, Line>,
    next: Job,
    /// Photos finished since the page was last at rest.
    pub finished: usize,
}

impl Ledger {
    /// Enters a piece of work and gives it a number.
    pub fn enter(&mut self, work: Work) -> Job {
        let job = self.next;
        self.next += 1;
        let line = Line { work, since: None, at: None, passes: (0, 0), over: 0, stopping: false };
        self.lines.insert(job, line);
        job
    }

    /// What is known of a piece of work; none once it is over.
    #[must_use]
    pub fn get(&self, job: Job) -> Option<&Line> {
        self.lines.get(&job)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, job: Job) -> Option<&mut Line> {
        self.lines.get_mut(&job)
    }

    /// Strikes out what is over.
    pub fn strike(&mut self, job: Job) -> Option<Work> {
        let line = self.lines.remove(&job)?;
        if let Some(other) = self.lines.values_mut().find(|other| other.work.shares_with(&line.work)) {
            other.over += line.over + line.passes.0;
        }
        if matches!(line.work, Work::Explain { .. }) && !line.work.is_share() {
            self.finished += 1;
        }
        if self.visible().next().is_none() {
            self.finished = 0;
        }
        Some(line.work)
    }

    /// Strikes out what was asked of the network or cut out for it, because it is gone; says what that was, so that no
    /// worker takes it up any more. Looking at files goes on.
    #[must_use]
    pub fn forget_network(&mut self) -> Vec<Job> {
        let gone = self.lines.extract_if(.., |_, line| !line.work.outlives());
        let gone = gone.map(|(job, _)| job).collect();
        self.finished = 0;
        gone
    }

    /// The work that looks at a model file: one that is to be opened, or the one in use.
    #[must_use]
    pub fn inspecting(&self, open: bool) -> Option<Job> {
        self.lines.iter().find(|(_, line)| line.work == Work::Inspect { open }).map(|(job, _)| *job)
    }

    /// Numbers of all work about a photo.
    #[must_use]
    pub fn about(&self, photo: PhotoId) -> Vec<Job> {
        self.lines.iter().filter(|(_, line)| line.work.photo() == Some(photo)).map(|(job, _)| *job).collect()
    }

    /// The explanations of a photo that are under way.
    pub fn explaining(&self, photo: PhotoId) -> impl Iterator<Item = (Job, &Line)> {
        let explains = |line: &Line| matches!(line.work, Work::Explain { .. }) && !line.stopping;
        let about = move |line: &Line| line.work.photo() == Some(photo) && explains(line);
        self.lines.iter().filter(move |(_, line)| about(line)).map(|(job, line)| (*job, line))
    }

    /// The shares of the same map that are under way.
    pub fn beside(&self, work: &Work) -> impl Iterator<Item = &Line> {
        self.lines.values().filter(|line| line.work.shares_with(work))
    }

    /// Passes done and in all, with those of all shares of the same map.
    #[must_use]
    pub fn passes(&self, line: &Line) -> (usize, usize) {
        if !line.work.is_share() {
            return line.passes;
        }
        let done = self.beside(&line.work).map(|line| line.over + line.passes.0).sum::<usize>();
        (done.min(line.passes.1), line.passes.1)
    }

    /// Whether that crop of a photo is being prepared.
    #[must_use]
    pub fn preparing(&self, photo: PhotoId, crop: Crop) -> bool {
        self.lines.values().any(|line| line.work == Work::Prepare { photo, crop })
    }

    /// Whether a self-test runs or waits.
    #[must_use]
    pub fn testing(&self) -> bool {
        self.lines.values().any(|line| matches!(line.work, Work::Reference | Work::Compare))
    }

    /// The work a person asked for: all but self-tests, and what is read or summed up beside it.
    pub fn visible(&self) -> impl Iterator<Item = (Job, &Line)> {
        let asked = |line: &Line| line.work.photo().is_some() || line.work.is_study();
        self.lines.iter().filter(move |(_, line)| asked(line)).map(|(job, line)| (*job, line))
    }

    /// The study's work that was asked for.
    pub fn study(&self) -> impl Iterator<Item = (Job, &Line)> {
        self.lines.iter().filter(|(_, line)| line.work.is_study()).map(|(job, line)| (*job, line))
    }

    /// Numbers of the mosaics' work that is only to be shown.
    pub fn showing(&self) -> impl Iterator<Item = Job> {
        let shows = |work: &Work| matches!(work, Work::Compose { unit: false, .. });
        self.lines.iter().filter(move |(_, line)| shows(&line.work)).map(|(job, _)| *job)
    }

    /// Whether just that is under way.
    #[must_use]
    pub fn has(&self, work: &Work) -> bool {
        self.lines.values().any(|line| line.work == *work && !line.stopping)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explain(photo: PhotoId) -> Work {
        let methods = vec![MethodSpec::plain("gradcam")];
        let (target, scale, draws) = (Target::Predicted, Scale::Logit, Draws::All);
        Work::Explain { photo, crop: Crop::Centre, target, scale, seed: 0, methods, draws }
    }

    #[test]
    fn work_is_found_by_its_photo_until_it_is_over() {
        let mut ledger = Ledger::default();
        let prepare = ledger.enter(Work::Prepare { photo: 3, crop: Crop::Centre });
        let job = ledger.enter(explain(3));
        assert!(ledger.preparing(3, Crop::Centre) && !ledger.preparing(3, Crop::Squeeze));
        assert_eq!(ledger.about(3), [prepare, job]);
        assert_eq!(ledger.explaining(3).map(|(job, _)| job).collect::<Vec<_>>(), [job]);
        ledger.strike(job);
        assert!(ledger.explaining(3).next().is_none());
        assert_eq!(ledger.strike(job), None);
    }

    #[test]
    fn what_is_being_stopped_does_not_count_as_explaining() {
        let mut ledger = Ledger::default();
        let job = ledger.enter(explain(3));
        ledger.get_mut(job).unwrap().stopping = true;
        assert!(ledger.explaining(3).next().is_none());
    }

    #[test]
    fn finished_photos_are_counted_until_all_is_done() {
        let mut ledger = Ledger::default();
        let first = ledger.enter(explain(1));
        let second = ledger.enter(explain(2));
        ledger.strike(first);
        assert_eq!(ledger.finished, 1);
        ledger.strike(second);
        assert_eq!(ledger.finished, 0);
    }

    #[test]
    fn shares_of_a_map_count_together() {
        let mut ledger = Ledger::default();
        let share = |from| explain(1).drawing(Draws::Share { from, to: from + 10, first: from == 0 });
        let jobs = [0, 10, 20].map(|from| ledger.enter(share(from)));
        let other = ledger.enter(explain(2).drawing(Draws::Share { from: 0, to: 9, first: true }));
        for job in [jobs[0], jobs[1], jobs[2], other] {
            ledger.get_mut(job).unwrap().passes = (7, 30);
        }
        let passes = |ledger: &Ledger| ledger.passes(ledger.get(jobs[2]).unwrap());
        assert_eq!(passes(&ledger), (21, 30));
        assert_eq!(ledger.beside(&share(0)).count(), 3);
        ledger.strike(jobs[1]);
        assert_eq!((passes(&ledger), ledger.finished), ((21, 30), 0));
        ledger.strike(jobs[0]);
        ledger.get_mut(jobs[2]).unwrap().passes.0 = 10;
        assert_eq!(passes(&ledger), (24, 30));
    }

    #[test]
    fn another_network_makes_all_work_vain_but_looking_at_files() {
        let mut ledger = Ledger::default();
        let prepare = ledger.enter(Work::Prepare { photo: 3, crop: Crop::Centre });
        let inspect = ledger.enter(Work::Inspect { open: true });
        let rest = [ledger.enter(explain(3)), ledger.enter(Work::Reference)];
        assert_eq!(ledger.forget_network(), [prepare, rest[0], rest[1]]);
        assert!(!ledger.preparing(3, Crop::Centre), "the photo could never be cut out for the next network");
        assert_eq!(ledger.inspecting(true), Some(inspect));
    }

    #[test]
    fn self_tests_are_not_shown() {
        let mut ledger = Ledger::default();
        ledger.enter(Work::Reference);
        assert!(ledger.testing());
        assert_eq!(ledger.visible().count(), 0);
    }
}
