//! The worker's side of the bridge: messages in, engine, messages out. Knows no page.
//!
//! Requests are answered one at a time, in order; a `Stop` is read between the passes of the one that runs.

use js_sys::{Array, ArrayBuffer, Function, JsString, Promise, Reflect, Uint8Array};
use std::cell::RefCell;
use std::collections::{HashSet, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use tessera_core::digest::{Content, hexadecimal};
use tessera_engine::dispatch::{Buffer, Engine, Host};
use tessera_engine::protocol::{DeviceKind, Event, Job, Request};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent};

/// Messages that wait, and jobs that are to stop.
#[derive(Default)]
struct Inbox {
    waiting: VecDeque<(Request, Vec<ArrayBuffer>)>,
    stopped: HashSet<Job>,
    running: bool,
}

/// Registers the engine in this worker and says that it listens.
pub fn start(kind: DeviceKind) {
    console_error_panic_hook::set_once();
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let host = Rc::new(WorkerHost { scope: scope.clone(), inbox: Rc::default() });
    let engine = Rc::new(RefCell::new(Some(Engine::new(kind))));
    let receive = {
        let host = host.clone();
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            host.receive(&event);
            drain(&host, &engine);
        })
    };
    scope.set_onmessage(Some(receive.as_ref().unchecked_ref()));
    receive.forget();
    host.post(Event::Loaded, vec![]);
}

/// Works through the inbox, unless that is being done already.
fn drain(host: &Rc<WorkerHost>, engine: &Rc<RefCell<Option<Engine>>>) {
    if std::mem::replace(&mut host.inbox.borrow_mut().running, true) {
        return;
    }
    let (host, engine) = (host.clone(), engine.clone());
    spawn_local(async move {
        // Taken out for the whole of the work, so that no borrow is held while it waits.
        let mut free = engine.borrow_mut().take().expect("only one drains at a time");
        while let Some((request, buffers)) = host.next() {
            let buffers = contents(&request, buffers).await;
            free.handle(request, buffers, &*host).await;
        }
        *engine.borrow_mut() = Some(free);
        host.inbox.borrow_mut().running = false;
    });
}

struct WorkerHost {
    scope: DedicatedWorkerGlobalScope,
    inbox: Rc<RefCell<Inbox>>,
}

impl WorkerHost {
    /// Reads a message `[json, buffer, ...]`. One that cannot be read is a mismatch of versions and is said aloud.
    fn receive(&self, event: &MessageEvent) {
        let parts: Array = event.data().unchecked_into();
        let text = parts.get(0).as_string().unwrap_or_default();
        match serde_json::from_str::<Request>(&text) {
            Ok(Request::Stop { job }) => {
                self.inbox.borrow_mut().stopped.insert(job);
            }
            Ok(request) => {
                let buffers = parts.iter().skip(1).map(JsCast::unchecked_into).collect();
                self.inbox.borrow_mut().waiting.push_back((request, buffers));
            }
            Err(error) => {
                let sentence = format!("Page and worker are of different versions ({error}): reload the page.");
                self.post(Event::Refused { sentence }, vec![]);
            }
        }
    }

    /// The next request to handle; those that were stopped while they waited are answered here.
    fn next(&self) -> Option<(Request, Vec<ArrayBuffer>)> {
        loop {
            let (request, buffers) = self.inbox.borrow_mut().waiting.pop_front()?;
            match job_of(&request).filter(|job| self.inbox.borrow_mut().stopped.remove(job)) {
                Some(job) => self.post(Event::Stopped { job }, vec![]),
                None => return Some((request, buffers)),
            }
        }
    }
}

/// Buffers as the engine takes them. The files of a model get their digest from the browser, before they are copied: what
/// takes a second in wasm takes a tenth there.
async fn contents(request: &Request, buffers: Vec<ArrayBuffer>) -> Vec<Content> {
    let model = matches!(request, Request::Open { .. } | Request::Inspect { .. });
    let mut contents = Vec::with_capacity(buffers.len());
    for buffer in buffers {
        let digest = if model { sha256(&buffer).await } else { None };
        let bytes = Uint8Array::new(&buffer).to_vec();
        contents.push(match digest {
            Some(digest) => Content::digested(bytes, digest),
            None => bytes.into(),
        });
    }
    contents
}

/// SHA-256 by the browser; none where it offers none (plain http).
async fn sha256(buffer: &ArrayBuffer) -> Option<String> {
    let get = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).ok().filter(|value| !value.is_undefined());
    let subtle = get(&get(&js_sys::global(), "crypto")?, "subtle")?;
    let digest: Function = get(&subtle, "digest")?.dyn_into().ok()?;
    let promise: Promise = digest.call2(&subtle, &"SHA-256".into(), buffer).ok()?.dyn_into().ok()?;
    let found = Uint8Array::new(&JsFuture::from(promise).await.ok()?).to_vec();
    Some(hexadecimal(&found))
}

fn job_of(request: &Request) -> Option<Job> {
    match *request {
        Request::Inspect { job, .. }
        | Request::Prepare { job, .. }
        | Request::Compose { job, .. }
        | Request::Explain { job, .. }
        | Request::Summarise { job, .. }
        | Request::Pack { job, .. }
        | Request::Unpack { job }
        | Request::Number { job, .. }
        | Request::Test { job } => Some(job),
        Request::Open { .. } | Request::Stop { .. } => None,
    }
}

impl Host for WorkerHost {
    fn post(&self, event: Event, buffers: Vec<Buffer>) {
        let text = serde_json::to_string(&event).expect("events are plain data");
        let message = Array::of1(&JsString::from(text));
        let transfer = Array::new();
        for buffer in buffers {
            let bytes: ArrayBuffer = Uint8Array::from(buffer.as_slice()).buffer();
            message.push(&bytes);
            transfer.push(&bytes);
        }
        self.scope.post_message_with_transfer(&message, &transfer).expect("the page outlives its workers");
    }

    fn seconds(&self) -> f64 {
        self.scope.performance().map_or(0.0, |clock| clock.now() / 1000.0)
    }

    fn stopped<'a>(&'a self, job: Job) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        Box::pin(async move {
            let _ = JsFuture::from(turn()).await;
            self.inbox.borrow_mut().stopped.remove(&job)
        })
    }
}

/// Resolves in a later turn of the event loop, after messages that already wait. A timer would be held to 4 ms and more.
fn turn() -> Promise {
    Promise::new(&mut |resolve, _| {
        let Ok(channel) = MessageChannel::new() else {
            let _ = resolve.call0(&JsValue::NULL);
            return;
        };
        channel.port1().set_onmessage(Some(&resolve));
        let _ = channel.port2().post_message(&JsValue::NULL);
    })
}
