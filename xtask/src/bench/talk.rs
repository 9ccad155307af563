//! A page of the bench talks to us: a server of one folder that also takes what the page posts, and the Chromium that shows it.

use super::processor;
use crate::server::{self, Gate, Served};
use crate::{command, files, tools};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};
use tiny_http::{Method, Request, Response, Server};

/// What Chromium is started with: nothing but what the page does.
const FLAGS: [&str; 8] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];
/// How long a page may be silent.
const PATIENCE: Duration = Duration::from_secs(300);

/// Something the page posted.
#[derive(Debug, PartialEq)]
pub struct Said {
    /// The last part of the address it was posted to.
    pub what: String,
    /// What was posted.
    pub text: String,
    /// Processor seconds that the browser has used so far.
    pub cpu: Option<f64>,
}

/// The server's end of the talk.
pub struct Talk {
    posts: Receiver<Request>,
    /// Where the folder is served.
    pub port: u16,
}

impl Talk {
    /// Serves a folder, with the product's own headers.
    pub fn open(folder: PathBuf) -> Result<Self, String> {
        let (server, port) = server::listen(0)?;
        let (sender, posts) = channel();
        let served = Served { folder, prefix: "/".into(), headers: true, gate: Gate::open() };
        std::thread::spawn(move || answer(&server, &served, &sender));
        Ok(Self { posts, port })
    }

    /// Waits for the next thing that the page in this browser says.
    pub fn next(&self, browser: &Browser) -> Result<Said, String> {
        let silent = |_| "Chromium's page has said nothing for five minutes".to_string();
        let mut request = self.posts.recv_timeout(PATIENCE).map_err(silent)?;
        let cpu = processor::seconds(browser.child.id());
        let mut text = String::new();
        let read = request.as_reader().read_to_string(&mut text);
        let what = request.url().rsplit('/').next().unwrap_or_default().to_owned();
        let answered = server::send(request, Response::from_data([]).with_status_code(204));
        read.and(answered.map(|()| 0)).map_err(|error| format!("the talk with Chromium broke: {error}"))?;
        if what == "failed" { Err(format!("the page failed: {text}")) } else { Ok(Said { what, text, cpu }) }
    }
}

fn answer(server: &Server, served: &Served, posts: &Sender<Request>) {
    for request in server.incoming_requests() {
        if *request.method() == Method::Post {
            // Nobody reads it once the talk is over.
            let _ = posts.send(request);
            continue;
        }
        let served = served.clone();
        std::thread::spawn(move || {
            let response = server::respond(&request, &served);
            // A browser that went away meanwhile needs no answer.
            let _ = server::send(request, response);
        });
    }
}

/// A Chromium without a window. It ends with this value.
pub struct Browser {
    child: Child,
}

impl Browser {
    /// Opens an address with what `profile` holds of earlier visits.
    pub fn open(profile: &Path, address: &str) -> Result<Self, String> {
        tools::programs(&["chromium"], &["chromium"])?;
        files::make(profile)?;
        let mut chromium = Command::new("chromium");
        chromium.args(FLAGS).arg(format!("--user-data-dir={}", profile.display())).arg(address);
        let child = chromium.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.map_err(|error| format!("Chromium could not be started: {error}"))?;
        Ok(Self { child })
    }

    /// The number of its first process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its version, as it says.
    pub fn version() -> Result<String, String> {
        tools::programs(&["chromium"], &["chromium"])?;
        let text = command::output(Command::new("chromium").arg("--version"), "Chromium does not say its version")?;
        Ok(text.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
    }

    /// Asks it to end, so that it writes down what it keeps for the next visit.
    pub fn close(mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        let start = Instant::now();
        while asked.is_ok() && start.elapsed() < Duration::from_secs(10) {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // One that ended by itself needs no ending.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
