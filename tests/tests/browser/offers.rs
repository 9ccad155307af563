//! Links that ask for files of one's own: the page says which, tells a wrong one by its name, takes the right one, and
//! what the link claims comes out again.

use crate::browser::{Browser, Wish, visit};
use crate::models::{drawer, open_drawer};
use crate::page::samples;
use crate::photos::{picture, written};
use crate::runs::{open, proposed, ran, share, until};
use crate::server::Server;
use std::path::PathBuf;
use tessera_core::digest::sha256;
use tessera_core::experiment::dataset::Member;
use tessera_core::experiment::link::{self, Claim};
use tessera_core::experiment::subject::Draw;
use tessera_core::experiment::{Dataset, Subject};
use tessera_tests::{bytes, root};

/// Writes a file that goes with the browser.
fn file(browser: &Browser, folder: &str, name: &str, content: &[u8]) -> PathBuf {
    written(browser, folder, &[(name.to_owned(), content.to_vec())]).join(name)
}

/// The beginning of a digest, as sentences tell it.
fn begins(content: &[u8]) -> String {
    sha256(content)[..8].to_owned()
}

/// Opens a link and waits for what it lacks; it can not be run.
async fn lacks(browser: &Browser, link: &str) -> String {
    open(browser, link).await;
    let lacking = "return Number(document.querySelector('.lacks')?.dataset.lacks) > 0";
    until(browser, "the link lacks something", 60, lacking).await;
    browser.until("the page runs", 60, |seen| seen.state == "ready").await;
    let pressed = "return document.querySelector('#run-offer').disabled";
    assert_eq!(browser.run(pressed, vec![]).await, true, "a link that lacks a file can be run");
    browser.text(".lacks").await
}

/// Brings files to the open link.
async fn bring(browser: &Browser, files: &[PathBuf]) {
    browser.choose_in("#offer-files", files).await;
}

/// What the place says went wrong, as soon as it says something.
async fn trouble(browser: &Browser) -> String {
    until(browser, "a sentence about the file", 20, "return !!document.querySelector('[data-trouble]')").await;
    browser.text("[data-trouble]").await
}

/// Runs the link, which comes out again.
async fn assert_reproduced(browser: &Browser) {
    let (outcome, words) = ran(browser, 120).await;
    assert_eq!((outcome.as_str(), words.starts_with("Reproduced: all")), ("reproduced", true), "{words}");
}

#[test]
fn a_link_of_ones_own_photo_asks_for_that_very_file() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        browser.explained(&samples()[0].title).await;
        let mine = file(browser, "own", "mine.jpg", &picture(1));
        browser.choose_files(std::slice::from_ref(&mine)).await;
        browser.explained("mine.jpg").await;
        let link = share(browser).await;

        let asked = lacks(browser, &link).await;
        assert_eq!(asked, format!("Bring the photo whose SHA-256 begins with {}.", begins(&picture(1))));
        bring(browser, &[file(browser, "own", "other.jpg", &picture(2))]).await;
        let told = trouble(browser).await;
        let expected = format!("other.jpg is another photo: its SHA-256 begins with {}", begins(&picture(2)));
        assert!(told.starts_with(&expected), "{told}");
        // The same content under another name is the same photo.
        bring(browser, &[file(browser, "own", "renamed.jpg", &picture(1))]).await;
        until(browser, "it is taken", 20, "return document.querySelector('.lacks')?.dataset.lacks === '0'").await;
        assert_eq!(browser.text(".act .note").await, "renamed.jpg is the photo: its SHA-256 is the same.");
        assert_eq!(browser.text("[data-trouble]").await, "", "the wrong file is still complained of");
        assert_reproduced(browser).await;
    });
}

/// Photos of two classes by their names.
const NAMES: [(&str, usize); 4] =
    [("Egyptian_cat-1.jpg", 285), ("Egyptian_cat-2.jpg", 285), ("espresso-1.jpg", 967), ("espresso-2.jpg", 967)];

/// A study of two mosaics of these photos, that nobody has run.
fn study() -> Claim {
    let member = |((file, class), number)| Member { file: String::from(file), class, sha256: sha256(&picture(number)) };
    let dataset = Dataset { name: "own set".into(), members: NAMES.into_iter().zip(1..).map(member).collect() };
    proposed(&dataset, Draw::Even { per_class: 1, targets: 2, seed: 7 })
}

#[test]
fn a_link_of_ones_own_study_asks_for_its_photos() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        let claim = study();
        let photos = |first: u32| -> Vec<PathBuf> {
            let copy = |((name, _), number)| file(browser, &format!("from-{first}"), name, &picture(number));
            NAMES.into_iter().zip(first..).map(copy).collect()
        };
        let asked = lacks(browser, &format!("{}#/runs?run={}", server.address, link::write(&claim))).await;
        let Subject::Mosaics(mosaics) = &claim.spec.subject else { panic!("mosaics") };
        let begins = &mosaics.dataset.sha256[..8];
        let expected = format!("Bring the 4 photos of “own set”, whose table’s SHA-256 begins with {begins}.");
        assert_eq!(asked, expected);
        // Others of the same names: they are told, and make room for the right ones.
        bring(browser, &photos(5)).await;
        let some = "return (document.querySelector('#brought')?.textContent ?? '').startsWith('Here are 4 photos, 4 of known class')";
        until(browser, "it is told what is here", 20, some).await;
        bring(browser, &photos(1)).await;
        until(browser, "they are taken", 20, "return document.querySelector('.lacks')?.dataset.lacks === '0'").await;
        let (_, words) = ran(browser, 120).await;
        assert!(words.contains("claims no numbers"), "{words}");

        until(browser, "the run is kept", 20, "return document.querySelectorAll('#runs tbody tr').length === 1").await;
        browser.click("#runs tbody th button").await;
        until(browser, "the run is chosen", 30, "return !!document.querySelector('#chosen-run')").await;
        let link = share(browser).await;
        lacks(browser, &link).await;
        bring(browser, &photos(1)).await;
        assert_reproduced(browser).await;
    });
}

#[test]
fn a_link_of_ones_own_model_asks_for_that_very_file() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        let content = bytes(root().join("tests/golden/tiny/model.safetensors"));
        let model = file(browser, "models", "tiny.safetensors", &content);
        let card = file(browser, "models", "tiny.json", &bytes(root().join("tests/golden/tiny/card.json")));
        browser.explained(&samples()[0].title).await;
        open_drawer(browser).await;
        browser.choose_in("#model-file", &[model.clone(), card.clone()]).await;
        drawer(browser, "it is used", |seen| seen.network == "efficientnet-lite-tiny").await;
        browser.press(crate::browser::ESCAPE).await;
        browser.explained(&samples()[0].title).await;
        let link = share(browser).await;

        let asked = lacks(browser, &link).await;
        let name =
            format!("Bring the model file of efficientnet-lite-tiny whose SHA-256 begins with {}", begins(&content));
        assert!(asked.starts_with(&name), "{asked}");
        let mut changed = content.clone();
        *changed.last_mut().expect("bytes") ^= 1;
        bring(browser, &[file(browser, "models", "changed.safetensors", &changed)]).await;
        let told = trouble(browser).await;
        let expected = format!("changed.safetensors is another model: its SHA-256 begins with {}", begins(&changed));
        assert!(told.starts_with(&expected), "{told}");
        let network = "return document.querySelector('#app').dataset.network";
        assert_eq!(browser.run(network, vec![]).await, "efficientnet-lite0", "a model that nobody asked for took over");

        bring(browser, &[model, card]).await;
        until(browser, "it is taken", 60, "return document.querySelector('.lacks')?.dataset.lacks === '0'").await;
        assert_reproduced(browser).await;
    });
}
