//! What the network makes of the photos one by one, before anything is made of its maps.

use super::super::super::ledger::Work;
use super::super::super::study::album::Shot;
use super::super::Desk;
use crate::bridge::fetch;
use crate::bridge::pool::Seat;
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use std::collections::{BTreeMap, VecDeque};
use tessera_core::experiment::Target;
use tessera_core::experiment::record::Ranked;
use tessera_core::photo::Crop;
use tessera_engine::protocol::{Job, Portion, Request};
use wasm_bindgen_futures::spawn_local;

/// How many photos of a class the network knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tone {
    /// Photos that were looked at.
    pub photos: usize,
    /// Those whose likeliest class it is.
    pub top1: usize,
    /// Those among whose likeliest five it is.
    pub top5: usize,
}

/// What the network makes of single photos.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Check {
    /// By label.
    pub labels: BTreeMap<String, Tone>,
    /// Photos that are still to be looked at.
    waiting: VecDeque<Shot>,
    /// Photos that workers have in hand.
    in_hand: usize,
    /// Photos in all.
    pub all: usize,
}

impl Check {
    /// Photos that were looked at.
    #[must_use]
    pub fn done(&self) -> usize {
        self.all - self.waiting.len() - self.in_hand
    }

    /// Whether it goes on.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.in_hand > 0
    }

    /// Over all labels.
    #[must_use]
    pub fn together(&self) -> Tone {
        self.labels.values().fold(Tone::default(), |sum, one| Tone {
            photos: sum.photos + one.photos,
            top1: sum.top1 + one.top1,
            top5: sum.top5 + one.top5,
        })
    }
}

/// Photos in hand at once.
const AT_ONCE: usize = 4;

impl Desk {
    /// Has the network look at every photo by itself.
    pub fn check_photos(self) {
        let waiting: VecDeque<Shot> = self.studio.album.with_untracked(|album| {
            album.photos().iter().filter(|photo| photo.fault.is_none()).map(|photo| photo.id).collect()
        });
        self.studio.check.set(Check { all: waiting.len(), waiting, ..Check::default() });
        self.check_more();
    }

    fn check_more(self) {
        let mut next = vec![];
        self.studio.check.update(|check| {
            while check.in_hand < AT_ONCE
                && let Some(shot) = check.waiting.pop_front()
            {
                check.in_hand += 1;
                next.push(shot);
            }
        });
        for shot in next {
            self.submit(Work::Look { shot });
        }
    }

    pub(super) fn stop_check(self) {
        if self.studio.check.with_untracked(Check::runs) {
            self.studio.check.update(|check| {
                check.all = check.done();
                check.waiting.clear();
                check.in_hand = 0;
            });
        }
    }

    pub(in super::super) fn hand_over_shot(self, seat: Seat, job: Job, shot: Shot) {
        let blob = self.hands.with_value(|hands| hands.study.blobs.get(&shot).cloned());
        spawn_local(async move {
            let (Some(blob), Some(card)) = (blob, self.card().await) else { return self.give_up(seat, job, "") };
            match fetch::file(&blob).await {
                Ok(bytes) => {
                    let request = Request::Prepare { job, crop: Crop::Centre, card, preview: 1 };
                    self.send(seat, &request, &[bytes]);
                }
                Err(why) => self.give_up(seat, job, &why),
            }
        });
    }

    pub(in super::super) fn looked(self, shot: Shot, input: (usize, usize), rgb: &ArrayBuffer) {
        self.hands.update_value(|hands| drop(hands.study.cuts.insert(shot, (input, rgb.clone()))));
        self.submit(Work::Recognise { shot });
    }

    pub(in super::super) fn hand_over_cut(self, seat: Seat, job: Job, shot: Shot) {
        let cut = self.hands.with_value(|hands| hands.study.cuts.get(&shot).map(|(size, rgb)| (*size, rgb.slice(0))));
        let Some(((height, width), rgb)) = cut else { return self.give_up(seat, job, "") };
        let (target, scale, seed) = (Target::Predicted, Default::default(), 0);
        let request = Request::Explain {
            job,
            height,
            width,
            target,
            scale,
            seed,
            methods: vec![],
            preprocess: None,
            judge: None,
            portion: Portion::default(),
        };
        self.send(seat, &request, &[rgb]);
    }

    pub(super) fn known_or_not(self, shot: Shot, top: &[Ranked]) {
        self.hands.update_value(|hands| drop(hands.study.cuts.remove(&shot)));
        let (label, class) = self.studio.album.with_untracked(|album| {
            let label = album.photos().iter().find(|photo| photo.id == shot).map(|photo| photo.label.clone());
            let groups = album.groups();
            let class = groups.iter().find(|group| Some(&group.label) == label.as_ref());
            (label, class.and_then(|group| group.class.class()))
        });
        self.studio.check.update(|check| {
            check.in_hand = check.in_hand.saturating_sub(1);
            let (Some(label), Some(class)) = (label, class) else { return };
            let tone = check.labels.entry(label).or_default();
            tone.photos += 1;
            tone.top1 += usize::from(top.first().is_some_and(|one| one.index == class));
            tone.top5 += usize::from(top.iter().any(|one| one.index == class));
        });
        self.check_more();
    }

    pub(super) fn not_looked_at(self, shot: Shot, sentence: &str) {
        self.hands.update_value(|hands| drop(hands.study.cuts.remove(&shot)));
        self.studio.album.update(|album| album.spoil(shot, sentence));
        self.studio.check.update(|check| check.in_hand = check.in_hand.saturating_sub(1));
        self.check_more();
    }
}
