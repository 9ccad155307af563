//! What lies in the gallery: the maps of the photo on the stage, what is on its way, and what can not be had.

use super::super::comparison::{self, Shown};
use super::super::question::{Key, Question};
use super::super::results::Drawn;
use super::Desk;
use leptos::prelude::*;
use std::sync::Arc;

/// How far a map is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It is done.
    Done,
    /// It still sharpens.
    Running,
    /// It was stopped before all its samples were in.
    Stopped,
}

/// What a card shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Card {
    /// A map: the number of its card, and how far it is.
    Map(u32, Progress),
    /// A map that is on its way, and whether its method runs; without either, it was stopped.
    Coming(Key, Option<bool>),
    /// A map that there can not be, and why.
    Missing(Key, String),
}

impl Desk {
    /// What is explained of the photo on the stage.
    #[must_use]
    pub fn question(self) -> Option<Question> {
        let scale = self.wanted.with(|wanted| wanted.scale);
        self.selection.with(|selection| {
            let photo = selection.photo?;
            Some(Question { class: selection.target(photo)?, against: selection.against(photo), scale })
        })
    }

    /// The open map; where there can be none of its method, the first of the others.
    #[must_use]
    pub fn map(self) -> Option<Arc<Drawn>> {
        let (seen, question) = (self.seen()?, self.question()?);
        let open = self.selection.with(|selection| selection.open.clone());
        let (key, wanted) = self.wanted.with(|wanted| (Key::new(question, wanted.seed, &open), wanted.has(&open)));
        self.results.with(|results| {
            let map = results.map(seen, &key);
            if map.is_some() || (wanted && !results.told(seen, &key)) {
                return map.cloned();
            }
            results.maps(seen).into_iter().find(|drawn| drawn.key.question == question)
        })
    }

    /// The map that the open one is compared with.
    #[must_use]
    pub fn other(self) -> Option<Arc<Drawn>> {
        let card = self.view.with(|view| view.comparison)?.card;
        self.results.with(|results| results.card(card).cloned())
    }

    /// What lies on the stage: the open map, the one it is compared with, or their difference.
    #[must_use]
    pub fn on_stage(self) -> Option<Arc<Drawn>> {
        let open = self.map()?;
        let Some((shown, other)) = self.view.with(|view| view.shown()).zip(self.other()) else { return Some(open) };
        match shown.shown {
            Shown::One => Some(open),
            Shown::Other => Some(other),
            Shown::Difference => comparison::difference(&open, &other).map(Arc::new),
        }
    }

    /// Seconds that the answer and the maps of the open class took.
    #[must_use]
    pub fn seconds(self) -> Option<f64> {
        let (answer, question) = (self.answer()?, self.question()?);
        let maps = self.maps().into_iter().filter(|drawn| drawn.key.question == question);
        Some(answer.seconds + maps.map(|drawn| drawn.map.facts.provenance.seconds).sum::<f64>())
    }

    /// All maps of the photo on the stage as they lie in the gallery: what is asked now first, then what was asked before.
    #[must_use]
    pub fn maps(self) -> Vec<Arc<Drawn>> {
        let Some(seen) = self.seen() else { return Vec::new() };
        let question = self.question();
        let order = self.display.with(|display| display.order);
        let mut maps = self.results.with(|results| results.maps(seen));
        maps.sort_by_key(|drawn| (Some(drawn.key.question) != question, order.rank(&drawn.key.spec.id, drawn.seconds)));
        maps
    }

    /// All cards of the gallery.
    #[must_use]
    pub fn cards(self) -> Vec<Card> {
        let Some(seen) = self.seen() else { return Vec::new() };
        let question = self.question();
        let (now, before): (Vec<_>, Vec<_>) =
            self.maps().into_iter().partition(|drawn| Some(drawn.key.question) == question);
        let missing = self.results.with(|results| results.missing(seen));
        let missing = missing.into_iter().filter(|(key, _)| Some(key.question) == question);
        let busy = |drawn: &Drawn| {
            self.ledger
                .with(|ledger| ledger.explaining(seen.0).any(|(_, line)| line.methods().contains(&drawn.key.spec)))
        };
        let card = |drawn: Arc<Drawn>| {
            let progress = match drawn.cut_short() {
                false => Progress::Done,
                true if drawn.sketch && busy(&drawn) => Progress::Running,
                true => Progress::Stopped,
            };
            Card::Map(drawn.card, progress)
        };
        now.into_iter()
            .map(card)
            .chain(missing.map(|(key, sentence)| Card::Missing(key, sentence)))
            .chain(self.expected())
            .chain(before.into_iter().map(card))
            .collect()
    }

    /// The wanted methods that have nothing to show yet.
    fn expected(self) -> Vec<Card> {
        let (Some(seen), Some(question)) = (self.seen(), self.question_to_come()) else { return Vec::new() };
        let wanted = self.wanted.get();
        let state = |key: &Key| {
            self.ledger.with(|ledger| {
                let lines = ledger.explaining(seen.0).filter(|(_, line)| line.methods().contains(&key.spec));
                lines.map(|(_, line)| line.running() == Some(&key.spec)).reduce(|one, other| one || other)
            })
        };
        let keys = wanted.methods().iter().map(|spec| Key::new(question, wanted.seed, spec));
        let keys: Vec<Key> = keys.filter(|key| !self.results.with(|results| results.told(seen, key))).collect();
        keys.into_iter().map(|key| (state(&key), key)).map(|(state, key)| Card::Coming(key, state)).collect()
    }

    /// What will be explained: before the answer is here the class is not known, and nothing depends on it.
    fn question_to_come(self) -> Option<Question> {
        let scale = self.wanted.with(|wanted| wanted.scale);
        let busy =
            || self.ledger.with(|ledger| self.seen().is_some_and(|(id, _)| ledger.explaining(id).next().is_some()));
        self.question().or_else(|| busy().then_some(Question { class: usize::MAX, against: None, scale }))
    }

    /// How many wanted maps of the photo on the stage were stopped before they were complete.
    #[must_use]
    pub fn stopped_short(self) -> usize {
        let question = self.question();
        let busy = |key: &Key| {
            let photo = self.selection.with(|selection| selection.photo).unwrap_or_default();
            self.ledger.with(|ledger| ledger.explaining(photo).any(|(_, line)| line.methods().contains(&key.spec)))
        };
        let short = self.maps().into_iter().filter(|drawn| Some(drawn.key.question) == question && drawn.cut_short());
        let short = short.filter(|drawn| !busy(&drawn.key)).count();
        short + self.expected().iter().filter(|card| matches!(card, Card::Coming(_, None))).count()
    }
}
