//! Questions about files, which a worker answers: packing, unpacking, summing up.

use super::super::super::ledger::Work;
use super::super::Desk;
use crate::bridge::pool::Seat;
use js_sys::{ArrayBuffer, Function, Promise};
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use tessera_engine::protocol::{Event, Job, Request};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// What a worker said and handed over, or a sentence.
pub(super) type Answer = Result<(Event, Vec<ArrayBuffer>), String>;

/// A question that is not answered yet.
pub(in super::super) struct Question {
    request: Box<dyn Fn(Job) -> Request>,
    buffers: Vec<ArrayBuffer>,
    answer: Rc<RefCell<Option<Answer>>>,
    wake: Function,
}

impl Desk {
    /// Asks a worker and waits for what it says.
    pub(super) async fn ask_worker(
        self,
        request: impl Fn(Job) -> Request + 'static,
        buffers: Vec<ArrayBuffer>,
    ) -> Answer {
        let answer = Rc::new(RefCell::new(None));
        let mut wake = None;
        let promise = Promise::new(&mut |resolve, _| wake = Some(resolve));
        let question = wake.map(|wake| Question { request: Box::new(request), buffers, answer: answer.clone(), wake });
        let ask = self.hands.try_update_value(|hands| {
            hands.runs.next += 1;
            hands.runs.asked.extend(question.map(|question| (hands.runs.next, question)));
            hands.runs.next
        });
        self.submit(Work::File { ask: ask.unwrap_or_default() });
        // The promise is only a bell: what was said lies beside it.
        let _ = JsFuture::from(promise).await;
        let said = answer.borrow_mut().take();
        said.unwrap_or_else(|| Err("The worker said nothing. Try again.".into()))
    }

    /// Hands a question to the worker that waits for it. The page keeps its own copy: a worker may break over it.
    pub(in super::super) fn hand_over_question(self, seat: Seat, job: Job, ask: u32) {
        let parts = self.hands.with_value(|hands| {
            let question = hands.runs.asked.get(&ask)?;
            let copies = question.buffers.iter().map(|buffer| buffer.slice(0)).collect::<Vec<_>>();
            Some(((question.request)(job), copies))
        });
        match parts {
            Some((request, buffers)) => self.send(seat, &request, &buffers),
            None => self.give_up(seat, job, ""),
        }
    }

    /// Takes what a worker said for itself if it answers a question; else gives it back.
    pub(in super::super) fn answers_question(
        self,
        event: Event,
        buffers: Vec<ArrayBuffer>,
    ) -> Option<(Event, Vec<ArrayBuffer>)> {
        let (Event::Packed { job }
        | Event::Unpacked { job, .. }
        | Event::Summarised { job, .. }
        | Event::Numbered { job, .. }) = &event
        else {
            return Some((event, buffers));
        };
        let (job, work) = (*job, self.ledger.with_untracked(|ledger| ledger.get(*job).map(|line| line.work.clone())));
        let Some(Work::File { ask }) = work else { return Some((event, buffers)) };
        self.ledger.update(|ledger| drop(ledger.strike(job)));
        self.answered_question(ask, Ok((event, buffers)));
        None
    }

    /// A question got no answer.
    pub(in super::super) fn question_failed(self, ask: u32, sentence: &str) {
        self.answered_question(ask, Err(sentence.to_owned()));
    }

    fn answered_question(self, ask: u32, answer: Answer) {
        let question = self.hands.try_update_value(|hands| hands.runs.asked.remove(&ask)).flatten();
        if let Some(question) = question {
            *question.answer.borrow_mut() = Some(answer);
            // Whoever waits is gone if nobody hears the bell.
            let _ = question.wake.call0(&JsValue::NULL);
        }
    }
}
