//! The workers themselves: the only place on the page that holds one.
//!
//! A message is an array: the JSON text of a request or event, then the buffers that go with it.

use super::pool::Seat;
use js_sys::{Array, ArrayBuffer};
use std::collections::HashMap;
use std::rc::Rc;
use tessera_engine::protocol::{DeviceKind, Event, Request};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

/// What comes back from a worker.
pub enum Heard {
    /// It said something.
    Event(Box<Event>, Vec<ArrayBuffer>),
    /// It broke; the text is the browser's own.
    Lost(String),
}

/// A worker and the functions the browser calls for it.
struct Held {
    worker: Worker,
    _message: Closure<dyn Fn(MessageEvent)>,
    _error: Closure<dyn Fn(ErrorEvent)>,
}

/// All workers of the page.
pub struct Client {
    held: HashMap<Seat, Held>,
    hear: Rc<dyn Fn(Seat, Heard)>,
}

impl Client {
    /// A client that tells `hear` all its workers say.
    pub fn new(hear: impl Fn(Seat, Heard) + 'static) -> Self {
        Self { held: HashMap::new(), hear: Rc::new(hear) }
    }

    /// Starts a worker; `Event::Loaded` follows, or [`Heard::Lost`].
    pub fn start(&mut self, seat: Seat, kind: DeviceKind) -> Result<(), JsValue> {
        let script = match kind {
            DeviceKind::Cpu => "./cpu-worker.js",
            DeviceKind::Gpu => "./webgpu-worker.js",
        };
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(script, &options)?;
        let hear = self.hear.clone();
        let message = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| match read(&message.data()) {
            Some((event, buffers)) => hear(seat, Heard::Event(Box::new(event), buffers)),
            None => hear(seat, Heard::Lost("It said something that the page does not understand.".into())),
        });
        let hear = self.hear.clone();
        let error = Closure::<dyn Fn(ErrorEvent)>::new(move |error: ErrorEvent| {
            // A script that can not be loaded gives a plain event without a message.
            let text = js_sys::Reflect::get(&error, &"message".into()).ok().and_then(|text| text.as_string());
            hear(seat, Heard::Lost(text.unwrap_or_default()));
        });
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        self.held.insert(seat, Held { worker, _message: message, _error: error });
        Ok(())
    }

    /// Sends a request; the buffers are handed over and empty afterwards.
    pub fn send(&self, seat: Seat, request: &Request, buffers: &[ArrayBuffer]) -> Result<(), JsValue> {
        let Some(held) = self.held.get(&seat) else { return Ok(()) };
        let text = serde_json::to_string(request).map_err(|error| JsValue::from_str(&error.to_string()))?;
        let (message, transfer) = (Array::of1(&text.into()), Array::new());
        for buffer in buffers {
            message.push(buffer);
            transfer.push(buffer);
        }
        held.worker.post_message_with_transfer(&message, &transfer)
    }

    /// Ends a worker.
    pub fn end(&mut self, seat: Seat) {
        if let Some(held) = self.held.remove(&seat) {
            held.worker.set_onmessage(None);
            held.worker.set_onerror(None);
            held.worker.terminate();
        }
    }
}

fn read(data: &JsValue) -> Option<(Event, Vec<ArrayBuffer>)> {
    let parts = data.dyn_ref::<Array>()?;
    let event = serde_json::from_str(&parts.get(0).as_string()?).ok()?;
    let buffers = parts.iter().skip(1).map(|part| part.dyn_into().ok()).collect::<Option<_>>()?;
    Some((event, buffers))
}
