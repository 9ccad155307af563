//! A study that loses its workers, or the page itself, in the middle: it comes to its end, and no mosaic is run twice.

use crate::browser::{Browser, Wish, visit};
use crate::mosaics::{enter, only, place, samples};
use crate::server::Server;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Keeps hold of the workers that the page starts.
const HOLD: &str = "window.workers = []; const Real = Worker;
    window.Worker = class extends Real { constructor(...all) { super(...all); window.workers.push(this); } };";

/// Says something to all workers that no version of the page says: their code breaks over it.
const BREAK: &str = "for (const worker of window.workers) worker.postMessage(null); return window.workers.length;";

/// Numbers of the mosaics that are kept of the only run, and how many lines say that one failed.
const KEPT: &str = "
    const runs = await (await navigator.storage.getDirectory()).getDirectoryHandle('runs');
    for await (const [id, folder] of runs.entries()) {
        // Before the first lines are written there is no file.
        const file = await folder.getFileHandle('units.jsonl').catch(() => null);
        const text = file ? await (await file.getFile()).text() : '';
        const lines = text.trim().split('\\n').filter(line => line).map(line => JSON.parse(line));
        return { at: lines.map(line => line.at), unrun: lines.filter(line => line.sentence).length };
    }
    return { at: [], unrun: 0 };";

/// Begins a study of 16 mosaics whose methods take a moment, and waits until some of it is over.
async fn begin(browser: &Browser) {
    enter(browser).await;
    samples(browser).await;
    only(browser, &["gradcam", "lrp"]).await;
    place(browser, "it can be run", |seen| seen.ready && seen.run.starts_with("Run 2")).await;
    browser.click("#run-study").await;
    place(browser, "some mosaics are run", |seen| seen.units > 1 && seen.stop).await;
}

/// What is kept is every mosaic once, and none that failed.
async fn assert_each_once(browser: &Browser) {
    let kept = browser.wait_for(KEPT, vec![]).await;
    let mut at: Vec<u64> = kept["at"].as_array().expect("a list").iter().filter_map(Value::as_u64).collect();
    at.sort_unstable();
    assert_eq!(at, (0..16).collect::<Vec<u64>>(), "a mosaic was run twice, or not kept");
    assert_eq!(kept["unrun"], json!(0));
}

#[test]
fn a_study_outlives_its_workers() {
    let server = Server::of_site();
    // What breaks in a worker is an error in the console.
    let wish = Wish { before: Some(HOLD), errors: vec!["cpu"], ..Wish::default() };
    visit(&server, wish, async |browser| {
        begin(browser).await;
        let broken = browser.run(BREAK, vec![]).await.as_u64().unwrap_or_default();
        assert!(broken > 0, "the page has no workers");
        let seen = place(browser, "all is run all the same", |seen| seen.units == 16 && seen.resamples == 2000).await;
        let started = browser.run("return window.workers.length", vec![]).await.as_u64().unwrap_or_default();
        assert!(started > broken, "none of the {broken} workers broke");
        assert_eq!((seen.trouble.as_str(), seen.failed.as_str(), seen.rows.len()), ("", "", 2));
        assert!(seen.status.contains("32 of 32 maps, done"), "{}", seen.status);
        assert_each_once(browser).await;
    });
}

#[test]
fn a_study_goes_on_after_the_page_was_left_in_the_middle() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        begin(browser).await;
        let mut kept = BTreeSet::new();
        while kept.len() < 2 {
            let lines = browser.wait_for(KEPT, vec![]).await;
            kept = lines["at"].as_array().expect("a list").iter().filter_map(Value::as_u64).collect();
        }
        browser.run("location.reload()", vec![]).await;
        browser.until("the page runs again", 60, |seen| seen.state == "ready").await;
        let lost = browser.wait_for(KEPT, vec![]).await["at"].as_array().map_or(0, Vec::len);
        assert!(lost < 16, "all was run before the page was left");
        samples(browser).await;
        only(browser, &["gradcam", "lrp"]).await;
        place(browser, "the run can go on", |seen| seen.ready).await;
        browser.click("#run-study").await;
        let seen = place(browser, "all is run", |seen| seen.units == 16 && seen.resamples == 2000).await;
        assert!((kept.len()..16).contains(&seen.kept), "{} were kept, {} are not run again", kept.len(), seen.kept);
        assert_each_once(browser).await;
    });
}
