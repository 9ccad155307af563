//! The Models drawer: opened by keyboard, a file brought, its preprocessing corrected, kept, deleted; what is refused
//! leaves the network in use.

use crate::browser::{Browser, ENTER, ESCAPE, Wish, pause, visit};
use crate::page::samples;
use crate::server::Server;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tessera_tests::{bytes, root};

/// Reads the drawer.
const LOOK: &str = r#"
const text = e => e ? e.textContent.replace(/\s+/g, ' ').trim() : '';
const drawer = document.querySelector('#models');
return {
    open: drawer.matches(':popover-open'),
    network: document.querySelector('#app').dataset.network ?? '',
    says: text(drawer.querySelector('.says')),
    coming: text(drawer.querySelector('.coming .grow')),
    fault: text(drawer.querySelector('.fault')),
    entries: drawer.querySelectorAll('[data-entry]').length,
    kept: [...drawer.querySelectorAll('[data-kept]')].map(e => e.dataset.kept),
    preset: text(drawer.querySelector('#preprocessing summary .s')),
    tested: drawer.querySelector('#self-test').dataset.tested ?? '',
};"#;

/// What the drawer shows.
#[derive(Clone, Debug, Deserialize)]
pub struct Drawer {
    /// Whether it is open.
    pub open: bool,
    /// Id of the network in use.
    pub network: String,
    /// Its answer to the photo on the stage.
    pub says: String,
    /// A model on its way.
    pub coming: String,
    /// What went wrong.
    pub fault: String,
    /// Number of entries of the catalogue.
    pub entries: usize,
    /// Ids of kept models.
    pub kept: Vec<String>,
    /// Input size and preset, in words.
    pub preset: String,
    /// What the self-test said: "true", "false" or nothing.
    pub tested: String,
}

/// Waits until the drawer shows something; `what` says it in words.
pub async fn drawer(browser: &Browser, what: &str, shows: impl Fn(&Drawer) -> bool) -> Drawer {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let seen: Drawer = serde_json::from_value(browser.run(LOOK, vec![]).await).expect("the drawer can be read");
        if shows(&seen) {
            return seen;
        }
        assert!(Instant::now() < end, "after a minute still not: {what}. The drawer shows {seen:#?}");
        pause(50).await;
    }
}

/// Opens the drawer with the chip.
pub async fn open_drawer(browser: &Browser) {
    browser.click(".chip.network").await;
    drawer(browser, "the drawer opens", |seen| seen.open && seen.entries > 0 && !seen.says.contains("not answered"))
        .await;
}

/// What the network in use says of the photo on the stage.
pub async fn says(browser: &Browser) -> String {
    drawer(browser, "it answers", |seen| !seen.says.contains("not answered")).await.says
}

/// A copy of a file under another name, for a visitor who has it on disk.
fn copy(browser: &Browser, from: &str, name: &str) -> PathBuf {
    written(browser, name, &bytes(root().join(from)))
}

fn written(browser: &Browser, name: &str, content: &[u8]) -> PathBuf {
    let path = browser.folder("models").join(name);
    std::fs::write(&path, content).expect("the temporary folder can be written");
    path
}

const LITE0: &str = "public/models/efficientnet-lite0/model.safetensors";

#[test]
fn the_drawer_opens_by_keyboard_and_gives_the_focus_back() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        browser.explained(&samples()[0].title).await;
        browser.run("document.querySelector('.chip.network').focus()", vec![]).await;
        browser.press(ENTER).await;
        drawer(browser, "Enter opens it", |seen| seen.open).await;
        let focus = "return document.activeElement.id || document.activeElement.className";
        assert_eq!(browser.run(focus, vec![]).await, "models-title", "the focus does not go to its heading");
        drawer(browser, "the catalogue and the sums come", |_| true).await;
        browser.press(ESCAPE).await;
        drawer(browser, "Escape closes it", |seen| !seen.open).await;
        assert_eq!(browser.run(focus, vec![]).await, "chip network", "the focus does not come back to the chip");
    });
}

#[test]
fn preprocessing_is_corrected_and_the_model_is_kept() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        browser.explained(&samples()[0].title).await;
        open_drawer(browser).await;
        let right = says(browser).await;

        let path = copy(browser, LITE0, "my net.safetensors");
        browser.choose_in("#model-file", &[path]).await;
        drawer(browser, "the file is used", |seen| seen.network == "my-net").await;
        browser.explained(&samples()[0].title).await;

        browser.click("#preprocessing summary").await;
        apply(browser, "0 to 1", "unit").await;
        assert_ne!(says(browser).await, right, "with numbers from 0 to 1 it answers the same");
        apply(browser, "EfficientNet-Lite", "lite").await;
        assert_eq!(says(browser).await, right, "with its own numbers it answers otherwise");

        browser.click("#keep").await;
        drawer(browser, "it is kept", |seen| seen.kept == ["my-net"]).await;
        browser.run("location.reload()", vec![]).await;
        pause(500).await;
        browser.explained(&samples()[0].title).await;
        open_drawer(browser).await;
        let seen =
            drawer(browser, "it is used after a reload", |seen| seen.network == "my-net" && !seen.kept.is_empty())
                .await;
        assert_eq!((seen.says, seen.preset.contains("lite")), (right.clone(), true));

        browser.click("[data-kept=my-net] .delete").await;
        drawer(browser, "it is deleted", |seen| seen.kept.is_empty()).await;
        assert_eq!(says(browser).await, right, "the deleted model does not answer until the page is left");
        browser.click("#bundled .use").await;
        drawer(browser, "the bundled one is used again", |seen| seen.network == "efficientnet-lite0").await;
    });
}

/// Keeps the tiny network, then damages what is kept.
const DAMAGE: &str = "const root = await navigator.storage.getDirectory();
    const models = await root.getDirectoryHandle('models');
    const own = await models.getDirectoryHandle('efficientnet-lite-tiny');
    const stream = await (await own.getFileHandle('model')).createWritable();
    await stream.write('damaged'); await stream.close(); return true;";

#[test]
fn a_kept_file_that_was_damaged_is_told_and_the_bundled_network_answers() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        browser.explained(&samples()[0].title).await;
        open_drawer(browser).await;
        let before = says(browser).await;
        let model = copy(browser, "tests/golden/tiny/model.safetensors", "tiny.safetensors");
        let card = copy(browser, "tests/golden/tiny/card.json", "tiny.json");
        browser.choose_in("#model-file", &[model, card]).await;
        drawer(browser, "it is used", |seen| seen.network == "efficientnet-lite-tiny").await;
        browser.click("#keep").await;
        drawer(browser, "it is kept", |seen| seen.kept == ["efficientnet-lite-tiny"]).await;
        assert_eq!(browser.wait_for(DAMAGE, vec![]).await, true);
        browser.run("location.reload()", vec![]).await;
        pause(500).await;
        let seen = browser.explained(&samples()[0].title).await;
        println!("{:?}", seen.notices);
        assert!(seen.notices[0].contains("The bundled network is used"), "{:?}", seen.notices);
        open_drawer(browser).await;
        assert_eq!(says(browser).await, before);
        drawer(browser, "it is still listed", |seen| !seen.kept.is_empty()).await;
        browser.click("[data-kept=efficientnet-lite-tiny] .use").await;
        drawer(browser, "the drawer says so too", |seen| !seen.fault.is_empty()).await;
    });
}

const ONNX: &str = "resnet18.external.onnx";

#[test]
fn an_onnx_file_is_dropped_with_its_weights_beside_it_and_kept() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        let data = format!("{ONNX}.data");
        browser.explained(&samples()[0].title).await;
        open_drawer(browser).await;
        let golden = |name: &str| copy(browser, &format!("tests/golden/onnx/{name}"), name);
        let (model, weights) = (golden(ONNX), golden(&data));
        browser.drop_files("#stage", &[&model]).await;
        let told = drawer(browser, "the missing file is told", |seen| !seen.fault.is_empty()).await.fault;
        println!("{told}");
        assert!(told.contains(&data) && told.ends_with("drop or choose both files together."), "{told}");

        browser.drop_files("#stage", &[&weights, &model]).await;
        drawer(browser, "both are used", |seen| seen.network == "resnet18.external").await;
        browser.explained(&samples()[0].title).await;
        let before = says(browser).await;
        browser.click("#keep").await;
        drawer(browser, "it is kept", |seen| seen.kept == ["resnet18.external"]).await;
        browser.run("location.reload()", vec![]).await;
        pause(500).await;
        browser.explained(&samples()[0].title).await;
        open_drawer(browser).await;
        assert_eq!(says(browser).await, before);
        let seen = drawer(browser, "it is used after a reload", |seen| !seen.kept.is_empty()).await;
        assert_eq!((seen.network.as_str(), seen.fault.as_str()), ("resnet18.external", ""));
    });
}

/// Applies the preset with these words, and waits for the answer.
async fn apply(browser: &Browser, words: &str, id: &str) {
    choose(browser, "#preprocessing select", words).await;
    browser.click("#apply").await;
    drawer(browser, "the preset is applied", |seen| seen.preset.contains(id) && seen.coming.is_empty()).await;
    browser.explained(&samples()[0].title).await;
}

/// Chooses an option by a part of its words.
async fn choose(browser: &Browser, list: &str, words: &str) {
    let script = "const list = document.querySelector(arguments[0]);
        list.value = [...list.options].find(option => option.textContent.includes(arguments[1])).value;
        list.dispatchEvent(new Event('change', { bubbles: true }));";
    browser.run(script, vec![json!(list), json!(words)]).await;
}

#[test]
fn a_model_is_dropped_with_its_card_and_names() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        browser.explained(&samples()[0].title).await;
        open_drawer(browser).await;
        let model = copy(browser, "tests/golden/tiny/model.safetensors", "tiny.safetensors");
        let card = copy(browser, "tests/golden/tiny/card.json", "tiny.json");
        assert!(
            browser.drop_files("#stage", &[&model, &card]).await,
            "the page leaves the dropped files to the browser"
        );
        drawer(browser, "the card's id is used", |seen| seen.network == "efficientnet-lite-tiny").await;
        browser.explained(&samples()[0].title).await;
        let seen = drawer(browser, "classes have numbers", |seen| seen.says.contains("class ")).await;
        assert!(seen.preset.contains("32"), "{seen:?}");

        let names: Vec<String> = (0..10).map(|i| format!("thing {i}")).collect();
        let list = written(browser, "labels.txt", names.join("\n").as_bytes());
        browser.drop_files("#stage", &[&list]).await;
        drawer(browser, "classes have the names", |seen| seen.says.contains("thing ")).await;
        let short = written(browser, "short.json", b"[\"a\", \"b\"]");
        browser.drop_files("#stage", &[&short]).await;
        drawer(browser, "a list that does not fit is told", |seen| {
            seen.fault.contains("2 names") && seen.fault.contains("10 classes")
        })
        .await;
    });
}

#[test]
fn what_is_no_model_is_told_and_the_old_network_answers() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        let seen = browser.explained(&samples()[0].title).await;
        open_drawer(browser).await;
        let before = says(browser).await;
        let mut cut = bytes(root().join("tests/golden/tiny/model.safetensors"));
        cut.truncate(20_000);
        let card: Value =
            serde_json::from_slice(&bytes(root().join("public/models/efficientnet-lite0/card.json"))).expect("a card");
        let mut other = card.clone();
        other["sha256"] = json!("00");
        for (name, content) in [
            ("text.safetensors", b"this is no model".to_vec()),
            ("cut.safetensors", cut),
            ("empty.pth", vec![]),
            ("other.json", other.to_string().into_bytes()),
        ] {
            let path = written(browser, name, &content);
            browser.press(ESCAPE).await;
            drawer(browser, "the drawer is closed", |seen| !seen.open).await;
            browser.drop_files("#stage", &[&path]).await;
            let stem = name.split('.').next().unwrap_or_default();
            let told = drawer(browser, &format!("{name} is told"), |seen| seen.fault.starts_with(stem)).await;
            println!("{}", told.fault);
            assert!(told.open, "the drawer stays closed over it");
            assert!(
                told.fault.ends_with('.') && told.network == "efficientnet-lite0" && told.says == before,
                "{told:?}"
            );
        }
        browser.press(ESCAPE).await;
        let class = samples()[1].title.clone();
        browser.click(&format!(".pick[data-photo='{class}']")).await;
        assert_eq!(browser.explained(&class).await.state, seen.state);
    });
}

#[test]
fn the_self_test_compares_two_devices_and_measures_them() {
    let server = Server::of_site();
    visit(&server, Wish { gpu: true, ..Wish::default() }, async |browser| {
        browser.explained(&samples()[0].title).await;
        open_drawer(browser).await;
        let model = copy(browser, "tests/golden/tiny/model.safetensors", "tiny.safetensors");
        let card = copy(browser, "tests/golden/tiny/card.json", "tiny.json");
        browser.choose_in("#model-file", &[model, card]).await;
        drawer(browser, "it is used", |seen| seen.network == "efficientnet-lite-tiny").await;
        browser.explained(&samples()[0].title).await;
        drawer(browser, "the test by itself is over", |seen| !seen.tested.is_empty()).await;
        browser.click("#test").await;
        drawer(browser, "a test by hand agrees too", |seen| seen.tested == "true").await;
        let numbers = browser.text("#self-test").await;
        println!("{numbers}");
        for word in ["tested: agrees", "limit", "CPU", "WebGPU", "with gradient"] {
            assert!(numbers.contains(word), "the self-test does not say {word}: {numbers}");
        }
        browser.screenshot("models-tested-1600-light").await;
    });
}
