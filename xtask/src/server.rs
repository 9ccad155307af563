//! A static file server for this machine alone: one folder, the right types, the security headers on every response.

use crate::policy;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use tiny_http::{HTTPVersion, Header, Method, Request, Response, Server};

/// A response whose body is in memory.
type Answer = Response<Cursor<Vec<u8>>>;

/// What is served, and how.
#[derive(Clone)]
pub struct Served {
    /// The folder.
    pub folder: PathBuf,
    /// The address below which it appears; begins and ends with a slash.
    pub prefix: String,
    /// Whether responses carry the security headers; without, the server is as plain as any.
    pub headers: bool,
    /// Holds back files that are still being built.
    pub gate: Gate,
}

/// Holds requests for the files of one module until that module is there.
#[derive(Clone)]
pub struct Gate(Arc<(Mutex<State>, Condvar)>);

#[derive(Clone, PartialEq)]
enum State {
    Open,
    Waiting(&'static str),
    Broken(&'static str),
}

impl Gate {
    /// Holds nothing back.
    pub fn open() -> Self {
        Self(Arc::new((Mutex::new(State::Open), Condvar::new())))
    }

    /// Holds back the files whose names begin with `name`.
    pub fn closed(name: &'static str) -> Self {
        Self(Arc::new((Mutex::new(State::Waiting(name)), Condvar::new())))
    }

    /// Lets the requests pass; `built` says whether there is something for them.
    pub fn release(&self, built: bool) {
        let (state, change) = &*self.0;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = match *state {
            State::Waiting(name) if !built => State::Broken(name),
            _ => State::Open,
        };
        change.notify_all();
    }

    /// Waits while `name` is held back; false if it will never come.
    fn pass(&self, name: &str) -> bool {
        let (state, change) = &*self.0;
        let state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let held = |state: &mut State| matches!(state, State::Waiting(start) if name.starts_with(*start));
        let state = change.wait_while(state, held).unwrap_or_else(PoisonError::into_inner);
        !matches!(*state, State::Broken(start) if name.starts_with(start))
    }
}

/// Listens on a port of this machine; port 0 lets the system choose one.
pub fn listen(port: u16) -> Result<(Server, u16), String> {
    let server = Server::http(("127.0.0.1", port))
        .map_err(|error| format!("port {port} cannot be used ({error}); choose another with --port"))?;
    let port = server.server_addr().to_ip().map_or(port, |address| address.port());
    Ok((server, port))
}

/// Answers requests until the process ends.
pub fn answer(server: &Server, served: &Served) {
    for request in server.incoming_requests() {
        let served = served.clone();
        std::thread::spawn(move || {
            let response = respond(&request, &served);
            // A browser that went away meanwhile needs no answer.
            let _ = send(request, response);
        });
    }
}

/// Sends an answer and asks for the end of the connection. One that stays open occupies a thread of the HTTP library, which
/// may give that thread a second connection to serve: requests on it would wait for as long as the browser keeps the first.
pub fn send(request: Request, answer: Answer) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let bare = *request.method() == Method::Head;
    answer.raw_print(&mut bytes, HTTPVersion(1, 1), request.headers(), bare, None)?;
    let first_line = bytes.iter().position(|&byte| byte == b'\n').map_or(0, |place| place + 1);
    let mut writer = request.into_writer();
    writer.write_all(&bytes[..first_line])?;
    writer.write_all(b"Connection: close\r\n")?;
    writer.write_all(&bytes[first_line..])?;
    writer.flush()
}

/// The answer to one request.
pub fn respond(request: &Request, served: &Served) -> Answer {
    let answer = match request.method() {
        Method::Get | Method::Head => file(request, served),
        _ => plain(405, "Only GET and HEAD are answered here.\n"),
    };
    with_headers(answer, served)
}

/// The file a request asks for, or why not.
fn file(request: &Request, served: &Served) -> Answer {
    let Some(name) = name(request.url(), &served.prefix) else {
        return plain(404, "There is no such file.\n");
    };
    if !served.gate.pass(&name) {
        return plain(503, "This module did not compile.\n");
    }
    let Some((bytes, tag)) = load(&served.folder, &name) else {
        return plain(404, "There is no such file.\n");
    };
    let unchanged =
        request.headers().iter().any(|held| held.field.equiv("If-None-Match") && held.value.as_str() == tag);
    let answer = if unchanged { bytes_of(304, Vec::new()) } else { bytes_of(200, bytes) };
    answer.with_header(header("Content-Type", kind(&name))).with_header(header("ETag", &tag))
}

/// The file name an address means, free of every trick; none if the address is not below `prefix`.
fn name(address: &str, prefix: &str) -> Option<String> {
    let path = address.split(['?', '#']).next()?;
    let name = decode(path.strip_prefix(prefix)?)?;
    let name = if name.is_empty() || name.ends_with('/') { name + "index.html" } else { name };
    let clean =
        name.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':', '\0']));
    clean.then_some(name)
}

/// Undoes percent signs.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'%' {
            let (digits, after) = rest.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Bytes and tag of a file, which must really lie in the folder.
fn load(folder: &Path, name: &str) -> Option<(Vec<u8>, String)> {
    let path = folder.join(name).canonicalize().ok()?;
    if !path.starts_with(folder.canonicalize().ok()?) {
        return None;
    }
    let changed = path.metadata().ok()?.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    let bytes = std::fs::read(&path).ok()?;
    let tag = format!("\"{:x}-{:x}\"", bytes.len(), changed.as_nanos());
    Some((bytes, tag))
}

fn with_headers(answer: Answer, served: &Served) -> Answer {
    let mut answer = answer.with_header(header("Cache-Control", "no-cache"));
    for (name, value) in policy::headers().iter().filter(|_| served.headers) {
        answer.add_header(header(name, value));
    }
    answer
}

fn plain(status: u16, text: &str) -> Answer {
    bytes_of(status, text.into()).with_header(header("Content-Type", "text/plain; charset=utf-8"))
}

/// A response of known length, so that a page can show how much of it has come.
fn bytes_of(status: u16, bytes: Vec<u8>) -> Answer {
    Response::from_data(bytes).with_status_code(status).with_chunked_threshold(usize::MAX)
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("headers here are plain text")
}

/// The media type of a file, by its ending.
fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "ico" => "image/x-icon",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::net::TcpStream;

    /// A server over a fresh folder, and its port.
    fn start(label: &str, headers: bool, prefix: &str, gate: Gate) -> u16 {
        let folder = std::env::temp_dir().join(format!("tessera-server-{label}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("index.html"), "hello").unwrap();
        std::fs::write(folder.join("x_bg.wasm"), [0; 100_000]).unwrap();
        let (server, port) = listen(0).unwrap();
        let served = Served { folder, prefix: prefix.into(), headers, gate };
        std::thread::spawn(move || answer(&server, &served));
        port
    }

    /// The raw answer to one request.
    fn ask(port: u16, line: &str, more: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        write!(stream, "{line} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{more}\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    #[test]
    fn every_answer_carries_the_policy() {
        let port = start("policy", true, "/", Gate::open());
        for (line, status) in [("GET /", "200"), ("GET /none", "404"), ("POST /", "405"), ("HEAD /x_bg.wasm", "200")] {
            let answer = ask(port, line, "");
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{line}: {answer}");
            assert!(
                policy::headers().iter().all(|(name, value)| answer.contains(&format!("{name}: {value}"))),
                "{answer}"
            );
        }
        assert!(ask(port, "HEAD /x_bg.wasm", "").contains("Content-Length: 100000"));
        assert!(ask(port, "HEAD /x_bg.wasm", "").contains("application/wasm"));
    }

    #[test]
    fn no_connection_stays_open() {
        let port = start("close", true, "/", Gate::open());
        assert!(ask(port, "GET /", "").contains("\r\nConnection: close\r\n"));
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        let port = start("outside", true, "/", Gate::open());
        for path in
            ["/../Cargo.toml", "/%2e%2e/Cargo.toml", "/..%2fCargo.toml", "//etc/passwd", "/a/..%5cb", "/%00", "/%zz"]
        {
            assert!(ask(port, &format!("GET {path}"), "").starts_with("HTTP/1.1 404"), "{path}");
        }
    }

    #[test]
    fn a_plain_server_below_a_folder() {
        let port = start("plain", false, "/some/where/", Gate::open());
        let answer = ask(port, "GET /some/where/", "");
        assert!(answer.ends_with("hello") && !answer.contains("Content-Security-Policy"));
        assert!(ask(port, "GET /", "").starts_with("HTTP/1.1 404"));
    }

    #[test]
    fn an_unchanged_file_is_not_sent_again() {
        let port = start("tag", true, "/", Gate::open());
        let first = ask(port, "GET /", "");
        let tag = first.lines().find_map(|line| line.strip_prefix("ETag: ")).unwrap();
        assert!(ask(port, "GET /", &format!("If-None-Match: {tag}\r\n")).starts_with("HTTP/1.1 304"));
    }

    #[test]
    fn a_module_in_the_making_is_waited_for() {
        let gate = Gate::closed("x");
        let port = start("gate", true, "/", gate.clone());
        assert!(ask(port, "GET /", "").starts_with("HTTP/1.1 200"));
        let waiting = std::thread::spawn(move || ask(port, "GET /x_bg.wasm", ""));
        std::thread::sleep(std::time::Duration::from_millis(100));
        assert!(!waiting.is_finished());
        gate.release(true);
        assert!(waiting.join().unwrap().starts_with("HTTP/1.1 200"));
    }

    #[test]
    fn a_module_that_did_not_compile_is_refused() {
        let gate = Gate::closed("x");
        gate.release(false);
        assert!(!gate.pass("x_bg.wasm"));
        assert!(gate.pass("index.html"));
    }
}
