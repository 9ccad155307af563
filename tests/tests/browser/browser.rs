//! A Chromium with a fresh profile, driven through WebDriver; what it must hold in every test is checked at its end.

use crate::netlog::{self, Asked};
use crate::server::Server;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::error::CmdError;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::future::{Future, poll_fn};
use std::io::{BufRead, BufReader};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;
use std::time::Duration;
use tessera_tests::root;
use tokio::sync::RwLock;

/// Flags of every browser: nothing of its own goes out, and no name but this machine's is found.
const FLAGS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/// Keys as WebDriver writes them.
pub const TAB: char = '\u{e004}';
/// The Enter key.
pub const ENTER: char = '\u{e007}';
/// The Escape key.
pub const ESCAPE: char = '\u{e00c}';
/// The arrow to the right.
pub const RIGHT: char = '\u{e014}';
/// The arrow down.
pub const DOWN: char = '\u{e015}';
/// The Control key.
pub const CONTROL: char = '\u{e009}';

/// Tests that measure time have the machine for themselves; the others share it.
static MACHINE: RwLock<()> = RwLock::const_new(());

/// How a visit differs from the usual one.
#[derive(Default)]
pub struct Wish {
    /// Whether the browser has a (software) WebGPU adapter.
    pub gpu: bool,
    /// Further flags of the browser.
    pub flags: Vec<String>,
    /// Errors in the console that belong to the test: those that contain one of these words.
    pub errors: Vec<&'static str>,
    /// A script that runs before the page's own.
    pub before: Option<&'static str>,
    /// Whether nothing else may run meanwhile.
    pub alone: bool,
    /// Origins of other hosts that the test makes the page ask, by a click.
    pub hosts: Vec<String>,
}

/// A browser, open at a page.
pub struct Browser {
    client: Client,
    _driver: Driver,
    folder: PathBuf,
    errors: Vec<&'static str>,
}

/// Opens the server's page in a fresh browser, lets `story` happen there, and checks what always holds: no error in
/// the console, and no request to anywhere but the server and the hosts the test names. Returns all requests of the page and its workers.
pub fn visit(server: &Server, wish: Wish, story: impl AsyncFnOnce(&Browser)) -> Vec<Asked> {
    // The picture of an earlier failure would mislead.
    let _ = std::fs::remove_file(failure());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        let (_alone, _shared);
        if wish.alone {
            _alone = MACHINE.write().await;
        } else {
            _shared = MACHINE.read().await;
        }
        let hosts = wish.hosts.clone();
        let browser = Browser::start(wish).await;
        let outcome = caught(async {
            browser.goto(&server.address).await;
            story(&browser).await;
            browser.check_console().await;
        })
        .await;
        if outcome.is_err() {
            browser.keep_failure().await;
        }
        let log = browser.close().await;
        outcome.unwrap_or_else(|panic| resume_unwind(panic));
        netlog::only_own(&log, &server.origin(), &hosts)
    })
}

/// Runs a future to its end or to its panic.
async fn caught<F: Future>(future: F) -> std::thread::Result<F::Output> {
    let mut future = pin!(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

/// A folder of its own for each browser.
fn fresh_folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("tessera-browser-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
    folder
}

/// Where the picture of this test's failure is kept.
fn failure() -> PathBuf {
    let name = std::thread::current().name().unwrap_or("test").replace("::", "-");
    root().join(format!("tests/screenshots/failed-{name}.png"))
}

/// Where a program lies.
fn find(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("{program} is not installed; on Debian: apt-get install chromium chromium-driver"))
}

impl Browser {
    async fn start(wish: Wish) -> Self {
        let folder = fresh_folder();
        let driver = Driver::start();
        let client = connect(driver.port, capabilities(&wish, &folder)).await;
        let browser = Self { client, _driver: driver, folder, errors: wish.errors };
        if let Some(script) = wish.before {
            browser.command("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
        }
        browser
    }

    /// Opens an address.
    pub async fn goto(&self, address: &str) {
        self.client.goto(address).await.unwrap_or_else(|error| panic!("{address} does not open: {error}"));
    }

    /// Runs the body of a function in the page and gives what it returns.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        let value = self.client.execute(script, arguments).await;
        value.unwrap_or_else(|error| panic!("a script failed in the page: {error}\n{script}"))
    }

    /// As [`Browser::run`], for a body that may wait.
    pub async fn wait_for(&self, script: &str, arguments: Vec<Value>) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1];\n\
             (async (...arguments_) => {{ {script} }})(...arguments).then(done, error => done({{ failed: String(error) }}));"
        );
        let value = self.client.execute_async(&script, arguments).await;
        let value = value.unwrap_or_else(|error| panic!("a script failed in the page: {error}\n{script}"));
        assert!(value.get("failed").is_none(), "a script failed in the page: {}\n{script}", value["failed"]);
        value
    }

    /// Clicks what a person would see at this place of the page.
    pub async fn click(&self, selector: &str) {
        let mut clicked = self.try_to_click(selector).await;
        // What was drawn anew after it was found is found again: a person would not have noticed.
        if clicked.as_ref().is_err_and(|error| error.to_string().contains("stale element")) {
            clicked = self.try_to_click(selector).await;
        }
        clicked.unwrap_or_else(|error| panic!("{selector} can not be clicked: {error}"));
    }

    async fn try_to_click(&self, selector: &str) -> Result<(), CmdError> {
        self.client.find(Locator::Css(selector)).await?.click().await
    }

    /// Chooses files in the page's chooser of photos.
    pub async fn choose_files(&self, paths: &[PathBuf]) {
        self.choose_in("#file", paths).await;
    }

    /// Chooses files in a file chooser.
    pub async fn choose_in(&self, chooser: &str, paths: &[PathBuf]) {
        let absolute =
            paths.iter().map(|path| path.canonicalize().unwrap_or_else(|e| panic!("{}: {e}", path.display())));
        let names = absolute.map(|path| path.to_string_lossy().into_owned()).collect::<Vec<_>>().join("\n");
        let input = self.client.find(Locator::Css(chooser)).await.expect("the page has that file chooser");
        input.send_keys(&names).await.unwrap_or_else(|error| panic!("{names} can not be chosen: {error}"));
    }

    /// Presses and releases a key, wherever the focus is.
    pub async fn press(&self, key: char) {
        self.act(vec![KeyAction::Down { value: key }, KeyAction::Up { value: key }]).await;
    }

    /// Types a text, wherever the focus is.
    pub async fn enter(&self, text: &str) {
        for key in text.chars() {
            self.press(key).await;
        }
    }

    /// Presses a key and leaves it down until [`Browser::release`].
    pub async fn hold(&self, key: char) {
        self.act(vec![KeyAction::Down { value: key }]).await;
    }

    /// Releases a key.
    pub async fn release(&self, key: char) {
        self.act(vec![KeyAction::Up { value: key }]).await;
    }

    async fn act(&self, actions: Vec<KeyAction>) {
        let keys = actions.into_iter().fold(KeyActions::new("keys".into()), KeyActions::then);
        self.client.perform_actions(keys).await.expect("keys can be pressed");
    }

    /// A command of the browser's own protocol, for what WebDriver lacks.
    pub async fn command(&self, name: &str, parameters: Value) -> Value {
        let post = Post { end: "goog/cdp/execute", body: json!({ "cmd": name, "params": parameters }) };
        self.client.issue_cmd(post).await.unwrap_or_else(|error| panic!("{name} failed: {error}"))
    }

    /// A picture of what is seen, kept among the test's screenshots.
    pub async fn screenshot(&self, name: &str) -> Vec<u8> {
        let picture = self.client.screenshot().await.expect("the browser takes a picture");
        let folder = root().join("tests/screenshots");
        std::fs::create_dir_all(&folder).expect("the folder of screenshots can be written");
        std::fs::write(folder.join(format!("{name}.png")), &picture).expect("a screenshot can be kept");
        picture
    }

    /// A folder that goes with the browser.
    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.folder.join(name);
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        folder
    }

    /// What the console holds since it was read last: level and text.
    pub async fn console(&self) -> Vec<(String, String)> {
        let post = Post { end: "se/log", body: json!({ "type": "browser" }) };
        let log = self.client.issue_cmd(post).await.expect("the console can be read");
        let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        log.as_array().expect("a list").iter().map(|entry| (text(entry, "level"), text(entry, "message"))).collect()
    }

    async fn check_console(&self) {
        for (level, message) in self.console().await {
            let expected = self.errors.iter().any(|word| message.contains(word));
            assert!(level != "SEVERE" || expected, "the console shows an error: {message}");
        }
    }

    /// A test failed: the picture and the console say more than its sentence.
    async fn keep_failure(&self) {
        if let Ok(picture) = self.client.screenshot().await {
            let path = failure();
            // Without the picture the sentence must do.
            let _ = path.parent().map(std::fs::create_dir_all);
            let _ = std::fs::write(path, picture);
        }
        for (level, message) in self.console().await {
            println!("console {level}: {message}");
        }
    }

    /// Ends the browser and gives its log of the network.
    async fn close(self) -> Value {
        self.client.close().await.expect("the browser ends");
        let log = netlog::read(&self.folder.join("net.json")).await;
        // It lies among temporary files anyway.
        let _ = std::fs::remove_dir_all(&self.folder);
        log
    }
}

/// Waits.
pub async fn pause(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

/// Chromedriver; it ends with this value.
struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    /// Starts one. Asked for any free port it takes one of IPv6 and then wants the same of IPv4; where another
    /// process has that, it ends without a word of its port, and another try gets another port.
    fn start() -> Self {
        (0..8).find_map(|_| Self::begin()).expect("chromedriver says on which port it listens")
    }

    fn begin() -> Option<Self> {
        let mut command = Command::new(find("chromedriver"));
        command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("chromedriver starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output is piped")).lines().map_while(Result::ok);
        let port =
            lines.find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok());
        // Ends the process too where it has no port.
        let driver = Self { child, port: port.unwrap_or_default() };
        // Its later lines must go somewhere, or it blocks.
        std::thread::spawn(move || lines.for_each(drop));
        port.map(|_| driver)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn capabilities(wish: &Wish, folder: &Path) -> Value {
    let mut flags: Vec<String> = FLAGS.map(String::from).into();
    flags.push("--window-size=1600,1000".into());
    flags.push(format!("--log-net-log={}", folder.join("net.json").display()));
    flags.push(format!("--user-data-dir={}", folder.join("profile").display()));
    flags.extend(wish.gpu.then(|| "--enable-unsafe-webgpu".into()));
    flags.extend(wish.flags.iter().cloned());
    json!({
        "goog:chromeOptions": { "binary": find("chromium"), "args": flags },
        "goog:loggingPrefs": { "browser": "ALL" },
        "timeouts": { "script": 300_000, "pageLoad": 60_000 },
    })
}

async fn connect(port: u16, capabilities: Value) -> Client {
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(capabilities.as_object().expect("an object").clone());
    let address = format!("http://127.0.0.1:{port}");
    builder.connect(&address).await.unwrap_or_else(|error| panic!("chromium does not start: {error}"))
}

/// A command of chromedriver's that fantoccini has no method for.
#[derive(Debug)]
struct Post {
    end: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Post {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.end))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}
