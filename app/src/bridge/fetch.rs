//! Files of the page's own origin, and what the browser says of its graphics processor.

use js_sys::{ArrayBuffer, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Response};

/// Fetches a file and gives the answer, or the sentence's second half: why not.
async fn respond(path: &str) -> Result<Response, String> {
    let window = web_sys::window().ok_or("there is no window")?;
    let answer = JsFuture::from(window.fetch_with_str(path)).await;
    let response: Response = answer.ok().and_then(|value| value.dyn_into().ok()).ok_or("the server does not answer")?;
    match response.status() {
        _ if response.ok() => Ok(response),
        404 => Err("the server does not have it".into()),
        status => Err(format!("the server answers {status}")),
    }
}

/// A text file.
pub async fn text(path: &str) -> Result<String, String> {
    let promise = respond(path).await?.text().map_err(|_| "it can not be read")?;
    let value = JsFuture::from(promise).await.map_err(|_| "it broke off")?;
    value.as_string().ok_or_else(|| "it is not text".into())
}

/// A file's bytes.
pub async fn bytes(path: &str) -> Result<ArrayBuffer, String> {
    let promise = respond(path).await?.array_buffer().map_err(|_| "it can not be read")?;
    let value = JsFuture::from(promise).await.map_err(|_| "it broke off")?;
    value.dyn_into().map_err(|_| "it has no bytes".into())
}

/// A large file's bytes; `progress` hears how many have come. At most `most` bytes are taken.
pub async fn large(path: &str, most: u64, progress: impl Fn(u64)) -> Result<ArrayBuffer, String> {
    let response = respond(path).await?;
    let Some(body) = response.body() else { return bytes(path).await };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let whole = Uint8Array::new_with_length(u32::try_from(most).map_err(|_| "it is too large")?);
    let mut got = 0_u64;
    loop {
        let part = JsFuture::from(reader.read()).await.map_err(|_| "it broke off")?;
        let get = |name: &str| Reflect::get(&part, &name.into()).unwrap_or(JsValue::UNDEFINED);
        if get("done").is_truthy() {
            let whole = whole.buffer();
            return Ok(if got == most { whole } else { whole.slice_with_end(0, got as u32) });
        }
        let chunk: Uint8Array = get("value").unchecked_into();
        let end = got + u64::from(chunk.length());
        if end > most {
            return Err("it is larger than its card says".into());
        }
        whole.set(&chunk, got as u32);
        got = end;
        progress(got);
    }
}

/// The bytes of a file that a person brought.
pub async fn file(blob: &web_sys::Blob) -> Result<ArrayBuffer, String> {
    let value = JsFuture::from(blob.array_buffer()).await.map_err(|_| "the browser can not read it")?;
    value.dyn_into().map_err(|_| "it has no bytes".into())
}

/// Bytes as a file that the browser keeps out of the page's memory.
pub fn blob(bytes: &ArrayBuffer) -> Option<web_sys::Blob> {
    web_sys::Blob::new_with_buffer_source_sequence(&js_sys::Array::of1(bytes)).ok()
}

/// SHA-256 in hexadecimal, by the browser and off the page's thread; none where the browser offers none (plain http).
pub async fn sha256(buffer: &ArrayBuffer) -> Option<String> {
    let subtle = web_sys::window()?.crypto().ok()?.subtle();
    if subtle.is_undefined() {
        return None;
    }
    let promise = subtle.digest_with_str_and_buffer_source("SHA-256", buffer).ok()?;
    let digest = Uint8Array::new(&JsFuture::from(promise).await.ok()?).to_vec();
    Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Name of the graphics processor, empty where the browser keeps it to itself; or a sentence why there is none.
pub async fn adapter() -> Result<String, String> {
    let window = web_sys::window().ok_or("There is no window.")?;
    let get = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let gpu = get(&window.navigator(), "gpu");
    if gpu.is_falsy() {
        return Err(
            "This browser does not offer WebGPU, so the CPU works. A current Chrome, Edge or Safari may offer it."
                .into(),
        );
    }
    let refused =
        "This browser offers WebGPU but no adapter, so the CPU works. A graphics driver may be missing or blocked.";
    let ask: Function = get(&gpu, "requestAdapter").dyn_into().map_err(|_| refused)?;
    let promise: Promise = ask.call0(&gpu).ok().and_then(|p| p.dyn_into().ok()).ok_or(refused)?;
    let adapter = JsFuture::from(promise).await.map_err(|_| refused)?;
    if adapter.is_falsy() {
        return Err(refused.into());
    }
    let info = get(&adapter, "info");
    let part = |name: &str| get(&info, name).as_string().unwrap_or_default();
    let name = [part("description"), format!("{} {}", part("vendor"), part("architecture"))];
    Ok(name.iter().map(|name| name.trim().to_owned()).find(|name| !name.is_empty()).unwrap_or_default())
}
