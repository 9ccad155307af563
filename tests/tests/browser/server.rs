//! What serves the built page: the same server a visitor starts with `cargo xtask serve`, over a folder as it is.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tessera_tests::root;

/// A running server; it ends with this value.
pub struct Server {
    child: Child,
    /// Where the page is, with the slash at its end.
    pub address: String,
}

impl Server {
    /// Serves the built page.
    pub fn of_site() -> Self {
        Self::start(&site(), &[])
    }

    /// Serves a folder as the built page is served.
    pub fn of(folder: &Path) -> Self {
        Self::start(folder, &[])
    }

    /// Serves a folder as any plain server would: no security headers, below a sub-path.
    pub fn plain(folder: &Path, prefix: &str) -> Self {
        Self::start(folder, &["--bare", "--prefix", prefix])
    }

    fn start(folder: &Path, more: &[&str]) -> Self {
        let program = variable("TESSERA_XTASK", "target/debug/xtask");
        let mut child = Command::new(&program)
            .args(["serve", "--no-build", "--port", "0", "--dir"])
            .arg(folder)
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", program.display()));
        let mut line = String::new();
        let said = child.stdout.take().map(|out| BufReader::new(out).read_line(&mut line));
        assert!(matches!(said, Some(Ok(1..))), "the server of {} says nothing", folder.display());
        let address = line.split_whitespace().find(|word| word.starts_with("http://")).map(String::from);
        Self { child, address: address.unwrap_or_else(|| panic!("the server names no address: {line}")) }
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> String {
        self.address.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
    }

    /// Status line and headers of the answer to a request, then the body.
    pub fn ask(&self, name: &str) -> (String, Vec<u8>) {
        let host = self.origin().replace("http://", "");
        let mut stream = TcpStream::connect(&host).expect("the server listens");
        let path = &self.address[self.origin().len()..];
        write!(stream, "GET {path}{name} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").expect("it is asked");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("an answer has headers");
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        (head, answer[end + 4..].to_vec())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The built page, as it is served.
pub fn site() -> PathBuf {
    built("TESSERA_SITE", "target/site")
}

/// The built page, as it is put on any server.
pub fn dist() -> PathBuf {
    built("TESSERA_DIST", "target/dist")
}

fn built(name: &str, usual: &str) -> PathBuf {
    let folder = variable(name, usual);
    assert!(folder.join("index.html").is_file(), "no built page in {}: run `cargo xtask test`", folder.display());
    folder
}

fn variable(name: &str, usual: &str) -> PathBuf {
    std::env::var_os(name).map_or_else(|| root().join(usual), PathBuf::from)
}

/// A copy of the built page, to be changed by a test; it goes with this value.
pub struct Copy {
    /// Where it is.
    pub folder: PathBuf,
}

impl Copy {
    /// Copies the page; `label` keeps copies of several tests apart.
    pub fn of_site(label: &str) -> Self {
        Self::of(&site(), label)
    }

    /// Copies a folder.
    pub fn of(from: &Path, label: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("tessera-copy-{label}-{}", std::process::id()));
        copy(from, &folder);
        Self { folder }
    }

    /// Takes a file away, and gives its bytes for [`Copy::put`].
    pub fn take(&self, name: &str) -> Vec<u8> {
        let path = self.folder.join(name);
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        std::fs::remove_file(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        bytes
    }

    /// Puts a file there.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.folder.join(name), bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // What stays in the temporary folder harms nobody.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("the temporary folder can be written");
    for entry in std::fs::read_dir(from).expect("the built page can be read").flatten() {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &target);
        } else {
            std::fs::copy(&source, &target).unwrap_or_else(|error| panic!("{}: {error}", source.display()));
        }
    }
}
