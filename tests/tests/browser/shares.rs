//! Samples of one map: shared among workers, broken off and gone on with. The map is the same, bit by bit.

use crate::browser::{Browser, Wish, pause, visit};
use crate::page::samples;
use crate::server::Server;
use serde_json::{Value, json};

/// Keeps what goes to the workers and comes from them about explanations: requests, progress, parts and maps.
const LISTEN: &str = "window.asked = []; window.told = []; window.workers = [];
    window.Worker = class extends Worker {
        constructor(...given) {
            super(...given);
            const own = workers.push(this);
            this.addEventListener('message', event => {
                const [kind, what] = Object.entries(JSON.parse(event.data[0]))[0];
                if (['Progress', 'Gathered', 'Mapped', 'Stopped'].includes(kind))
                    told.push({ kind, own, when: performance.now(), ...what });
            });
        }
        postMessage(message, ...rest) {
            const what = message && JSON.parse(message[0]).Explain;
            if (what) asked.push({ when: performance.now(), ...what });
            super.postMessage(message, ...rest);
        }
    };";

/// A machine of one core, and one of two.
const CORES: [&str; 2] = [
    "Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => 1 });",
    "Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => 2 });",
];

const MASKS: u64 = 400;

async fn put(browser: &Browser, field: &str, text: &str) {
    let script = "const field = document.querySelector(arguments[0]); field.value = arguments[1];
        for (const kind of ['input', 'change']) field.dispatchEvent(new Event(kind, { bubbles: true }))";
    browser.run(script, vec![json!(field), json!(text)]).await;
    pause(100).await;
}

/// Asks for a map by RISE, after the usual ones are there.
async fn ask(browser: &Browser) {
    browser.run("asked.length = 0; told.length = 0", vec![]).await;
    browser.click("#add-method").await;
    pause(300).await;
    browser.click(".method[data-id=rise] .link").await;
    pause(100).await;
    put(browser, "#rise-masks", &MASKS.to_string()).await;
    browser.click("#add-methods").await;
}

async fn drawn(browser: &Browser, photo: &str) {
    browser.until("RISE is drawn", 300, |seen| seen.explained(photo) && seen.cards.len() == 3).await;
}

/// SHA-256 of the last map that was drawn of all samples.
async fn digest(browser: &Browser) -> String {
    let script = "const all = told.filter(one => one.kind === 'Mapped' && one.made.map.provenance.method === 'rise');
        const last = all.at(-1).made; const [got, of] = last.map.provenance.samples;
        return got === of ? last.sha256 : `${got} of ${of}`";
    browser.run(script, vec![]).await.as_str().unwrap_or_default().to_owned()
}

/// Samples that workers drew since the last map was asked for: what they say they did, from their first word on.
async fn passes(browser: &Browser) -> f64 {
    let script =
        "const jobs = {}; for (const one of told) if (one.kind === 'Progress') (jobs[one.job] ??= []).push(one.done);
        return Object.values(jobs).reduce((sum, done) => sum + Math.max(...done) - done[0], 0)";
    browser.run(script, vec![]).await.as_f64().unwrap_or_default()
}

/// Seconds from the question to the map, by the page's clock.
async fn seconds(browser: &Browser) -> f64 {
    let script = "return (told.filter(one => one.kind === 'Mapped').at(-1).when - asked[0].when) / 1000";
    browser.run(script, vec![]).await.as_f64().unwrap_or_default()
}

/// How many workers drew samples.
async fn workers(browser: &Browser) -> Value {
    let script = "return new Set(told.filter(one => one.kind === 'Progress' && one.done > 1).map(one => one.own)).size";
    browser.run(script, vec![]).await
}

async fn stop(browser: &Browser) {
    browser.until("a sketch is there", 120, |seen| seen.cards.iter().any(|(id, _)| id == "rise")).await;
    pause(1500).await;
    browser.click(".status .stop").await;
    browser.until("all is still", 60, |seen| seen.state == "ready" && !seen.busy).await;
}

/// Draws a map as a whole, then again with a stop in between: its digest.
async fn whole_and_with_a_stop(browser: &Browser, cores: usize) -> String {
    let first = samples().remove(0).title;
    browser.explained(&first).await;
    ask(browser).await;
    drawn(browser, &first).await;
    let (whole, took) = (digest(browser).await, seconds(browser).await);
    println!("RISE with {MASKS} masks on {cores} workers: {took:.1} s");
    assert_eq!(workers(browser).await, json!(cores));
    browser.click(".card[data-method=rise] .away").await;
    browser.until("it is gone", 30, |seen| seen.cards.len() == 2 && seen.state == "ready").await;

    ask(browser).await;
    stop(browser).await;
    let so_far = browser.text(".card[data-method=rise] .run").await;
    assert!(so_far.ends_with(&format!("/ {MASKS}")) && !so_far.starts_with("0 "), "{so_far}");
    let before = passes(browser).await;
    assert!(0.0 < before && before < MASKS as f64, "{before} passes before the stop");
    browser.click(".gallery .go-on").await;
    drawn(browser, &first).await;
    assert_eq!(digest(browser).await, whole);
    // A pass for each mask and no more: nothing was drawn twice, but for the rounding of what is told.
    let all = passes(browser).await;
    assert!((all - MASKS as f64).abs() <= 4.0, "{all} passes of {MASKS}, {before} of them before the stop");
    assert!(!browser.shows(".gallery .go-on").await);
    whole
}

#[test]
fn a_map_that_was_stopped_goes_on_and_two_workers_draw_the_same_as_one() {
    let server = Server::of_site();
    let mut digests = Vec::new();
    for (cores, script) in (1..).zip(CORES) {
        let script: &'static str = Box::leak(format!("{script}{LISTEN}").into_boxed_str());
        visit(&server, Wish { before: Some(script), ..Wish::default() }, async |browser| {
            digests.push(whole_and_with_a_stop(browser, cores).await);
        });
    }
    assert_eq!(digests[0].len(), 64, "{digests:?}");
    assert_eq!(digests[0], digests[1]);
}

#[test]
fn what_a_lost_worker_had_in_hand_is_drawn_by_another() {
    let server = Server::of_site();
    let script: &'static str = Box::leak(format!("{}{LISTEN}", CORES[1]).into_boxed_str());
    // What breaks in a worker is an error in the console.
    let wish = Wish { before: Some(script), errors: vec!["cpu"], ..Wish::default() };
    visit(&server, wish, async |browser| {
        let first = samples().remove(0).title;
        browser.explained(&first).await;
        ask(browser).await;
        browser.until("a sketch is there", 120, |seen| seen.cards.iter().any(|(id, _)| id == "rise")).await;
        // No version of the page says such a thing: the worker breaks over it.
        browser.run("workers.at(-1).postMessage(null)", vec![]).await;
        drawn(browser, &first).await;
        let found = digest(browser).await;
        let shares = browser.run("return asked.filter(one => one.portion?.apart).length", vec![]).await;
        assert_eq!(shares, json!(3), "two shares, and one of them again");
        browser.click(".card[data-method=rise] .away").await;
        browser.until("it is gone", 30, |seen| seen.cards.len() == 2 && seen.state == "ready").await;
        ask(browser).await;
        drawn(browser, &first).await;
        assert_eq!(digest(browser).await, found);
    });
}

#[test]
fn other_settings_begin_anew() {
    let server = Server::of_site();
    visit(&server, Wish { before: Some(LISTEN), ..Wish::default() }, async |browser| {
        let first = samples().remove(0).title;
        browser.explained(&first).await;
        ask(browser).await;
        stop(browser).await;
        browser.run("asked.length = 0", vec![]).await;
        put(browser, "#seed", "5").await;
        browser.until("another seed is drawn", 30, |seen| seen.state == "working").await;
        let begun = browser.run("return asked.map(one => one.portion?.begun?.length ?? 0)", vec![]).await;
        assert!(begun.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(|n| *n == json!(0))), "{begun}");
        browser.click(".status .stop").await;
        browser.until("all is still", 60, |seen| seen.state == "ready" && !seen.busy).await;
    });
}
