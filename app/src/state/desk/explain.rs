//! Explaining: what is asked of the network.

use super::super::ledger::{Draws, Line, Work};
use super::super::photos::PhotoId;
use super::super::question::{Key, Question};
use super::super::results::Seen;
use super::Desk;
use leptos::prelude::*;
use tessera_core::experiment::{MethodSpec, Target};
use tessera_engine::protocol::Job;

impl Desk {
    pub(super) fn seen_untracked(self) -> Option<Seen> {
        untrack(move || self.seen())
    }

    /// Sees that a photo has its answer and a map by every wanted method; asks for what is missing.
    pub(super) fn ensure(self, photo: PhotoId) {
        let crop = self.photos.with_untracked(|photos| photos.get(photo).map(|photo| photo.crop));
        let Some(crop) = crop else { return };
        let seen = (photo, crop);
        let answer = self.results.with_untracked(|results| results.answer(seen).cloned());
        let by_hand = self.selection.with_untracked(|selection| selection.by_hand(photo));
        let predicted = answer.as_ref().map(|answer| answer.predicted());
        if let Some(class) = by_hand.or(predicted) {
            self.selection.update(|selection| selection.predicted(photo, class));
        }
        let question = self.question_of(photo);
        self.ask(seen, question, predicted, answer.is_none());
    }

    /// What is explained of a photo, once it is known.
    pub(super) fn question_of(self, photo: PhotoId) -> Option<Question> {
        let scale = self.wanted.with_untracked(|wanted| wanted.scale);
        self.selection.with_untracked(|selection| {
            Some(Question { class: selection.target(photo)?, against: selection.against(photo), scale })
        })
    }

    /// What these methods are asked to explain: the predicted class by that name, not its own, where one of them lets its own
    /// network predict.
    pub(super) fn target_of(self, seen: Seen, question: Option<Question>, methods: &[MethodSpec]) -> Target {
        let by_hand = self.selection.with_untracked(|selection| selection.by_hand(seen.0).is_some());
        let predicted = self.results.with_untracked(|results| results.answer(seen).map(|answer| answer.predicted()));
        let follows = |question: &Question| !by_hand && predicted == Some(question.class);
        let named = |question: &Question| !(follows(question) && methods.iter().any(MethodSpec::chooses));
        question.filter(named).map_or(Target::Predicted, Question::target)
    }

    /// The wanted methods that have not had their say.
    fn missing(self, seen: Seen, question: Option<Question>) -> Vec<MethodSpec> {
        let wanted = self.wanted.get_untracked();
        let told = |spec: &MethodSpec| {
            let Some(question) = question else { return false };
            let key = Key::new(question, wanted.seed, spec);
            self.results.with_untracked(|results| results.told(seen, &key))
        };
        wanted.methods().iter().filter(|spec| !told(spec)).cloned().collect()
    }

    /// Asks for what is missing and not under way. Work under way that answers another question is stopped.
    fn ask(self, seen: Seen, question: Option<Question>, predicted: Option<usize>, answer: bool) {
        let lines: Vec<(Job, Line)> = self
            .ledger
            .with_untracked(|ledger| ledger.explaining(seen.0).map(|(job, line)| (job, line.clone())).collect());
        let (scale, seed) = self.wanted.with_untracked(|wanted| (wanted.scale, wanted.seed));
        let same = |work: &Work| match work {
            Work::Explain { crop, target, scale: on, seed: drawn, .. } => {
                let same = Question::of(*target, predicted, *on) == question && *on == scale;
                same && (*crop, *drawn) == (seen.1, seed)
            }
            _ => false,
        };
        let (along, others): (Vec<_>, Vec<_>) = lines.into_iter().partition(|(_, line)| same(&line.work));
        for (job, _) in others {
            self.stop(job);
        }
        let mut methods = self.missing(seen, question);
        methods.retain(|spec| !along.iter().any(|(_, line)| line.methods().contains(spec)));
        if methods.is_empty() && (!answer || !along.is_empty()) {
            return;
        }
        self.submit_methods(seen, question, methods);
    }

    /// Has these maps drawn: long ones in shares by as many workers as are free, all others by one.
    fn submit_methods(self, seen: Seen, question: Option<Question>, methods: Vec<MethodSpec>) {
        let target = self.target_of(seen, question, &methods);
        let (scale, seed) = self.wanted.with_untracked(|wanted| (wanted.scale, wanted.seed));
        let work = |methods: Vec<MethodSpec>, draws: Draws| Work::Explain {
            photo: seen.0,
            crop: seen.1,
            target,
            scale,
            seed,
            methods,
            draws,
        };
        let shared = methods.into_iter().map(|spec| (self.shares(seen, question, &spec), spec));
        let (apart, together): (Vec<_>, Vec<_>) = shared.partition(|(shares, _)| !shares.is_empty());
        if !together.is_empty() || apart.is_empty() {
            self.submit_explanation(seen, work(together.into_iter().map(|(_, spec)| spec).collect(), Draws::All));
        }
        for (shares, spec) in apart {
            for draws in shares {
                self.submit_explanation(seen, work(vec![spec.clone()], draws));
            }
        }
    }

    pub(super) fn submit_explanation(self, (photo, _): Seen, work: Work) {
        self.failures.update(|failures| drop(failures.remove(&photo)));
        let name = self.photos.with_untracked(|photos| photos.get(photo).map(|photo| photo.name.clone()));
        self.say(format!("Explaining {}.", name.unwrap_or_default()));
        self.submit(work);
        if self.selection.with_untracked(|selection| selection.chosen()) == Some(photo) {
            self.hands.update_value(|hands| hands.pool.promote(photo));
        }
    }

    /// Stops work of which nothing that is left is wanted, and asks anew for what is.
    pub(super) fn stop_unwanted(self) {
        let Some((photo, _)) = self.seen_untracked() else { return };
        let wanted = self.wanted.get_untracked();
        let idle = |line: &Line| line.methods().iter().skip(line.at.unwrap_or(0)).any(|spec| !wanted.has(spec));
        let jobs: Vec<Job> = self.ledger.with_untracked(|ledger| {
            ledger.explaining(photo).filter(|(_, line)| idle(line)).map(|(job, _)| job).collect()
        });
        for job in &jobs {
            self.stop(*job);
        }
        if !jobs.is_empty() {
            self.again();
        }
    }

    /// Explains this class of the photo on the stage; while two are compared, it is the second of them.
    pub fn choose(self, class: usize) {
        let Some((photo, _)) = self.seen_untracked() else { return };
        let (first, against) =
            self.selection.with_untracked(|selection| (selection.target(photo), selection.against(photo)));
        match (first, against) {
            (Some(first), Some(_)) if first == class => {}
            (Some(first), Some(_)) => self.choose_rather(first, Some(class)),
            _ => self.choose_rather(class, None),
        }
    }

    /// Explains this class of the photo on the stage, or why it is rather this one than another.
    pub fn choose_rather(self, class: usize, against: Option<usize>) {
        let Some((photo, _)) = self.seen_untracked() else { return };
        self.selection.update(|selection| selection.choose(photo, class, against));
        self.ensure(photo);
    }

    /// Asks again for what is missing of the photo on the stage.
    pub fn again(self) {
        if let Some((photo, _)) = self.seen_untracked() {
            self.ensure(photo);
        }
    }

    /// Asks again for what was stopped before it was complete.
    pub fn go_on(self) {
        let Some(seen) = self.seen_untracked() else { return };
        let question = self.question_of(seen.0);
        let short = |drawn: &super::super::results::Drawn| Some(drawn.key.question) == question && drawn.cut_short();
        let maps = self.results.with_untracked(|results| results.maps(seen));
        self.results.update(|results| {
            for drawn in maps.iter().filter(|drawn| short(drawn)) {
                results.remove(seen, &drawn.key);
            }
        });
        self.again();
    }

    /// Explains the photo on the stage anew, on the device that is in use now.
    pub(super) fn anew(self) {
        let Some((photo, crop)) = self.seen_untracked() else { return };
        let wanted = self.wanted.get_untracked();
        let jobs: Vec<Job> =
            self.ledger.with_untracked(|ledger| ledger.explaining(photo).map(|(job, _)| job).collect());
        for job in jobs {
            self.stop(job);
        }
        self.submit_methods((photo, crop), self.question_of(photo), wanted.methods().to_vec());
    }
}
