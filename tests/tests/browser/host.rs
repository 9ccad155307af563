//! A host of model files as the page meets them: one that gives the file, is slow, breaks off, refuses, or sends no leave
//! for pages of other origins.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Bytes of a piece of an answer.
const PIECE: usize = 1 << 18;

/// A running host. It ends with the test.
pub struct Host {
    /// Scheme, host and port.
    pub origin: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Host {
    /// A host that has this file under every name.
    pub fn of(file: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let origin = format!("http://{}", listener.local_addr().expect("it listens"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (file, noted) = (Arc::new(file), asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (file, noted) = (file.clone(), noted.clone());
                // A browser that goes away in the middle is part of the test.
                std::thread::spawn(move || drop(answer(&stream, &file, &noted)));
            }
        });
        Self { origin, asked }
    }

    /// Paths that were asked for so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("nobody panicked with it").clone()
    }
}

/// Answers as the first folder of the path says.
fn answer(mut stream: &TcpStream, file: &[u8], asked: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let manner = path.split('/').nth(1).unwrap_or_default().to_owned();
    asked.lock().expect("nobody panicked with it").push(path);
    let leave = if manner == "closed" { "" } else { "Access-Control-Allow-Origin: *\r\n" };
    let status = match manner.as_str() {
        "missing" => {
            return write!(stream, "HTTP/1.1 404 Not Found\r\n{leave}Content-Length: 0\r\nConnection: close\r\n\r\n");
        }
        "moved" => {
            return write!(
                stream,
                "HTTP/1.1 302 Found\r\n{leave}Location: /stored/it\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
        }
        _ => "HTTP/1.1 200 OK",
    };
    write!(stream, "{status}\r\n{leave}Content-Length: {}\r\nConnection: close\r\n\r\n", file.len())?;
    let whole = if manner == "cut" { &file[..file.len() / 2] } else { file };
    for piece in whole.chunks(PIECE) {
        stream.write_all(piece)?;
        if manner == "slow" {
            std::thread::sleep(Duration::from_millis(200));
        }
    }
    stream.flush()
}
