//! A file from another origin: only after a click that names its host, without a cookie, a referrer or a header of ours.

use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Blob, ReadableStreamDefaultReader, ReferrerPolicy, RequestCredentials, RequestInit, RequestMode,
    Response,
};

/// Bytes that are collected before they are given to the browser, which keeps them out of the page's memory.
const LUMP: u64 = 16 << 20;

/// Why nothing came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It was stopped.
    Stopped,
    /// The sentence's second half: why not.
    Because(String),
}

fn because(why: &str) -> Failure {
    Failure::Because(why.into())
}

/// Fetches a file; `progress` hears how many bytes have come, and how many there are where the host says. `stop` ends it.
pub async fn fetch(url: &str, stop: &AbortController, progress: impl Fn(u64, Option<u64>)) -> Result<Blob, Failure> {
    let stopped = |why: &str| if stop.signal().aborted() { Failure::Stopped } else { because(why) };
    let window = web_sys::window().ok_or(because("there is no window"))?;
    let answer = JsFuture::from(window.fetch_with_str_and_init(url, &request(stop))).await;
    let unreachable = "it does not answer, or does not let this page read the file";
    let response: Response = answer.map_err(|_| stopped(unreachable))?.unchecked_into();
    if !response.ok() {
        return Err(Failure::Because(refusal(response.status())));
    }
    let all = response.headers().get("content-length").ok().flatten().and_then(|length| length.parse().ok());
    let body = response.body().ok_or_else(|| because("its answer is empty"))?;
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    progress(0, all);
    let (lumps, parts) = (Array::new(), Array::new());
    let (mut got, mut held) = (0_u64, 0_u64);
    loop {
        let part = JsFuture::from(reader.read()).await.map_err(|_| stopped("it broke off before the end"))?;
        let get = |name: &str| Reflect::get(&part, &name.into()).unwrap_or(JsValue::UNDEFINED);
        let done = get("done").is_truthy();
        if !done {
            let chunk: Uint8Array = get("value").unchecked_into();
            (got, held) = (got + u64::from(chunk.length()), held + u64::from(chunk.length()));
            parts.push(&chunk);
            progress(got, all);
        }
        if held >= LUMP || done {
            let lump = blob(&parts)?;
            lumps.push(&lump);
            parts.set_length(0);
            held = 0;
        }
        if done {
            return if all.is_none_or(|all| all == got) {
                blob(&lumps)
            } else {
                Err(because("it broke off before the end"))
            };
        }
    }
}

fn blob(parts: &Array) -> Result<Blob, Failure> {
    Blob::new_with_u8_array_sequence(parts).map_err(|_| because("the browser has no room for it"))
}

fn request(stop: &AbortController) -> RequestInit {
    let request = RequestInit::new();
    request.set_mode(RequestMode::Cors);
    request.set_credentials(RequestCredentials::Omit);
    request.set_referrer_policy(ReferrerPolicy::NoReferrer);
    request.set_signal(Some(&stop.signal()));
    request
}

fn refusal(status: u16) -> String {
    match status {
        401 | 403 => "it refuses to give the file".into(),
        404 | 410 => "it does not have the file any more".into(),
        429 => "it is asked too often now".into(),
        status => format!("it answers {status}"),
    }
}
