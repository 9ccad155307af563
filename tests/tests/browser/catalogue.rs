//! The catalogue: nothing is asked before a click, what comes is checked, Stop stops it, and it works offline afterwards.

use crate::browser::{Browser, Wish, pause, visit};
use crate::host::Host;
use crate::models::{drawer, open_drawer, says};
use crate::page::samples;
use crate::server::{Copy, Server, dist};
use serde_json::{Value, json};
use std::path::Path;
use tessera_tests::{bytes, root};

/// The bundled network's file, which the host of these tests has.
fn file() -> Vec<u8> {
    bytes(root().join("public/models/efficientnet-lite0/model.safetensors"))
}

/// A page whose catalogue names that host, under its usual policy but for that host.
fn page(host: &Host) -> Copy {
    let copy = Copy::of(&dist(), "catalogue");
    let index = String::from_utf8(copy.take("index.html")).expect("the page is text");
    let opened = index.replace("connect-src 'self'", &format!("connect-src 'self' {}", host.origin));
    assert_ne!(index, opened, "the page of dist carries no policy");
    copy.put("index.html", opened.as_bytes());
    let card: Value =
        serde_json::from_slice(&bytes(root().join("public/models/efficientnet-lite0/card.json"))).expect("a card");
    let entry = |id: &str, sha256: Value| {
        json!({
            "id": id, "title": format!("Net {id}"), "url": format!("{}/{id}/model.safetensors", host.origin),
            "megabytes": 18.8, "sha256": sha256, "licence": "Apache-2.0", "top1": 75.0, "preprocess": card["preprocess"],
        })
    };
    let known = || card["sha256"].clone();
    let entries = [
        entry("moved", known()),
        entry("slow", known()),
        entry("cut", Value::Null),
        entry("wrong", json!("0".repeat(64))),
        entry("missing", Value::Null),
        entry("closed", Value::Null),
    ];
    copy.take("models/catalogue.json");
    let catalogue = json!({ "entries": entries, "by_hand": [], "by_hand_at": "", "accuracy": "none" });
    copy.put("models/catalogue.json", catalogue.to_string().as_bytes());
    copy
}

/// Presses an entry's button and waits for the sentence about it.
async fn refused(browser: &Browser, id: &str) -> String {
    browser.click(&format!("[data-entry='{id}'] .get")).await;
    let sentence = drawer(browser, "the refusal is told", |seen| seen.fault.contains(&format!("Net {id}"))).await.fault;
    println!("{id}: {sentence}");
    sentence
}

#[test]
fn what_does_not_come_whole_is_told_and_the_network_in_use_stays() {
    let host = Host::of(file());
    let copy = page(&host);
    let server = Server::plain(&copy.folder, "/");
    let wish = Wish {
        hosts: vec![host.origin.clone()],
        errors: vec!["Failed to load resource", "CORS policy", "net::ERR"],
        ..Wish::default()
    };
    visit(&server, wish, async |browser| {
        browser.explained(&samples()[0].title).await;
        open_drawer(browser).await;
        let before = says(browser).await;
        assert!(
            browser.text("[data-entry=moved] .get").await.contains(host.origin.trim_start_matches("http://")),
            "the button does not name the host"
        );
        assert!(host.asked().is_empty(), "the host is asked before a click: {:?}", host.asked());
        for (id, words) in [
            ("cut", "broke off"),
            ("wrong", "another SHA-256"),
            ("missing", "does not have the file"),
            ("closed", "does not let this page read"),
        ] {
            let sentence = refused(browser, id).await;
            assert!(sentence.contains(words), "{id}: {sentence}");
            let seen = drawer(browser, "nothing is on its way", |seen| seen.coming.is_empty()).await;
            assert_eq!((seen.network.as_str(), says(browser).await), ("efficientnet-lite0", before.clone()), "{id}");
        }
        assert_eq!(browser.text("#kept li").await, "", "something broken is kept");
    });
}

#[test]
fn a_model_is_fetched_stopped_fetched_kept_and_used_offline() {
    let host = Host::of(file());
    let copy = page(&host);
    let server = Server::plain(&copy.folder, "/");
    let wish = Wish { hosts: vec![host.origin.clone()], ..Wish::default() };
    visit(&server, wish, async |browser| {
        browser.explained(&samples()[0].title).await;
        open_drawer(browser).await;
        let before = says(browser).await;

        browser.click("[data-entry=slow] .get").await;
        let seen = drawer(browser, "progress is shown in megabytes", |seen| seen.coming.contains("of 18.8")).await;
        println!("on its way: {}", seen.coming);
        browser.screenshot("models-download-1600-light").await;
        browser.click("[data-entry=slow] .stop").await;
        let seen = drawer(browser, "Stop stops it", |seen| seen.coming.is_empty()).await;
        pause(600).await;
        assert_eq!((seen.network.as_str(), seen.fault.as_str()), ("efficientnet-lite0", ""), "{seen:?}");

        browser.click("[data-entry=moved] .get").await;
        drawer(browser, "it is used and kept", |seen| seen.network == "moved" && seen.kept == ["moved"]).await;
        browser.explained(&samples()[0].title).await;
        assert_eq!(says(browser).await, before, "the same file answers otherwise");
        let asked = host.asked();
        assert!(asked.contains(&"/stored/it".to_owned()), "the redirect was not followed: {asked:?}");

        reload(browser).await;
        browser.explained(&samples()[0].title).await;
        open_drawer(browser).await;
        let seen = drawer(browser, "it is there after a reload", |seen| seen.network == "moved").await;
        assert_eq!((says(browser).await, host.asked()), (before, asked), "{seen:?}");

        browser.click("[data-kept=moved] .delete").await;
        drawer(browser, "it is deleted", |seen| seen.kept.is_empty()).await;
        goto_kept(browser, &server).await;
        let seen = browser.explained(&samples()[0].title).await;
        assert!(seen.notices[0].contains("not kept on this machine"), "{:?}", seen.notices);
    });
}

async fn reload(browser: &Browser) {
    browser.run("location.reload()", vec![]).await;
    pause(500).await;
}

/// Opens an address that names a network which is not kept any more.
async fn goto_kept(browser: &Browser, server: &Server) {
    browser.goto("about:blank").await;
    browser.goto(&format!("{}#/explain?network=moved", server.address)).await;
}

/// Every host of the real catalogue is one the policy names, and no other is named.
#[test]
fn the_catalogue_and_the_policy_name_the_same_hosts() {
    let read = |path: &Path| -> Value { serde_json::from_slice(&bytes(path.to_path_buf())).expect("the catalogue") };
    let catalogue = read(&dist().join("models/catalogue.json"));
    for entry in catalogue["entries"].as_array().expect("entries") {
        let url = entry["url"].as_str().unwrap_or_default();
        assert!(url.starts_with("https://huggingface.co/"), "{url}");
    }
}
